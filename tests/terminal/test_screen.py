"""No text of Home Assistant, of GitHub or of a file rules the terminal, or is taken for markup."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

import powerstats_cli
from powerstats_cli.terminal.screen import Screen, fitting
from tests.demo import faults
from tests.support import homes
from tests.support.homes import POWER, Stage, staged, steady_home
from tests.support.installation import Installation

SOURCE = Path(powerstats_cli.__file__).parent
NOW = datetime(2025, 11, 21, 12, 0, 10, tzinfo=UTC)
EVIL = "V\n\x1b[2J\x1b]0;pwned\x07\u202e\x9b31m\r\b[bold]x[/] :smile:"
PRINTS = (
    "import sys; from powerstats_cli.terminal.screen import Screen; Screen().print(sys.argv[1])"
)
SHOWN = "[2J]0;pwned31m[bold]x[/] :smile:"


def drawn(*things: object, terminal: bool = False) -> str:
    """Return what a screen writes."""
    out = io.StringIO()
    screen = Screen(file=out, width=200, force_terminal=terminal, color_system=None)
    for thing in things:
        screen.print(thing)
    return out.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_texts_of_others(terminal: bool) -> None:  # noqa: FBT001
    """They are shown as they are, but for control characters, wherever they stand."""
    table = Table(EVIL)
    table.add_row(EVIL)
    table.add_row(Text(EVIL, "bold"))
    for thing in (EVIL, Text(EVIL), table):
        written = drawn(thing, terminal=terminal)
        assert SHOWN in written
        assert not {*written} & {"\x1b", "\x07", "\u202e", "\x9b", "\r", "\b"}


def test_rich_still_rules_it() -> None:
    """Colours, and the movements of a progress bar, are rich's own."""
    out = io.StringIO()
    screen = Screen(file=out, force_terminal=True, color_system="standard", width=80)
    screen.print(Text("x", "red"))
    with Progress(console=screen, auto_refresh=False) as bar:
        bar.refresh()
    assert "\x1b[31mx\x1b[0m" in out.getvalue()
    assert "\x1b[?25l" in out.getvalue()


def test_a_pipe_has_whole_lines() -> None:
    """Only a terminal wraps: what is read by a program is a line for each thing."""
    long = "word " * 100
    table = Table(box=None, show_header=False)
    table.add_row(long, long)
    for columns in ("40", ""):
        piped = subprocess.run(
            [sys.executable, "-c", PRINTS, long],
            env={**os.environ, "COLUMNS": columns},
            capture_output=True,
            text=True,
            check=True,
        )
        assert piped.stdout.split("\n") == [long, ""]
    assert len(drawn(long, table, terminal=True).splitlines()) > 5


@pytest.mark.parametrize(
    ("width", "columns"), [(30, 3), (26, 3), (24, 2), (16, 2), (15, 1), (5, 1)]
)
def test_a_narrow_screen_has_fewer_columns(width: int, columns: int) -> None:
    """A name is whole as long as the screen has room for it."""
    table = Table("Series", "Now", "Known", box=None, pad_edge=False)
    table.add_row("a_long_name", "1.5", "100.0 %")
    table.columns[0].no_wrap = True
    out = io.StringIO()
    screen = Screen(file=out, width=width)
    screen.print(fitting(table, screen))
    heads = out.getvalue().splitlines()[0].split()
    assert heads[0] in {"Series", "Seri…"}
    assert heads[1:] == ["Now", "Known"][: columns - 1]
    assert ("a_long_name" in out.getvalue()) == (width > 10)


@pytest.mark.parametrize(
    ("width", "heads"),
    [(30, "Day House Import Known"), (20, "Day House Known"), (14, "Day Known"), (3, "Day Known")],
)
def test_a_narrow_screen_keeps_the_column_that_has_to_stay(width: int, heads: str) -> None:
    """The columns before it go first, and it stays on any screen."""
    table = Table("Day", "House", "Import", "Known", box=None, pad_edge=False)
    table.add_row("Mon", "35.34", "31.48", "93.3%")
    screen = Screen(file=io.StringIO(), width=width)
    fitted = fitting(table, screen, keep=1)
    assert [column.header for column in fitted.columns] == heads.split()


