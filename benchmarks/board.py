"""A small board with powerstats on it: its configuration, its files, and the home it reads."""

import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.cli import main as cli
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.periods import DAY, day_start, days
from powerstats_cli.core.tiers import TIERS, Tier, buckets, days_of
from powerstats_cli.core.years import new_year, with_days, years_of
from powerstats_cli.demo.homes import Attributes, Change, RecordedHome
from powerstats_cli.files.store import Store

TIMEZONE: Final = "Europe/Amsterdam"
ZONE: Final = ZoneInfo(TIMEZONE)
TOKEN: Final = "the-benchmark-has-no-secret"
MEASUREMENT: Final = "measurement"


def _sensor(unit: str, device_class: str, state_class: str = MEASUREMENT) -> Attributes:
    return {
        "state_class": state_class,
        "unit_of_measurement": unit,
        "device_class": device_class,
        "friendly_name": f"House {device_class}",
    }


SENSORS: Final = {
    "sensor.house_power": _sensor("W", "power"),
    "sensor.house_voltage": _sensor("V", "voltage"),
    "sensor.house_energy": _sensor("kWh", "energy", "total_increasing"),
    "sensor.house_solar": _sensor("W", "power"),
    "sensor.house_power_factor": _sensor("%", "power_factor"),
}
ENTITIES: Final = {entity.removeprefix("sensor.house_"): entity for entity in SENSORS}

# Seven closed days are in the archive; on the eighth the ticks and the steps after midnight run.
TODAY: Final = date(2025, 11, 22)
FIRST: Final = TODAY - 7 * DAY
AFTER: Final = timedelta(seconds=30)
MIDNIGHT: Final = day_start(TODAY, ZONE) + AFTER
EVENING: Final = day_start(TODAY + DAY, ZONE) - timedelta(minutes=10) + AFTER


def scattered(number: int, most: int) -> int:
    """Return a pseudo-random number below `most`, the same on every machine."""
    return (number * 2_654_435_761 + 97) % 4_294_967_291 % most


def state(entity_id: str, number: int) -> str:
    """Return an entity's state number `number`; it differs from the state before it."""
    jitter = scattered(number, 997)
    match entity_id.removeprefix("sensor.house_"):
        case "power":
            return f"{180 + 3.1 * jitter:.1f}"
        case "voltage":
            return f"{226 + jitter / 99:.2f}"
        case "energy":
            return f"{4218 + 0.0123 * number:.3f}"
        case "solar":
            # No neighbours differ by the factor that makes collect look for another unit.
            return f"{30 + 2.7 * jitter:.1f}"
        case _:
            return f"{80 + jitter / 50:.2f}"


def home_of_minutes() -> RecordedHome:
    """Return a home of five sensors that change every minute, and are unknown for a while a day."""
    start = day_start(FIRST, ZONE)
    minutes = (day_start(TODAY + DAY, ZONE) - start) // timedelta(minutes=1)
    return RecordedHome(
        SENSORS,
        {
            entity_id: [
                Change(
                    start + timedelta(minutes=number, seconds=7 + 9 * place),
                    "unavailable" if number % 1440 in range(605, 617) else state(entity_id, number),
                )
                for number in range(minutes)
            ]
            for place, entity_id in enumerate(SENSORS)
        },
        time_zone=TIMEZONE,
    )


@dataclass(frozen=True, slots=True)
class Board:
    """A configuration and a data directory below `folder`, filled and kept as `Board.save` says."""

    folder: Path

    @property
    def data_dir(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def files(self) -> Store:
        """The data directory's files."""
        return Store(self.data_dir, TIMEZONE)

    def configure(self, url: str) -> None:
        """Write the configuration for a Home Assistant at an address."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        entities = "\n".join(f'{name} = "{entity}"' for name, entity in ENTITIES.items())
        config = self.folder / "powerstats.toml"
        config.touch(mode=0o600)
        config.write_text(
            f'timezone = "{TIMEZONE}"\n\n'
            f'[homeassistant]\nurl = "{url}"\ntoken = "{TOKEN}"\n\n'
            f"[homeassistant.entities]\n{entities}\n\n"
            f'[paths]\ndata_dir = "{self.data_dir}"\n'
        )

    def arguments(self, *command: str, at: datetime) -> list[str]:
        """Return a command line's arguments."""
        config = str(self.folder / "powerstats.toml")
        return ["--config", config, "--at", at.isoformat(), *command]

    def run(self, *command: str, at: datetime) -> None:
        """Run a command in this process; raises RuntimeError if it failed."""
        said = StringIO()
        with redirect_stderr(said):
            exit_code = cli.main(self.arguments(*command, at=at))
        if exit_code:
            message = f"{' '.join(command)} exited with {exit_code}: {said.getvalue()}"
            raise RuntimeError(message)

    def save(self, name: str) -> None:
        """Keep a copy of the data directory under a name."""
        shutil.copytree(self.data_dir, self.folder / name)

    def restore(self, name: str) -> None:
        """Replace the data directory by a kept copy."""
        shutil.rmtree(self.data_dir)
        shutil.copytree(self.folder / name, self.data_dir)

    def state_of_files(self) -> dict[str, tuple[int, int]]:
        """Return each data file's inode and time of writing; the state file is no data file."""
        return {
            str(path.relative_to(self.data_dir)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in self.data_dir.rglob("*.json")
            if path.name != "state.json"
        }


def fill(board: Board) -> None:
    """Run seven days and most of the eighth, and save the files for the measured steps.

    `night` and `night, a year on` are before the eighth day's first `aggregate`, `evening` and
    `evening, a year on` before the last `collect` before midnight.
    """
    board.run("collect", at=day_start(FIRST, ZONE) + timedelta(minutes=10) + AFTER)
    for day in days(FIRST + DAY, TODAY + DAY):
        board.run("collect", at=day_start(day, ZONE) + AFTER)
        board.run("rotate", at=day_start(day, ZONE) + AFTER)
        if day == TODAY:
            board.save("night")
        for tier_name in TIERS:
            board.run("aggregate", tier_name, at=day_start(day, ZONE) + timedelta(minutes=2))
    board.run("collect", at=EVENING - timedelta(minutes=10))
    board.save("evening")
    for name in ("night", "evening"):
        board.restore(name)
        for tier in TIERS.values():
            path = board.files.tier(tier.name)
            document = board.files.read(path)
            if document is not None:
                board.files.write(path, _full(document, tier))
        _fill_years(board.files)
        board.save(f"{name}, a year on")


def _fill_years(files: Store) -> None:
    """Put the days of yearly.json into the files of their years, as a year of nights has done."""
    found = [document for document in [files.read(files.tier("yearly"))] if document is not None]
    for year in years_of(found, ZONE):
        stored = files.read(files.year(year)) or new_year(year, ZONE)
        files.write(files.year(year), with_days(stored, year, found, found[0].last_update))


def _full(document: Document, tier: Tier) -> Document:
    """Return a tier's file with a full window: earlier days are copies of the days it has."""
    known = sorted(days_of(document, ZONE))
    newest = known[-1]
    older = days(newest - (tier.window - 1) * DAY, known[0])
    for number, day in enumerate(older):
        document.points |= _repeated(document, known[number % len(known)], day)
    return document


def _repeated(document: Document, day: date, other: date) -> Iterator[tuple[datetime, Point]]:
    """Yield the points of a day, moved to another day."""
    spans = zip(
        buckets(document.bucket, day, ZONE), buckets(document.bucket, other, ZONE), strict=False
    )
    for span, new in spans:
        if span.start in document.points:
            yield new.start, document.points[span.start]
