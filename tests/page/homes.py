"""Homes as files: each tier's document made up, or all of a simulated house run at a fixed time."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.commands.demo import ENTITIES, TimedRun, schedule
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.candidates.stored import assumed_kinds, stored_roles
from powerstats_cli.core.documents import Document, Latest, Point, bucket_name, decode, encode
from powerstats_cli.core.periods import DAY, Span, day_span, day_start, local_day
from powerstats_cli.core.series import Series, StateClass
from powerstats_cli.core.tiers import TIERS, buckets
from powerstats_cli.demo.house import House
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.site.home import told
from tests.support.installation import TOKEN, Installation

ZONE = "Europe/Amsterdam"
NOW = datetime(2025, 11, 22, 17, 24, 8, tzinfo=UTC)
START = datetime(2024, 1, 1, tzinfo=UTC)
DEMO_NOW = datetime(2025, 11, 22, 17, 24, 8, tzinfo=UTC)
TIER_NAMES = ("daily", *TIERS)


@dataclass(frozen=True)
class Sensor:
    """A series and its usual value, or its value at each time."""

    name: str
    unit: str = "W"
    level: float = 500
    state_class: StateClass = "measurement"
    at: Callable[[datetime], float] | None = None


HOUSE = (
    Sensor("power", level=420),
    Sensor("voltage", "V", 231),
    Sensor("energy", "kWh", 4218, "total_increasing"),
    Sensor("solar", level=290),
    Sensor("power_factor", "%", 88),
)


@dataclass(frozen=True)
class Outage:
    """A time in which nothing is known of some series; of all series if none is named."""

    start: datetime
    end: datetime
    names: tuple[str, ...] = ()

    def takes(self, name: str, span: Span) -> timedelta:
        """Return how much of a span it takes from a series."""
        if self.names and name not in self.names:
            return timedelta(0)
        return max(min(self.end, span.end) - max(self.start, span.start), timedelta(0))


@dataclass(frozen=True)
class Home:
    """A home at a time; the same arguments make the same files."""

    now: datetime = NOW
    sensors: tuple[Sensor, ...] = HOUSE
    zone: str = ZONE
    minutes: int = 10
    outages: tuple[Outage, ...] = ()
    days: int = 365
    delay: timedelta = timedelta(0)

    @property
    def until(self) -> datetime:
        """The end of the last whole interval of today."""
        zone = ZoneInfo(self.zone)
        today = local_day(self.now, zone)
        spans = buckets(bucket_name(self.minutes), today, zone)
        ended = [span.end for span in spans if span.end <= self.now - self.delay]
        return ended[-1] if ended else day_start(today, zone)

    def documents(self) -> dict[str, Document]:
        """Return the four files."""
        zone = ZoneInfo(self.zone)
        today = local_day(self.now, zone)
        spans = buckets(bucket_name(self.minutes), today, zone)
        until = self.until
        made = {
            "daily": Document(
                tier="daily",
                timezone=self.zone,
                bucket=bucket_name(self.minutes),
                day=today,
                last_update=until,
                series=self._series(until),
                points=self._points(span for span in spans if span.end <= until),
            )
        }
        made["daily"].latest = self._latest(made["daily"].points)
        for name, tier in TIERS.items():
            closed = (today - back * DAY for back in range(min(tier.window, self.days), 0, -1))
            points = self._points(
                span for day in closed for span in buckets(tier.bucket, day, zone)
            )
            made[name] = Document(
                tier=tier.name,
                timezone=self.zone,
                bucket=tier.bucket,
                last_update=day_start(today, zone),
                series=self._series(day_start(today, zone)),
                points=points,
            )
        return made

    def _series(self, until: datetime) -> dict[str, Series]:
        return {
            sensor.name: Series(sensor.unit, sensor.state_class, until) for sensor in self.sensors
        }

    def _points(self, spans: Iterable[Span]) -> dict[datetime, Point]:
        points = {}
        for span in spans:
            point = {
                sensor.name: value
                for sensor in self.sensors
                if (value := self._value(sensor, span)) is not None
            }
            if point:
                points[span.start] = point
        return points

    def _value(self, sensor: Sensor, span: Span) -> Value | None:
        lost = sum(
            (
                outage.takes(sensor.name, span)
                for outage in self.outages
                if outage.start < span.end and span.start < outage.end
            ),
            timedelta(0),
        )
        coverage = round(1 - lost / span.length, 4)
        if coverage < 0.0001:
            return None
        if sensor.at is not None:
            return _followed(sensor, sensor.at, span, coverage)
        chance = Random(f"{sensor.name} {span.start:%Y-%m-%dT%H:%M}")
        if sensor.state_class != "measurement":
            change = round(span.length.total_seconds() / 3600 * chance.uniform(0.1, 0.8), 6)
            state = round(sensor.level + (span.end - START) / timedelta(hours=2), 6)
            return Value(change=change, state=state, coverage=coverage)
        swing = 0.9 if sensor.unit == "W" else 0.02
        mean = round(sensor.level * chance.uniform(1 - swing, 1 + swing), 3)
        known = coverage * span.length.total_seconds()
        return Value(
            mean=mean,
            min=round(mean * chance.uniform(1 - swing, 1), 3),
            max=round(mean * chance.uniform(1, 1 + swing), 3),
            kwh=round(mean * known / 3_600_000, 6) if sensor.unit == "W" else None,
            coverage=coverage,
        )

    def _latest(self, points: Mapping[datetime, Point]) -> dict[str, Latest]:
        latest = {}
        for start, point in points.items():
            for name, value in point.items():
                read = value.mean if value.mean is not None else value.state
                assert read is not None
                latest[name] = Latest(start + timedelta(seconds=51), read)
        return latest


def _followed(
    sensor: Sensor, at: Callable[[datetime], float], span: Span, coverage: float
) -> Value:
    """Return the value of a span in which a series followed its course, looked at twelve times."""
    values = [at(span.start + span.length * (number + 0.5) / 12) for number in range(12)]
    hours = span.length.total_seconds() / 3600 * coverage
    kwh = sum(values) / 12 * hours / 1000
    if sensor.state_class != "measurement":
        state = sensor.level + (span.end - START) / timedelta(hours=2)
        return Value(change=round(kwh, 6), state=round(state, 6), coverage=coverage)
    back = round(sum(max(-value, 0) for value in values) / 12 * hours / 1000, 6)
    is_power = sensor.unit == "W"
    return Value(
        mean=round(sum(values) / 12, 3),
        min=round(min(values), 3),
        max=round(max(values), 3),
        kwh=round(kwh, 6) if is_power else None,
        back=back if is_power and back else None,
        coverage=coverage,
    )


def home_of(documents: Mapping[str, Document]) -> Mapping[str, object]:
    """Return what the page is told of a home: the roles that the names of its series suggest.

    Without documents these are the series of the house, of which nothing is stored yet.
    """
    stored = list(documents.values())
    names = {name for document in stored for name in document.series}
    names = names or {sensor.name for sensor in HOUSE}
    entities = {name: f"sensor.{name}" for name in sorted(names)}
    kinds = assumed_kinds(entities, stored)
    zones = [document.timezone for document in stored] or [ZONE]
    return {**told(stored_roles(entities, stored, kinds), kinds, names), "zone": zones[0]}


def write(documents: Mapping[str, Document], data_dir: Path) -> None:
    """Write documents as the data files they are."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        path = data_dir / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        replaced(path, encode(document))


