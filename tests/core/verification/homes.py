"""A made home of some closed days: archived days, and the tiers that are rolled up from them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value, as_written
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.periods import DAY, Span, day_span, day_start, intervals
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import TIERS, aggregate, new_tier

KINDS = {
    "power": Kind("W", "measurement"),
    "grid": Kind("W", "measurement"),
    "voltage": Kind("V", "measurement"),
    "meter": Kind("kWh", "total_increasing"),
    "today": Kind("kWh", "total_increasing"),
}
"""`grid` has both signs, `today` starts anew each day."""


def home(zone: ZoneInfo, first: date, number: int, seed: int = 1) -> dict[str, Document]:
    """Return the files of a home by name: so many archived days, and the three tiers."""
    numbers = Random(seed)
    archive = {}
    meter = 1000.0
    for day in (first + at * DAY for at in range(number)):
        archive[day] = _day(day, zone, numbers, meter)
        last = archive[day].points[max(archive[day].points)]["meter"].state
        meter = last or meter
    documents = {f"archive/{day}.json": document for day, document in archive.items()}
    now = day_start(first + number * DAY, zone)
    finer: dict[str, Document] = {}
    for tier in TIERS.values():
        finer[tier.name] = aggregate(
            tier,
            new_tier(tier, zone.key, day_start(first, zone)),
            archive=archive,
            finer=[finer[name] for name in tier.finer],
            daily=None,
            zone=zone,
            now=now + timedelta(minutes=10),
        )
    return documents | {f"{name}.json": document for name, document in finer.items()}


def _day(day: date, zone: ZoneInfo, numbers: Random, meter: float) -> Document:
    span = day_span(day, zone)
    return Document(
        tier="daily",
        timezone=zone.key,
        bucket="10min",
        day=day,
        last_update=span.end,
        series={name: Series.of(kind, span.end) for name, kind in KINDS.items()},
        points=dict(_points(intervals(day, zone, 10), numbers, meter)),
    )


def _points(
    spans: tuple[Span, ...], numbers: Random, meter: float
) -> Iterator[tuple[datetime, Point]]:
    counted = 0.0
    for span in spans:
        if numbers.random() < 0.05:
            continue
        hours = span.length / timedelta(hours=1)
        coverage = 1.0 if numbers.random() < 0.8 else numbers.uniform(0.01, 1.0)
        change = round(numbers.uniform(0, 0.3), 3)
        counted = round(counted + change, 3)
        values: Mapping[str, Value] = {
            "power": _power(numbers.uniform(0, 4000), 0.0, coverage, hours),
            "grid": _power(numbers.uniform(0, 3000), numbers.uniform(0, 3000), coverage, hours),
            "voltage": Value(
                mean=numbers.uniform(228, 232), min=227.5, max=233.1, coverage=coverage
            ),
            "meter": Value(change=change, state=meter + counted, coverage=coverage),
            "today": Value(change=change, state=counted, coverage=coverage),
        }
        yield (
            span.start,
            {name: written for name, value in values.items() if (written := as_written(value))},
        )


def _power(forward: float, backward: float, coverage: float, hours: float) -> Value:
    """Return a power that flowed forward for half of the known time, and back for the rest."""
    mean = (forward - backward) / 2
    known = coverage * hours / 1000
    return Value(
        mean=mean,
        min=-backward,
        max=forward,
        kwh=mean * known,
        back=backward / 2 * known if backward else None,
        coverage=coverage,
    )
