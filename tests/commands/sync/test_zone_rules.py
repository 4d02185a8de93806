"""Two devices whose tz databases know different rules of their zone."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, decode
from powerstats_cli.core.periods import HOUR, day_start, days, local_day
from powerstats_cli.core.series import Series
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import Device
from tests.support.zonefiles import Edition, two_editions

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")

NAME = "America/Asuncion"
FIRST, TODAY = date(2025, 3, 1), date(2025, 5, 20)


def power(day: date, number: int, coverage: float) -> Value:
    """Return a day's power as a device knows it."""
    mean = 100.0 + day.day + number / 10
    return Value(mean=mean, min=mean, max=mean, kwh=mean * 0.024, coverage=coverage)


def yearly(edition: Edition, number: int, coverage: float = 1.0) -> Document:
    """Return a year's file by the rules of an edition."""
    end = day_start(TODAY, edition.zone)
    return Document(
        tier="yearly",
        timezone=NAME,
        bucket="day",
        last_update=end,
        series={"power": Series("W", "measurement", end)},
        points={
            day_start(day, edition.zone): {"power": power(day, number, coverage)}
            for day in days(FIRST, TODAY)
        },
    )


def device(server: GitHub, folder: Path) -> Device:
    """Return a device without data."""
    entities = {"power": "sensor.power"}
    return Device(folder, "http://127.0.0.1:9", entities, NAME, server=server)


def sync(device: Device, edition: Edition) -> None:
    """Sync as of a time after both devices' nights, in a process with an edition of the zones."""
    at = day_start(TODAY, edition.zone) + 12 * HOUR
    process = device.start("sync", at=at, env={"PYTHONTZPATH": str(edition.folder)})
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def by_day(device: Device, edition: Edition) -> dict[date, Value]:
    """Return the stored values by local day; each has to begin its day."""
    document = decode((device.data_dir / "yearly.json").read_bytes(), timezone=NAME)
    days_of = {start: local_day(start, edition.zone) for start in document.points}
    assert all(start == day_start(day, edition.zone) for start, day in days_of.items())
    return {day: document.points[start]["power"] for start, day in days_of.items()}


@pytest.mark.parametrize("coverage", [0.9, 1.0])
@pytest.mark.parametrize("first", [0, 1])
def test_they_agree(
    github: GitHub, repo: GitRepository, tmp_path: Path, coverage: float, first: int
) -> None:
    """Each has one point a day by its own rules, with the same values, and no commit follows."""
    editions = two_editions(tmp_path / "zones", NAME)
    homes = [device(github, tmp_path / f"home{number}") for number in range(2)]
    homes[0].put(yearly(editions[0], 0, coverage))
    homes[1].put(yearly(editions[1], 1))
    for number in (first, 1 - first, first):
        sync(homes[number], editions[number])
    head = repo.head()
    for number in (first, 1 - first):
        sync(homes[number], editions[number])
    assert repo.head() == head
    old, new = (by_day(home, edition) for home, edition in zip(homes, editions, strict=True))
    assert old == new
    assert list(old) == list(days(FIRST, TODAY))


def test_a_repository_with_days_twice(github: GitHub, repo: GitRepository, tmp_path: Path) -> None:
    """Days that an earlier version pushed twice are once on the device."""
    old, new = two_editions(tmp_path / "zones", NAME)
    one = device(github, tmp_path / "one")
    both = yearly(new, 1)
    both.points = yearly(old, 0).points | both.points
    assert len(both.points) > (TODAY - FIRST).days
    one.put(both)
    sync(one, new)
    assert by_day(one, new) == {day: power(day, 1, 1.0) for day in days(FIRST, TODAY)}
    assert repo.files("main")["data/yearly.json"] == (one.data_dir / "yearly.json").read_bytes()
