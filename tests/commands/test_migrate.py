"""`migrate`: what earlier scripts left becomes a history, or is left and told; they stay as is."""

import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli import settings
from powerstats_cli.cli import main as cli
from powerstats_cli.core.documents import Document
from powerstats_cli.errors import TryAgainError
from powerstats_cli.files.store import Store
from tests.support.homes import staged, steady_home
from tests.support.installation import Installation, Result
from tests.support.terminal import Terminal

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2025, 11, 23, 10, tzinfo=ZONE)
FIRST = datetime(2025, 11, 20)  # noqa: DTZ001 - the old files are without an offset
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TOKEN = "s3ntinel-T0ken.of_the-home"
GITHUB_TOKEN = "ghp_s3ntinel_of_the_repository"
KOLKATA = ZoneInfo("Asia/Kolkata")
Point = dict[str, Any]


def points(start: datetime = FIRST, days: float = 2.0, minutes: int = 2) -> list[Point]:
    """Return a home's points: 600 and 1200 W in turns of ten minutes, a meter, a voltage."""
    found = []
    for number in range(int(days * DAY / (minutes * MINUTE))):
        at = start + number * minutes * MINUTE + timedelta(seconds=3, microseconds=250)
        found.append(
            {
                "timestamp": at.isoformat(),
                "power": 600.0 + 600 * (at.minute // 10 % 2),
                "voltage": 229.0 + number % 3,
                "energy": round(1000 + number * minutes * 0.015, 3),
            }
        )
    return found


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation that has collected nothing yet."""
    return Installation(tmp_path / "new", "http://127.0.0.1:1", {"power": "sensor.power"})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the folder of the old files."""
    folder = tmp_path / "old"
    folder.mkdir()
    return folder


def write(path: Path, content: object) -> Path:
    """Write a file as the old scripts did."""
    path.write_text(json.dumps(content, indent=4))
    return path


def fingerprints(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Return the hash, the time and the mode of each file in a folder."""
    return {
        str(path.relative_to(folder)): (
            sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def migrate(installation: Installation, *arguments: str | Path, at: datetime = NOW) -> Result:
    """Run migrate as a script does."""
    return installation.run("migrate", "--no-input", *map(str, arguments), at=at)


def migrate_well(installation: Installation, *arguments: str | Path, at: datetime = NOW) -> str:
    """Run it well; return what it tells."""
    result = migrate(installation, *arguments, at=at)
    assert (result.exit_code, result.err) == (0, ""), result
    return result.out


def daily_kwh(installation: Installation, name: str = "power") -> dict[date, float]:
    """Return yearly.json's energies."""
    return {
        start.astimezone(ZoneInfo(installation.timezone)).date(): point[name].kwh or 0.0
        for start, point in installation.document("yearly.json").points.items()
        if name in point
    }


# --- what becomes of points -------------------------------------------------------------------


def test_points_become_archive_and_tiers(installation: Installation, old: Path) -> None:
    """Two days of 900 W on average are 21.6 kWh each, in every file, hours and days alike."""
    told = migrate_well(installation, write(old / "daily.json", points()))
    assert "1440 points in 1 file, 2025-11-20 00:00 to 2025-11-21 23:58" in told
    assert "power: in W, assumed" in told
    assert "energy: a counter in kWh, assumed" in told
    assert "power: 2 days taken, 2025-11-20 to 2025-11-21" in told
    assert set(installation.snapshot()) == {
        "archive/2025-11-20.json",
        "archive/2025-11-21.json",
        *(f"{tier}.json" for tier in ("weekly", "monthly", "yearly")),
    }
    assert daily_kwh(installation) == pytest.approx(
        {date(2025, 11, 20): 21.6, date(2025, 11, 21): 21.6}, abs=0.01
    )
    assert len(installation.document("weekly.json").points) == 48
    assert len(installation.archived(date(2025, 11, 20)).points) == 144
    changes = [p["energy"].change for p in installation.document("monthly.json").points.values()]
    assert changes == pytest.approx([21.57, 21.6])


def test_a_hole_stays_a_hole(installation: Installation, old: Path) -> None:
    """Six hours without points are unknown, and so are integer zeros; a measured 0.0 is one."""
    them = points()
    for point in them[900:930]:
        point["power"] = 0
    for point in them[930:960]:
        point["power"] = 0.0
    migrate_well(installation, write(old / "daily.json", them[:180] + them[360:]))
    archived = installation.archived(date(2025, 11, 20))
    begin = datetime(2025, 11, 20, tzinfo=ZONE)
    hole = {start for start in archived.points if 6.17 < (start - begin) / DAY * 24 < 12}
    assert not hole
    yearly = list(installation.document("yearly.json").points.values())
    assert yearly[0]["power"].coverage == pytest.approx(0.75, abs=0.003)
    assert yearly[1]["power"].coverage == pytest.approx(23 / 24, abs=0.001)
    assert yearly[1]["power"].min == 0.0


def test_twice_changes_nothing_and_the_originals_stay(
    installation: Installation, old: Path
) -> None:
    """Neither run touches an old file; the second, hours later, changes no byte of the new ones."""
    write(old / "daily.json", points(days=1.7))
    write(old / "weekly.json", {"data_points": points(minutes=10)})
    before = fingerprints(old)
    migrate_well(installation, old)
    files = installation.snapshot()
    told = migrate_well(installation, old, at=NOW + timedelta(hours=5))
    assert "Nothing new" in told
    assert installation.snapshot() == files
    assert fingerprints(old) == before


@pytest.mark.parametrize("seed", range(4))
def test_files_can_be_split_in_any_way(installation: Installation, old: Path, seed: int) -> None:
    """Points in one file or in several, overlapping and in another order, become the same."""
    random = Random(seed)
    them = points(days=1.5)
    whole = Installation(installation.folder / "whole", installation.url, installation.entities)
    migrate_well(whole, write(old / "all.json", them))
    folder = old / "parts"
    folder.mkdir()
    parts: list[list[Point]] = [[] for _ in range(4)]
    for point in them:
        for part in random.sample(parts, random.choice([1, 1, 2])):
            part.append(point)
    for number, part in enumerate(parts):
        random.shuffle(part)
        write(folder / f"{number}.json", part if number % 2 else {"data_points": part})
    migrate_well(installation, folder)
    assert installation.snapshot() == {
        name: raw for name, raw in whole.snapshot().items() if not name.startswith("whole")
    }


def test_two_collectors_count_once(installation: Installation, old: Path) -> None:
    """Readings of a second collector a second later add no energy."""
    them = points()
    again = [
        {**p, "timestamp": (datetime.fromisoformat(p["timestamp"]) + MINUTE / 60).isoformat()}
        for p in them
    ]
    migrate_well(installation, write(old / "daily.json", [*them, *again]))
    assert daily_kwh(installation)[date(2025, 11, 20)] == pytest.approx(21.6, abs=0.01)


def test_the_sources_of_a_day_of_25_hours(installation: Installation, old: Path) -> None:
    """Local times that come twice are both there."""
    start = datetime(2025, 10, 25, 22, tzinfo=UTC)
    them = [
        {"timestamp": f"{(start + at * MINUTE).astimezone(ZONE):%Y-%m-%dT%H:%M:%S}", "power": 1e3}
        for at in range(25 * 60)
    ]
    migrate_well(installation, write(old / "daily.json", them))
    assert daily_kwh(installation) == pytest.approx({date(2025, 10, 26): 25.0}, abs=1e-3)


def test_days_out_of_the_window_and_today_are_left(installation: Installation, old: Path) -> None:
    """They are counted and told."""
    far = points(datetime(2024, 11, 10), days=3)  # noqa: DTZ001
    today = points(datetime(2025, 11, 22), days=1.5)  # noqa: DTZ001
    told = migrate_well(installation, write(old / "daily.json", [*far, *today]))
    assert "3 days left: before 2024-11-23" in told
    assert "1 day left: from 2025-11-23 on it is collect's" in told
    assert list(daily_kwh(installation)) == [date(2025, 11, 22)]
    assert "daily.json" not in installation.snapshot()


def test_old_days_go_into_the_tiers_only(installation: Installation, old: Path) -> None:
    """What retention would drop at once is not archived; each tier has its window."""
    them = points(datetime(2025, 9, 1), days=80, minutes=30)  # noqa: DTZ001
    told = migrate_well(installation, write(old / "yearly.json", them))
    assert "power: 80 days taken" in told
    assert len(installation.document("yearly.json").points) == 80
    assert len(installation.document("monthly.json").points) == 30
    names = [name for name in installation.snapshot() if name.startswith("archive/")]
    assert len(names) == 7


def test_the_nightly_steps_go_on_from_there(tmp_path: Path, old: Path) -> None:
    """Collect continues where the points end; the nights' steps lose and repeat nothing."""
    begin = datetime(2025, 11, 22, tzinfo=ZONE)
    with staged(steady_home(begin, 2 * DAY), tmp_path / "new", NOW) as stage:
        installation = stage.installation
        write(old / "daily.json", points(days=2.4))
        migrate_well(installation, old)
        migrated = daily_kwh(installation)
        stage.run("collect", at=NOW)
        for tier in ("weekly", "monthly", "yearly"):
            stage.run("aggregate", tier, at=NOW)
        stage.run("rotate", at=NOW)
        assert daily_kwh(installation) == pytest.approx(
            {**migrated, date(2025, 11, 22): 21.6}, abs=0.1
        )
        joint = installation.archived(date(2025, 11, 22))
        assert len(joint.points) == 144
        files = installation.snapshot()
        told = migrate_well(installation, old, at=NOW)
        assert "Nothing new" in told
        assert installation.snapshot() == files


def test_what_is_collected_stays(tmp_path: Path, old: Path) -> None:
    """Samples fill what was never asked for, and replace no bucket that is known as well."""
    begin = datetime(2025, 11, 22, tzinfo=ZONE)
    with staged(steady_home(begin - 60 * MINUTE, 2 * DAY), tmp_path / "new", NOW) as stage:
        installation = stage.installation
        stage.run("collect", at=begin + timedelta(hours=12))
        stage.run("collect", at=begin + timedelta(hours=23, minutes=59))
        stage.night(begin + DAY)
        before = installation.points()
        them = points(days=3)
        for point in them:
            point["power"] += 1.0
        told = migrate_well(installation, write(old / "daily.json", them))
        assert "power: 2 days taken, 2025-11-20 to 2025-11-21" in told
        assert "energy: 2 days taken, 2025-11-20 to 2025-11-21" in told
        after = installation.points()
        for name, lines in before.items():
            assert [line for line in after[name] if line in lines] == lines, name
        assert len(installation.document("yearly.json").points) == 3


def test_a_series_that_is_another_here_is_left(tmp_path: Path, old: Path) -> None:
    """What powerstats has under the name in another unit stays alone."""
    begin = datetime(2025, 11, 22, tzinfo=ZONE)
    with staged(steady_home(begin, DAY), tmp_path / "new", NOW) as stage:
        stage.run("collect", at=begin + timedelta(hours=12))
        path = write(old / "daily.json", points())
        told = migrate_well(stage.installation, "--series", "voltage=mV", path)
        assert "voltage: left out: measurement in mV, but powerstats has it as" in told


# --- what is not believed ---------------------------------------------------------------------


def mislabelled() -> list[Point]:
    """Return points whose names are wrong, as they were seen in a real home."""
    return [
        {**point, "power": 300.0 + number % 77, "daily_energy": 300.0 + number % 77}
        | {"power_factor": 7.1, "solar": point["energy"]}
        for number, point in enumerate(points())
    ]


def test_series_in_doubt_are_told_and_left(installation: Installation, old: Path) -> None:
    """Each with its reason; saying what one is takes it."""
    path = write(old / "daily.json", mislabelled())
    told = migrate_well(installation, path)
    assert "daily_energy: left out: looks mislabelled: equal to power in 100.0 %" in told
    assert "solar: left out: looks mislabelled: it only rises" in told
    assert "power_factor: left out: looks mislabelled: 7.1 to 7.1 is no power factor" in told
    assert "--series NAME=UNIT" in told
    names = {name for p in installation.document("yearly.json").points.values() for name in p}
    assert names == {"energy", "power", "voltage"}
    migrate_well(installation, "--series", "solar=kWh", "--series", "voltage=-", path)
    days = installation.document("yearly.json").points.values()
    assert [day["solar"].change for day in days] == pytest.approx([21.57, 21.6])


def test_a_person_is_asked(installation: Installation, old: Path) -> None:
    """A unit takes the series, Enter leaves it out."""
    write(old / "daily.json", mislabelled())
    arguments = installation.arguments("migrate", str(old), at=NOW)
    with Terminal(arguments, {}, old) as terminal:
        terminal.answer("The unit of daily_energy", "-")
        terminal.answer("The unit of power_factor")
        terminal.answer("The unit of solar", "kWh")
        assert terminal.end() == 0, terminal.shown
    assert "power_factor: left out" in terminal.shown
    day = next(iter(installation.document("yearly.json").points.values()))
    assert set(day) == {"energy", "power", "solar", "voltage"}


def test_without_a_terminal_nothing_is_asked(installation: Installation, old: Path) -> None:
    """A script has to say that it wants no questions."""
    result = installation.run("migrate", str(write(old / "daily.json", points())), at=NOW)
    assert result.exit_code == 2
    assert "--no-input" in result.err


def test_a_dry_run_tells_and_changes_nothing(installation: Installation, old: Path) -> None:
    """It needs no terminal, and makes not even the folder."""
    path = write(old / "daily.json", points())
    result = installation.run("migrate", "--dry-run", str(path), at=NOW)
    assert result.exit_code == 0
    assert "power: 2 days would be taken" in result.out
    assert "Nothing was changed." in result.out
    assert not installation.data_dir.exists()


# --- what cannot be read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is empty"),
        (b"[{", "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[" * 200_000, "is no JSON"),
        (b"<html></html>", "is no JSON"),
        (b"17", "holds no points"),
        (b'{"data": []}', "holds no points"),
        (b'[{"power": 5}]', "holds no points"),
        (b'[{"timestamp": "yesterday"}]', "holds no points"),
        (b'{"version":1,"tier":"daily","data_points":[]}', "is a file of powerstats itself"),
    ],
)
def test_a_file_that_is_none_of_theirs(
    installation: Installation, old: Path, raw: bytes, why: str
) -> None:
    """It stops the whole: one line, 65, nothing is written, nothing is touched."""
    good, bad = write(old / "daily.json", points()), old / "bad.json"
    bad.write_bytes(raw)
    before = fingerprints(old)
    result = migrate(installation, good, bad)
    assert (result.exit_code, result.out) == (65, "")
    assert result.err.count("\n") == 1
    assert str(bad) in result.err
    assert why in result.err
    assert not installation.data_dir.exists()
    assert fingerprints(old) == before


