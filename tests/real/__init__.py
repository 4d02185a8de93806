"""Tests beside a real Home Assistant and the readings of a real household."""
