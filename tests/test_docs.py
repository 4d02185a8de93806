"""The documents say what is so: examples load, commands exist, links lead somewhere."""

import re
import shlex
from pathlib import Path

import msgspec
import pytest
import typer.main

from powerstats_cli import settings
from powerstats_cli.cli import app
from powerstats_cli.core.energy.tariffs import Tariff
from powerstats_cli.core.schedule.crontab import entries
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.settings import GitHubSettings, Settings
from powerstats_cli.settings.holidays import HolidayTable
from powerstats_cli.settings.ledger import LedgerWish
from powerstats_cli.settings.money import MoneyTable, contract_of
from powerstats_cli.settings.tables import FlowSettings, PriceSettings
from tests.support import manpages, reference

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CRON_LINE = re.compile(r"(?:[\d*/]+ ){4}[\d*/]+\s+powerstats .*")


def cron_lines(*, switched_on: bool) -> list[str]:
    """Return the entries of crontab.example, or those that wait to be switched on."""
    lines = (ROOT / "crontab.example").read_text().splitlines()
    mine = [line.lstrip("#") for line in lines if line.startswith("#") != switched_on]
    return [line for line in mine if CRON_LINE.fullmatch(line)]


def test_the_example_configuration_loads() -> None:
    """The example is valid as it stands, and says the defaults where it says a value."""
    example = settings.load(ROOT / "powerstats.example.toml")
    assert example.data == settings.DataSettings()
    assert set(example.entities) == {"power", "voltage", "energy"}


def test_the_example_configuration_loads_with_what_it_suggests(tmp_path: Path) -> None:
    """The lines that wait to be switched on are valid, too."""
    text = (ROOT / "powerstats.example.toml").read_text()
    suggested = tmp_path / "powerstats.toml"
    suggested.write_text(re.sub(r"^# ?(?=\[|\w+ = |  \{|\])", "", text, flags=re.MULTILINE))
    example = settings.load(suggested)
    assert example.github is not None
    assert example.publish.history == "squash"
    assert set(example.homeassistant.plausible) == {"power", "energy"}
    assert set(example.homeassistant.state_class) == {"energy"}
    assert example.flows is not None
    assert example.flows.written == {"house": ("power", "energy")}
    assert example.prices["price"].step == 15
    contract = contract_of(example)
    assert (contract.currency, contract.compared) == ("EUR", ["contract"])
    assert [line.name for line in contract.lines("contract")] == ["Energy", "Fixed charge"]


def test_every_key_is_documented() -> None:
    """docs/configuration.md has a row for each key that can be set today, and no other."""
    text = (ROOT / "docs/configuration.md").read_text()
    documented = {
        found[1].removesuffix(".NAME")
        for found in re.finditer(r"^\| `([\w.]+)` \|", text, re.MULTILINE)
    }
    keys = {"timezone", "zones"}
    money: dict[str, type[msgspec.Struct]] = {"holidays": HolidayTable, "tariffs.NAME": Tariff}
    for table, struct in money.items():
        keys |= {f"{table}.{name}" for name in struct.__struct_encode_fields__}
    for struct in (MoneyTable, LedgerWish):
        keys |= {f"money.{name}" for name in struct.__struct_encode_fields__}
    keys |= {f"prices.NAME.{name}" for name in PriceSettings.__struct_encode_fields__}
    optional = {"github": GitHubSettings, "flows": FlowSettings}
    tables = ("homeassistant", "github", "data", "paths", "publish", "monitoring", "network")
    for table in (*tables, "flows"):
        kind = optional.get(table) or Settings.__annotations__[table]
        keys |= {f"{table}.{name}" for name in kind.__struct_encode_fields__}
    assert documented == keys


@pytest.mark.parametrize("switched_on", [True, False])
def test_cron_runs_our_commands(switched_on: bool) -> None:  # noqa: FBT001
    """Each line of crontab.example is a command line that parses."""
    lines = cron_lines(switched_on=switched_on)
    assert lines
    for line in lines:
        program, *arguments = shlex.split(line)[5:]
        assert program == "powerstats"
        command = typer.main.get_command(app)
        with command.make_context("powerstats", [*arguments, "--help"], resilient_parsing=True):
            assert arguments[0] in command.commands  # type: ignore[attr-defined]


def test_the_example_crontab_is_the_schedule() -> None:
    """crontab.example is what is installed, with the lines for [github] switched off."""
    without_github = list(entries(Setup(("powerstats",))))
    everything = list(entries(Setup(("powerstats",), has_github=True)))
    assert cron_lines(switched_on=True) == without_github
    assert cron_lines(switched_on=True) + cron_lines(switched_on=False) == everything


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link is a file of the project."""
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_commands_are_in_the_readme() -> None:
    """The README's table has every command."""
    text = (ROOT / "README.md").read_text()
    for command in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"| `powerstats {command}" in text


def test_the_reference_is_what_the_program_says() -> None:
    """docs/commands.md is the program's help; `make reference` brings it up to date."""
    assert reference.PLACE.read_text() == reference.reference()


def test_the_man_pages_are_what_the_program_says() -> None:
    """There is one for each command; `make man` brings them up to date."""
    there = {path.name: path.read_text() for path in manpages.FOLDER.iterdir()}
    assert there == manpages.manpages()


def test_make_targets_exist() -> None:
    """Every make command that a document names is a target."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in [*DOCUMENTS, ROOT / ".ci/run", ROOT / ".github/workflows/ci.yml"]:
        assert (
            set(re.findall(r"\bmake (\w+)\b(?=\s*(?:#|$|`))", document.read_text(), re.MULTILINE))
            <= targets
        )
