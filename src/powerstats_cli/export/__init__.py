"""Rows as text that other programs read: CSV, JSON lines, line protocol."""
