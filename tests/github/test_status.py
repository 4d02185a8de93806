"""`status` with a repository: its steps, its token, and the files that become public."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.github.fake import GitHub, Token
from tests.support.homes import Stage, staged, steady_home

ZONE = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2025, 11, 20, tzinfo=ZONE)
NEXT = MIDNIGHT + timedelta(days=1)
MORNING = NEXT + timedelta(hours=8, minutes=3)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """Return a GitHub with an empty repository, in the time of the home."""
    with GitHub(tmp_path / "github", clock=lambda: NEXT) as github:
        github.create("me/power")
        yield github


@pytest.fixture
def stage(tmp_path: Path, github: GitHub) -> Iterator[Stage]:
    """Return a home with a repository, after its first night and a collect in the morning."""
    with staged(steady_home(MIDNIGHT, timedelta(days=2)), tmp_path / "home", MORNING) as stage:
        with stage.installation.config.open("a") as config:
            config.write(
                f'[github]\nrepo = "me/power"\ntoken = "{github.token}"\n'
                f'api_url = "{github.url}"\n'
                '[publish]\ntiers = ["monthly", "yearly"]\n'
            )
        stage.installation.config.chmod(0o600)
        stage.run("collect", at=MIDNIGHT + timedelta(hours=8))
        stage.night(NEXT)
        stage.run("collect", at=MORNING)
        yield stage


def answer(stage: Stage, at: datetime) -> dict[str, object]:
    """Return what `status --json` says."""
    result = stage.installation.run("status", "--json", at=at)
    found = json.loads(result.out)
    assert result.exit_code == int(not found["ok"])
    assert isinstance(found, dict)
    return found


def step(stage: Stage, name: str, at: datetime) -> dict[str, object]:
    """Return what `status --json` says of a step."""
    steps = answer(stage, at)["steps"]
    assert isinstance(steps, list)
    return next(step for step in steps if step["name"] == name)


def test_sync_is_overdue_a_day_after_it_was_done(stage: Stage) -> None:
    """An optional step is due only if the configuration asks for it."""
    assert step(stage, "sync monthly", MORNING)["last"] is None
    assert not step(stage, "sync monthly", MORNING)["stale"]
    stage.run("sync", "push", "monthly", at=MORNING)
    assert step(stage, "sync monthly", MORNING)["due"] == "2025-11-22T00:06:00+01:00"
    assert not step(stage, "sync monthly", MORNING + timedelta(hours=26))["stale"]
    late = step(stage, "sync monthly", MORNING + timedelta(hours=26, seconds=1))
    assert late["stale"]
    assert late["stale_since"] == MORNING.isoformat()
    assert not step(stage, "sync yearly", MORNING + timedelta(days=9))["stale"]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=14, seconds=1), None),
        (timedelta(days=14), "the token for GitHub expires 05 Dec 08:03"),
        (timedelta(seconds=-1), "the token for GitHub expired 08:02"),
    ],
    ids=["over two weeks", "two weeks", "over"],
)
def test_the_token_is_told_two_weeks_before(
    stage: Stage, github: GitHub, left: timedelta, said: str | None
) -> None:
    """The token's end that GitHub states is remembered, and there is a warning in time."""
    github.tokens[github.token] = Token(expires=MORNING + left)
    stage.run("sync", "push", at=MORNING)
    text = stage.installation.run("status", at=MORNING).out
    assert ("all is well" in text) == (said is None)
    assert ("the token for GitHub" in text) == (said is not None)
    assert (said or "") in text
    expires = answer(stage, MORNING)["github"]
    assert isinstance(expires, dict)
    assert datetime.fromisoformat(expires["token_expires"]) == (MORNING + left).astimezone(
        UTC
    ).replace(microsecond=0)


def test_what_becomes_public_is_said_once(stage: Stage) -> None:
    """Published files are named with their address; without a repository nothing is public."""
    text = stage.installation.run("status", at=MORNING).out
    public = "Anyone may see monthly.json and yearly.json: me/power, branch gh-pages."
    assert " ".join(text.split()).count(public) == 1
    assert answer(stage, MORNING)["github"] == {
        "name": "me/power",
        "public_branch": "gh-pages",
        "public_files": ["monthly.json", "yearly.json"],
        "token_expires": None,
    }
    stage.installation.configure()
    assert "Anyone" not in stage.installation.run("status", at=MORNING).out
    assert answer(stage, MORNING)["github"] is None
