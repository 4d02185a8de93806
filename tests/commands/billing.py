"""An installation whose files have a made use of energy, for what it costs."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point, bucket_name, encode
from powerstats_cli.core.energy import ledger
from powerstats_cli.core.energy.ledger import Ledger
from powerstats_cli.core.energy.ledger_days import Keeping, Tariffing, rolled_up
from powerstats_cli.core.periods import DAY, day_start, intervals, local_day
from powerstats_cli.core.prices import is_price
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import roll_up
from tests.support.installation import Installation

NL = ZoneInfo("Europe/Amsterdam")
POWER, COUNTER = Kind("W", "measurement"), Kind("kWh", "total_increasing")
PRICE = Kind("EUR/kWh", "measurement")
Stored = Literal["archive", "ledger", "yearly"]
Use = Callable[[datetime], Value | float | None]
"""Returns a series' value in the bucket that begins at a local time, its energy, or None."""


class Home(msgspec.Struct):
    """A home with series, each with its kind and its use, in a time zone.

    Each day is in yearly.json, and as `stored` says in the archive or in the ledger, too; the day
    of `now` is in daily.json.
    """

    folder: Path
    now: datetime
    days: Iterable[date]
    kinds: Mapping[str, Kind]
    use: Mapping[str, Use]
    config: str = ""
    zone: ZoneInfo = NL
    minutes: int = 10
    slot_minutes: int = 60
    stored: Callable[[date], Stored] = lambda _: "archive"

    def installed(self) -> Installation:
        """Write the configuration and the files."""
        entities = {name: f"sensor.{name}" for name in self.kinds}
        data = {"collection_interval_minutes": self.minutes}
        installation = Installation(
            self.folder,
            "http://127.0.0.1:1",
            entities,
            timezone=self.zone.key,
            data=data,
            more=self.config,
        )
        for name, raw in self.files().items():
            path = installation.data_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        return installation

    def files(self) -> dict[str, bytes]:
        """Return the bytes of each file by its name."""
        found: dict[str, bytes] = {}
        yearly = self.document("yearly", "day", None)
        days = {}
        for day in self.days:
            document = self.document("daily", bucket_name(self.minutes), day)
            if day == local_day(self.now, self.zone):
                found["daily.json"] = encode(document)
                continue
            for start, name, value in roll_up(document, day, "day", self.zone):
                yearly.put(start, name, value)
            if self.stored(day) == "archive":
                document.latest = None
                found[f"archive/{day}.json"] = encode(document)
            elif self.stored(day) == "ledger":
                days[day] = rolled_up(document, day, self.keeping, self.zone)
        found["yearly.json"] = encode(yearly)
        if days:
            kept = Ledger(self.zone.key, self.now, dict(self.kinds), days)
            found["ledger.json"] = ledger.encode(kept)
        return found

    @property
    def keeping(self) -> Keeping:
        """Return what the ledger keeps: all series, each price by its quarter-hours."""
        prices = [name for name, kind in self.kinds.items() if is_price(kind.unit)]
        return Keeping(
            energy=frozenset(self.kinds) - {*prices},
            prices=dict.fromkeys(prices, Tariffing(15, 15)),
            slot_minutes=self.slot_minutes,
        )

    def document(self, tier: Literal["daily", "yearly"], bucket: str, day: date | None) -> Document:
        """Return a file, of a day with its values."""
        start = day_start((day or local_day(self.now, self.zone)) + DAY, self.zone)
        end = min(start, self.now)
        return Document(
            tier=tier,
            timezone=self.zone.key,
            bucket=bucket,
            day=day,
            last_update=end,
            series={name: Series.of(kind, end) for name, kind in self.kinds.items()},
            latest={} if day else None,
            points=self.points(day, end) if day else {},
        )

    def points(self, day: date, end: datetime) -> dict[datetime, Point]:
        """Return the values of a day."""
        spans = [span for span in intervals(day, self.zone, self.minutes) if span.end <= end]
        found = {
            span.start: {
                name: value
                for name, use in self.use.items()
                if (value := self.value(name, use(span.start.astimezone(self.zone)))) is not None
            }
            for span in spans
        }
        return {start: point for start, point in found.items() if point}

    def value(self, name: str, used: Value | float | None) -> Value | None:
        """Return a value of a series: of a number it is the energy, or the price."""
        if used is None or isinstance(used, Value):
            return used
        if self.kinds[name].is_counter:
            return Value(change=used, state=1000.0, coverage=1.0)
        if is_price(self.kinds[name].unit):
            return Value(mean=used, min=used, max=used, coverage=1.0)
        mean = used * 60000 / self.minutes
        return Value(
            mean=mean, min=mean, max=mean, kwh=used, back=-used if used < 0 else None, coverage=1.0
        )


def at(day: date, hour: int, zone: ZoneInfo = NL) -> datetime:
    """Return a local time in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def told(installation: Installation, *command: str, now: datetime) -> Any:
    """Return what a command prints as JSON; it must succeed."""
    result = installation.run(*command, "--json", at=now)
    assert (result.exit_code, result.err) == (0, ""), result
    return json.loads(result.out)
