"""The rules of a time zone change while powerstats runs, or a hand edits offsets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from powerstats_cli.core import documents
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, HOUR, MINUTE, day_start, local_day
from powerstats_cli.demo.homes import RecordedHome
from tests.faults.jobs import Ended
from tests.faults.place import ENTITIES, Place, Runner, Snapshot, home, new_place
from tests.support.zonefiles import Edition, two_editions

TIERS = ("weekly", "monthly", "yearly")
# The day on which the rules are seen to be others, and the first day of the data.
CHANGES = {
    "Asia/Beirut": (date(2023, 4, 6), date(2023, 3, 18)),
    "America/Asuncion": (date(2025, 4, 5), date(2025, 3, 15)),
    "Australia/Lord_Howe": (date(2025, 4, 16), date(2025, 3, 28)),
}


@dataclass
class Device:
    """A place whose commands run with an edition of the tz database."""

    place: Place
    its_home: RecordedHome
    edition: Edition

    def run(self, *command: str, at: datetime) -> Ended:
        """Run a command in a process of its own."""
        faults = {"environment": {"PYTHONTZPATH": str(self.edition.folder)}}
        return self.place.step(*command, at=at, **faults)

    def well(self, *command: str, at: datetime) -> None:
        """Run a command that must succeed without output."""
        ended = self.run(*command, at=at)
        assert (ended.exit_code, ended.out, ended.err) == (0, "", ""), ended

    def told(self, at: datetime) -> list[str]:
        """Return the lines of `doctor`."""
        ended = self.run("doctor", "--offline", "--json", at=at)
        return [finding["text"] for finding in json.loads(ended.out)["findings"]]

    def night(self, day: date) -> None:
        """Run the steps of the night that begins a day."""
        at = day_start(day, self.edition.zone)
        self.well("collect", at=at + MINUTE)
        for tier in TIERS:
            self.well("aggregate", tier, at=at + 5 * MINUTE)
        self.well("rotate", at=at + 6 * MINUTE)

    def document(self, tier: str) -> Document:
        """Return a tier's file as it is."""
        raw = (self.place.data_dir / f"{tier}.json").read_bytes()
        return documents.decode(raw, timezone=self.edition.zone.key)

    def energy(self, start: datetime, end: datetime) -> float:
        """Return the energy of the home's power in kWh, out of its states."""
        changes = self.its_home.changes(ENTITIES["power"], start - DAY, end)
        spans = pairwise([*((it.at, it.state) for it in changes), (end, "")])
        return sum(
            float(state) * max((until - max(at, start)).total_seconds(), 0) / 3.6e6
            for (at, state), (until, _) in spans
            if state != "unavailable"
        )

    def days(self, tier: str) -> dict[date, float]:
        """Return the energy of each day of a tier, whose buckets must be those of the zone."""
        days: dict[date, float] = {}
        zone = self.edition.zone
        for start, point in self.document(tier).points.items():
            day = local_day(start, zone)
            assert tier == "weekly" or start == day_start(day, zone), (tier, start)
            days[day] = days.get(day, 0.0) + (point["power"].kwh or 0.0)
        return days

    def truth(self, day: date) -> float:
        """Return the energy of a local day."""
        zone = self.edition.zone
        return self.energy(day_start(day, zone), day_start(day + DAY, zone))


@contextmanager
def lived(folder: Path, runner: Runner, name: str) -> Iterator[Device]:
    """Yield a device that has run with a zone's old rules since the first day."""
    today, first = CHANGES[name]
    old, _ = two_editions(folder / "zones", name)
    its_home = home(first, today + DAY)
    place = new_place(folder / "place", runner, its_home, retention_days=7)
    place.installation.configure(timezone=name)
    with place.server:
        device = Device(place, its_home, old)
        device.well("collect", at=day_start(first, old.zone) + 10 * MINUTE)
        for day in (first + DAY, today - 9 * DAY, today - DAY):
            device.night(day)
        device.well("collect", at=day_start(today - DAY, old.zone) + 11 * HOUR)
        yield device


@pytest.fixture
def devices(tmp_path: Path, runner: Runner, request: pytest.FixtureRequest) -> Iterator[Device]:
    """Return a device that has run with the old rules of the given zone."""
    with lived(tmp_path, runner, request.param) as device:
        yield device


@pytest.fixture(scope="module")
def beirut(
    tmp_path_factory: pytest.TempPathFactory, runner: Runner
) -> Iterator[tuple[Device, Snapshot]]:
    """Return a device in Beirut, and its files."""
    with lived(tmp_path_factory.mktemp("beirut"), runner, "Asia/Beirut") as device:
        yield device, device.place.snapshot()


