"""The imports of a command are most of its cost, and `collect` runs 52,560 times a year."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.installation import Installation

SHOW_MODULES = (
    "import atexit, sys; atexit.register(lambda: print('modules:', *sys.modules, file=sys.stderr));"
    "import runpy; sys.argv = ['powerstats', *sys.argv[1:]];"
    "runpy.run_module('powerstats_cli', run_name='__main__')"
)


def imported(*arguments: str, env: dict[str, str] | None = None) -> set[str]:
    """Run a command in a process of its own; return the modules that it has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW_MODULES, *arguments],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    line = next(line for line in done.stderr.splitlines() if line.startswith("modules: "))
    return set(line.split()[1:])


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation whose Home Assistant refuses connections."""
    return Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.house_power"})


def test_collect_imports_neither_rich_nor_pydantic(installation: Installation) -> None:
    """`collect` asks with httpcore and imports nothing that only people need."""
    modules = imported(*installation.arguments("collect"))
    assert "httpcore" in modules
    assert (
        not {"rich", "pydantic", "httpx", "anyio", "email", "json", "powerstats_cli.demo"} & modules
    )


def test_collect_imports_no_other_command(installation: Installation) -> None:
    """`collect` imports neither the options nor the work of another command."""
    modules = imported(*installation.arguments("collect"))
    ours = {name.removeprefix("powerstats_cli.") for name in modules}
    assert {name for name in ours if name.startswith("cli.")} == {
        "cli.main",
        "cli.options",
        "cli.steps",
    }
    assert {name for name in ours if name.startswith("commands.")} == {"commands.collect"}
    assert not {"core.candidates", "core.energy", "core.longterm", "core.schedule"} & ours
    assert not {"core.journal", "core.entries", "core.corrections"} & ours  # nothing is corrected


def test_the_list_of_commands_imports_no_command() -> None:
    """The overview reads the help of the commands, and imports none of their work."""
    ours = {name for name in imported("--help") if name.startswith("powerstats_cli.")}
    assert not {name for name in ours if name.startswith("powerstats_cli.commands.")}


@pytest.mark.parametrize("step", [["rotate"], ["aggregate", "yearly"]])
def test_nightly_steps_import_no_network(installation: Installation, step: list[str]) -> None:
    """The steps that run at night only read and write files."""
    assert not {"httpx", "httpcore", "ssl", "rich", "pydantic"} & imported(
        *installation.arguments(*step)
    )


def test_completion_imports_neither_httpx_nor_rich() -> None:
    """The answer to a Tab comes quickly."""
    completing = {
        "_POWERSTATS_COMPLETE": "complete_bash",
        "COMP_WORDS": "powerstats agg",
        "COMP_CWORD": "1",
    }
    assert not {"httpx", "httpcore", "rich", "pydantic"} & imported(env=completing)


def test_a_hidden_module_is_there_again_afterwards() -> None:
    """Only the imports inside the block find nothing; a module that is there already stays."""
    code = """
import importlib, sys
from powerstats_cli.unneeded import hidden
import json
with hidden("wave", "json"):
    assert importlib.import_module("json") is json
    try:
        import wave
    except ModuleNotFoundError:
        print("hidden")
import wave
assert sys.modules["wave"] is wave
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "hidden\n"
