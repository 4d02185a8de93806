"""ledger.json in the commands that look at files: verify, repair, doctor, status and copies."""

import json
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.documents import encode
from powerstats_cli.core.energy import ledger
from powerstats_cli.core.energy.ledger import LedgerDay, Slots
from powerstats_cli.core.periods import DAY
from tests.core.verification.homes import KINDS, home
from tests.support.installation import Installation

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2025, 11, 15, 12, tzinfo=UTC)
FIRST = date(2025, 11, 10)
FILES = {name: encode(each) for name, each in home(ZONE, FIRST, 5).items()}
FLOWS = '[flows]\ngrid = "grid"\n[money]\nalso = ["meter"]\n'


@pytest.fixture
def there(tmp_path: Path) -> Installation:
    """Return a home of five closed days, with its ledger."""
    entities = {name: f"sensor.{name}" for name in KINDS}
    made = Installation(tmp_path, "http://127.0.0.1:1", entities, more=FLOWS)
    for name, raw in FILES.items():
        path = made.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    made.run_well("aggregate", "weekly", at=NOW)
    return made


def path(there: Installation) -> Path:
    """Return the path of the ledger."""
    return there.data_dir / "ledger.json"


def differences(there: Installation, *, exit_code: int = 1) -> list[dict[str, Any]]:
    """Return what verify's two checks of files say of the ledger."""
    result = there.run("verify", "files", "tiers", "--json", at=NOW)
    assert (result.exit_code, result.err) == (exit_code, "")
    found = [each for check in json.loads(result.out)["checks"] for each in check["differences"]]
    assert {each["file"] for each in found} <= {"ledger.json"}
    return found


def change(there: Installation, day: date, **energy: Slots) -> None:
    """Write other slots of a day into the ledger."""
    stored = there.ledger()
    known = stored.days.get(day, LedgerDay())
    other = LedgerDay({**known.energy, **energy}, known.prices)
    days = {**stored.days, day: other}
    path(there).write_bytes(ledger.encode(msgspec.structs.replace(stored, days=days)))


# --- verify ---------------------------------------------------------------------------------------


def test_a_whole_ledger(there: Installation) -> None:
    """It is one file more, and each of its days agrees."""
    assert differences(there, exit_code=0) == []
    result = there.run("verify", "files", at=NOW)
    assert "9 files looked at" in result.out


def test_slots_that_are_not_the_day(there: Installation) -> None:
    """They differ from the finest file that has the day; a sum that is off by rounding does not."""
    grid = there.ledger().days[FIRST].energy["grid"]
    wh = list(grid.wh)
    change(there, FIRST, grid=msgspec.structs.replace(grid, wh=(wh[0] or 0, *wh[1:])))
    assert differences(there, exit_code=0) == []
    change(there, FIRST, grid=msgspec.structs.replace(grid, wh=((wh[0] or 0) + 500, *wh[1:])))
    (found,) = differences(there)
    assert (found["start"], found["series"]) == ("2025-11-10T00:00+01:00", "grid")
    assert (found["unit"], found["difference"]) == ("kWh", pytest.approx(0.5, abs=0.001))
    assert found["text"] == "its slots are not the energy in archive/2025-11-10.json"


def test_a_day_that_the_next_aggregate_takes_over(there: Installation) -> None:
    """It is explained, as for the tiers."""
    raw = (there.data_dir / f"archive/{FIRST}.json").read_text()
    later = raw.replace('"last_update":"2025-11-11T00:00:00', '"last_update":"2025-11-15T12:59:00')
    (there.data_dir / f"archive/{FIRST}.json").write_text(later)
    grid = there.ledger().days[FIRST].energy["grid"]
    change(there, FIRST, grid=msgspec.structs.replace(grid, wh=(9, *grid.wh[1:])))
    ours = [each for each in differences(there) if not each["explained"]]
    assert len(ours) == 1
    stored = msgspec.structs.replace(there.ledger(), last_update=datetime(2025, 11, 15, tzinfo=UTC))
    path(there).write_bytes(ledger.encode(stored))
    (found,) = differences(there, exit_code=0)
    assert found["explained"] == "the next aggregate takes it over"


@pytest.mark.parametrize("wrong", ["a space", "an old date", "a share"])
def test_its_form(there: Installation, wrong: str) -> None:
    """Bytes that powerstats does not write, a day that is not over, a share without an energy."""
    if wrong == "a space":
        path(there).write_text(path(there).read_text().replace('"wh":[', '"wh": [', 1))
    elif wrong == "an old date":
        change(there, date(2025, 11, 15), grid=Slots(60, (0,) * 24))
    else:
        meter = there.ledger().days[FIRST].energy["meter"]
        shares = list(meter.known or (1.0,) * 24)
        shares[3] = 0.0
        change(there, FIRST, meter=msgspec.structs.replace(meter, known=tuple(shares)))
    found = [each for each in differences(there) if not each["explained"]]
    assert len(found) == 1
    assert there.run("repair", "--yes", at=NOW).exit_code == 0
    assert differences(there, exit_code=0) == []


# --- repair ---------------------------------------------------------------------------------------


def old_days(there: Installation) -> dict[date, LedgerDay]:
    """Write days into the ledger that no archive has; return all of its days."""
    for number in range(1, 13):
        change(there, FIRST - number * DAY, grid=Slots(60, (number,) * 24))
    return dict(there.ledger().days)


