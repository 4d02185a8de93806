"""`--json`: as long as the version is the same, every key stays."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.homes import Stage, staged, steady_home

MIDNIGHT = datetime(2025, 11, 22, tzinfo=ZoneInfo("Europe/Amsterdam"))
NOW = MIDNIGHT + timedelta(hours=9, minutes=3)

# The keys of each version; `[]` stands for each value of a list. Lines are only added, except with
# a higher version.
KEYS = {
    ("status", 1): """
        version ok now timezone paused paused_since paused_until silent_since today
        series[].name series[].unit series[].latest.timestamp series[].latest.value series[].until
        series[].known_today series[].kwh_today series[].stale
        files[].name files[].size files[].points files[].start files[].end files[].known
        steps[].name steps[].last.ended steps[].last.exit_code steps[].last.message
        steps[].last.succeeded steps[].last.failing_since
        steps[].due steps[].stale steps[].stale_since
        problems set_aside corrections.number corrections.last
        github.name github.public_branch github.public_files
        github.token_expires bill
    """,
    ("flows", 1): "version timezone guessed roles by rows total problems",
    ("sensor", 1): """
        version guessed sensors[].name sensors[].entity_id sensors[].role sensors[].turned
        sensors[].within sensors[].unit sensors[].state_class sensors[].latest.timestamp
        sensors[].latest.value
    """,
    ("doctor", 1): """
        version ok findings[].area findings[].level findings[].text findings[].remedy
    """,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a home after a night, with a repository at a GitHub that nobody asks."""
    home = steady_home(MIDNIGHT - timedelta(days=1), timedelta(days=2))
    with staged(home, tmp_path_factory.mktemp("json"), NOW) as stage:
        with stage.installation.config.open("a") as config:
            token_file = stage.installation.token_file
            config.write(f'[github]\nrepo = "me/home"\ntoken_file = "{token_file}"\n')
        stage.run("collect", at=MIDNIGHT - timedelta(hours=2))
        stage.night(MIDNIGHT)
        stage.run("collect", at=NOW)
        yield stage


def paths(value: Any, above: str = "") -> Iterator[str]:
    """Yield the path of each key."""
    if isinstance(value, dict):
        for key, part in value.items():
            path = f"{above}.{key}" if above else key
            yield path
            yield from paths(part, path)
    elif isinstance(value, list):
        for part in value:
            yield from paths(part, f"{above}[]")


@pytest.mark.parametrize(
    "command",
    [("status",), ("flows",), ("doctor", "--offline"), ("sensor", "list")],
    ids=lambda command: command[0],
)
def test_no_key_goes_away(stage: Stage, command: tuple[str, ...]) -> None:
    """Other programs read these keys; a new version has a line of its own above."""
    answer = json.loads(stage.installation.run(*command, "--json", at=NOW).out)
    wanted = KEYS[command[0], answer["version"]].split()
    assert sorted(set(wanted) - set(paths(answer))) == []