def test_other_files_in_a_folder_are_left(installation: Installation, old: Path) -> None:
    """A folder may hold the old configuration too."""
    write(old / "daily.json", points())
    write(old / "config.json", {"homeassistant": {"token": TOKEN}})
    told = migrate_well(installation, old)
    assert "left: config.json: it holds no points" in told
    assert TOKEN not in told


def test_points_that_are_none_are_counted(installation: Installation, old: Path) -> None:
    """Among good ones they do no harm, nor do odd values and names."""
    odd: list[Any] = [7, {"timestamp": None, "power": 5.0}, "x", None, [], {"a": {}}]
    them = [{**p, "note": "ok", "nan": float("nan"), "\x1b[31m": 1.5} for p in points()]
    told = migrate_well(installation, write(old / "daily.json", [*odd, *them]))
    assert "points without a time were left out" in told
    assert "note: left out: never a number" in told
    assert "\x1b" not in told
    assert len(daily_kwh(installation)) == 2


@pytest.mark.parametrize(
    ("arguments", "exit_code", "why"),
    [
        (["nowhere.json"], 65, "No such file"),
        ([], 2, "give files of points"),
        (["--series", "power", "daily.json"], 78, "is not NAME=UNIT"),
        (["--series", "x=W", "daily.json"], 78, "no file has x"),
        (["--from-config", "nowhere.json"], 65, "No such file"),
    ],
)
def test_a_command_line_that_is_wrong(
    installation: Installation,
    old: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    exit_code: int,
    why: str,
) -> None:
    """One line, and nothing is written."""
    write(old / "daily.json", points())
    monkeypatch.chdir(old)
    result = migrate(installation, *arguments)
    assert result.exit_code == exit_code
    assert why in result.err
    assert not installation.data_dir.exists()


