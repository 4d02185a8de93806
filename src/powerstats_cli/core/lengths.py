"""How people write a length of time: 90m, 2 hours, 1 day and 6 h, 1.5 weeks."""

import re
from datetime import timedelta
from typing import Final

# The words of each unit; the last one is what `timedelta` calls it.
UNITS: Final = (
    ("m", "min", "mins", "minute", "minutes"),
    ("h", "hr", "hrs", "hour", "hours"),
    ("d", "day", "days"),
    ("w", "wk", "wks", "week", "weeks"),
)
NAMES: Final = {word: words[-1] for words in UNITS for word in words}
PART: Final = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?)\s*([a-z]+)", re.ASCII)
BETWEEN: Final = re.compile(r"\s*,?\s*(?:and\s+)?", re.ASCII)
LONGEST: Final = timedelta(days=9999)


def length(written: str) -> timedelta:
    """Return the length that a text says, each unit at most once; raises ValueError with a line."""
    found: dict[str, float] = {}
    text, at = written.strip().lower(), 0
    while match := PART.match(text, at):
        name = NAMES.get(match[2])
        if name is None or name in found:
            break
        found[name] = float(match[1].replace(",", "."))
        if match.end() == len(text):
            return _checked(timedelta(**found), written)
        between = BETWEEN.match(text, match.end())
        at = between.end() if between else match.end()
    message = f"{written!r} is no length such as 90 min, 2 hours, 3d or 1 week"
    raise ValueError(message)


def _checked(span: timedelta, written: str) -> timedelta:
    if not timedelta(minutes=1) <= span <= LONGEST:
        message = f"{written!r} is less than a minute, or more than {LONGEST.days} days"
        raise ValueError(message)
    return span
