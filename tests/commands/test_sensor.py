"""`sensor`: what is listed, added, renamed with its past, and taken out."""

import json
import tarfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli import settings
from powerstats_cli.core.documents import Document
from powerstats_cli.core.entries import Change as Corrected
from powerstats_cli.core.entries import Entry, signed
from powerstats_cli.core.journal import EMPTY
from powerstats_cli.core.periods import DAY
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.files.store import Store
from tests.commands.flowing import NOW, POINT, TODAY, ZONE, counted, document, installed
from tests.support.installation import TOKEN, Installation

FILES: Mapping[str, Document] = {
    "daily.json": document("daily", [TODAY]),
    f"archive/{TODAY - DAY}.json": document("daily", [TODAY - DAY]),
    "weekly.json": document("weekly", [TODAY - 2 * DAY]),
    "monthly.json": document("monthly", [TODAY - 3 * DAY]),
    "yearly.json": document("yearly", [TODAY - 4 * DAY]),
}


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """Return an installation with all files, and roles in `[flows]`."""
    made = installed(tmp_path, FILES)
    made.config.write_text(made.config.read_text() + "\n# my own remark\n")
    return made


def listed(home: Installation) -> dict[str, dict[str, Any]]:
    """Return the sensors by their names."""
    result = home.run("sensor", "list", "--json", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    return {row["name"]: row for row in json.loads(result.out)["sensors"]}


def told(home: Installation, *arguments: str) -> str:
    """Return the output of a command that succeeds."""
    result = home.run("sensor", *arguments, at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    return result.out


def flows_of(home: Installation) -> Any:
    """Return the total that `flows` tells."""
    result = home.run("flows", "--json", "--from", str(TODAY - 5 * DAY), at=NOW)
    return json.loads(result.out)["total"]


def test_the_list(home: Installation) -> None:
    """Name, entity, role and what it is part of; as JSON and as a table."""
    rows = listed(home)
    assert (rows["battery"]["role"], rows["battery"]["turned"]) == ("battery", True)
    assert (rows["oven"]["role"], rows["oven"]["within"]) == ("devices", "kitchen")
    assert rows["grid"]["unit"] == "W"
    shown = told(home, "list")
    assert "device in kitchen" in shown
    assert "heat_pump  heat_pump" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_series_keeps_its_past(home: Installation) -> None:
    """All files have the new name; settings and roles, too; what flowed is the same."""
    before, points = flows_of(home), home.points()
    assert "with its past" in told(home, "rename", "kitchen", "Küche 1")
    text = home.config.read_text()
    assert "# my own remark" in text
    assert b'"kitchen"' not in b"".join(home.snapshot().values())
    written = json.dumps(points, ensure_ascii=False).replace('"kitchen"', '"Küche 1"')
    assert home.points() == json.loads(written)
    assert listed(home)["oven"]["within"] == "Küche 1"
    assert flows_of(home) == before


def test_a_copy_of_all_files_is_made_first(home: Installation) -> None:
    """It has them with the old name."""
    before = home.snapshot()
    told(home, "rename", "kitchen", "cooking")
    [copy] = (home.data_dir / "backups").iterdir()
    with tarfile.open(copy) as archive:
        held = {name: archive.extractfile(name) for name in archive.getnames()}
        copied = {name: file.read() for name, file in held.items() if file}
    assert copied == {name: before[name] for name in FILES}


def test_a_correction_goes_with_the_series(home: Installation) -> None:
    """The journal's lines are never changed: they are read with the present name."""
    start = max(home.document("yearly.json").points)
    change = Corrected("day", start, was=POINT["kitchen"], now=counted(2.0))
    entry = Entry(
        id="",
        at=NOW,
        do="value",
        series="kitchen",
        start=start,
        end=start + DAY,
        why="the meter was read",
        changes=(change,),
    )
    store = Store(home.data_dir, home.timezone)
    store.record(EMPTY.with_entry(signed(entry, ZONE), ZONE))
    raw = store.corrections.read_bytes()
    told(home, "rename", "kitchen", "cooking")
    assert store.corrections.read_bytes() == raw
    corrected = home.document("yearly.json").points[start]["cooking"]
    assert corrected.change == 2.0


@pytest.mark.parametrize("files", range(6))
def test_a_kill_at_any_file_heals(
    home: Installation, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not reached is read with the new name; the same command again does the rest."""
    before = flows_of(home)
    write, count = Store.write, 0

    def killed(self: Store, path: Path, document: Document) -> bool:
        nonlocal count
        if count == files:
            raise KeyboardInterrupt
        count += 1
        return write(self, path, document)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", killed)
        result = home.run("sensor", "rename", "grid", "meter")
    assert result.exit_code == (130 if files < len(FILES) else 0)
    assert flows_of(home) == before
    assert "grid" not in listed(home)
    assert "with its past" in told(home, "rename", "grid", "meter")
    assert b'"grid"' not in b"".join(home.snapshot().values())


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace"])
def test_a_full_disk_changes_nothing(
    home: Installation, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the configuration cannot be written, all is as before, and one line says why."""

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    config, data = home.config.read_bytes(), home.snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(broken, fails)
        result = home.run("sensor", "rename", "grid", "meter")
    assert result.exit_code == 75
    assert len(result.err.splitlines()) == 1
    assert (home.config.read_bytes(), home.snapshot()) == (config, data)
    assert [path.name for path in home.folder.iterdir() if path.name.endswith(".tmp")] == []


def test_a_broken_file_is_told_and_heals_later(home: Installation) -> None:
    """The others are renamed; the exit code is that of the broken file."""
    path = home.data_dir / "weekly.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    result = home.run("sensor", "rename", "grid", "meter")
    assert result.exit_code == 65
    assert "weekly.json could not be read" in result.err
    path.write_bytes(whole)
    told(home, "rename", "grid", "meter")
    assert b'"grid"' not in path.read_bytes()


def test_taken_out(home: Installation) -> None:
    """It has no role and no part any more; its past stays."""
    data = home.snapshot()
    out = told(home, "remove", "kitchen")
    assert "sensor add kitchen=sensor.kitchen" in out
    rows = listed(home)
    assert "kitchen" not in rows
    assert rows["oven"]["within"] is None
    assert home.snapshot() == data


def ask(home: Installation, run: Callable[[], None]) -> None:
    """Run something while a Home Assistant answers at the address of an installation."""
    sensors = {
        "sensor.sun": {"unit_of_measurement": "W", "state_class": "measurement"},
        "sensor.dishwasher_energy": {
            "unit_of_measurement": "kWh",
            "state_class": "total_increasing",
        },
    }
    changes = {entity_id: [Change(NOW - timedelta(hours=1), "5")] for entity_id in sensors}
    with HomeAssistant(RecordedHome(sensors, changes), token=TOKEN, clock=lambda: NOW) as server:
        text = home.config.read_text()
        home.config.write_text(text.replace(home.url, server.url))
        home.url = server.url
        run()


def test_added(home: Installation) -> None:
    """The role is the one that is written, or the one that names suggest."""

    def run() -> None:
        out = told(home, "add", "roof=sensor.sun", "--role", "solar")
        assert "roof: sensor.sun is kept, solar" in out
        assert "device" in told(home, "add", "dishwasher=sensor.dishwasher_energy")
        told(home, "add", "cup=sensor.dishwasher_energy", "--role", "device", "--within", "kitchen")
        rows = listed(home)
        assert rows["roof"]["role"] == "solar"
        assert rows["dishwasher"]["role"] == "devices"
        assert rows["cup"]["within"] == "kitchen"
        told(home, "rename", "roof", "sun")
        result = home.run("sensor", "add", "roof=sensor.sun")
        assert (result.exit_code, "was the name of sun" in result.err) == (78, True)

    ask(home, run)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("rename", "none", "x"), 78, "none: no sensor has this name; there are grid, solar"),
        (("rename", "grid", "solar"), 78, "solar: two sensors cannot have one name"),
        (("rename", "grid", "timestamp"), 78, "cannot have this name"),
        (("rename", "grid", "a\nb"), 78, "cannot have this name"),
        (("remove", "none"), 78, "no sensor has this name"),
        (("add", "sensor.sun"), 2, "is not NAME=ENTITY_ID"),
        (("add", "x=sensor.none"), 69, "Home Assistant has no sensor.none"),
        (("add", "grid=sensor.sun"), 78, "two sensors cannot have one name"),
        (("add", "x=sensor.sun", "--role", "moon"), 78, "the roles are grid, import"),
        (("add", "x=sensor.sun", "--role", "grid"), 78, "grid is grid already"),
        (("add", "x=sensor.dishwasher_energy", "--role=-import"), 78, "only a power is turned"),
        (("add", "x=sensor.sun", "--role", "solar", "--within", "kitchen"), 78, "only a device"),
        (("add", "x=sensor.sun", "--role", "device", "--within", "grid"), 78, "is no device"),
    ],
)
def test_wrong_answers(
    home: Installation, arguments: tuple[str, ...], exit_code: int, says: str
) -> None:
    """One line, the right exit code, and not a byte is changed."""

    def run() -> None:
        before = home.config.read_bytes(), home.snapshot()
        result = home.run("sensor", *arguments)
        assert (result.exit_code, result.out) == (exit_code, ""), result
        assert says in result.err
        assert len(result.err.splitlines()) == 1
        assert (home.config.read_bytes(), home.snapshot()) == before

    ask(home, run)


