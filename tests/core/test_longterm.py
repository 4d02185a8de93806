"""Hours of the long-term statistics as local hours and days: totals stay in every zone."""

from datetime import UTC, date, datetime, timedelta
from math import fsum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.longterm import Conversion, Row, by_hour, local_day, local_hours
from powerstats_cli.core.periods import DAY, HOUR, Span, day_span, day_start, hours
from powerstats_cli.core.series import Kind, StateClass

POWER = Kind("W", "measurement")
ENERGY = Kind("kWh", "total_increasing")
ZONES = (
    *("Asia/Kolkata", "Australia/Adelaide", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("Europe/Amsterdam", "America/St_Johns", "UTC"),
)
# Zones with days of 23, 24 and 25 hours, and Lord Howe with days of 23.5 and 24.5 hours.
DAYS = (
    date(2025, 3, 30),
    date(2025, 10, 26),
    date(2025, 4, 6),
    date(2025, 10, 5),
    date(2025, 7, 1),
)


def at(text: str, **numbers: float) -> Row:
    """Return the row of an hour in UTC, which is given as text."""
    return Row(datetime.fromisoformat(f"{text}:00+00:00").timestamp() * 1000, **numbers)


def rows_over(span: Span, kind: Kind) -> list[Row]:
    """Return rows for all hours in UTC that a span touches, each with numbers of its own."""
    begin = span.start.replace(minute=0, second=0)
    rows = []
    for number in range(-(-(span.end - begin) // HOUR)):
        start = (begin + number * HOUR).timestamp() * 1000
        if kind.is_counter:
            rows.append(Row(start, change=0.1 * (number % 5), state=1000.0 + number))
        else:
            rows.append(Row(start, mean=100.0 + number, min=50.0 + number, max=200.0 + number))
    return rows


def test_an_hour_is_its_row() -> None:
    """If local hours begin with hours in UTC, a row is an hour; a power also has kWh."""
    known = by_hour([at("2025-07-01T10:00", mean=1500.0, min=10.0, max=2000.0)], Conversion(POWER))
    (span, value), *more = local_hours(known, date(2025, 7, 1), ZoneInfo("Europe/Amsterdam"), POWER)
    assert not more
    assert span.start == datetime(2025, 7, 1, 10, tzinfo=UTC)
    assert value == Value(
        mean=1500.0, min=10.0, max=2000.0, kwh=1.5, coverage=1.0, source="statistics"
    )


@pytest.mark.parametrize(
    ("low", "mean", "high", "back", "backward"),
    [
        (10.0, 1500.0, 2000.0, None, 0.0),
        (0.0, 1500.0, 2000.0, None, 0.0),
        (-2000.0, -1500.0, -10.0, 1.5, 1.5),
        (-2000.0, -1500.0, 0.0, 1.5, 1.5),
        (-2000.0, 500.0, 2000.0, None, None),
    ],
)
def test_what_flowed_back_in_an_hour(
    low: float, mean: float, high: float, back: float | None, backward: float | None
) -> None:
    """Home Assistant tells it unless the power was above and below zero in the hour."""
    known = by_hour([at("2025-07-01T10:00", mean=mean, min=low, max=high)], Conversion(POWER))
    [(_, value)] = local_hours(known, date(2025, 7, 1), ZoneInfo("UTC"), POWER)
    assert (value.back, value.backward) == (back, backward)


def test_what_flowed_back_is_split_evenly() -> None:
    """In India half of an hour's energy flows back in each of two local hours."""
    row = at("2025-07-01T10:00", mean=-1500.0, min=-2000.0, max=-10.0)
    known = by_hour([row], Conversion(POWER))
    found = local_hours(known, date(2025, 7, 1), ZoneInfo("Asia/Kolkata"), POWER)
    assert [value.back for _, value in found] == [0.75, 0.75]
    assert local_day(found, date(2025, 7, 1), ZoneInfo("Asia/Kolkata")).back == 1.5


def test_a_counters_hour_is_its_row() -> None:
    """A counter's hour has the change, and the state at its end."""
    known = by_hour([at("2025-07-01T10:00", change=0.4, state=1000.4)], Conversion(ENERGY))
    [(_, value)] = local_hours(known, date(2025, 7, 1), ZoneInfo("UTC"), ENERGY)
    assert value == Value(change=0.4, state=1000.4, coverage=1.0, source="statistics")


@pytest.mark.parametrize(
    ("conversion", "row", "is_kept"),
    [
        (Conversion(POWER), {"mean": 500.0, "min": 0.0, "max": 2e6}, False),
        (Conversion(POWER), {"mean": 500.0, "min": -2e6, "max": 900.0}, False),
        (Conversion(POWER, 1000.0), {"mean": 500.0, "min": 0.0, "max": 1001.0}, False),
        (Conversion(POWER), {"mean": 500.0, "min": 0.0, "max": 26e3}, True),
        (Conversion(POWER, 1.0, (0, 25e3)), {"mean": 500.0, "min": 0.0, "max": 26e3}, False),
        (Conversion(POWER, 1.0, (0, 25e3)), {"mean": 500.0, "min": -1.0, "max": 2e3}, False),
        (Conversion(ENERGY), {"change": 999.0, "state": 5e3}, True),
        (Conversion(ENERGY), {"change": 1001.0, "state": 5e3}, False),
        (Conversion(ENERGY, 0.001), {"change": 1001.0, "state": 5e3}, True),
        (Conversion(ENERGY, 1.0, (0, 25)), {"change": 26.0, "state": 5e3}, False),
        (Conversion(Kind("kWh", "total")), {"change": -2.0, "state": 5.0}, True),
        (Conversion(Kind("m³", "total_increasing")), {"change": 1e6, "state": 5e9}, True),
    ],
)
def test_an_implausible_hour_is_left_out(
    conversion: Conversion, row: dict[str, float], *, is_kept: bool
) -> None:
    """A mean, minimum or maximum outside the range, or a change above what a meter can count."""
    assert bool(by_hour([at("2025-07-01T10:00", **row)], conversion)) == is_kept


def test_an_hour_is_split_evenly() -> None:
    """In India an hour in UTC is half in one local hour and half in the next."""
    known = by_hour([at("2025-07-01T10:00", mean=1500.0, min=10.0, max=2000.0)], Conversion(POWER))
    found = local_hours(known, date(2025, 7, 1), ZoneInfo("Asia/Kolkata"), POWER)
    starts = [datetime(2025, 7, 1, 9, 30, tzinfo=UTC), datetime(2025, 7, 1, 10, 30, tzinfo=UTC)]
    assert [span.start for span, _ in found] == starts
    for _, value in found:
        assert value == Value(
            mean=1500.0, min=10.0, max=2000.0, kwh=0.75, coverage=0.5, source="statistics"
        )


def test_a_counters_hour_is_split_evenly() -> None:
    """Each local hour has half the change; the state at the first one's end is halfway."""
    known = by_hour([at("2025-07-01T10:00", change=0.4, state=1000.4)], Conversion(ENERGY))
    found = local_hours(known, date(2025, 7, 1), ZoneInfo("Asia/Kolkata"), ENERGY)
    assert [value.change for _, value in found] == [0.2, 0.2]
    assert [value.state for _, value in found] == pytest.approx([1000.2, 1000.4])
    assert [value.coverage for _, value in found] == [0.5, 0.5]


def test_a_quarter_of_an_hour() -> None:
    """Kathmandu is 5:45 ahead: its hours begin a quarter of an hour after those in UTC."""
    rows = [at("2025-07-01T10:00", mean=100.0, min=1.0, max=300.0)]
    rows.append(at("2025-07-01T11:00", mean=200.0, min=2.0, max=400.0))
    found = dict(
        local_hours(by_hour(rows, Conversion(POWER)), DAYS[-1], ZoneInfo("Asia/Kathmandu"), POWER)
    )
    start = datetime(2025, 7, 1, 10, 15, tzinfo=UTC)
    whole = found[Span(start, start + HOUR)]
    assert whole.mean == pytest.approx(0.75 * 100 + 0.25 * 200)
    assert (whole.min, whole.max, whole.coverage) == (1.0, 400.0, 1.0)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", DAYS)
def test_hours_add_up_to_their_day(zone: str, day: date) -> None:
    """If no row is missing, every hour of a day is fully known, and they add up to the day."""
    where = ZoneInfo(zone)
    span = day_span(day, where)
    for kind in (POWER, ENERGY):
        parts = local_hours(by_hour(rows_over(span, kind), Conversion(kind)), day, where, kind)
        assert [part for part, _ in parts] == list(hours(day, where))
        assert [value.coverage for _, value in parts] == pytest.approx([1.0] * len(parts))
        whole = local_day(parts, day, where)
        assert whole.coverage == pytest.approx(1.0)
        assert whole.source == "statistics"
        if kind is POWER:
            assert whole.kwh == pytest.approx(fsum(value.kwh or 0.0 for _, value in parts))
            length = span.length / HOUR
            assert whole.kwh == pytest.approx((whole.mean or 0.0) * length / 1000)
        else:
            assert whole.change == pytest.approx(fsum(value.change or 0.0 for _, value in parts))
            assert whole.state == parts[-1][1].state


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    changes=st.lists(st.none() | st.floats(0, 50), min_size=1, max_size=120),
)
def test_the_total_stays(zone: str, first: date, changes: list[float | None]) -> None:
    """With any rows, all days together have the change and the known time of the rows."""
    where = ZoneInfo(zone)
    begin = day_start(first + DAY, where).replace(minute=0)
    rows = [
        Row((begin + number * HOUR).timestamp() * 1000, change=change, state=1000.0)
        for number, change in enumerate(changes)
        if change is not None
    ]
    known = by_hour(rows, Conversion(ENERGY))
    parts = [
        (span, value)
        for number in range(10)
        for span, value in local_hours(known, first + number * DAY, where, ENERGY)
    ]
    total = fsum(value.change or 0.0 for _, value in parts)
    assert total == pytest.approx(fsum(row.change or 0.0 for row in rows), abs=1e-9)
    time = sum((value.coverage * span.length for span, value in parts), timedelta())
    assert time / HOUR == pytest.approx(len(rows), abs=1e-6)


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ({}, "measurement"),
        ({"min": 1.0, "max": 3.0}, "measurement"),
        ({"change": 0.2, "state": 7.0}, "measurement"),
        ({"mean": 1e300}, "measurement"),
        ({"mean": 1e300, "min": 0.0, "max": 1e300}, "measurement"),
        ({"mean": 3.0, "max": 1e300}, "measurement"),
        ({}, "total_increasing"),
        ({"mean": 3.0, "min": 1.0, "max": 4.0}, "total_increasing"),
        ({"state": 7.0}, "total_increasing"),
        ({"change": 0.2, "state": 1e300}, "total_increasing"),
        ({"change": -0.2}, "total_increasing"),
        ({"change": -0.2, "state": 7.0}, "total_increasing"),
    ],
)
def test_rows_that_say_nothing(numbers: dict[str, float], kind: StateClass) -> None:
    """A row with missing or nonsensical numbers is unknown time."""
    row = at("2025-07-01T10:00", **numbers)
    assert by_hour([row], Conversion(Kind("kWh", kind))) == {}


