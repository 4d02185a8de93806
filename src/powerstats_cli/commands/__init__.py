"""The work of each command: read, call the core, write, say what happened."""
