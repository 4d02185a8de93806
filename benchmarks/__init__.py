"""What the commands cost, measured as whole processes."""
