"""The data directory: its documents, read and written whole."""
