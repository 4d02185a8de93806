"""The real commands against a Home Assistant in this process, with random pasts."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.commands.aggregate import aggregate
from powerstats_cli.commands.collect import collect
from powerstats_cli.commands.rotate import rotate
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.periods import instant
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.demo.homes import Attributes, Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant as Server
from powerstats_cli.errors import TryAgainError
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.settings import (
    DataSettings,
    HomeAssistantSettings,
    PathSettings,
    Settings,
)
from tests.core.histories import BEGIN, HOUR_US, MINUTE_US, SECOND_US, State, at, meter, times
from tests.support.slow import SlowWeb, at_once

ZONE = "Asia/Kolkata"
TOKEN = "a-token-for-tests-only"
SIGNED_ON = {"authorization": f"Bearer {TOKEN}"}
SECONDS = 30.0
POWER = {"unit_of_measurement": "W", "state_class": "measurement"}
VOLTAGE = {"unit_of_measurement": "V", "state_class": "measurement"}
ENERGY = {"unit_of_measurement": "kWh", "state_class": "total_increasing"}
FIRST_RUN = BEGIN + timedelta(minutes=17)
FOR_EVER_AGO = instant(at(-1000))

Point = Mapping[str, Any]


@dataclass
class Place:
    """A server whose home can be replaced, and its clock."""

    server: Server
    now: datetime = BEGIN

    def show(self, home: RecordedHome) -> None:
        """Serve another home from now on."""
        self.server.home = home


@contextmanager
def opened() -> Iterator[Place]:
    """Yield a place whose server runs."""
    place: Place
    empty = RecordedHome({}, {})
    with Server(empty, token=TOKEN, clock=lambda: place.now) as server:
        place = Place(server)
        yield place


@dataclass
class Box:
    """A data directory and the commands that work on it."""

    place: Place
    entities: Mapping[str, str]
    data: DataSettings = field(default_factory=lambda: DataSettings(retention_days=30))
    zone: str = ZONE
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="powerstats-")))

    def __enter__(self) -> Self:
        """Return the box; its directory exists already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the directory."""
        shutil.rmtree(self.folder)

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return Settings(
            timezone=self.zone,
            homeassistant=HomeAssistantSettings(
                url=self.place.server.url, token=TOKEN, entities=dict(self.entities)
            ),
            data=self.data,
            paths=PathSettings(data_dir=str(self.folder)),
        )

    @property
    def files(self) -> Store:
        """The data files."""
        return Store(self.folder, self.zone)

    def collect(self, now: datetime) -> Outcome | None:
        """Run collect as of a time; return None if Home Assistant is down then."""
        self.place.now = now
        url, settings = self.place.server.url, self.settings
        with HomeAssistant(url, TOKEN, seconds=SECONDS) as home:
            # Hundreds of runs ask the server without HTTP, which other tests prove.
            home._web = SlowWeb(self.place.server, SIGNED_ON, SECONDS, at_once)  # type: ignore[assignment]  # noqa: SLF001
            try:
                return collect(settings, self.files, home, Clock(now), lambda _: None)
            except TryAgainError:
                return None

    def rotate(self, now: datetime) -> Outcome:
        """Run rotate as of a time."""
        return rotate(self.settings, self.files, Clock(now))

    def aggregate(self, now: datetime, *tiers: str) -> list[Outcome]:
        """Roll up the given tiers, or all of them."""
        return [
            aggregate(TIERS[name], self.settings, self.files, Clock(now)) for name in tiers or TIERS
        ]

    def snapshot(self) -> dict[str, bytes]:
        """Return the bytes of every data file, by name."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*.json"))
        }

    def lines(self, *, without_daily: bool = False) -> dict[str, list[bytes]]:
        """Return the lines with points of every data file that has some, as bytes."""
        return {
            name: points
            for name, raw in self.snapshot().items()
            if not (without_daily and name == "daily.json")
            and (points := [line for line in raw.split(b"\n") if line.startswith(b"  {")])
        }

    def points(self) -> dict[str, Point]:
        """Return the points of daily.json and the archive by time, as written."""
        points: dict[str, Point] = {}
        for name, raw in self.snapshot().items():
            if name == "daily.json" or name.startswith("archive"):
                for point in msgspec.json.decode(raw)["data_points"]:
                    points[point.pop("timestamp")] = point
        return points


