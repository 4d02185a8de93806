"""Whatever happens between corrections: none is lost, the files agree, and all can be undone.

Two worlds live through the same: a device that collects, another that has only the tiers, and a
repository between them. In one world numbers are corrected. After everything is undone, its files
are those of the other; in every second life, in which also today is corrected, that is not tried.
POWERSTATS_CORRECTIONS is the number of lives.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.checker import stored as checked
from powerstats_cli.checker.tiers import check_tiers
from powerstats_cli.clock import Clock
from powerstats_cli.commands.correct import Draft, Wish, make, propose, undo, unknown, value
from powerstats_cli.commands.sync import carry, sync
from powerstats_cli.core import journal as journals
from powerstats_cli.core.amounts import Amount
from powerstats_cli.core.blobs import blob_id
from powerstats_cli.core.corrections import settled
from powerstats_cli.core.journal import EMPTY, Journal
from powerstats_cli.core.periods import DAY, HOUR, MINUTE, Span, day_span, hours, local_day
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.held import held
from powerstats_cli.github.repository import Repository
from powerstats_cli.settings import DataSettings, Settings
from powerstats_cli.settings.tables import GitHubSettings
from tests.core.simulation import ENERGY, POWER, ZONE, Box, Place, opened

LIVES: Final = int(os.environ.get("POWERSTATS_CORRECTIONS", "2"))
OPERATIONS: Final = 30
KOLKATA: Final = ZoneInfo(ZONE)
BEGIN: Final = datetime(2025, 11, 1, tzinfo=KOLKATA)
LENGTH: Final = timedelta(days=30)
ENTITIES: Final = {"power": "sensor.power", "energy": "sensor.energy"}
LONG_TERM: Final = ("monthly.json", "yearly.json", "years/2025.json")
_Result = TypeVar("_Result")


class Remote:
    """A repository in memory, with all versions that it had."""

    token_expires = None

    def __init__(self) -> None:
        """Begin empty."""
        self.files: dict[str, bytes] = {}
        self.versions: list[dict[str, bytes]] = [{}]

    def read_file(self, path: str, _branch: str) -> bytes | None:
        """Return a file."""
        return self.files.get(path)

    def list_folder(self, path: str, _branch: str) -> dict[str, str]:
        """Return the blob ids of the files in a folder, by name."""
        start = f"{path}/"
        return {
            name.removeprefix(start): blob_id(raw)
            for name, raw in self.files.items()
            if name.startswith(start) and "/" not in name.removeprefix(start)
        }

    def write_file(
        self, path: str, _branch: str, content: bytes, *, message: str, replaces: bytes | None
    ) -> None:
        """Replace a file."""
        assert message
        assert self.files.get(path) == replaces
        self.files[path] = content
        self.versions.append(dict(self.files))

    def check_present(self) -> None:
        """Be there."""

    def retry_conflicts(self, attempt: Callable[[], _Result], _target: str) -> _Result:
        """Nobody else writes meanwhile."""
        return attempt()


class Device(Box):
    """A data directory of a home with a repository."""

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return msgspec.structs.replace(super().settings, github=GitHubSettings(repo="me/data"))

    @property
    def journal(self) -> Journal:
        """The journal."""
        return self.files.journal() or EMPTY

    def sync(self, remote: Remote, now: datetime, direction: str) -> None:
        """Sync both files."""
        repository, files = cast("Repository", remote), self.files
        pushes, fetches = direction != "fetch", direction != "push"
        assert not carry(self.settings, files, repository, pushes=pushes)
        for name in ("monthly", "yearly"):
            outcome = sync(
                TIERS[name],
                self.settings,
                files,
                repository,
                Clock(now),
                fetches=fetches,
                pushes=pushes,
            )
            assert not outcome.problems, outcome

    def correct(self, draft: Draft, now: datetime) -> str:
        """Make a correction; return its id, empty if it would change nothing."""
        files = self.files
        proposal = propose(draft, held(files), self.journal, now)
        if not proposal.changes_anything:
            return ""
        return make(proposal, files, self.settings, Clock(now)).id


@dataclass
class World:
    """A device that collects, one that does not, and the repository between them."""

    place: Place
    collecting: Device
    other: Device
    remote: Remote = field(default_factory=Remote)

    def do(self, name: str, now: datetime, choice: Any) -> None:
        """Do what happens in both worlds."""
        if name == "collect":
            assert self.collecting.collect(now) is not None
        elif name == "night":
            self.collecting.rotate(now)
            self.collecting.aggregate(now)
        elif name == "aggregate":
            self.collecting.aggregate(now, choice)
        elif name == "lose":
            (self.collecting.folder / choice).unlink(missing_ok=True)
            assert self.collecting.collect(now) is not None
        elif name == "sync":
            who, direction = choice
            (self.collecting if who else self.other).sync(self.remote, now, direction)

    def files(self) -> dict[str, Any]:
        """Return the content of all documents of both devices, without their `last_update`."""
        return {
            f"{device.folder is self.other.folder} {name}": {
                key: part for key, part in msgspec.json.decode(raw).items() if key != "last_update"
            }
            for device in (self.collecting, self.other)
            for name, raw in device.snapshot().items()
        }


def a_home(random: Random) -> RecordedHome:
    """Return a home with spikes, jumps, glitches and hours in which nothing is known."""
    power, energy, meter = [], [], 1000.0
    at = BEGIN - timedelta(hours=1)
    while at < BEGIN + LENGTH:
        at += random.choice([2, 3, 5, 7]) * MINUTE
        event = random.random()
        if event < 0.005:
            gone = random.choice([9, 45, 300]) * MINUTE
            power.append(Change(at, "unavailable"))
            energy.append(Change(at, "unavailable"))
            at += gone
        watts = 60_000.0 if event > 0.995 else round(random.uniform(50, 3000), 1)
        meter += random.choice([0.0, 0.01, 0.05]) + (25.0 if event > 0.995 else 0)
        power.append(Change(at, str(watts)))
        energy.append(Change(at + timedelta(seconds=1), f"{meter:.3f}"))
    return RecordedHome(
        {"sensor.power": POWER, "sensor.energy": ENERGY},
        {"sensor.power": power, "sensor.energy": energy},
        time_zone=ZONE,
    )


def happenings(random: Random) -> Iterator[tuple[str, Any, timedelta]]:
    """Yield what happens, with a choice, and how much time passes before."""
    for _ in range(OPERATIONS):
        name = random.choice(
            ["collect"] * 3 + ["correct"] * 4 + ["undo", "aggregate", "sync", "sync", "stale"]
            + ["foreign", "elsewhere", "lose"]
        )  # fmt: skip
        wait = random.choice([10 * MINUTE, HOUR, 5 * HOUR, 9 * HOUR, 20 * HOUR])
        choice: Any = None
        if name == "aggregate":
            choice = random.choice([*TIERS])
        elif name == "sync":
            choice = random.random() < 0.6, random.choice(["push", "fetch", ""])
        yield name, choice, wait if name == "collect" else timedelta(0)


def a_draft(
    random: Random, device: Device, *, before: datetime | None = None, corrects_today: bool = False
) -> Draft:
    """Return a random correction; raises ValueError or PowerstatsError if it cannot be made."""
    stored, zone = held(device.files), KOLKATA
    name = random.choice(["power", "energy"])
    tiers = {local_day(at, zone) for tier in stored.tiers for at in tier.points}
    days = {*stored.days, *tiers} - (set() if corrects_today else {stored.open_day})
    day = random.choice(sorted(days))
    span = day_span(day, zone)
    if before is not None and span.end > before:
        message = "too new for this device"
        raise ValueError(message)
    if day in stored.days:
        hour = random.choice(hours(day, zone))
        bucket = Span(hour.start + 20 * MINUTE, hour.start + 30 * MINUTE)
        long = Span(hour.start + 10 * MINUTE, min(hour.start + 5 * HOUR, span.end))
        span = random.choice([span, hour, bucket, bucket, long])
    elif random.random() < 0.2:
        span = Span(span.start, day_span(day + DAY, zone).end)
    wish = Wish(name, [span], random.choice(["", "why not"]))
    if random.random() < 0.5:
        return unknown(wish, stored, device.settings)
    number = Amount(round(random.uniform(0, 5), 2), "kWh")
    return value(wish, number, stored, device.settings)


def try_to_correct(random: Random, device: Device, now: datetime, **limits: Any) -> str:
    """Make a random correction if it can be made; return its id."""
    for _ in range(5):
        try:
            made = device.correct(a_draft(random, device, **limits), now)
        except (ValueError, PowerstatsError):
            continue
        if made:
            return made
    return ""


def undo_last(device: Device, now: datetime) -> None:
    """Undo the newest correction that is in force."""
    newest = device.journal.in_force[-1].id
    device.correct(undo(newest, "", held(device.files), device.journal), now)
    assert newest in device.journal.undone


def check_settled(device: Device) -> None:
    """Check that each file on the disk says what the journal says."""
    journal = device.journal
    for name, document in checked.read(device.files).documents.items():
        assert settled(document, journal, KOLKATA) is document, name


def check_rolled_up(device: Device, *, agree: bool) -> None:
    """Check that the days know of all their corrections, and agree with the finer files."""
    journal = device.journal
    documents = checked.read(device.files).documents
    for file in LONG_TERM:
        for start, point in documents[file].points.items():
            span = day_span(local_day(start, KOLKATA), KOLKATA)
            for name, each in point.items():
                assert each.corrected == journal.stamp("day", span, name), (file, start, name)
    if agree:
        differences = check_tiers(checked.read(device.files), KOLKATA).differences
        assert not list(differences)


@dataclass
class Life:
    """Both worlds, and the time in them."""

    random: Random
    corrected: World
    plain: World
    corrects_today: bool
    now: datetime = BEGIN + 20 * MINUTE + timedelta(seconds=10)
    made: int = 0

    def both(self, name: str, choice: Any = None) -> None:
        """Let something happen in both worlds."""
        for world in (self.corrected, self.plain):
            world.do(name, self.now, choice)

    def sync_all(self) -> None:
        """Let both devices have what the other has."""
        for who in (True, False, True):
            self.both("sync", (who, ""))

    def happen(self, name: str, choice: Any) -> None:
        """Let something happen, some of it in one world only."""
        device = self.corrected.collecting
        if name == "correct":
            today = self.corrects_today
            made = try_to_correct(self.random, device, self.now, corrects_today=today)
            self.made += bool(made)
        elif name == "undo":
            if device.journal.in_force:
                undo_last(device, self.now)
        elif name in {"elsewhere", "stale", "foreign", "lose"}:
            getattr(self, f"_{name}")()
        else:
            self.both(name, choice)

    def _elsewhere(self) -> None:
        """Correct an old day on the other device."""
        self.sync_all()
        before = self.now - 9 * DAY
        made = try_to_correct(self.random, self.corrected.other, self.now, before=before)
        self.made += bool(made)
        self.sync_all()

    def _stale(self) -> None:
        """Put older files into the repository, as a device does that was off for a while."""
        back = self.random.randrange(1, 6)
        for world in (self.corrected, self.plain):
            versions = world.remote.versions
            old = versions[max(len(versions) - 1 - back, 0)]
            world.remote.files |= {key: raw for key, raw in old.items() if key.endswith(".json")}

    def _foreign(self) -> None:
        """Put the files of a device that knows of no correction into the repository."""
        for name, raw in self.plain.collecting.snapshot().items():
            if name in LONG_TERM:
                for world in (self.corrected, self.plain):
                    world.remote.files[f"data/{name}"] = raw

    def _lose(self) -> None:
        """Lose a file of the device that collects."""
        days = self.corrected.collecting.files.archived_days()
        files = ["daily.json", *(f"archive/{day}.json" for day in days)]
        self.both("lose", self.random.choice(files))

    def pass_time(self, wait: timedelta) -> None:
        """Let time pass; after a midnight come the steps of the night."""
        day = local_day(self.now, KOLKATA)
        self.now += wait
        self.both("collect")
        if local_day(self.now, KOLKATA) != day:
            self.both("night")
            check_rolled_up(self.corrected.collecting, agree=False)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Return a server."""
    with opened() as place:
        yield place