def test_a_name_with_a_past_of_its_own(home: Installation) -> None:
    """A series that was taken out keeps its name: two pasts do not become one by accident."""
    told(home, "remove", "solar")
    result = home.run("sensor", "rename", "grid", "solar")
    assert result.exit_code == 78
    assert "daily.json, archive/2025-11-21.json, weekly.json and 2 more" in result.err
    told(home, "rename", "grid", "meter")
    assert "with its past" in told(home, "rename", "meter", "grid")
    assert settings.load(home.config).homeassistant.renamed == {"meter": "grid"}


def test_a_name_goes_on_with_its_own_kind_only(home: Installation) -> None:
    """A series that was taken out goes on if it is added again; a counter is no power."""

    def run() -> None:
        told(home, "remove", "solar")
        result = home.run("sensor", "add", "solar=sensor.dishwasher_energy")
        assert (result.exit_code, "is stored as measurement in W" in result.err) == (78, True)
        told(home, "add", "solar=sensor.sun")
        assert listed(home)["solar"]["role"] == "solar"

    ask(home, run)


def test_the_only_sensor_stays(tmp_path: Path) -> None:
    """A configuration without a sensor would be wrong."""
    home = Installation(tmp_path, "http://127.0.0.1:9", {"power": "sensor.power"})
    result = home.run("sensor", "remove", "power")
    assert (result.exit_code, "is the only sensor" in result.err) == (78, True)


def test_who_may_read_the_configuration(home: Installation) -> None:
    """A file that only its owner can read stays so, and a link stays a link."""
    target = home.folder / "real.toml"
    home.config.rename(target)
    home.config.symlink_to(target)
    target.chmod(0o600)
    told(home, "rename", "grid", "meter")
    assert home.config.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
