"""After the questions: the first run, and what to do next."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from powerstats_cli import settings
from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.schedule import EVERYWHERE, PORT
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.errors import ConfigError
from powerstats_cli.site.addresses import in_words
from powerstats_cli.terminal.dialogue import Dialogue

EXIT_INTERRUPTED: Final = 130
HERE: Final = "127.0.0.1"
# An offer: it lists what it would fill, and asks.
OFFERED: Final = ["backfill"]
RESTORE: Final = ["sync", "fetch"]
PAGE: Final = ["publish", "--local"]
Run = Callable[[Sequence[str]], int]
"""Runs a command line of powerstats and returns its exit code."""


def first_run(wishes: Wishes, answers: Answers, run: Run, dialogue: Dialogue) -> int:
    """Restore, collect, fill in the past, make the page and install the schedule, as far as wished.

    Returns the first exit code that is not 0, or EXIT_INTERRUPTED at once.
    """
    first_code = 0
    for step in _steps(wishes, answers):
        if dialogue.asks:
            dialogue.say(f"\npowerstats {' '.join(step)}", "bold")
        exit_code = run(["--config", str(wishes.config), *step])
        if exit_code == EXIT_INTERRUPTED:
            return exit_code
        if step != OFFERED:
            first_code = first_code or exit_code
    return first_code


def _steps(wishes: Wishes, answers: Answers) -> list[list[str]]:
    steps: list[list[str]] = []
    if answers.restores:
        steps.append(RESTORE)
    if wishes.collects:
        steps.append(["collect"])
    if wishes.backfills:
        steps.append(["backfill", "--yes"])
    elif _offers_past(wishes, answers):
        steps.append(OFFERED)
    if wishes.collects:
        steps.append(PAGE)
    if (schedule := answers.schedule) != "none":
        of_user = ["--user"] if schedule == "systemd" and os.geteuid() != 0 else []
        serve = ["--serve"] if answers.serves else []
        steps.append(["schedule", "install", f"--{schedule}", *of_user, *serve])
    return steps


def _offers_past(wishes: Wishes, answers: Answers) -> bool:
    """Tell whether the past is offered: somebody can be asked, and some of it is not here."""
    is_open = wishes.asks and wishes.collects and wishes.backfills is None
    return is_open and _has_gaps(answers)


def _has_gaps(answers: Answers) -> bool:
    """Tell whether there is a new sensor, or files that end when another device was lost."""
    return answers.restores or bool(answers.new_entities)


def tell_next(
    wishes: Wishes, answers: Answers, environment: Mapping[str, str], dialogue: Dialogue
) -> None:
    """Tell which commands are useful from here on, and where the page is."""
    is_published = answers.repository or (answers.present and answers.present.settings.github)
    commands = {
        "status": "what is there, and what is due",
        "flows": "what the house took, and from where",
        "doctor": "what is wrong, and what to do about it",
    }
    if answers.draft:
        commands["tariff"] = "what a kWh costs through the day"
        commands["bill"] = "what it costs so far"
    if not (wishes.backfills or _offers_past(wishes, answers)) and _has_gaps(answers):
        commands["backfill"] = "the past, from Home Assistant's history and statistics"
    if is_published:
        commands["publish"] = "the dashboard on GitHub Pages, where anyone can see it"
    if answers.schedule == "none" and not wishes.scheduled:
        commands["schedule install --cron"] = "lets cron run the steps; or --systemd"
    if not answers.serves:
        commands[f"serve --bind {EVERYWHERE}"] = "the dashboard, for each device at home"
    dialogue.say("\nWhat to do next", "bold")
    if not _is_found(wishes.config, environment):
        dialogue.say(
            "  powerstats does not look for its configuration there: set this variable, or give "
            "each command --config"
        )
        dialogue.say(f"  export {settings.ENVIRONMENT_PATH}={shlex.quote(str(wishes.config))}")
    width = max(len(command) for command in commands)
    for command, use in commands.items():
        dialogue.say(f"  powerstats {command:<{width}}  {use}")
    _tell_page(answers, dialogue)


def _tell_page(answers: Answers, dialogue: Dialogue) -> None:
    if answers.serves:
        dialogue.say(f"\nThe dashboard, for each device at home:\n{in_words(EVERYWHERE, PORT)}")
    else:
        dialogue.say(
            f"\nThe dashboard, once it is served: {in_words(HERE, PORT)} here, or\n"
            f"{in_words(EVERYWHERE, PORT)} for each device at home"
        )


def _is_found(config: Path, environment: Mapping[str, str]) -> bool:
    """Tell whether every command finds the configuration by itself."""
    try:
        return settings.find(None, environment).resolve() == config.resolve()
    except ConfigError:
        return False
