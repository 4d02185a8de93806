"""A lost board: `init` asks whether the repository's files come here before the first collect."""

import io
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from rich.console import Console

from powerstats_cli.core.documents import Document, TierName, encode
from powerstats_cli.core.periods import DAY, local_day
from powerstats_cli.core.tiers import days_of
from powerstats_cli.files.store import Store
from powerstats_cli.terminal.dialogue import Dialogue
from tests.commands.init.place import HOUSE, Place, now
from tests.commands.init.test_repository import with_github
from tests.github.fake import GitHub
from tests.github.homes import METER, past
from tests.support.installation import Result
from tests.support.terminal import Terminal

VIENNA = ZoneInfo("Europe/Vienna")
LOST = local_day(now() - timedelta(days=4), VIENNA)
UP_TO = LOST - DAY
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")


def at_home(document: Document) -> Document:
    """Return a document of the place's own time zone."""
    return msgspec.structs.replace(document, timezone=VIENNA.key)


def files_of(*documents: Document) -> dict[str, bytes]:
    """Return the files of a repository."""
    return {f"data/{document.tier}.json": encode(document) for document in documents}


def newer(document: Document) -> bytes:
    """Return the bytes of a file of a later version."""
    raw = encode(at_home(document))
    assert raw.count(b'"version":1,') == 1
    return raw.replace(b'"version":1,', b'"version":99,')


@pytest.fixture
def lost(github: GitHub) -> GitHub:
    """Return a GitHub that has the files of a board that was lost four days ago."""
    monthly, yearly = past("monthly", 30, before=LOST), past("yearly", 365, before=LOST)
    github.repositories[0].commit(files=files_of(at_home(monthly), at_home(yearly)))
    return github


