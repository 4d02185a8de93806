"""Devices with data files and a repository at the tests' GitHub."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from powerstats_cli.core import documents
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import BUCKETS, Document, Latest, Point, TierName
from powerstats_cli.core.periods import DAY, day_start, days, hours, intervals
from powerstats_cli.core.series import Series, StateClass
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.support.installation import Installation, Result

ZONE = "Europe/Amsterdam"
AMSTERDAM = ZoneInfo(ZONE)
TODAY = date(2025, 11, 24)
YESTERDAY = TODAY - DAY
NOW = datetime(2025, 11, 24, 10, 20, tzinfo=AMSTERDAM)
PAGES = "gh-pages"
STRANGERS = {"CNAME": b"power.example.org\n", "notes/2025.txt": b"mine\n", "daily.txt": b"also\n"}
Kind = tuple[str, StateClass]
WATTS: Kind = ("W", "measurement")
METER: Kind = ("kWh", "total_increasing")


@dataclass
class Device(Installation):
    """An installation with a repository; `github` and `publish` are further keys of its tables."""

    server: GitHub | None = None
    github: Mapping[str, object] = field(default_factory=dict)
    publish: Mapping[str, object] = field(default_factory=dict)
    github_token: str = ""

    def configure(self, **changes: Any) -> None:
        """Write the configuration again, with changed attributes."""
        super().configure(**changes)
        assert self.server
        self.github_token_file.touch(mode=0o600)
        self.github_token_file.write_text(self.github_token or self.server.token)
        table = {
            "repo": "octo/home",
            "api_url": self.server.url,
            "token_file": str(self.github_token_file),
            **self.github,
        }
        with self.config.open("a") as config:
            for name, keys in (("github", table), ("publish", self.publish)):
                config.write(f"[{name}]\n")
                config.writelines(f"{key} = {_toml(value)}\n" for key, value in keys.items())

    @property
    def github_token_file(self) -> Path:
        """The file with GitHub's token."""
        return self.folder / "github-token"

    @property
    def site(self) -> dict[str, bytes]:
        """The files in the web root by name, without links that lead to no file."""
        found = (self.data_dir / "site").iterdir()
        return {path.name: path.read_bytes() for path in found if path.exists()}

    def put(self, *stored: Document) -> None:
        """Write data files."""
        self.data_dir.mkdir(exist_ok=True)
        for document in stored:
            path = self.data_dir / f"{document.tier}.json"
            path.write_bytes(documents.encode(document))

    def everything(self) -> Mapping[str, bytes]:
        """Return the bytes of every file of the installation, the state file too."""
        found = self.folder.rglob("*")
        return {str(path): path.read_bytes() for path in found if path.is_file()}

    def fails(self, exit_code: int, *command: str, says: Iterable[str] = ()) -> Result:
        """Run a command that has to fail with one line that contains these words."""
        result = self.run("-v", *command)
        assert (result.exit_code, result.out) == (exit_code, ""), result
        assert len(result.err.splitlines()) == 1, result
        for word in says:
            assert word in result.err
        return result


def _toml(value: object) -> str:
    return str(value) if isinstance(value, list) else f'"{value}"'


def device_at(server: GitHub, folder: Path, **settings: Any) -> Device:
    """Return a device without a data file; it has no Home Assistant."""
    return Device(
        folder, "http://127.0.0.1:9", {"power": "sensor.power"}, ZONE, server=server, **settings
    )


# --- data files -------------------------------------------------------------------------------


def power(mean: float, coverage: float = 1.0, *, source: Any = None) -> Value:
    """Return a day's power."""
    kwh = round(mean * coverage * 24 / 1000, 6)
    return Value(mean=mean, min=mean, max=mean, kwh=kwh, coverage=coverage, source=source)


def meter(change: float, coverage: float = 1.0) -> Value:
    """Return a day's counter."""
    return Value(change=change, state=1000.0, coverage=coverage)


