"""Tests of the formats of `export`."""