def renewed(device: Device) -> Device:
    """Return the device after an update of its tz database."""
    folder = device.edition.folder.parent / "new"
    name = device.edition.zone.key
    with (folder / name).open("rb") as compiled:
        zone = type(device.edition.zone).from_file(compiled, key=name)
    return Device(device.place, device.its_home, Edition(folder, zone))


@pytest.mark.parametrize("devices", CHANGES, indirect=True)
def test_an_update_moves_the_days(devices: Device) -> None:
    """One point a day; what the archive has is made anew, and no energy comes twice.

    What was published before by other rules stops no later `publish`.
    """
    old, new = devices, renewed(devices)
    today, first = CHANGES[old.edition.zone.key]
    noon = day_start(today - DAY, new.edition.zone) + 12 * HOUR
    with old.place.installation.config.open("a") as config:
        config.write("[publish]\nlinks = false\n")
    old.well("publish", "--local", at=noon)
    assert not [line for line in old.told(noon) if "have changed" in line]
    told = new.told(noon)
    for tier in ("monthly", "yearly"):
        assert [line for line in told if line.startswith(f"{tier}.json has points that begin no")]
    for day in (today, today + DAY):
        new.night(day)
    for tier in TIERS:
        days = new.days(tier)
        assert sorted(days) == sorted(set(days))
        assert max(days) == today
        # A day before the archive keeps its value: it may lie up to an hour elsewhere.
        begin, end = min(days), max(days)
        for day in days:
            allowed = 0.001 if day > today - 7 * DAY else 3.2
            assert days[day] == pytest.approx(new.truth(day), abs=allowed), (tier, day)
        whole = sum(new.truth(begin + number * DAY) for number in range((end - begin).days + 1))
        assert sum(days.values()) == pytest.approx(whole, abs=3.2)
        assert tier == "weekly" or len(days) == (today - max(first, begin)).days + 1
    new.well("publish", "--local", at=day_start(today + DAY, new.edition.zone) + 8 * MINUTE)
    settled = new.place.snapshot()
    for tier in TIERS:
        new.well("aggregate", tier, at=day_start(today + DAY, new.edition.zone) + 9 * MINUTE)
    assert new.place.snapshot() == settled
    told = new.told(day_start(today + DAY, new.edition.zone) + HOUR)
    assert "the tiers agree" in told
    assert not [line for line in told if "begin no" in line]


@pytest.mark.parametrize("devices", ["Asia/Beirut"], indirect=True)
def test_an_update_and_back_again(devices: Device) -> None:
    """Days that move twice are one a day, too, and end as they were."""
    old, new = devices, renewed(devices)
    today, _ = CHANGES[old.edition.zone.key]
    before = {tier: old.days(tier) for tier in TIERS}
    at = day_start(today - DAY, new.edition.zone) + 12 * HOUR
    for device in (new, old):
        for tier in TIERS:
            device.well("aggregate", tier, at=at)
        for tier in ("monthly", "yearly"):
            days = device.days(tier)
            assert set(days) == set(before[tier])
    assert {tier: old.days(tier) for tier in TIERS} == before


@pytest.mark.parametrize("name", [*TIERS, "archive", "daily"])
@pytest.mark.parametrize("number", [1, 1000])
def test_a_hand_edits_offsets(beirut: tuple[Device, Snapshot], name: str, number: int) -> None:
    """`+02:00` becomes `Z` in a file: no day comes twice, and none gets more than it had."""
    today, _ = CHANGES["Asia/Beirut"]
    device, files = beirut
    device.place.restore(files)
    data = device.place.data_dir
    path = max((data / "archive").iterdir()) if name == "archive" else data / f"{name}.json"
    head, points = path.read_text().split('"data_points":[')
    path.write_text(f'{head}"data_points":[{points.replace("+02:00", "Z", number)}')
    told = device.told(day_start(today, device.edition.zone))
    if name in {"monthly", "yearly", "archive"} and (name != "archive" or number > 1):
        start = f"{path.relative_to(data)} has points that"
        assert [line for line in told if line.startswith(start)], told
    for tier in TIERS:
        at = day_start(today, device.edition.zone) - HOUR
        ended = device.run("aggregate", tier, at=at)
        assert ended.exit_code in {0, 65}, ended
    for tier in ("monthly", "yearly"):
        days = device.days(tier)
        for day, kwh in days.items():
            assert kwh == pytest.approx(device.truth(day), abs=7.0), (tier, day)
        assert len(days) == len(set(days))
        whole = sum(map(device.truth, days))
        assert sum(days.values()) <= whole + 0.01, (tier, name)
