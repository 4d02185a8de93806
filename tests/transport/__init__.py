"""Tests of the ways to a server."""
