"""`doctor`: the roles of the series, by the last closed days."""

import json
from pathlib import Path

import pytest

from powerstats_cli.core.periods import DAY
from tests.commands.flowing import FLOWS, NOW, TODAY, document, installed

DAYS = [TODAY - number * DAY for number in range(7, 0, -1)]
FILES = {"daily.json": document("daily", [TODAY]), "weekly.json": document("weekly", DAYS)}


def findings(folder: Path, flows: str) -> list[tuple[str, str]]:
    """Return level and text of what is said of the roles."""
    result = installed(folder, FILES, flows).run("doctor", "--offline", "--json", at=NOW)
    found = json.loads(result.out)["findings"]
    return [(one["level"], one["text"]) for one in found if one["area"] == "flows"]


@pytest.mark.parametrize(
    ("flows", "level", "text"),
    [
        (FLOWS, "ok", "there are grid, solar, battery and devices"),
        ("", "ok", "there are grid, solar, battery and devices, by their names"),
        ("[flows]\n", "skipped", "no series has a role: docs/flows.md says how to name them"),
        (
            '[flows]\ngrid = "oven"\n',
            "error",
            "flows.grid: oven is a counter, not a power that has both ways",
        ),
        (
            '[flows]\ngrid = "grid"\n',
            "warning",
            "33.6 kWh were exported, but there is no sun and no battery",
        ),
    ],
)
def test_the_roles(flows: str, level: str, text: str, tmp_path: Path) -> None:
    """They are well, named wrongly, or cannot be right."""
    assert (level, text) in findings(tmp_path, flows)


def test_before_the_first_closed_day(tmp_path: Path) -> None:
    """Nothing can be said of roles yet, and nothing fails."""
    result = installed(tmp_path, {}).run("doctor", "--offline", "--json", at=NOW)
    found = json.loads(result.out)["findings"]
    assert [one["level"] for one in found if one["area"] == "flows"] == ["ok"]