@pytest.mark.parametrize("keep", [0, 1, 2, 3])
@pytest.mark.parametrize("width", range(24, 60))
def test_no_column_that_stays_is_cut_off(keep: int, width: int) -> None:
    """The columns that are left have all of their texts, whichever went."""
    rows = [
        ("Day", "Import", "Export", "Amount", "Rate", "Known"),
        ("Mon", "35.34", "31.48", "-10.25", "0.28", "93.3%"),
    ]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in rows[0]:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_row(*rows[1])
    out = io.StringIO()
    screen = Screen(file=out, width=width)
    screen.print(fitting(table, screen, keep=keep))
    shown = [line.split() for line in out.getvalue().splitlines()]
    left = len(shown[0]) - keep
    assert left >= 1
    assert shown == [[*row[:left], *row[len(row) - keep :]] for row in rows]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return a home whose power has a unit that would rule a terminal, and its installation."""
    evil = {"unit_of_measurement": EVIL, "state_class": "measurement"}
    monkeypatch.setitem(homes.SENSORS, POWER, evil)
    with staged(
        steady_home(NOW - timedelta(hours=30), timedelta(hours=31)), tmp_path, NOW
    ) as stage:
        yield stage


@pytest.mark.parametrize("unit", ["[/]", "[bold]", "[", EVIL])
def test_a_unit(stage: Stage, unit: str) -> None:
    """`status`, `doctor` and the line of an error stay what they are."""
    installation = stage.installation
    stage.run("collect", at=NOW)
    path = installation.data_dir / "daily.json"
    content = json.loads(path.read_text())
    content["series"]["power"]["unit"] = unit
    path.write_text(json.dumps(content))
    for command in ("status", "doctor", "collect"):
        result = installation.run(command, at=NOW)
        assert result.exit_code in {0, 1, 78}
        assert not {*(result.out + result.err)} & {"\x1b", "\x07", "\u202e", "\x9b", "\r"}
        assert len(result.err.splitlines()) <= 1
    row = next(
        line
        for line in installation.run("status", at=NOW).out.splitlines()
        if line.startswith("power ")
    )
    assert row.rstrip().endswith("%")


def test_names_of_series(tmp_path: Path) -> None:
    """A user's own names are shown as they are, in tables and in lines."""
    names = ("[bold]", "[/x]", "[link=https://x.example]y", ":smile:", "\\[i]")
    entities = {name: f"sensor.s{number}" for number, name in enumerate(names)}
    installation = Installation(
        tmp_path,
        "http://127.0.0.1:1",
        {name.replace("\\", "\\\\"): entities[name] for name in names},
    )
    for command in (["status"], ["sensor", "list"]):
        lines = installation.run(*command, at=NOW).out.splitlines()
        for name in names:
            assert any(line.startswith(f"{name} ") for line in lines), (command, name)


def test_nothing_is_shown_past_the_screen() -> None:
    """Every console is a Screen, and no text of a progress bar is markup."""
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        assert not re.findall(r"\bConsole\(\)|rich\.prompt|from_markup|rich import print", text), (
            path
        )
        for column in re.findall(r"TextColumn\((?!\)).*", text):
            assert "markup=False" in column, path


def test_what_home_assistant_says_of_itself(stage: Stage) -> None:
    """Its version and its time zone are its own words, too."""
    body = json.dumps({"version": EVIL, "time_zone": EVIL}).encode()
    stage.server.answer = faults.only("/api/config", faults.body(body))
    said = stage.installation.run("doctor").out
    assert "pwned" in said
    assert not {*said} & {"\x1b", "\x07", "\u202e", "\x9b"}


def test_what_a_file_says(stage: Stage) -> None:
    """The line about a file of another zone is one line, with the words of that file."""
    stage.run("collect", at=NOW)
    path = stage.installation.data_dir / "daily.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "timezone": EVIL}))
    result = stage.installation.run("collect", at=NOW)
    assert result.exit_code == 78
    assert len(result.err.splitlines()) == 1
    assert result.err.removesuffix("\n").isprintable()
