"""The configuration: where it is, how it is read, and the checks of its values."""
