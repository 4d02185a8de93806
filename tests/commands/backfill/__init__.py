"""Tests of `backfill`: history and statistics fill the gaps, and stored values stay."""
