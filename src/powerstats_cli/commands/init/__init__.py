"""`init`: asks a few questions, tries each answer at once, writes a configuration, runs it.

Each question is a module: `home`, `sensors`, `ranges`, `repository`; `first_run` asks for
the schedule.
"""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from powerstats_cli.commands.init.answers import Answers, configuration_file, token_files, write
from powerstats_cli.commands.init.first_run import (
    EXIT_INTERRUPTED,
    Run,
    ask_dashboard,
    ask_schedule,
    first_run,
    tell_next,
)
from powerstats_cli.commands.init.home import ask_home, timezone
from powerstats_cli.commands.init.ranges import ask_ranges
from powerstats_cli.commands.init.repository import ask_repository
from powerstats_cli.commands.init.sensors import ask_sensors
from powerstats_cli.commands.init.wishes import (
    Wishes,
    entities,
    scheduler,
)
from powerstats_cli.core import zones
from powerstats_cli.errors import ConfigError
from powerstats_cli.files.store import read_bytes
from powerstats_cli.files.together import Content
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.words import is_ascii

__all__ = ["Wishes", "entities", "init", "scheduler"]


class _DeclinedError(Exception):
    """The answer is that the files that are there stay as they are."""


def init(wishes: Wishes, run: Run, console: Console, environment: Mapping[str, str]) -> int:
    """Ask, try, write, and run for the first time; `run` is the program's entry point.

    Nothing is written before the last answer. Returns the exit code of the first run.
    """
    dialogue = Dialogue(console, asks=wishes.asks, is_ascii=is_ascii(console))
    try:
        overwrites = _may_overwrite(wishes.config, None, dialogue, overwrites=wishes.overwrites)
        answers = _ask(wishes, dialogue, environment)
        files = token_files(answers, wishes)
        for path, content in files.items():
            overwrites = _may_overwrite(path, content, dialogue, overwrites=overwrites)
    except _DeclinedError:
        dialogue.say("Nothing was changed.")
        return 0
    except (KeyboardInterrupt, EOFError):
        dialogue.say("\nNothing was written.")
        raise
    write({**files, wishes.config: configuration_file(answers, wishes)}, wishes)
    dialogue.done(f"Configuration: {wishes.config}")
    dialogue.done(f"Data: {wishes.data_dir}")
    exit_code = first_run(wishes, answers, run, dialogue)
    if exit_code != EXIT_INTERRUPTED:
        tell_next(wishes, answers, environment, dialogue)
    return exit_code


def _ask(wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]) -> Answers:
    dialogue.explain(
        "powerstats keeps a history of a home's power, read from Home Assistant. It asks for what "
        "it needs, and writes nothing before the last answer; Ctrl-C leaves everything as it is."
    )
    home = ask_home(wishes, dialogue, environment)
    zone = timezone(wishes, home.about, dialogue)
    sensors = ask_sensors(wishes.entities, home.entities, dialogue)
    ranges = ask_ranges(sensors, home, wishes, dialogue)
    repository = ask_repository(wishes, dialogue, environment, zones.zone(zone))
    schedule = ask_schedule(wishes, dialogue)
    serves = ask_dashboard(wishes, schedule, dialogue)
    return Answers(home, zone, sensors, ranges, repository, schedule, serves)


def _may_overwrite(
    path: Path, new: Content | None, dialogue: Dialogue, *, overwrites: bool
) -> bool:
    """Return whether files are overwritten from now on; one "yes" is for those beside it, too.

    Raises ConfigError, or _DeclinedError, if other bytes are there and have to stay.
    """
    present = read_bytes(path)
    if overwrites or present is None or (new is not None and present == new.raw):
        return overwrites
    if not dialogue.asks:
        message = f"{path} is there already: add --force to overwrite it"
        raise ConfigError(message)
    if not dialogue.confirm(f"{path} is there already. Overwrite it?"):
        raise _DeclinedError
    return True