@pytest.mark.parametrize("stop_at", range(6))
def test_a_run_that_broke_off_is_made_up_for(
    tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    """Wherever the disk was full: what is written is whole, and the next run writes the rest."""
    write(old / "daily.json", points(days=2.5))
    whole, broken = (
        Installation(tmp_path / name, "http://127.0.0.1:1", {"power": "sensor.power"})
        for name in ("whole", "broken")
    )
    migrate_well(whole, old)
    written: list[Path] = []

    def write_some(self: Store, path: Path, document: Document) -> bool:
        if len(written) == stop_at:
            message = "the disk is full"
            raise TryAgainError(message)
        written.append(path)
        return real_write(self, path, document)

    real_write = Store.write
    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", write_some)
        assert migrate(broken, old).exit_code == 75
    assert len(broken.snapshot()) == stop_at
    migrate_well(broken, old)
    assert broken.snapshot() == whole.snapshot()


def test_the_old_folder_is_no_data_directory(installation: Installation) -> None:
    """There the new files would replace the old ones of the same names."""
    installation.data_dir.mkdir()
    path = write(installation.data_dir / "weekly.json", points())
    before = fingerprints(installation.data_dir)
    for given in (path, installation.data_dir):
        result = migrate(installation, given)
        assert result.exit_code == 78
        assert "give another --data-dir" in result.err
    assert fingerprints(installation.data_dir) == before


def test_a_broken_data_file_stops_it(installation: Installation, old: Path) -> None:
    """What cannot be read is not replaced, and nothing else is written."""
    (installation.data_dir / "archive").mkdir(parents=True)
    (installation.data_dir / "yearly.json").write_text("{")
    result = migrate(installation, write(old / "daily.json", points()))
    assert result.exit_code == 65
    assert "yearly.json could not be read" in result.err
    assert installation.snapshot() == {"yearly.json": b"{"}


# --- the configuration ------------------------------------------------------------------------

OLD: Mapping[str, Any] = {
    "homeassistant": {
        "url": "http://home.local:8123/",
        "token": TOKEN,
        "entity_id": "sensor.house_power",
    },
    "github": {
        "token": GITHUB_TOKEN,
        "repo_owner": "me",
        "repo_name": "power",
        "branch": "trunk",
        "data_file": "data/power.json",
    },
    "data": {"retention_days": 9, "collection_interval_minutes": 5, "timezone": "Asia/Kolkata"},
    "admin": {"username": "admin", "password_hash": "s3cret-hash"},
    "paths": {"data_dir": "/var/www/html", "state_file": "/etc/monitor.conf"},
}
NEW: Mapping[str, Any] = {
    "home_assistant": {
        "url": "home.local:8123",
        "token": TOKEN,
        "entities": {"power": "sensor.a", "voltage": {"entity_id": "sensor.b"}, "x": "sensor.a"},
    },
    "github": {"token": GITHUB_TOKEN, "repo": "https://github.com/me/power.git"},
}


class Place:
    """Where an old configuration becomes a new one."""

    def __init__(self, folder: Path) -> None:
        """Take an empty folder."""
        self.folder = folder
        self.config = folder / "etc" / "powerstats.toml"
        self.data_dir = folder / "data"

    def run(self, old: object, *arguments: str, capsys: pytest.CaptureFixture[str]) -> Result:
        """Migrate a configuration as a script does."""
        path = write(self.folder / "config.json", old)
        before = fingerprints(self.folder)["config.json"]
        words = ["--data-dir", str(self.data_dir), "migrate", "--from-config", str(path)]
        exit_code = cli.main([*words, "--to-config", str(self.config), "--no-input", *arguments])
        out, err = capsys.readouterr()
        assert fingerprints(self.folder)["config.json"] == before
        assert not any(secret in out + err for secret in (TOKEN, GITHUB_TOKEN, "s3cret-hash"))
        return Result(exit_code, out, err)


def test_old_keys_become_new_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A single entity is power; tokens lie in files of their own that only the owner reads."""
    place = Place(tmp_path)
    result = place.run(OLD, capsys=capsys)
    assert result.exit_code == 0, result
    found = settings.load(place.config)
    assert found.timezone == "Asia/Kolkata"
    assert found.homeassistant.url == "http://home.local:8123"
    assert found.entities == {"power": "sensor.house_power"}
    assert found.github is not None
    assert (found.github.repo, found.github.branch) == ("me/power", "trunk")
    assert found.github.path == "powerstats"
    assert (found.data.retention_days, found.data.collection_interval_minutes) == (9, 5)
    assert found.data_dir == place.data_dir
    assert settings.homeassistant_token(found, {}) == TOKEN
    assert settings.github_token(found.github, {}) == GITHUB_TOKEN
    for token in place.config.parent.glob("*.token"):
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert TOKEN not in place.config.read_text()
    assert "admin.password_hash" in result.out
    assert "paths.data_dir" in result.out
    files = fingerprints(place.config.parent)
    assert place.run(OLD, capsys=capsys).exit_code == 0
    assert fingerprints(place.config.parent) == files


def test_newer_keys_become_new_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two names of one sensor are one series; a zone can be an option."""
    place = Place(tmp_path)
    result = place.run(NEW, "--timezone", "Europe/Amsterdam", capsys=capsys)
    assert result.exit_code == 0, result
    found = settings.load(place.config)
    assert found.homeassistant.url == "http://home.local:8123"
    assert found.entities == {"power": "sensor.a", "voltage": "sensor.b"}
    assert found.github is not None
    assert (found.github.repo, found.github.path) == ("me/power", "data")
    assert "x is the same sensor as power: left out" in result.out


def test_configuration_and_points_at_once(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The points' times are in the new zone; before that a dry run says what would be."""
    place = Place(tmp_path)
    path = str(write(old / "daily.json", points()))
    dry = place.run(OLD, "--dry-run", path, capsys=capsys)
    assert dry.exit_code == 0, dry
    assert "would be written" in dry.out
    assert "power: 2 days would be taken" in dry.out
    assert not place.config.parent.exists()
    assert not place.data_dir.exists()
    assert place.run(OLD, path, capsys=capsys).exit_code == 0
    text = (place.data_dir / "yearly.json").read_text()
    assert '"timestamp":"2025-11-20T00:00:00+05:30"' in text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["homeassistant"].pop("url"), "homeassistant.url: is missing"),
        (lambda c: c["homeassistant"].pop("entity_id"), "no entity is configured"),
        (lambda c: c["homeassistant"].update(url=5), "homeassistant.url: is no text"),
        (lambda c: c["homeassistant"].update(entities={"a": 5}), "a: is no entity id"),
        (lambda c: c["homeassistant"].update(token="two words"), "something else than a token"),
        (lambda c: c["data"].pop("timezone"), "has no time zone"),
        (lambda c: c["data"].update(timezone="Mars"), "'Mars' is no time zone"),
        (lambda c: c["github"].update(repo="a b/c"), "'a b/c' is no repository"),
    ],
)
def test_a_configuration_that_cannot_be(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Any], object],
    why: str,
) -> None:
    """One line that names the old file and the key, 78, and nothing is written."""
    changed = json.loads(json.dumps(OLD))
    change(changed)
    place = Place(tmp_path)
    result = place.run(changed, capsys=capsys)
    assert (result.exit_code, result.out) == (78, "")
    assert result.err.count("\n") == 1
    assert str(tmp_path / "config.json") in result.err
    assert why in result.err
    assert not place.config.parent.exists()


