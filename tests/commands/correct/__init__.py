"""Tests of `correct`."""
