"""The help: whole at any width and in any encoding, with examples that are command lines."""

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest
import typer.main
from typer.core import TyperGroup

from powerstats_cli import __version__
from powerstats_cli.cli import GROUPS, app
from powerstats_cli.cli import main as cli
from powerstats_cli.cli.help import layout
from powerstats_cli.cli.pages import Example, Page, Row, Section, summary
from tests.support.reference import pages
from tests.support.screens import Screen

PAGES = {page.name: page for page in pages()}
WIDTHS = (40, 60, 80, 120)


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command line; return its exit code, its output and its errors."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        exit_code = cli.main(list(arguments))
    return exit_code, out.getvalue(), err.getvalue()


def words(text: str) -> list[str]:
    """Return the words of a text, without the signs that continue a line."""
    return [word for word in text.split() if word not in {"\\", "#"}]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_nothing_is_cut_off_or_left_out(page: Page, width: int) -> None:
    """Each word is there and whole, and no line is too long if it has more than one word."""
    shown = layout(page, width)
    sections = [*page.commands, *page.options]
    for text in (
        page.usage,
        *page.paragraphs,
        *(text for section in sections for row in section.rows for text in row),
        *(part for example in page.examples for part in example),
    ):
        assert " ".join(words(text)) in " ".join(words(shown)), text
    for line in shown.splitlines():
        assert len(line) <= width or len(line.split()) == 1, line


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_help_has_all_that_a_reader_needs(page: Page) -> None:
    """A summary, an example, a text for each option, and what an option takes, in plain words."""
    assert page.paragraphs
    assert page.paragraphs[0].endswith(".")
    assert page.examples
    for section in (*page.commands, *page.options):
        for name, text in section.rows:
            assert text.endswith("."), name
            assert not set("<>{}") & set(name), f"{name}: give it a metavar"
    assert layout(page, 80).isascii()


@pytest.mark.parametrize(
    "example",
    [example.line for page in PAGES.values() for example in page.examples],
)
def test_examples_are_command_lines(example: str) -> None:
    """Each example parses."""
    words = shlex.split(example)
    arguments = words[words.index("powerstats") + 1 :]
    found = typer.main.get_command(app).make_context("powerstats", arguments or ["help"])
    while isinstance(found.command, TyperGroup):
        typed = [*found._protected_args, *found.args]  # noqa: SLF001 - it has no other name
        if not typed:
            break
        name, command, rest = found.command.resolve_command(found, typed)
        assert command
        found = command.make_context(name, rest, parent=found)


def test_groups() -> None:
    """The overview has all commands, each below the title of its group."""
    exit_code, out, err = run("--help")
    assert (exit_code, err) == (0, "")
    lines = out.splitlines()
    for title, commands in GROUPS.items():
        begin = lines.index(title)
        block = lines[begin + 1 : lines.index("", begin)]
        assert [line.split()[0] for line in block if line[2] != " "] == list(commands)


@pytest.mark.parametrize("arguments", [[], ["-h"], ["help"], ["help", "--"]])
def test_ways_to_the_overview(arguments: list[str]) -> None:
    """No arguments, -h and help show it, and nothing else."""
    assert run(*arguments) == run("--help")


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("help status", "status --help"),
        ("status -h", "status --help"),
        ("help schedule", "schedule --help"),
        ("help schedule pause", "schedule pause --help"),
        ("schedule pause -h", "schedule pause --help"),
        ("help aggregate weekly", "aggregate --help"),
        ("help help", "help --help"),
        ("help version", "version -h"),
    ],
)
def test_ways_to_the_help_of_a_command(typed: str, same: str) -> None:
    """`help COMMAND` and -h are --help, for the commands of a command, too."""
    assert run(*typed.split()) == run(*same.split())
    assert run(*same.split())[1].startswith(f"Usage: powerstats {same.removesuffix(' --help')[:6]}")


@pytest.mark.parametrize("typed", ["help statsu", "help schedule puase", "help nothing"])
def test_help_for_no_command(typed: str) -> None:
    """A command that does not exist is a usage error, as it is without `help`."""
    assert run(*typed.split()) == run(*typed.split()[1:])
    assert run(*typed.split())[0] == 2


@pytest.mark.parametrize("typed", ["version", "--version"])
def test_version(typed: str) -> None:
    """The version is that of the package."""
    assert run(typed) == (0, f"powerstats {__version__}\n", "")


def test_brackets_are_words() -> None:
    """Nothing in a help is markup."""
    assert "If the configuration has [github], the page" in " ".join(
        run("publish", "-h")[1].split()
    )
    page = Page(
        "powerstats [x]",
        "[/x] [bold]",
        ("[red]Text[/] :smile: [",),
        (Example("powerstats '[/]'", "[i]"),),
        (Section("[b]", (Row("[dim]", "[/dim]."),)),),
        (),
    )
    shown = layout(page, 80)
    for text in ("[x] [/x] [bold]", "[red]Text[/] :smile: [", "'[/]'  # [i]", "[dim]  [/dim]."):
        assert text in shown


@pytest.mark.parametrize(("term", "bold"), [("xterm", 1), ("dumb", 0), ("", 0)])
def test_bold_is_for_terminals(term: str, bold: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a terminal that can is told to print bold letters; a pipe never is."""
    monkeypatch.setenv("TERM", term)
    assert "\x1b" not in run("-h")[1]
    with redirect_stdout(Screen()) as out:
        assert cli.main(["-h"]) == 0
    assert out.getvalue().count("\x1b[1mOptions\x1b[0m") == bold
    assert re.sub(r"\x1b\[\d?m", "", out.getvalue()) == run("-h")[1]


def test_summary() -> None:
    """It is the first paragraph, on one line."""
    assert summary("Do\n  this.\n\nThen that.\n\nExamples:\n    x") == "Do this."
    assert summary(None) == summary("") == ""


def test_in_a_real_process() -> None:
    """In a pipe and a locale of ASCII, help is ASCII, and needs no rich."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "powerstats_cli", "help", "init"],
        env={**os.environ, "LANG": "C", "PYTHONIOENCODING": "ascii", "COLUMNS": "60"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.isascii()
    assert b"--github-token-file FILE" in done.stdout
    assert not re.search(rb"\| +rich$", done.stderr, re.MULTILINE)
