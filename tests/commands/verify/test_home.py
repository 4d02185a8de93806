"""`verify statistics` and `verify history`, against a home with long-term statistics."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.commands.backfill.place import KEEP, METADATA, NOW, a_home, row
from tests.support.homes import ENERGY, ENTITIES, POWER
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics


def own_row(entity_id: str, start: datetime) -> Mapping[str, float] | None:
    """Return the statistics of an hour that fit the recorder's states: 900 W, 0.9 kWh."""
    given = row(entity_id, start)
    if given is None:
        return None
    if entity_id == ENERGY:
        return {**given, "change": 0.9}
    return {"mean": 900.0, "min": 600.0, "max": 1200.0} if entity_id == POWER else given


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return a home after its first evening; its server still answers."""
    monkeypatch.delenv("POWERSTATS_HOMEASSISTANT_TOKEN", raising=False)
    statistics = Statistics(METADATA, own_row)
    with LongTermHome(a_home(), statistics, TOKEN, lambda: NOW, keep=KEEP) as server:
        home = Installation(tmp_path, server.url, ENTITIES)
        home.run_well("collect", at=NOW)
        home.run_well("backfill", at=NOW)
        yield home


def check(home: Installation, *names: str, exit_code: int = 0) -> dict[str, Any]:
    """Return the result of a check."""
    result = home.run("verify", *names, "--json", at=NOW)
    assert (result.exit_code, result.err) == (exit_code, ""), result
    [found] = json.loads(result.out)["checks"]
    return found  # type: ignore[no-any-return]


def test_a_year_of_days(filled: Installation) -> None:
    """Days out of history and out of the statistics agree with them."""
    found = check(filled, "statistics")
    assert found["differences"] == []
    assert found["text"] == (
        "730 days of energy from 2024-04-10 on compared with Home Assistant's sums"
    )


def test_from_a_day_on(filled: Installation) -> None:
    """Only those days are asked for."""
    found = check(filled, "statistics", "--from", "2025-04-01")
    assert found["text"].startswith("18 days of energy from 2025-04-01")


def test_a_day_that_differs(filled: Installation) -> None:
    """A number that somebody edited is told with both values."""
    for name in ("yearly.json", "monthly.json"):
        path = filled.data_dir / name
        text = path.read_text()
        line = next(line for line in text.splitlines() if "2025-04-06T" in line)
        path.write_text(text.replace(line, line.replace('"kwh":21.6', '"kwh":22.6')))
    [found] = check(filled, "statistics", exit_code=1)["differences"]
    assert (found["file"], found["series"]) == ("monthly.json", "power")
    assert (found["here"], found["there"], found["difference"]) == (22.6, 21.6, 1.0)


def test_intervals_computed_anew(filled: Installation) -> None:
    """To the last digit."""
    found = check(filled, "history")
    assert found["differences"] == []
    assert found["text"].endswith("intervals of 5 days computed anew")


def test_an_interval_that_differs(filled: Installation) -> None:
    """A value that was edited."""
    path = filled.data_dir / "archive" / "2025-04-06.json"
    path.write_text(path.read_text().replace('"change":0.15', '"change":0.25', 1))
    [found] = check(filled, "history", exit_code=1)["differences"]
    assert (found["file"], found["series"]) == ("archive/2025-04-06.json", "energy")
    assert (found["here"], found["there"]) == (0.25, 0.15)


def test_home_assistant_does_not_answer(filled: Installation) -> None:
    """Named it is a failure; else the other checks are made."""
    filled.configure(url="http://127.0.0.1:1")
    assert filled.run("verify", "statistics", at=NOW).exit_code == 75
    result = filled.run("verify", at=NOW)
    assert result.exit_code != 75
    assert "statistics  not made: " in result.out
