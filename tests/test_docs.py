"""The documents say what is so: examples load, commands exist, links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from powerstats_cli import cli, settings
from powerstats_cli.health import COLLECT, NIGHTLY, PUBLISH, PUBLISH_AT_MINUTE, SYNC
from powerstats_cli.settings import GitHubSettings, Settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CRON_LINE = re.compile(r"([\d*/]+) ([\d*]+) ([\d*]+) ([\d*]+) ([\d*]+)\s+(.*)")


def cron_lines(*, switched_on: bool = True) -> list[re.Match[str]]:
    """Return the entries of crontab.example, or those that wait to be switched on."""
    lines = (ROOT / "crontab.example").read_text().splitlines()
    return [
        found
        for line in lines
        if line.startswith("#") != switched_on and (found := CRON_LINE.fullmatch(line.lstrip("#")))
    ]


def test_the_example_configuration_loads() -> None:
    """The example is valid as it stands, and says the defaults where it says a value."""
    example = settings.load(ROOT / "powerstats.example.toml")
    assert example.data == settings.DataSettings()
    assert set(example.entities) == {"power", "voltage", "energy"}


def test_the_example_configuration_loads_with_what_it_suggests(tmp_path: Path) -> None:
    """The lines that wait to be switched on are valid, too."""
    text = (ROOT / "powerstats.example.toml").read_text()
    suggested = tmp_path / "powerstats.toml"
    suggested.write_text(re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE))
    example = settings.load(suggested)
    assert example.github is not None
    assert example.publish.history == "squash"


def test_every_key_is_documented() -> None:
    """docs/configuration.md has a row for each key that can be set today, and no other."""
    text = (ROOT / "docs/configuration.md").read_text()
    documented = {
        found[1].removesuffix(".NAME")
        for found in re.finditer(r"^\| `([\w.]+)` \|", text, re.MULTILINE)
    }
    keys = {"timezone"}
    for table in ("homeassistant", "github", "data", "paths", "publish"):
        kind = GitHubSettings if table == "github" else Settings.__annotations__[table]
        keys |= {f"{table}.{name}" for name in kind.__struct_fields__}
    assert documented == keys


def test_cron_runs_our_commands() -> None:
    """Each line of crontab.example is a command line that parses."""
    for line in [*cron_lines(), *cron_lines(switched_on=False)]:
        program, *arguments = shlex.split(line[6])
        assert program == "powerstats"
        command = typer.main.get_command(cli.app)
        with command.make_context("powerstats", [*arguments, "--help"], resilient_parsing=True):
            assert arguments[0] in command.commands  # type: ignore[attr-defined]


def test_cron_and_status_agree() -> None:
    """`status` expects each nightly step when crontab.example runs it, and no other."""
    scheduled = {
        line[6].removeprefix("powerstats "): (int(line[2]), int(line[1]))
        for line in cron_lines()
        if line[2] != "*"
    }
    assert scheduled == {name: (at.hour, at.minute) for name, at in NIGHTLY.items()}
    with_github = {
        line[6].removeprefix("powerstats ").replace("sync push", "sync"): (
            int(line[2]),
            int(line[1]),
        )
        for line in cron_lines(switched_on=False)
    }
    assert with_github == {name: (at.hour, at.minute) for name, at in SYNC.items()}
    every = {
        line[6].removeprefix("powerstats "): line[1] for line in cron_lines() if line[2] == "*"
    }
    interval = settings.DataSettings().collection_interval_minutes
    assert every == {COLLECT: f"*/{interval}", PUBLISH: str(PUBLISH_AT_MINUTE)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link is a file of the project."""
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_commands_are_in_the_readme() -> None:
    """The README's table has every command."""
    text = (ROOT / "README.md").read_text()
    for command in typer.main.get_command(cli.app).commands:  # type: ignore[attr-defined]
        assert f"| `powerstats {command}" in text


def test_make_targets_exist() -> None:
    """Every make command that a document names is a target."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in [*DOCUMENTS, ROOT / ".ci/run", ROOT / ".github/workflows/ci.yml"]:
        assert (
            set(re.findall(r"\bmake (\w+)\b(?=\s*(?:#|$|`))", document.read_text(), re.MULTILINE))
            <= targets
        )
