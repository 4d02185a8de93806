"""`init`: its order, and each of its questions."""
