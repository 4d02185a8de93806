"""Tests of `migrate`."""
