"""After the questions: what runs the steps, the first run, and what to do next."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from powerstats_cli import settings
from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.wishes import SCHEDULERS, Wishes
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.errors import ConfigError
from powerstats_cli.site.addresses import in_words
from powerstats_cli.terminal.dialogue import Dialogue

EXIT_INTERRUPTED: Final = 130
# An offer: it lists what it would fill, and asks.
OFFERED: Final = ["backfill"]
# The dashboard's address and port if no option names others.
EVERYWHERE: Final = "::"
PORT: Final = 8129
Run = Callable[[Sequence[str]], int]
"""Runs a command line of powerstats and returns its exit code."""


def ask_schedule(wishes: Wishes, dialogue: Dialogue) -> Scheduler:
    """Return what shall run the steps: the option's, or what is answered, or nothing."""
    if wishes.schedule is not None or not dialogue.asks:
        return wishes.schedule or "none"
    dialogue.heading("Schedule")
    dialogue.explain("powerstats collects every ten minutes, and sums up at night.")
    return dialogue.until_right(lambda: _asked(wishes.scheduler, dialogue))


def _asked(suggested: Scheduler, dialogue: Dialogue) -> Scheduler:
    answer = dialogue.ask("What runs the steps: cron, systemd or none", suggested)
    if answer not in SCHEDULERS:
        message = f"{answer}: cron, systemd or none"
        raise ConfigError(message)
    return SCHEDULERS[answer]


def ask_dashboard(wishes: Wishes, schedule: Scheduler, dialogue: Dialogue) -> bool:
    """Return whether the schedule shall keep the dashboard up for the home's own network."""
    if schedule == "none":
        return False
    if wishes.serves is not None or not dialogue.asks:
        return bool(wishes.serves)
    dialogue.explain(
        "The dashboard can be kept up for all devices in the home's network, without a password."
    )
    return dialogue.confirm(f"Keep it up at {in_words(EVERYWHERE, PORT)}?")


def first_run(wishes: Wishes, answers: Answers, run: Run, dialogue: Dialogue) -> int:
    """Collect, fill in the past and install the schedule, as far as wished.

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
    if wishes.collects:
        steps.append(["collect"])
    if wishes.backfills:
        steps.append(["backfill", "--yes"])
    elif wishes.asks and wishes.collects and wishes.backfills is None:
        steps.append(OFFERED)
    if (schedule := answers.schedule) != "none":
        of_user = ["--user"] if schedule == "systemd" and os.geteuid() != 0 else []
        serve = ["--serve"] if answers.serves else []
        steps.append(["schedule", "install", f"--{schedule}", *of_user, *serve])
    return steps


def tell_next(
    wishes: Wishes, answers: Answers, environment: Mapping[str, str], dialogue: Dialogue
) -> None:
    """Tell which commands are useful from here on."""
    commands = {
        "status": "what is there, and what is due",
        "backfill": "the past year, from Home Assistant's own statistics",
        "doctor": "what is wrong, and what to do about it",
    }
    if answers.repository:
        commands["publish"] = "the dashboard on GitHub Pages, where anyone can see it"
    if answers.schedule == "none":
        commands["schedule install --cron"] = "lets cron run the steps; or --systemd"
    if not answers.serves:
        at = in_words(EVERYWHERE, PORT)
        commands[f"serve --bind {EVERYWHERE}"] = f"the dashboard, for each device at home: {at}"
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
    if answers.serves:
        dialogue.say(f"\nThe dashboard, for each device at home: {in_words(EVERYWHERE, PORT)}")


def _is_found(config: Path, environment: Mapping[str, str]) -> bool:
    """Tell whether every command finds the configuration by itself."""
    try:
        return settings.find(None, environment).resolve() == config.resolve()
    except ConfigError:
        return False
