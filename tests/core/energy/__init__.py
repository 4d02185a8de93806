"""Which series of a home is which."""