def a_tier(
    tier: TierName,
    first: date,
    last: date,
    value: Callable[[date], Value] = lambda day: power(100.0 + day.day),
    *,
    name: str = "power",
    kind: Kind = WATTS,
    until: date | None = None,
) -> Document:
    """Return a monthly or yearly document with a value for each day from `first` to `last`.

    It was asked for to the end of `last`, or to the end of `until`.
    """
    end = day_start((until or last) + DAY, AMSTERDAM)
    return Document(
        tier=tier,
        timezone=ZONE,
        bucket=BUCKETS[tier],
        last_update=end,
        series={name: Series(*kind, end)},
        points={day_start(day, AMSTERDAM): {name: value(day)} for day in days(first, last + DAY)},
    )


def changed(tier: TierName, number: int, watts: float = 7.0, *, before: date = TODAY) -> Document:
    """Return a document that knows as much as `past`, and has another power."""
    return past(tier, number, before=before, value=lambda _: power(watts))


def past(tier: TierName, number: int, *, before: date = TODAY, **options: Any) -> Document:
    """Return a document of `number` days before a day."""
    return a_tier(tier, before - number * DAY, before - DAY, **options)


def json_of(number: int) -> bytes:
    """Return the bytes of a monthly file of `number` days."""
    return documents.encode(past("monthly", number))


def household(seed: int = 1, now: datetime = NOW) -> list[Document]:
    """Return all four files of a home with five sensors, with numbers of the usual lengths.

    Each seed has other numbers, and knows as much as any other.
    """
    random, known, today = Random(seed), Random(0), now.astimezone(AMSTERDAM).date()
    midnight = day_start(today, AMSTERDAM)
    kinds = {"power": "W", "heat_pump": "W", "solar": "W", "voltage": "V", "energy": "kWh"}

    def point() -> Point:
        coverages = [1.0, 1.0, 1.0, 0.9833]
        return {
            name: _reading(random, unit, known.choice(coverages)) for name, unit in kinds.items()
        }

    def document(
        tier: TierName, bucket: str, end: datetime, starts: Iterator[datetime]
    ) -> Document:
        return Document(
            tier=tier,
            timezone=ZONE,
            bucket=bucket,
            last_update=end,
            series={
                name: Series(*(METER if unit == "kWh" else (unit, "measurement")), end)
                for name, unit in kinds.items()
            },
            points={start: point() for start in starts},
        )

    def starts(tier: TierName, number: int) -> Iterator[datetime]:
        for day in days(today - number * DAY, today):
            yield from (
                (hour.start for hour in hours(day, AMSTERDAM))
                if tier == "weekly"
                else (day_start(day, AMSTERDAM),)
            )

    so_far = (interval.start for interval in intervals(today, AMSTERDAM, 10) if interval.end <= now)
    daily = document("daily", "10min", now.astimezone(UTC), so_far)
    daily.day = today
    daily.latest = {name: Latest(now.astimezone(UTC), 512.25) for name in kinds}
    return [
        daily,
        document("weekly", "hour", midnight, starts("weekly", 7)),
        document("monthly", "day", midnight, starts("monthly", 30)),
        document("yearly", "day", midnight, starts("yearly", 365)),
    ]


def _reading(random: Random, unit: str, coverage: float) -> Value:
    if unit == "kWh":
        state = round(1000 + 9000 * random.random(), 3)
        return Value(change=round(random.random(), 3), state=state, coverage=coverage)
    mean, spread = 10 + 2000 * random.random(), 500 * random.random()
    return Value(
        mean=round(mean, 4),
        min=round(mean - spread, 1),
        max=round(mean + spread, 1),
        kwh=round(mean / 6000, 6) if unit == "W" else None,
        coverage=coverage,
    )


# --- what a repository holds ------------------------------------------------------------------


def decoded(raw: bytes) -> Document:
    """Return the document in a file's bytes."""
    return documents.decode(raw, timezone=ZONE)


def messages(repo: GitRepository, branch: str) -> list[str]:
    """Return a branch's commit messages, newest first; none if there is no such branch."""
    return [commit.message for commit in repo.commits(branch)] if branch in repo.branches() else []
