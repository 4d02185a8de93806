"""Tests of what becomes of polled points."""
