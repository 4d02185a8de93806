"""The cost of the commands, measured as whole processes."""
