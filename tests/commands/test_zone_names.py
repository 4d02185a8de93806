"""A zone is renamed: files, configuration, Home Assistant and repository may have either name."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import cast

import pytest

from powerstats_cli.core import documents
from powerstats_cli.demo.homes import RecordedHome
from tests.faults.life import NIGHT
from tests.faults.place import Place, Runner, content, home, local, new_place

DAYS = [(("collect",), local(f"2025-11-{day} 00:10:10")) for day in (18, 20)]
NAMES = ("Europe/Kiev", "Europe/Kyiv")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a place whose commands run in this process."""
    return new_place(tmp_path, Runner.__new__(Runner), home())


@pytest.mark.parametrize(("before", "after"), list(product(NAMES, NAMES)))
def test_every_step_goes_on(place: Place, before: str, after: str) -> None:
    """Nothing is refused or lost, and each file that is written has the new name."""
    there = place.installation
    with place.server:
        there.configure(timezone=before)
        for command, at in (*DAYS, *NIGHT, (("rotate",), NIGHT[-1][1])):
            place.hand.now = at
            there.run_well(*command, at=at)
        named(there.data_dir, before)
        old = content(there.snapshot())
        there.configure(timezone=after)
        for command, at in NIGHT:
            place.hand.now = NIGHT[-1][1]
            assert there.run(*command, at=max(at, NIGHT[-1][1])).exit_code == 0
        assert there.run("status", at=NIGHT[-1][1]).exit_code == 0
        new = content(there.snapshot())
    assert {name: told(file) for name, file in new.items()} == {
        name: told(file) for name, file in old.items()
    }
    written = {"daily.json", "weekly.json", "monthly.json", "yearly.json", "ledger.json"}
    assert {new[name]["timezone"] for name in written} == {"Europe/Kyiv"}


def told(file: Mapping[str, object]) -> object:
    """Return what a file tells: its points, or of the ledger its days."""
    return file.get("data_points", file.get("days"))


def named(folder: Path, name: str) -> None:
    """Give a zone's name to all data files, as an earlier version wrote them."""
    for path in folder.rglob("*.json"):
        if path.name != "state.json":
            path.write_text(re.sub('"timezone":"[^"]*"', f'"timezone":"{name}"', path.read_text()))


@pytest.mark.parametrize(("mine", "theirs"), list(product(NAMES, NAMES)))
def test_a_document_of_another_device(mine: str, theirs: str) -> None:
    """A device that has another name for the zone reads it, and sees the new one."""
    raw = (
        f'{{"version":1,"tier":"monthly","timezone":"{theirs}","bucket":"day",'
        f'"last_update":"2025-11-21T00:05:00+02:00","series":{{}},"data_points":[]}}'
    )
    assert documents.decode(raw.encode(), timezone=mine).timezone == "Europe/Kyiv"


@pytest.mark.parametrize(("configured", "of_home"), list(product(NAMES, NAMES)))
def test_home_assistant_has_the_other_name(place: Place, configured: str, of_home: str) -> None:
    """`doctor` sees one zone."""
    there, now = place.installation, datetime.now(UTC)
    there.configure(timezone=configured)
    place.hand.now = now
    cast("RecordedHome", place.server.home).time_zone = of_home
    with place.server:
        findings = json.loads(there.run("doctor", "--json").out)["findings"]
    said = [it["text"] for it in findings if it["area"] == "time zone"]
    assert said[0] == f"{of_home}, the same as Home Assistant's"
