"""A home's energy: what the house took, and where it came from."""
