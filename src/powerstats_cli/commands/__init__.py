"""What each command does: read, call the core, write, say what happened."""