def read(data_dir: Path, name: str) -> Document:
    """Return the document in a data file."""
    raw = (data_dir / f"{name}.json").read_bytes()
    return decode(raw, timezone=msgspec.json.decode(raw)["timezone"])


def replaced(path: Path, raw: bytes) -> None:
    """Write a file that is newer than the one before it by whole seconds, as HTTP tells time."""
    before = path.stat().st_mtime if path.is_file() else time.time() - 100
    path.write_bytes(raw)
    os.utime(path, (before + 2, before + 2))


# --- the simulated house ----------------------------------------------------------------------


def simulated(folder: Path, days: int, now: datetime = DEMO_NOW) -> Installation:
    """Run the simulated house's last days through the real commands, as `demo` does.

    `collect` runs once a night and at the end: more runs would make the same files. The series are
    those of HOUSE, as most homes have no more; their roles are guessed.
    """
    zone = ZoneInfo(ZONE)
    today = local_day(now, zone)
    first = today - (days - 1) * DAY
    clock = _Clock(day_start(first, zone))
    house = House(zone, first, today)
    steps = [*schedule(Span(clock.now, now), (), zone), TimedRun(now, ("collect",))]
    with HomeAssistant(house, token=TOKEN, clock=clock) as server:
        entities = {sensor.name: ENTITIES[sensor.name] for sensor in HOUSE}
        home = Installation(folder, server.url, entities, timezone=ZONE)
        for step in sorted(steps, key=lambda step: step.at):
            clock.now = step.at
            home.run("-q", *step.command, at=step.at)
    return home


