"""The words, marks and colours that all output for people shares."""

from typing import Final

from rich.console import Console

GOOD, FAIR, BAD = "green", "yellow", "red"
ALL_IS_WELL: Final = "all is well"


def is_ascii(console: Console) -> bool:
    """Tell whether a console can show the characters of ASCII only."""
    return not console.encoding.startswith("utf")


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as 1 day or 2 days."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
