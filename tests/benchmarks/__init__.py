"""Tests of the benchmarks: what measures has to be right, too."""