def test_a_broken_ledger_is_mended(there: Installation) -> None:
    """Its whole lines stay, the archive gives its days, and what is lacking is told."""
    days = old_days(there)
    whole = path(there).read_bytes()
    lines = whole.split(b"\n")
    lines[8] = lines[8][:40] + b"\0" * 10 + lines[8][50:]  # 1 November
    lines[-4] = lines[-4][:40] + b"\0" * 10 + lines[-4][50:]  # 13 November
    path(there).write_bytes(b"\n".join(lines))
    listed = there.run("repair", "--dry-run", at=NOW)
    assert "write  ledger.json: 15 of its 17 days are whole" in listed.out
    result = there.run("repair", "--yes", at=NOW)
    assert (result.exit_code, "nothing is known of 2025-11-01" in result.out) == (1, True)
    del days[date(2025, 11, 1)]
    assert there.ledger().days == days
    assert (there.run("repair", at=NOW)).exit_code == 0


@pytest.mark.parametrize("broken", [b"", b"{", b"\0" * 9000, b"[1]"])
def test_nothing_is_whole(there: Installation, broken: bytes) -> None:
    """It is made from the archive, and the broken bytes are in the copy."""
    whole = there.ledger().days
    path(there).write_bytes(broken)
    assert there.run("repair", "--yes", at=NOW).exit_code == 0
    assert there.ledger().days == whole
    (copy,) = (there.data_dir / "backups").iterdir()
    with tarfile.open(copy) as archive:
        member = archive.extractfile("ledger.json")
        assert member is not None
        assert member.read() == broken


def test_a_ledger_that_was_set_aside(there: Installation) -> None:
    """Its whole lines come back, and it is deleted as soon as all of it is in the file."""
    days = old_days(there)
    whole = path(there).read_bytes()
    path(there).write_bytes(whole[:-9])
    assert there.run("aggregate", "weekly", at=NOW).exit_code == 65
    assert len(there.ledger().days) == 5
    assert there.run("repair", "--yes", at=NOW).exit_code == 0
    assert there.ledger().days == days
    assert not [name for name in there.snapshot() if "unreadable" in name]


def test_one_that_is_as_it_should_be(there: Installation) -> None:
    """Nothing is to be mended, and the name of the ledger is that of a data file."""
    assert there.run("repair", "ledger.json", "--yes", at=NOW).out == "nothing is to be mended\n"


# --- doctor and status ----------------------------------------------------------------------------


def test_status(there: Installation) -> None:
    """It is a file like the others, and a day is a point; a broken one is told."""
    listed = json.loads(there.run("status", "--json", at=NOW).out)["files"]
    assert {"name": "ledger.json", "points": 5, "size": path(there).stat().st_size} == {
        key: value for key, value in listed[-1].items() if key in {"name", "points", "size"}
    }
    assert listed[-1]["start"] == "2025-11-10T00:00:00+01:00"
    assert 0.5 < listed[-1]["known"] < 1
    assert "5 days" in there.run("status", at=NOW).out
    path(there).write_bytes(b"{")
    assert there.run("status", at=NOW).exit_code == 65
    path(there).unlink()
    assert "ledger.json" not in there.run("status", at=NOW).out


def test_doctor(there: Installation) -> None:
    """It names a ledger that is broken, and one that differs from the days."""
    grid = there.ledger().days[FIRST].energy["grid"]
    change(there, FIRST, grid=msgspec.structs.replace(grid, wh=(9999, *grid.wh[1:])))
    said = there.run("doctor", at=NOW).out
    assert "ledger.json differs from the other files: grid on 2025-11-10" in said
    path(there).write_bytes(b"{")
    assert "ledger.json could not be read" in there.run("doctor", at=NOW).out


# --- names, and what stays at home ----------------------------------------------------------------


def test_a_new_name(there: Installation) -> None:
    """The past of a renamed series has its new name, read before the file is written and after."""
    days = there.ledger().days
    other = there.run("sensor", "rename", "grid", "mains", at=NOW)
    assert other.exit_code == 0, other
    found = there.ledger()
    assert found.series.keys() == {"mains", "meter"}
    assert [day.energy["mains"] for day in found.days.values()] == [
        day.energy["grid"] for day in days.values()
    ]
    assert differences(there, exit_code=0) == []
    there.run_well("aggregate", "weekly", at=NOW)
    assert there.ledger() == found


def test_a_rename_that_was_killed(there: Installation) -> None:
    """A ledger with the earlier name is read as if it had the new one, and is written so."""
    before = path(there).read_bytes()
    assert there.run("sensor", "rename", "grid", "mains", at=NOW).exit_code == 0
    after = path(there).read_bytes()
    path(there).write_bytes(before)
    there.run_well("aggregate", "weekly", at=NOW)
    assert path(there).read_bytes() == after


def test_a_name_that_only_the_ledger_has(there: Installation) -> None:
    """It is not free: its past would be mixed with another's."""
    stored, gas = there.ledger(), LedgerDay({"gas": Slots(60, (1,) * 24)})
    kinds, days = {**stored.series, "gas": KINDS["meter"]}, {FIRST - DAY: gas, **stored.days}
    path(there).write_bytes(ledger.encode(msgspec.structs.replace(stored, series=kinds, days=days)))
    result = there.run("sensor", "rename", "grid", "gas", at=NOW)
    assert (result.exit_code, "is in ledger.json" in result.err) == (78, True)


def test_a_sensor_that_was_removed(there: Installation) -> None:
    """Its past stays, and its days leave with the window."""
    days = there.ledger().days
    assert there.run("sensor", "remove", "meter", at=NOW).exit_code == 0
    config = there.config.read_text().replace('also = ["meter"]\n', "")
    there.config.write_text(config)
    there.run_well("aggregate", "weekly", at=NOW)
    assert there.ledger().days == days
