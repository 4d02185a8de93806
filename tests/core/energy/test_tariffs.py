"""Which lines a tariff has, when it is in force, and the days of a bill."""

from datetime import date

import msgspec
import pytest

from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import (
    Days,
    InForce,
    Tariff,
    in_force,
    in_order,
    lines_of,
    period,
    share_of,
    term,
)
from tests.core.energy.tariffing import line

JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


def names(tariffs: dict[str, Tariff], name: str) -> list[str]:
    """Return the names of a tariff's lines."""
    return [each.name for each in lines_of(tariffs, name)]


def test_the_lines_of_others_follow_once_each() -> None:
    """Two ways to one tariff give its lines once, after those of the tariff itself."""
    tariffs = {
        "own": Tariff(plus=("grid", "taxes"), lines=(line(name="Energy"),)),
        "grid": Tariff(plus=("taxes",), lines=(line(name="Grid"),)),
        "taxes": Tariff(lines=(line(name="Tax"),)),
    }
    assert names(tariffs, "own") == ["Energy", "Grid", "Tax"]
    assert names(tariffs, "taxes") == ["Tax"]


@pytest.mark.parametrize(
    ("plus", "words"),
    [
        ({"a": ("b",), "b": ("c",), "c": ("a",)}, "circle: a > b > c > a"),
        ({"a": ("a",)}, "circle: a > a"),
        ({"a": ("none",)}, "no tariff 'none'"),
    ],
)
def test_tariffs_that_have_no_end(plus: dict[str, tuple[str, ...]], words: str) -> None:
    """The message says the way round."""
    tariffs = {name: Tariff(plus=others) for name, others in plus.items()}
    with pytest.raises(ValueError, match=words):
        lines_of(tariffs, "a")


def test_percents_of_each_other() -> None:
    """A percent may be of a line below it, but not of one that is of it."""
    one, other = line(name="A", percent=5, of=["B"]), line(name="B", percent=5, of=["C"])
    assert in_order([one, other, line(name="C", rate=1)]) == [2, 1, 0]
    with pytest.raises(ValueError, match="circle"):
        in_order([one, line(name="B", percent=5, of=["A"])])


def test_each_tariff_ends_when_the_next_begins() -> None:
    """One that has an end of its own may leave days without a tariff."""
    tariffs = {
        "later": Tariff(since=JULY),
        "part": Tariff(),
        "first": Tariff(since=JANUARY, until=date(2027, 1, 1)),
        "short": Tariff(since=date(2026, 3, 1), until=date(2026, 3, 9)),
    }
    assert in_force(tariffs) == [
        InForce("first", JANUARY, date(2026, 3, 1)),
        InForce("short", date(2026, 3, 1), date(2026, 3, 9)),
        InForce("later", JULY, None),
    ]
    with pytest.raises(ValueError, match="'one' and 'other' both begin on 2026-01-01"):
        in_force({"one": Tariff(since=JANUARY), "other": Tariff(since=JANUARY)})


def test_tariffs_that_are_only_compared() -> None:
    """None of them was ever in force."""
    assert in_force({"one": Tariff(), "other": Tariff()}) == []
    assert in_force({}) == []


@pytest.mark.parametrize(
    ("bill_from", "months", "day", "first", "end"),
    [
        (date(2025, 1, 15), 1, date(2025, 12, 1), date(2025, 11, 15), date(2025, 12, 15)),
        (date(2026, 1, 31), 1, date(2026, 3, 15), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 1, 31), 1, date(2026, 3, 31), date(2026, 3, 31), date(2026, 4, 30)),
        (date(2025, 3, 1), 12, date(2026, 2, 28), date(2025, 3, 1), date(2026, 3, 1)),
        (date(2025, 7, 4), 3, date(2025, 7, 3), date(2025, 4, 4), date(2025, 7, 4)),
        (date(2030, 1, 1), 2, date(2026, 2, 28), date(2026, 1, 1), date(2026, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28), date(2025, 2, 28), date(2026, 2, 28)),
    ],
)
def test_the_period_of_a_bill(
    bill_from: date, months: int, day: date, first: date, end: date
) -> None:
    """A month without that day has its last; days before the first bill have periods, too."""
    assert period(bill_from, months, day) == Days(first, end)


def test_each_day_is_in_its_period() -> None:
    """Periods follow each other without a gap."""
    for months in (1, 2, 3, 6, 12):
        days = list(Days(date(2023, 12, 1), date(2026, 2, 1)))
        found = [period(date(2025, 1, 31), months, day) for day in days]
        for day, each in zip(days, found, strict=True):
            assert each.first <= day < each.end
        ends = list(dict.fromkeys(found))
        assert [each.end for each in ends[:-1]] == [each.first for each in ends[1:]]


def test_a_bill_ends_where_the_tariff_does() -> None:
    """It is of the period that it is cut out of."""
    timeline = [InForce("old", JANUARY, date(2026, 7, 15)), InForce("new", date(2026, 7, 15), None)]
    whole = Days(JULY, date(2026, 8, 1))
    old, new = (term(timeline, JANUARY, 1, date(2026, 7, day)) for day in (14, 15))
    assert old == ("old", Days(JULY, date(2026, 7, 15)), whole, JANUARY)
    assert new == ("new", Days(date(2026, 7, 15), date(2026, 8, 1)), whole, date(2026, 7, 15))


@pytest.mark.parametrize(
    ("unit", "first", "end"),
    [
        ("month", date(2028, 2, 1), date(2028, 3, 1)),
        ("year", date(2028, 1, 1), date(2029, 1, 1)),
        ("year", date(2027, 1, 1), date(2028, 1, 1)),
        ("day", date(2027, 1, 1), date(2027, 1, 2)),
    ],
)
def test_the_days_of_a_time_cost_all_of_it(unit: str, first: date, end: date) -> None:
    """Leap years, too."""
    assert sum(share_of(unit, day) for day in Days(first, end)) == pytest.approx(1)


def test_a_line_of_the_configuration() -> None:
    """`from` is a date, and an unknown key is an error."""
    written = {"name": "Tax", "per": "import", "rate": {"a": 1, "rest": 2}, "from": JULY}
    found = msgspec.convert(written, Line)
    assert (found.since, found.zones, found.kind) == (JULY, ["a"], "energy")
    with pytest.raises(msgspec.ValidationError, match="unknown field `rates`"):
        msgspec.convert({"name": "Tax", "rates": 1}, Line)