def a_world(place: Place, made: list[Device]) -> World:
    """Return a world at its beginning."""
    data = DataSettings(retention_days=3)
    devices = [Device(place, ENTITIES, data) for _ in range(2)]
    made += devices
    devices[1].files.prepare()
    return World(place, devices[0], devices[1])


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(LIVES))
def test_a_life_with_corrections(place: Place, seed: int) -> None:
    """Nothing is lost or half applied; the devices have the same; all can be undone."""
    random = Random(seed)
    place.show(a_home(random))
    devices: list[Device] = []
    try:
        worlds = [a_world(place, devices) for _ in range(2)]
        life = Life(random, worlds[0], worlds[1], corrects_today=bool(seed % 2))
        for wait in [timedelta(0), *[DAY] * 11]:
            life.pass_time(wait)
        for name, choice, wait in happenings(random):
            if wait:
                life.pass_time(wait)
            life.happen(name, choice)
            for device in devices[:2]:
                check_settled(device)
        check_end(life)
    finally:
        for device in devices:
            device.__exit__()


def check_end(life: Life) -> None:
    """Check that both devices agree, and that undoing everything gives the other world."""
    world = life.corrected
    life.both("night")
    life.sync_all()
    check_rolled_up(world.collecting, agree=False)
    for name in (*LONG_TERM, "corrections.jsonl"):
        ours, theirs = (
            (device.folder / name).read_bytes() if (device.folder / name).exists() else b""
            for device in (world.collecting, world.other)
        )
        assert ours == theirs, name
    journal = journals.decode((world.collecting.folder / "corrections.jsonl").read_bytes())
    assert not journal.broken
    assert len([each for each in journal.journal.entries if each.do != "undo"]) == life.made
    if life.corrects_today:
        return  # once the day's intervals are gone, that is not undone any more
    while world.collecting.journal.in_force:
        undo_last(world.collecting, life.now)
    life.both("night")
    life.sync_all()
    assert world.files() == life.plain.files()
