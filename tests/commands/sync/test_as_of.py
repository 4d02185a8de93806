"""`sync fetch --as-of`: the files as the repository had them."""

import shutil
from datetime import timedelta

import pytest

from powerstats_cli.core.periods import DAY
from tests.commands.sync.tiers import local, send
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, TODAY, Device, decoded, past

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]
LATER = past("yearly", 60)
FIRST = past("yearly", 30)


@pytest.fixture
def history(repo: GitRepository, bare: Device) -> Device:
    """Return a device of which the repository has had two states of a file."""
    repo.clock = lambda: NOW - 5 * DAY
    send(repo, FIRST)
    repo.clock = lambda: NOW - 2 * DAY
    send(repo, LATER)
    repo.clock = lambda: NOW
    bare.run_well("sync", "fetch", "yearly", at=NOW)
    return bare


def fetched(device: Device, day: object, *options: str) -> tuple[int, str]:
    """Return the exit code and the output of a fetch as of a day."""
    result = device.run("sync", "fetch", "yearly", "--as-of", str(day), *options, at=NOW)
    return result.exit_code, result.out + result.err


def test_an_earlier_state(history: Device, repo: GitRepository) -> None:
    """The file is replaced, a copy has what was there, and the repository stays."""
    head = repo.head()
    code, told = fetched(history, TODAY - 3 * DAY, "--yes")
    assert code == 0
    assert "yearly.json: 30 days up to 2025-11-23, as it was at the beginning of 2025-11-21" in told
    assert "what was there before is in backups/20251124T092000Z.tar.gz" in told
    assert decoded(local(history, "yearly")).points == FIRST.points
    assert repo.head() == head


def test_nobody_agrees(history: Device) -> None:
    """Without a terminal it lists what it would do."""
    before = history.snapshot()
    code, told = fetched(history, TODAY - 3 * DAY)
    assert (code, "nothing was changed: --yes replaces the files" in told) == (1, True)
    assert history.snapshot() == before


def test_the_day_ends_at_midnight(history: Device) -> None:
    """The state of the day's beginning counts, not that of its end."""
    day = (NOW - 2 * DAY).date()
    assert "30 days" in fetched(history, day)[1]
    assert "60 days" in fetched(history, day + timedelta(days=1))[1]


@pytest.mark.parametrize(
    ("options", "exit_code", "words"),
    [
        (["fetch", "--as-of", "2025-10-01"], 69, "was not in octo/home yet at the beginning of"),
        (["fetch", "--as-of", "yesterday"], 2, "'yesterday' is no day such as 2025-11-01"),
        (["push", "--as-of", "2025-11-20"], 2, "it goes with fetch"),
        (["--as-of", "2025-11-20"], 2, "it goes with fetch"),
    ],
)
def test_refusals(history: Device, options: list[str], exit_code: int, words: str) -> None:
    """One line, and nothing is changed."""
    before = history.snapshot()
    result = history.run("sync", *options, at=NOW)
    assert result.exit_code == exit_code
    assert words in result.err
    assert history.snapshot() == before
