"""A renamed series: documents with its earlier name, its present name, and both."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Latest
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.series import Kind, Series

BEGIN = datetime(2025, 11, 22, tzinfo=UTC)
COUNTER = Kind("kWh", "total_increasing")
POWER = Kind("W", "measurement")


def counted(kwh: float, coverage: float = 1.0) -> Value:
    """Return a counter's value."""
    return Value(change=kwh, state=1000.0, coverage=coverage)


def document(
    points: dict[str, dict[int, Value]],
    kinds: dict[str, Kind] | None = None,
    until: dict[str, int] | None = None,
) -> Document:
    """Return a day with the values of each series by the hours in which their buckets begin."""
    kinds = kinds or dict.fromkeys(points, COUNTER)
    hours = sorted({hour for values in points.values() for hour in values})
    ends = {name: BEGIN + timedelta(hours=(until or {}).get(name, 24)) for name in points}
    return Document(
        tier="daily",
        timezone="UTC",
        bucket="60min",
        last_update=BEGIN,
        day=BEGIN.date(),
        series={name: Series.of(kinds[name], ends[name]) for name in points},
        latest={name: Latest(ends[name], 1.0) for name in points},
        points={
            BEGIN + timedelta(hours=hour): {
                name: values[hour] for name, values in points.items() if hour in values
            }
            for hour in hours
        },
    )


def test_the_past_gets_the_present_name() -> None:
    """Points, the entry of the series and its latest reading have it; another series stays."""
    before = document({"energy_2": {0: counted(1), 1: counted(2)}, "power": {0: counted(3)}})
    after = document({"grid_export": {0: counted(1), 1: counted(2)}, "power": {0: counted(3)}})
    assert renamed(before, {"energy_2": "grid_export", "other": "x"}) == after
    assert renamed(after, {"energy_2": "grid_export"}) is after


def test_a_name_that_was_changed_twice() -> None:
    """Both earlier names lead to the present one."""
    names = {"a": "c", "b": "c"}
    both = document({"a": {0: counted(1)}, "b": {1: counted(2)}})
    assert renamed(both, names) == document({"c": {0: counted(1), 1: counted(2)}})


def test_a_step_that_ran_meanwhile() -> None:
    """Of two values of a bucket the one that is known better stays; the later `until` counts."""
    before = document(
        {
            "old": {0: counted(1), 1: counted(2, 0.5), 2: counted(3)},
            "new": {1: counted(2.5), 2: counted(2.9, 0.9), 3: counted(4)},
        },
        until={"old": 3, "new": 4},
    )
    hours = {0: counted(1), 1: counted(2.5), 2: counted(3), 3: counted(4)}
    assert renamed(before, {"old": "new"}) == document({"new": hours}, until={"new": 4})


@pytest.mark.parametrize("kind", [POWER, Kind("m³", "total_increasing")])
def test_series_that_do_not_fit_stay_apart(kind: Kind) -> None:
    """A power and a counter are no one series: nothing is changed."""
    before = document(
        {"old": {0: counted(1)}, "new": {0: counted(2)}}, {"old": COUNTER, "new": kind}
    )
    assert renamed(before, {"old": "new"}) is before


@given(
    st.dictionaries(
        st.sampled_from("abcd"),
        st.dictionaries(st.integers(0, 5), st.floats(0, 1).map(lambda each: counted(1, each))),
        min_size=1,
    )
)
def test_to_rename_twice_is_to_rename_once(points: dict[str, dict[int, Value]]) -> None:
    """A file that was written again reads the same; no bucket is lost."""
    names = {"a": "d", "b": "d"}
    before = document(points)
    once = renamed(before, names)
    assert renamed(msgspec.structs.replace(once), names) == once
    assert once.series.keys() == {names.get(name, name) for name in points}
    assert once.points.keys() == before.points.keys()