def test_a_total_may_go_down() -> None:
    """The change of a meter that counts both ways may be negative."""
    known = by_hour(
        [at("2025-07-01T10:00", change=-0.2, state=7.0)], Conversion(Kind("kWh", "total"))
    )
    assert [row.change for row in known.values()] == [-0.2]


def test_the_unit_is_the_one_kept() -> None:
    """Numbers in another unit are converted to the kept unit."""
    kind = Conversion(Kind("W", "measurement"), factor=1000.0)
    known = by_hour([at("2025-07-01T10:00", mean=1.5, min=1.0, max=2.0)], kind)
    [row] = known.values()
    assert (row.mean, row.min, row.max) == (1500.0, 1000.0, 2000.0)


# --- imported statistics ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "low", "high"),
    [
        ({}, 500.0, 500.0),
        ({"min": 100.0}, 100.0, 500.0),
        ({"max": 900.0}, 500.0, 900.0),
        ({"min": 100.0, "max": 900.0}, 100.0, 900.0),
    ],
)
def test_a_mean_alone(numbers: dict[str, float], low: float, high: float) -> None:
    """A mean without min or max has itself as both."""
    rows = [at("2025-07-01T10:00", mean=0.5, **{key: n / 1000 for key, n in numbers.items()})]
    known = by_hour(rows, Conversion(POWER, 1000.0))
    [(_, value)] = local_hours(known, date(2025, 7, 1), ZoneInfo("UTC"), POWER)
    assert value == Value(mean=500.0, min=low, max=high, kwh=0.5, coverage=1.0, source="statistics")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_a_change_alone(zone: str) -> None:
    """Sums without states give changes, and no state: neither in an hour nor in the day."""
    day = date(2025, 7, 1)
    span = day_span(day, ZoneInfo(zone))
    rows = [Row(row.start, change=row.change) for row in rows_over(span, ENERGY)]
    parts = local_hours(by_hour(rows, Conversion(ENERGY)), day, ZoneInfo(zone), ENERGY)
    assert [len(parts), {value.state for _, value in parts}] == [24, {None}]
    whole = local_day(parts, day, ZoneInfo(zone))
    assert (whole.state, whole.coverage, whole.source) == (None, 1.0, "statistics")
    changes = [value.change or 0 for _, value in parts]
    assert whole.change == pytest.approx(fsum(changes))


def test_a_day_whose_last_hours_have_no_state() -> None:
    """The reading at the end of the day is not the one of an hour before."""
    rows = [
        at("2025-07-01T10:00", change=1.0, state=101.0),
        at("2025-07-01T11:00", change=2.0),
    ]
    parts = local_hours(
        by_hour(rows, Conversion(ENERGY)), date(2025, 7, 1), ZoneInfo("UTC"), ENERGY
    )
    assert [value.state for _, value in parts] == [101.0, None]
    whole = local_day(parts, date(2025, 7, 1), ZoneInfo("UTC"))
    assert (whole.change, whole.state) == (3.0, None)
    turned = local_day(parts[::-1], date(2025, 7, 1), ZoneInfo("UTC"))
    assert (turned.change, turned.state) == (3.0, 101.0)
