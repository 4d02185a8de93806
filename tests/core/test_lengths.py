"""Lengths of time, as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.lengths import NAMES, length

HOUR, DAY = 60, 24 * 60


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("90m", 90),
        ("2h", 2 * HOUR),
        ("1d", DAY),
        ("9999d", 9999 * DAY),
        ("2 hours", 2 * HOUR),
        ("2 Hours ", 2 * HOUR),
        ("1 hour", HOUR),
        ("90 min", 90),
        ("90 minutes", 90),
        ("90mins", 90),
        ("3d", 3 * DAY),
        ("1 week", 7 * DAY),
        ("2w", 14 * DAY),
        ("2 wks", 14 * DAY),
        ("\t2  h\n", 2 * HOUR),
        ("1.5h", 90),
        ("1,5 h", 90),
        ("0.5 days", 12 * HOUR),
        ("2h30m", 150),
        ("2h 30 min", 150),
        ("2 hours, 30 minutes", 150),
        ("1 day and 6 hours", 30 * HOUR),
        ("1 day, 6 h, and 1 min", 30 * HOUR + 1),
        ("30 min 2 h", 150),
        ("1w0d", 7 * DAY),
        ("002h", 2 * HOUR),
        ("1428 weeks", 9996 * DAY),
    ],
)
def test_lengths(written: str, minutes: float) -> None:
    """Numbers and units, in any order, each unit once, with or without spaces."""
    assert length(written) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "2", "h", "-1h", "+1h", "h2", "2 h 3", "2h,", "2h and", "and 2h", "2 h 3 h"),
        *("two hours", "an hour", "2 months", "1 year", "2 fortnights", "30 s", "2:30", "PT2H"),
        *("1.h", ".5h", "1.5.5h", "1e3h", "0x2h", "2\u0664h", "\u0662 h", "1_000 m", "inf h"),
        *("2h\x00", "2 h;", "[bold]2h", "2h[/x]", "9999999999h", "2\nh\nx"),
    ],
)
def test_what_is_no_length(written: str) -> None:
    """The line shows what was written, and lengths that are right."""
    with pytest.raises(ValueError, match=r"is no length such as 90 min, 2 hours, 3d or 1 week$"):
        length(written)


@pytest.mark.parametrize("written", ["0h", "0 min", "0.5 min", "0w 0d", "99999d", "1429 weeks"])
def test_what_is_too_short_or_too_long(written: str) -> None:
    """A pause of no length, and one of a lifetime, are mistakes."""
    with pytest.raises(ValueError, match="is less than a minute, or more than 9999 days"):
        length(written)


@given(
    strategies.lists(
        strategies.tuples(
            strategies.integers(1, 300),
            strategies.sampled_from(["", " ", "  "]),
            strategies.sampled_from(["m", "min", "h", "hours", "d", "days", "w", "weeks"]),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda part: NAMES[part[2]],
    ),
    strategies.sampled_from(["", " ", ", ", " and ", ", and "]),
)
def test_parts_add_up(parts: list[tuple[int, str, str]], between: str) -> None:
    """The length of several parts is the sum of their lengths, however they are joined."""
    texts = [f"{number}{space}{unit}" for number, space, unit in parts]
    assert length(between.join(texts)) == sum(map(length, texts), timedelta())


@given(strategies.text(max_size=20))
def test_any_text_is_a_length_or_one_line(written: str) -> None:
    """Nothing else can come out, and the line has no break in it."""
    try:
        found = length(written)
    except ValueError as error:
        line = str(error)
    else:
        line = f"{found >= timedelta(minutes=1)}"
    assert line == "True" or (line.isprintable() and " is " in line)
