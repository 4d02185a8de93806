"""The stretches of a flow: the steps of counters that were away, and sums of several."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from powerstats_cli.core.energy.flows import Amount
from powerstats_cli.core.energy.metering import Energy
from powerstats_cli.core.energy.stretches import Bucket, Day, stretches
from powerstats_cli.core.periods import Span

START = datetime(2026, 1, 14, tzinfo=UTC)
TEN = timedelta(minutes=10)
Told = float | tuple[float, float] | None
"""The kWh of a bucket of ten minutes, perhaps with its coverage; None is unknown."""


def amount(told: Told) -> Amount | None:
    """Return an amount."""
    if told is None:
        return None
    kwh, coverage = told if isinstance(told, tuple) else (told, 1.0)
    return Amount(kwh, coverage, coverage)


def day_of(*columns: Sequence[Told], first: int = 0) -> Day:
    """Return the buckets of a flow, each column a term's."""
    return Day(
        [
            Bucket(
                Span(START + number * TEN, START + (number + 1) * TEN),
                [amount(told) for told in row],
            )
            for number, row in enumerate(zip(*columns, strict=True), first)
        ]
    )


def written(found: Energy) -> tuple[float, float, float, float]:
    """Return a stretch as minutes, kWh and coverage."""
    minute = timedelta(minutes=1)
    return (
        round((found.start - START) / minute, 6),
        round((found.end - START) / minute, 6),
        round(found.kwh, 9),
        round(found.coverage, 6),
    )


CASES: list[tuple[str, str, list[list[Told]], list[tuple[float, float, float, float]]]] = [
    ("whole", "c", [[1.0, 2.0]], [(0, 10, 1, 1), (10, 20, 2, 1)]),
    ("away", "c", [[1.0, None, None, 5.0]], [(0, 10, 1, 1), (10, 40, 5, 1 / 3)]),
    ("a power has no step", "p", [[1.0, None, None, 5.0]], [(0, 10, 1, 1), (30, 40, 5, 1)]),
    ("lost inside", "c", [[(1.0, 0.4), None, 5.0]], [(0, 4, 1, 1), (4, 30, 5, 10 / 26)]),
    (
        "back inside",
        "c",
        [[1.0, None, (5.0, 0.5), 2.0]],
        [(0, 10, 1, 1), (10, 30, 5, 0.25), (30, 40, 2, 1)],
    ),
    ("away and back inside", "c", [[(1.0, 0.4), 2.0]], [(0, 10, 1, 0.4), (10, 20, 2, 1)]),
    ("over the edge", "c", [[(1.0, 0.4), (2.0, 0.5)]], [(0, 4, 1, 1), (4, 20, 2, 5 / 16)]),
    ("the last bucket", "c", [[1.0, (2.0, 0.5)]], [(0, 10, 1, 1), (10, 20, 2, 0.5)]),
    ("not back", "c", [[1.0, None, None]], [(0, 10, 1, 1)]),
    ("not there before", "c", [[None, None, 1.0]], [(20, 30, 1, 1)]),
    ("two counters", "cc", [[1.0, 2.0], [0.5, 0.5]], [(0, 10, 1.5, 1), (10, 20, 2.5, 1)]),
    (
        "one of two away",
        "cc",
        [[1.0, None, 3.0, 1.0], [0.5, 0.5, 0.5, 0.5]],
        [(0, 10, 1.5, 1), (10, 30, 4, 0.5), (30, 40, 1.5, 1)],
    ),
    (
        "one after the other",
        "cc",
        [[1.0, None, 3.0, 1.0], [0.5, 0.5, None, 1.5]],
        [(0, 10, 1.5, 1), (10, 40, 6.0, 1 / 3)],
    ),
    ("the second is new", "cc", [[1.0, 1.0, 1.0], [None, None, 2.0]], [(20, 30, 3, 1)]),
    (
        "one away inside",
        "cc",
        [[1.0, (1.0, 0.5), 1.0], [0.5, 0.5, 0.5]],
        [(0, 10, 1.5, 1), (10, 20, 1.5, 0), (20, 30, 1.5, 1)],
    ),
    (
        "one of two powers away",
        "pp",
        [[1.0, None, 1.0], [0.5] * 3],
        [(0, 10, 1.5, 1), (20, 30, 1.5, 1)],
    ),
    ("powers apart", "pp", [[(1.0, 0.9), (1.0, 0.98)], [0.5] * 2], [(10, 20, 1.5, 0.98)]),
    (
        "a counter away, a power not",
        "cp",
        [[1.0, None, 3.0], [0.5] * 3],
        [(0, 10, 1.5, 1), (10, 30, 4, 0.5)],
    ),
    (
        "both away",
        "cp",
        [[1.0, None, 3.0, 1.0], [0.5, None, 0.5, 0.5]],
        [(0, 10, 1.5, 1), (30, 40, 1.5, 1)],
    ),
    ("the power away", "cp", [[1.0] * 3, [0.5, None, 0.5]], [(0, 10, 1.5, 1), (20, 30, 1.5, 1)]),
    (
        "both lost inside",
        "cp",
        [[(1.0, 0.4), None, 3.0, 1.0], [(0.5, 0.4), None, 0.5, 0.5]],
        [(0, 4, 1.5, 1), (30, 40, 1.5, 1)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "columns", "expected"),
    [pytest.param(*case, id=name) for name, *case in CASES],
)
def test_stretches(
    terms: str, columns: list[list[Told]], expected: list[tuple[float, float, float, float]]
) -> None:
    """A letter a term: a counter or a power. Two days are told as one."""
    are_counters = [term == "c" for term in terms]
    found = list(map(written, stretches([day_of(*columns)], are_counters)))
    assert found == [tuple(round(number, 6) for number in each) for each in expected]
    for cut in range(1, len(columns[0])):
        halves = [
            day_of(*(column[:cut] for column in columns)),
            day_of(*(column[cut:] for column in columns), first=cut),
        ]
        assert list(map(written, stretches(halves, are_counters))) == found


def test_a_day_that_is_wholly_known() -> None:
    """Such a day is told as numbers; a counter that was away comes back in its first bucket."""
    spans = [Span(START + number * TEN, START + (number + 1) * TEN) for number in range(2, 4)]
    whole = Day((), spans, [5.0, 1.0])
    before = day_of([1.0, None], [1.0, 1.0])
    found = list(map(written, stretches([before, whole, whole], [True, True])))
    assert found[:3] == [(0, 10, 2, 1), (10, 30, 6, 0.5), (30, 40, 1, 1)]
    assert [each[2] for each in found[3:]] == [5.0, 1.0]
    partly = day_of([1.0, (1.0, 0.5)])
    assert [written(each)[3] for each in stretches([partly, whole], [True])] == [1, 0.5, 1, 1]
