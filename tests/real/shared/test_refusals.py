"""Entities that are not there or not recorded, and a wrong token."""

from pathlib import Path

import pytest

from tests.real.installed import installed
from tests.real.server import EXCLUDED, POWER, eventually, get
from tests.real.shared.seen import RUNS, Seen

pytestmark = pytest.mark.homeassistant


def test_an_entity_that_does_not_exist(seen: Seen, tmp_path: Path) -> None:
    """The line names it, and the other entities are stored all the same."""
    installation = installed(tmp_path, seen.home, {"power": POWER, "ghost": "sensor.no_such"})
    result = installation.run("collect", at=seen.past.start + RUNS[0])
    assert (result.exit_code, result.out) == (69, "")
    assert result.err.count("\n") == 1
    assert "ghost (sensor.no_such): not in Home Assistant" in result.err
    stored = installation.document("daily.json")
    assert set(stored.series) == {"power"}
    assert len(stored.points) == 36


def test_an_entity_that_is_not_recorded(seen: Seen, tmp_path: Path) -> None:
    """The line says that Home Assistant does not record it, and how to include it."""
    installation = installed(tmp_path, seen.home, {"power": POWER, "hidden": EXCLUDED})
    result = installation.run("collect", at=seen.past.start + RUNS[0])
    assert (result.exit_code, result.out) == (69, "")
    assert result.err.count("\n") == 1
    assert f"hidden ({EXCLUDED}): not recorded" in result.err
    assert "include it under recorder: in its configuration.yaml" in result.err
    assert len(installation.document("daily.json").points) == 36


def test_a_wrong_token_is_tried_once(seen: Seen, tmp_path: Path) -> None:
    """There is one request, since each refusal counts towards a ban; the line has no token."""
    installation = installed(tmp_path, seen.home)
    installation.configure(token="no-such-token-anywhere")
    get(seen.home.url, "/api/", "wrong", agent="before")
    result = installation.run("collect")
    get(seen.home.url, "/api/", "wrong", agent="afterwards")
    log = seen.home.folder / "home-assistant.log"
    eventually(lambda: "(afterwards" in log.read_text(), "the refusals are in the log")
    between = log.read_text().partition("(before")[2].partition("(afterwards")[0]
    assert (result.exit_code, result.out) == (77, "")
    assert result.err.count("\n") == 1
    assert "no-such-token-anywhere" not in result.err
    assert between.count("(powerstats/") == between.count("invalid authentication") - 1 == 1
    assert not installation.snapshot()
