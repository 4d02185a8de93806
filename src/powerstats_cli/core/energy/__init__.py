"""A home's energy: which series is which."""
