"""A GitHub of the tests' own, and the tests of it."""
