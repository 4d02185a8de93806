"""A home whose files are written by hand: a week of 600 W, and a spike on the 20th."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value, as_written
from powerstats_cli.core.documents import Document, Latest, encode
from powerstats_cli.core.journal import Journal, decode
from powerstats_cli.core.periods import DAY, day_span, day_start, days, intervals
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, aggregate, new_tier
from tests.support.installation import Installation, Result

ZONE = "Europe/Amsterdam"
AMSTERDAM = ZoneInfo(ZONE)
TODAY = date(2025, 11, 22)
SPIKED = date(2025, 11, 20)
OLD = date(2025, 3, 1)
NOON = datetime(2025, 11, 22, 12, tzinfo=AMSTERDAM)
SPIKE = datetime(2025, 11, 20, 10, 10, tzinfo=AMSTERDAM)
NIGHTLY = [("aggregate", tier) for tier in TIERS]
MINUTES = 10
# At 10:10 another meter's reading was taken for the meter's own.
JUMPED = 413.1


def local(written: str) -> datetime:
    """Return a time in Amsterdam, such as "2025-11-20 10:10"."""
    return datetime.fromisoformat(written).replace(tzinfo=AMSTERDAM)


def power(mean: float, minutes: float = MINUTES, coverage: float = 1.0) -> Value:
    """Return a constant power."""
    value = Value(
        mean=mean, min=mean, max=mean, kwh=mean * coverage * minutes / 60_000, coverage=coverage
    )
    written = as_written(value)
    assert written is not None
    return written


def a_day(day: date, *, spike: bool = False) -> Document:
    """Return a day's file: 600 W, and a meter that counts 0.1 kWh in each bucket."""
    points = {}
    state = 100.0 + (day - OLD).days * 14.4
    for span in intervals(day, AMSTERDAM, MINUTES):
        is_spike = spike and span.start == SPIKE
        change = JUMPED if is_spike else 0.1
        state += change
        points[span.start] = {
            "power": power(60_000.0 if is_spike else 600.0),
            "energy": Value(change=change, state=round(state, 6), coverage=1.0),
        }
    end = day_span(day, AMSTERDAM).end
    return Document(
        tier="daily",
        timezone=ZONE,
        bucket=f"{MINUTES}min",
        day=day,
        last_update=end,
        series={
            "power": Series("W", "measurement", end),
            "energy": Series("kWh", "total_increasing", end),
        },
        points=points,
    )


def today(until: datetime = NOON) -> Document:
    """Return daily.json of a day that is not over."""
    document = a_day(TODAY)
    document.points = {at: point for at, point in document.points.items() if at < until}
    document.latest = {"power": Latest(until - timedelta(seconds=9), 600.0)}
    document.last_update = until
    document.series = {
        name: Series.of(series.kind, until) for name, series in document.series.items()
    }
    return document


def old_days() -> dict[date, Document]:
    """Return the days before the archive, by which the tiers are made."""
    return {
        day: a_day(day)
        for day in (
            *days(OLD, OLD + 3 * DAY),
            date(2025, 3, 29),
            date(2025, 3, 30),
            *days(TODAY - 20 * DAY, TODAY - 7 * DAY),
        )
    }


def home(folder: Path, *, archive: bool = True, **settings: Any) -> Installation:
    """Return an installation with the files of a week, and of some older days in the tiers."""
    installation = Installation(
        folder,
        "http://127.0.0.1:1",
        {"power": "sensor.power", "energy": "sensor.energy"},
        **settings,
    )
    archived = {day: a_day(day, spike=day == SPIKED) for day in days(TODAY - 7 * DAY, TODAY)}
    files = {f"archive/{day}.json": document for day, document in archived.items() if archive}
    files["daily.json"] = today()
    finer: list[Document] = []
    for tier in TIERS.values():
        document = aggregate(
            tier,
            new_tier(tier, ZONE, day_start(TODAY, AMSTERDAM)),
            archive={**old_days(), **archived},
            finer=[],
            daily=files["daily.json"],
            zone=AMSTERDAM,
            now=NOON,
        )
        files[f"{tier.name}.json"] = document
        finer.append(document)
    put(installation, files)
    if archive:
        for command in NIGHTLY:
            installation.run_well(*command, at=NOON)
    return installation


def put(installation: Installation, files: Mapping[str, Document]) -> None:
    """Write documents."""
    for name, document in files.items():
        path = installation.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(document))


def correct(installation: Installation, *words: str, at: datetime = NOON) -> str:
    """Make a correction, and return its id."""
    result = installation.run("correct", *words, "--yes", at=at)
    assert (result.exit_code, result.err) == (0, ""), result
    return journal(installation).entries[-1].id


def refused(installation: Installation, code: int, *words: str, at: datetime = NOON) -> str:
    """Try a correction that is refused with one line; return the line. No file has changed."""
    before = installation.snapshot()
    result: Result = installation.run("correct", *words, "--yes", at=at)
    assert result.exit_code == code, result
    assert installation.snapshot() == before
    (line,) = result.err.splitlines()
    return line


def journal(installation: Installation) -> Journal:
    """Return the journal."""
    path = installation.data_dir / "corrections.jsonl"
    return decode(path.read_bytes()).journal if path.exists() else Journal()


def value(
    installation: Installation, name: str, at: datetime | date, series: str = "power"
) -> Value | None:
    """Return a value in a file; a day has its start."""
    start = at if isinstance(at, datetime) else day_start(at, AMSTERDAM)
    return installation.document(name).value(start, series)


def content(installation: Installation) -> dict[str, Any]:
    """Return the content of all documents without their `last_update`."""
    return {
        name: {key: part for key, part in msgspec.json.decode(raw).items() if key != "last_update"}
        for name, raw in installation.snapshot().items()
        if name.endswith(".json")
    }
