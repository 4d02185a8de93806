"""The parts of an answer: its headers and its date; tests/faults has what is compressed."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes

from powerstats_cli.reply import Reply, http_date, joined

SUNDAY = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", SUNDAY),
        ("Sunday, 06-Nov-94 08:49:37 GMT", SUNDAY),
        ("Sun Nov  6 08:49:37 1994", SUNDAY),
        ("Sun, 06 Nov 1994 09:49:37 +0100", SUNDAY),
        ("Sun, 06 Nov 1994 08:49:37 -0000", SUNDAY),
        ("Sun, 6 Nov 1994 08:49:37 GMT", SUNDAY),
        ("So, 06 Nov 1994 08:49:37 GMT", SUNDAY),
        ("", None),
        ("0", None),
        ("tomorrow", None),
        ("Sun, 31 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 25:49:37 GMT", None),
        ("Sun, 06 Foo 1994 08:49:37 GMT", None),
        ("a b c d e GMT", None),
        ("\x00, \x00 \x00 \x00 \x00 GMT", None),
    ],
)
def test_a_date(written: str, expected: datetime | None) -> None:
    """A server's date is read in each of HTTP's forms, and what is no date is none."""
    assert http_date(written) == expected
    assert Reply(200, {"date": written}, bytearray()).date == expected


@given(datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 12, 31)))  # noqa: DTZ001
def test_every_second_is_read_back(moment: datetime) -> None:
    """The usual form holds whole seconds."""
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert http_date(format_datetime(whole, usegmt=True)) == whole


def test_an_answer_without_a_date() -> None:
    """Not every server tells its time."""
    assert Reply(200, {}, bytearray()).date is None


def test_headers_of_one_name_are_one_line() -> None:
    """Names are in lower case, and no value is lost."""
    assert joined([("Via", "a"), ("Server", "x"), ("via", "b"), ("VIA", "c")]) == {
        "via": "a, b, c",
        "server": "x",
    }