# --- pasts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """A random home: the pasts of its sensors, and the times at which Home Assistant was down."""

    states: Mapping[str, Sequence[State]]
    down: Sequence[tuple[int, int]]
    hours: float

    @property
    def home(self) -> RecordedHome:
        """The home, with a start of Home Assistant after each outage."""
        sensors: dict[str, Attributes] = {
            f"sensor.{name}": {"energy": ENERGY, "power": POWER}.get(name, VOLTAGE)
            for name in self.states
        }
        changes = {
            f"sensor.{name}": [
                Change(
                    instant(state.time), "unavailable" if state.value is None else repr(state.value)
                )
                for state in states
            ]
            for name, states in self.states.items()
        }
        return RecordedHome(
            sensors,
            changes,
            down=[(instant(start), instant(end)) for start, end in self.down],
            starts=[FOR_EVER_AGO, *(instant(end) for _, end in self.down)],
            time_zone=ZONE,
        )

    @property
    def entities(self) -> dict[str, str]:
        """The configuration's entities."""
        return {name: f"sensor.{name}" for name in self.states}

    def run_times(self, random: Random, number: int) -> list[datetime]:
        """Return the times of runs: some at random, and some every ten minutes for a while."""
        moments = [
            BEGIN.timestamp() + random.uniform(0.2, self.hours) * 3600 for _ in range(number)
        ]
        begin = random.randrange(0, round(self.hours))
        moments += [
            BEGIN.timestamp() + begin * 3600 + step * 600 + random.choice([7, 8.5, 100, 599])
            for step in range(random.randrange(1, 30))
        ]
        ends = BEGIN.timestamp() + self.hours * 3600
        return [
            datetime.fromtimestamp(round(moment), BEGIN.tzinfo)
            for moment in sorted(moments)
            if FIRST_RUN.timestamp() < moment < ends
        ]


def readings(random: Random, hours: float, mean_gap: float, unknown: float) -> list[State]:
    """Return a measurement's past, with repeated values, long decimals and unknown stretches."""
    level, states = 300.0, list[State]()
    for moment in times(random, hours, mean_gap):
        value = None if random.random() < unknown else random.choice([level, level, 0.0, level / 7])
        level = round(random.uniform(0, 5000), 1)
        states.append(State(moment, value))
    return states


def alive(random: Random, hours: float) -> Past:
    """Return a past in which one sensor changes at least every ten minutes."""
    pulse = [
        State(at(0) - 60 * SECOND_US + number * 8 * MINUTE_US, 230.0 + number % 7)
        for number in range(round(hours * 7.5) + 1)
    ]
    return _ended(_sensors(random, hours) | {"voltage": pulse}, [], hours)


def troubled(random: Random, hours: float) -> Past:
    """Return a past with quiet and unknown stretches, and with stops of Home Assistant.

    While Home Assistant is down, nothing is written. At its start the sensors become unknown one by
    one, and then numbers again one by one.
    """
    states: dict[str, list[State]] = _sensors(random, hours) | {
        "voltage": readings(random, hours, random.choice([100, 1000, 20_000]), 0.1)
    }
    down: list[tuple[int, int]] = []
    for _ in range(random.choice([0, 1, 2, 3])):
        start = at(random.uniform(0.5, hours - 1))
        end = start + round(random.choice([0.05, 0.3, 2, 8]) * HOUR_US) // SECOND_US * SECOND_US
        kind = random.choice(["quiet", "unknown", "down", "down"])
        if any(begin - HOUR_US < end and start < stop + HOUR_US for begin, stop in down):
            continue
        end = min(end, at(hours - 0.5))
        if start >= end:
            continue
        if kind == "down":
            down.append((start, end))
        for name, changes in states.items():
            back = end + random.choice([0, 3, 45, 700, 4000]) * SECOND_US
            held = [state for state in changes if state.time < start]
            later = [state for state in changes if state.time > back]
            between = []
            if kind != "quiet":
                value = held[-1].value if held else 5.0
                unknown_at = start if kind == "unknown" else end
                new = random.choice([value, 0.0]) if value is not None else 5.0
                between = [State(unknown_at, None), State(back + SECOND_US, new)]
            states[name] = sorted([*held, *between, *later])
    return _ended(states, sorted(down), hours)


def _ended(
    states: Mapping[str, Sequence[State]], down: Sequence[tuple[int, int]], hours: float
) -> Past:
    """Return a past without changes in the time between the first or last run and its buckets.

    If an unknown followed just after a bucket's end, only the next run would store the bucket.
    """
    last, first = at(hours) - 10 * MINUTE_US, at(0) + 10 * MINUTE_US
    return Past(
        {
            name: [
                state
                for state in changes
                if state.time < first or first + 7 * MINUTE_US < state.time < last
            ]
            for name, changes in states.items()
        },
        down,
        hours,
    )


def _sensors(random: Random, hours: float) -> dict[str, list[State]]:
    """Return sensors; some begin late, but one has a state at the first run."""
    return {
        "current": [State(at(0) - MINUTE_US, 0.25)],
        "power": readings(random, hours, random.choice([60, 300, 3000]), random.choice([0, 0.1])),
        "energy": meter(random, hours, random.choice([200, 1500, 6000])),
    }


def coverage_of(points: Mapping[str, Point], start: str, name: str) -> float:
    """Return a series' coverage in a bucket, 0 if it has no value."""
    value = points.get(start, {}).get(name)
    return value["coverage"] if value else 0.0
