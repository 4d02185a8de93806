"""Checks of what is stored: each file by itself, and the files against each other.

`form` looks at one file, `agreement` at those that hold the same days. Both yield differences
(`differences`) and change nothing.
"""
