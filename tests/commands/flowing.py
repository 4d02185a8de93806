"""An installation with a home of grid, sun, battery and devices, out of written files."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import BUCKETS, Document, DocumentName, Point, encode
from powerstats_cli.core.periods import DAY, day_start, local_day
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import buckets
from tests.support.installation import Installation

ZONE = ZoneInfo("Europe/Amsterdam")
POWER = Kind("W", "measurement")
COUNTER = Kind("kWh", "total_increasing")
NOW = datetime(2025, 11, 22, 13, tzinfo=UTC)
TODAY = local_day(NOW, ZONE)
KINDS = {
    "grid": POWER,
    "solar": POWER,
    "battery": POWER,
    "heat_pump": COUNTER,
    "kitchen": COUNTER,
    "oven": COUNTER,
}
ENTITIES = {name: f"sensor.{name}" for name in KINDS}
FLOWS = """
[flows]
grid = "grid"
solar = "solar"
battery = "-battery"
devices = ["heat_pump", "kitchen", "oven"]
within = { oven = "kitchen" }
"""


def value(kwh: float, back: float = 0.0, coverage: float = 1.0) -> Value:
    """Return a power's value that went both ways, or one way."""
    low, high = (-900.0 if back else 0.0), (900.0 if kwh + back else 0.0)
    return Value(mean=0.0, min=low, max=high, kwh=kwh, back=back or None, coverage=coverage)


def counted(kwh: float) -> Value:
    """Return a counter's value."""
    return Value(change=kwh, state=1000.0, coverage=1.0)


POINT: Point = {
    "grid": value(0.1, 0.2),  # import 0.3, export 0.2
    "solar": value(0.5),
    "battery": value(0.15, 0.05),  # charge 0.2, discharge 0.05
    "heat_pump": counted(0.1),
    "kitchen": counted(0.15),
    "oven": counted(0.05),
}
"""House = 0.3 + 0.5 - 0.2 + 0.05 - 0.2 = 0.45."""


def document(tier: DocumentName, days: list[date], point: Point = POINT) -> Document:
    """Return a file in which all buckets of some days have the same point."""
    bucket = BUCKETS.get(tier, "10min")
    end = min(day_start(days[-1] + DAY, ZONE), NOW)
    return Document(
        tier=tier,
        timezone=ZONE.key,
        bucket=bucket,
        day=days[0] if tier == "daily" else None,
        last_update=end,
        series={name: Series.of(kind, end) for name, kind in KINDS.items()},
        latest={} if tier == "daily" else None,
        points={
            span.start: dict(point)
            for day in days
            for span in buckets(bucket, day, ZONE)
            if span.end <= end
        },
    )


def installed(folder: Path, documents: Mapping[str, Document], flows: str = FLOWS) -> Installation:
    """Return an installation with some files, and roles at the end of its configuration."""
    installation = Installation(folder, "http://127.0.0.1:1", ENTITIES)
    with installation.config.open("a") as config:
        config.write(flows)
    for name, stored in documents.items():
        path = installation.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(stored))
    return installation