def test_a_configuration_that_is_there_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It and the tokens beside it are only overwritten by force."""
    place = Place(tmp_path)
    place.config.parent.mkdir()
    place.config.write_text("# mine\n")
    result = place.run(OLD, capsys=capsys)
    assert result.exit_code == 78
    assert "--force" in result.err
    assert os.listdir(place.config.parent) == ["powerstats.toml"]  # noqa: PTH208
    assert place.run(OLD, "--force", capsys=capsys).exit_code == 0
    assert settings.load(place.config).timezone == "Asia/Kolkata"


# --- a real household -------------------------------------------------------------------------

# The README of the readings: kWh by the trapezoids of readings at most five minutes apart.
REAL_KWH = {
    13: 7.57, 14: 39.50, 15: 1.55, 16: 8.61, 17: 16.35,
    18: 30.94, 19: 11.12, 20: 20.92, 21: 29.60, 22: 13.42,
}  # fmt: skip
REAL_COVERAGE = {13: 0.672, 14: 0.999, 15: 0.045, 16: 0.604}


@pytest.mark.household
def test_a_real_household(tmp_path: Path) -> None:
    """Its energies are those of its README, its holes are holes, its wrong names are not taken."""
    folder = os.environ.get("POWERSTATS_HOUSEHOLD")
    if not folder:
        pytest.skip("POWERSTATS_HOUSEHOLD does not name the folder of a household's readings")
    installation = Installation(
        tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"}, timezone="Asia/Kolkata"
    )
    now = datetime(2025, 11, 24, 9, tzinfo=KOLKATA)
    before = fingerprints(Path(folder))
    told = migrate_well(installation, folder, at=now)
    found = daily_kwh(installation)
    assert [day.day for day in found] == list(REAL_KWH)
    for day, kwh in found.items():
        assert kwh == pytest.approx(REAL_KWH[day.day], abs=max(0.1, 0.01 * REAL_KWH[day.day])), day
    for start, point in installation.document("yearly.json").points.items():
        assert set(point) == {"power", "voltage"}
        number = start.astimezone(KOLKATA).day
        if number in REAL_COVERAGE:
            assert point["power"].coverage == pytest.approx(REAL_COVERAGE[number], abs=0.001)
    wiped = installation.archived(date(2025, 11, 22)).points
    assert datetime(2025, 11, 22, 13, 10, tzinfo=KOLKATA) in wiped  # 13:08:17 and a minute or two
    assert wiped[datetime(2025, 11, 22, 13, 10, tzinfo=KOLKATA)]["power"].coverage < 0.1
    assert "daily_energy: left out: looks mislabelled: equal to power in 99.8 %" in told
    assert "power_factor: left out: looks mislabelled: 4.5 to 9.9 is no power factor" in told
    assert "solar: left out: looks mislabelled: it only rises" in told
    files = installation.snapshot()
    migrate_well(installation, "--series", "solar=kWh", folder, at=now)
    solar = [p["solar"].change for p in installation.document("yearly.json").points.values()]
    assert solar[4:] == pytest.approx([20.1, 19.2, 20.9, 12.7, 19.9, 18.2], abs=0.11)
    assert installation.snapshot().keys() == files.keys()
    assert daily_kwh(installation) == found
    assert fingerprints(Path(folder)) == before
