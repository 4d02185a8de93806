"""The calendar years: whatever nights are missed, they have all days, and know none less."""

from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point, encode
from powerstats_cli.core.periods import DAY, day_span, day_start, days
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.core.years import cut_until, new_year, with_days, year_span, years_of

KINDS = {"power": Kind("W", "measurement"), "energy": Kind("kWh", "total_increasing")}
BEGIN, END = date(2023, 12, 20), date(2025, 1, 12)
ZONES = ("Europe/Amsterdam", "America/Havana", "Pacific/Apia")
Past = dict[date, Point]


def lived(random: Random, zone: ZoneInfo) -> Past:
    """Return what is known of each day; of some nothing."""
    past: Past = {}
    for day in days(BEGIN, END):
        hours = day_span(day, zone).length / timedelta(hours=1)
        known = random.choice([1.0, 1.0, 0.5, 0.25])
        mean = round(random.uniform(-500, 3000), 3)
        kwh = round(mean * known * hours / 1000, 6)
        point = {
            "power": Value(mean=mean, min=mean, max=mean, kwh=kwh, coverage=known),
            "energy": Value(change=round(random.random(), 6), state=1.0, coverage=known),
        }
        past[day] = {name: value for name, value in point.items() if random.random() < 0.97}
    return past


def tier(name: str, past: Past, newest: date, zone: ZoneInfo) -> Document:
    """Return a tier on the night after a day."""
    table, end = TIERS[name], day_start(newest + DAY, zone)
    some = days(max(BEGIN, newest - (table.window - 1) * DAY), newest + DAY)
    return Document(
        tier=table.name,
        timezone=zone.key,
        bucket="day",
        last_update=end,
        series={name: Series.of(kind, end) for name, kind in KINDS.items()},
        points={day_start(day, zone): past[day] for day in some if past[day]},
    )


def night(years: dict[int, Document], past: Past, newest: date, zone: ZoneInfo) -> set[int]:
    """Put the days of a night into their years; return the years that changed."""
    sources = [tier(name, past, newest, zone) for name in ("yearly", "monthly")]
    changed = set()
    for year in years_of(sources, zone):
        before = years.get(year, new_year(year, zone))
        after = with_days(before, year, sources, day_start(newest + DAY, zone))
        if after.points and (year not in years or encode(after) != encode(before)):
            years[year] = after
            changed.add(year)
    return changed


@settings(max_examples=5, deadline=None)
@given(
    seed=strategies.integers(0, 2**32),
    zone=strategies.sampled_from(ZONES).map(ZoneInfo),
    number=strategies.integers(0, 5),
)
def test_all_days_are_in_their_years(seed: int, zone: ZoneInfo, number: int) -> None:
    """Days that both have are those of yearly.json, and the rest is what has left it."""
    random = Random(seed)
    past, years = lived(random, zone), dict[int, Document]()
    nights = sorted(random.sample(list(days(BEGIN + DAY, END - DAY)), number))
    for newest in [*nights, END - DAY]:
        changed = night(years, past, newest, zone)
        assert changed <= {newest.year, newest.year - 1}
        assert not night(years, past, newest, zone)
    # A day was in yearly.json on some night, and is as it was known.
    seen = [*nights, END - DAY]
    for day, point in past.items():
        stored = years.get(day.year, new_year(day.year, zone)).points.get(day_start(day, zone), {})
        was_there = any(newest - 365 * DAY < day <= newest for newest in seen)
        is_a_day = bool(day_span(day, zone).length)
        assert not is_a_day or stored == (point if was_there else {})
    for year, document in years.items():
        span = year_span(year, zone)
        assert all(span.start <= start < span.end for start in document.points)
        assert all(series.until <= span.end for series in document.series.values())
        assert list(document.points) == sorted(document.points)


@pytest.mark.parametrize("coverages", [(0.4, 0.9, 0.5), (0.9, 0.4, 1.0), (1.0, 1.0, 0.1)])
def test_a_day_never_knows_less(coverages: tuple[float, ...]) -> None:
    """A recomputed value replaces a stored one, unless its coverage is lower."""
    zone, day = ZoneInfo("Europe/Amsterdam"), date(2024, 5, 17)
    document, best = new_year(2024, zone), 0.0
    for number, coverage in enumerate(coverages):
        value = Value(mean=1.0, min=1.0, max=1.0, kwh=float(number), coverage=coverage)
        source = tier("yearly", {each: {} for each in days(BEGIN, END)}, day, zone)
        source.points = {day_start(day, zone): {"power": value}}
        document = with_days(document, 2024, [source], day_start(day + DAY, zone))
        best = max(best, coverage)
        [point] = document.points.values()
        assert point["power"].coverage == best


def test_a_year_is_small() -> None:
    """A year of five sensors, with numbers of the usual lengths, is at most 220 kB."""
    zone, random = ZoneInfo("Europe/Amsterdam"), Random(5)

    def number(most: float, digits: int) -> float:
        return round(random.uniform(0.1, 1) * most, digits)

    year = new_year(2024, zone)
    for day in days(date(2024, 1, 1), date(2025, 1, 1)):
        powers = {
            name: Value(
                mean=number(3000, 3),
                min=number(900, 3),
                max=number(9000, 3),
                kwh=number(90, 6),
                coverage=number(1, 4),
                source="statistics",
            )
            for name in ("power", "solar", "heat_pump")
        }
        voltage = Value(mean=230.123, min=222.5, max=241.75, coverage=0.9999, source="statistics")
        energy = Value(change=number(90, 6), state=number(99_999, 6), coverage=0.9999)
        year.points[day_start(day, zone)] = {**powers, "voltage": voltage, "energy": energy}
    assert len(encode(year)) <= 220_000


def test_until_ends_with_the_year() -> None:
    """A series that was asked for later was asked for to the end of the year."""
    zone = ZoneInfo("Asia/Kolkata")
    year, end = new_year(2024, zone), year_span(2024, zone).end
    late, early = end + 100 * DAY, end - 100 * DAY
    year.series = {
        "late": Series.of(KINDS["power"], late),
        "early": Series.of(KINDS["power"], early),
    }
    cut_until(year, 2024, zone)
    assert [series.until for series in year.series.values()] == [end, early]
