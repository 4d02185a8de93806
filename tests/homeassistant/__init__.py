"""Tests of Home Assistant's answers, and of the values read from them."""
