"""Tests of powerstats."""
