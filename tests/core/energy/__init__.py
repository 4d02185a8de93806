"""What a house took, and where it came from."""
