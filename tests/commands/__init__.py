"""Tests of the commands, as whole runs."""