@dataclass
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self.now


def lengthened(yearly: Document) -> Document:
    """Return a year's file with the days before its first made of those four weeks later."""
    zone = ZoneInfo(yearly.timezone)
    last = max(local_day(start, zone) for start in yearly.points)
    # The first and the newest days of a home may be known in part; the days between are whole.
    points = dict(yearly.points)
    for back in range(1, 365):
        day = last - back * DAY
        start, later = day_start(day, zone), day_start(day + 28 * DAY, zone)
        if start in points and back < 36:
            continue
        share = day_span(day, zone).length / day_span(day + 28 * DAY, zone).length
        points[start] = {
            name: _scaled(value, share * Random(f"{name} {day}").uniform(0.8, 1.22))
            for name, value in points[later].items()
        }
    return Document(
        tier="yearly",
        timezone=yearly.timezone,
        bucket="day",
        last_update=yearly.last_update,
        series=yearly.series,
        points=dict(sorted(points.items())),
    )


def _scaled(value: Value, factor: float) -> Value:
    """Return a value of a day that had more of the same."""
    if value.change is not None:
        return Value(
            change=round(value.change * factor, 6), state=value.state, coverage=value.coverage
        )
    if value.kwh is None or value.mean is None or value.max is None:
        return value
    return Value(
        mean=round(value.mean * factor, 3),
        min=value.min,
        max=round(value.max * max(1.0, factor), 3),
        kwh=round(value.kwh * factor, 6),
        coverage=value.coverage,
    )


def without(document: Document, *names: str) -> Document:
    """Return a document that knows nothing of some series."""
    points = {
        start: kept
        for start, point in document.points.items()
        if (kept := {name: value for name, value in point.items() if name not in names})
    }
    return Document(
        tier=document.tier,
        timezone=document.timezone,
        bucket=document.bucket,
        day=document.day,
        last_update=document.last_update,
        series={name: about for name, about in document.series.items() if name not in names},
        latest=None
        if document.latest is None
        else {name: last for name, last in document.latest.items() if name not in names},
        points=points,
    )


def asked_until(document: Document, until: datetime, *names: str) -> Document:
    """Return a document of which some series, or all, were asked for up to another time."""
    series = {
        name: Series(about.unit, about.state_class, until) if not names or name in names else about
        for name, about in document.series.items()
    }
    return Document(
        tier=document.tier,
        timezone=document.timezone,
        bucket=document.bucket,
        day=document.day,
        last_update=document.last_update,
        series=series,
        latest=document.latest,
        points=document.points,
    )


def with_sensors(home: Home, *sensors: Sensor) -> Home:
    """Return the same home with other sensors."""
    return replace(home, sensors=sensors)
