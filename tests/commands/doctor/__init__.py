"""`doctor`: each part that it checks."""
