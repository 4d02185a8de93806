"""Names that a user has made up in the configuration, and those that may have been meant."""

from collections.abc import Iterable

LONGEST_NAME = 60


def name_flaw(name: str) -> str | None:
    """Return why a name cannot be shown, or be typed as an argument; None if it can."""
    if not name.strip() or name != name.strip() or not name.isprintable():
        return f"{name!r} is no name: it must be printable, without a space at either end"
    if len(name) > LONGEST_NAME:
        return f"its name has {len(name)} characters, more than {LONGEST_NAME}"
    if name.startswith("-"):
        return f"{name!r} is no name: it begins as an option does"
    return None


def meant(name: str, known: Iterable[str]) -> str:
    """Return the end of a line about a name that is not there: those that are most like it.

    If none is, it has the first of all.
    """
    from difflib import get_close_matches

    lowered = {each.lower(): each for each in sorted(known, reverse=True)}
    close = [lowered[each] for each in get_close_matches(name.lower(), lowered, cutoff=0.5)]
    if close:
        return f": is it {' or '.join(close)}?"
    return f": there are {', '.join(sorted(lowered.values())[:8])}" if lowered else ""
