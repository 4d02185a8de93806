"""Tests of what Home Assistant says, and what is made of it."""
