"""Tests that share one real Home Assistant: starting and seeding it takes minutes."""