@pytest.fixture
def new_board(place: Place, lost: GitHub, tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs init as a script does, with the repository."""
    options = with_github(lost, tmp_path / "other")
    return lambda *more: place.run_with_home(*options, *more)


def stored(place: Place, tier: TierName) -> int:
    """Return the number of days in a file on this device."""
    document = Store(place.data_dir, VIENNA.key).read(place.data_dir / f"{tier}.json")
    return len(days_of(document, VIENNA)) if document else 0


def sit_down(place: Place, github: GitHub, tmp_path: Path) -> Terminal:
    """Run init at a terminal, up to the question."""
    options = (*with_github(github, tmp_path / "other"), "--schedule", "none")
    home = ("--url", place.server.url, "--token-file", place.file())
    terminal = place.sit_down(*home, *options)
    terminal.answer("Which sensors")
    terminal.answer("What does a kWh cost")
    return terminal


def test_nothing_but_enter_restores(place: Place, lost: GitHub, tmp_path: Path) -> None:
    """The files come before the first collect; then the days between are offered."""
    with sit_down(place, lost, tmp_path) as terminal:
        terminal.wait_for(f"restore 365 days up to {UP_TO}? [Y/n]")
        assert not place.data_dir.exists()
        terminal.type("")
        for step in ("sync fetch", "collect", "backfill"):
            terminal.wait_for(f"powerstats {step}")
        terminal.end()
    assert (stored(place, "monthly"), stored(place, "yearly")) == (30, 365)
    assert (place.data_dir / "daily.json").exists()


def test_no_leaves_it_there(place: Place, lost: GitHub, tmp_path: Path) -> None:
    """What the repository has is not fetched, and stays as it is."""
    head = lost.repositories[0].head()
    with sit_down(place, lost, tmp_path) as terminal:
        terminal.answer("restore 365 days", "n")
        terminal.wait_for("stay in me/power until `powerstats sync` brings them")
        terminal.wait_for("What to do next")
        terminal.end()
    assert "powerstats sync fetch" not in terminal.shown
    assert (stored(place, "yearly"), lost.repositories[0].head()) == (0, head)


@pytest.mark.parametrize(
    ("options", "days", "says"),
    [
        ((), 365, f"365 days up to {UP_TO} are restored from me/power"),
        (("--restore",), 365, f"365 days up to {UP_TO} are restored from me/power"),
        (("--no-restore",), 0, f"365 days up to {UP_TO} stay in me/power"),
        (("--no-collect",), 365, "are restored"),
    ],
)
def test_a_script(
    place: Place, new_board: Callable[..., Result], options: list[str], days: int, says: str
) -> None:
    """Nobody is asked: it decides, and says so."""
    result = new_board(*options)
    assert (result.exit_code, result.err) == (0, "")
    assert says in result.out
    assert stored(place, "yearly") == days
    assert (place.data_dir / "daily.json").exists() == ("--no-collect" not in options)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (files_of(past("yearly", 9)), "data/yearly.json is in time zone Europe/Amsterdam"),
        (
            files_of(at_home(past("yearly", 9, kind=METER))),
            "power is total_increasing in kWh there, and measurement in W here",
        ),
        ({"data/yearly.json": newer(past("yearly", 9))}, "data/yearly.json is of version 99"),
        ({"data/monthly.json": b"no document"}, "data/monthly.json: "),
    ],
    ids=["zone", "kind", "newer", "broken"],
)
def test_what_cannot_be_taken(
    place: Place, github: GitHub, tmp_path: Path, files: dict[str, bytes], says: str
) -> None:
    """One line says why, nothing of it is written, and init goes on."""
    github.repositories[0].commit(files=files)
    head = github.repositories[0].head()
    result = place.run_with_home(*with_github(github, tmp_path / "other"))
    assert (result.exit_code, result.err) == (0, "")
    [line] = [line for line in result.out.splitlines() if "nothing is restored" in line]
    assert f"nothing is restored from me/power: {says}" in line
    assert (place.data_dir / "daily.json").exists()
    assert not any((place.data_dir / f"{tier}.json").exists() for tier in ("monthly", "yearly"))
    assert github.repositories[0].head() == head


def test_an_empty_repository(place: Place, github: GitHub, tmp_path: Path) -> None:
    """There is nothing to restore, and nothing to say of it."""
    result = place.run_with_home(*with_github(github, tmp_path / "other"), "--restore")
    assert (result.exit_code, result.err) == (0, "")
    assert "restore" not in result.out


def test_a_lost_data_directory(place: Place, new_board: Callable[..., Result]) -> None:
    """The configuration is there still: the configured repository is asked, once."""
    assert new_board().exit_code == 0
    shutil.rmtree(place.data_dir)
    for shown in ("restore 365 days", ""):
        with place.sit_down("--schedule", "none") as terminal:
            terminal.answer("Address")
            terminal.answer("Enter keeps the present one")
            terminal.answer("Which sensors")
            terminal.answer("What does a kWh cost")
            if shown:
                terminal.answer(shown)
                terminal.wait_for("powerstats backfill")
            terminal.wait_for("What to do next")
            terminal.end()
        assert ("restore" in terminal.shown) == bool(shown)
        assert stored(place, "yearly") == 365
    assert place.settings().entities == HOUSE


@pytest.mark.parametrize(
    ("typed", "usual", "answer"),
    [
        ([""], True, True),
        ([""], False, False),
        (["n"], True, False),
        (["Yes"], False, True),
        (["perhaps", "NO"], True, False),
        (["perhaps", ""], True, True),
    ],
)
def test_the_usual_answer(
    typed: list[str],
    usual: bool,  # noqa: FBT001
    answer: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Enter gives it; a word that is neither yes nor no is asked again."""
    answers = iter(typed)
    monkeypatch.setattr("builtins.input", lambda: next(answers))
    dialogue = Dialogue(Console(file=io.StringIO()), asks=True, is_ascii=False)
    assert dialogue.confirm("Sure?", usual=usual) == answer
    assert list(answers) == []
