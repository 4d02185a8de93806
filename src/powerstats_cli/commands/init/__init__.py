"""`init`: asks a few questions, tries each answer at once, writes a configuration, runs it.

Each subject is a module: `home`, `sensors`, `ranges`, `money`, `repository`, `restoring`,
`schedule`. `proposing` finds out what to propose, and `first_run` tells what comes next. A
configuration that is there is changed: what it says is the default of each answer.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from powerstats_cli import settings
from powerstats_cli.commands.init.answers import Answers, Present
from powerstats_cli.commands.init.configuration import (
    check_places,
    check_wishes,
    token_files,
    write,
)
from powerstats_cli.commands.init.first_run import EXIT_INTERRUPTED, Run, first_run, tell_next
from powerstats_cli.commands.init.home import ask_home, ask_timezone
from powerstats_cli.commands.init.money import (
    ask_bought,
    ask_fixed,
    ask_pricing,
    ask_since,
    ask_sold,
)
from powerstats_cli.commands.init.present import present_at
from powerstats_cli.commands.init.proposing import propose
from powerstats_cli.commands.init.ranges import ask_ranges
from powerstats_cli.commands.init.repository import ask_repository
from powerstats_cli.commands.init.restoring import ask_restore
from powerstats_cli.commands.init.schedule import ask_dashboard, ask_schedule
from powerstats_cli.commands.init.sensors import ask_sensors
from powerstats_cli.commands.init.wishes import Wishes, entities, scheduled, scheduler
from powerstats_cli.errors import ConfigError
from powerstats_cli.files.together import Content
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.terminal.dialogue import BackError, Dialogue
from powerstats_cli.terminal.words import is_ascii

__all__ = ["Wishes", "entities", "init", "scheduled", "scheduler"]

Question = Callable[[Answers], Answers]


class _DeclinedError(Exception):
    """The answer is that the files that are there stay as they are."""


def init(wishes: Wishes, run: Run, console: Console, environment: Mapping[str, str]) -> int:
    """Ask, try, write, and run for the first time; `run` is the program's entry point.

    Nothing is written before the last answer. Returns the exit code of the first run.
    """
    dialogue = Dialogue(console, asks=wishes.asks, is_ascii=is_ascii(console))
    try:
        check_wishes(wishes)
        begun = _begun(wishes, dialogue)
        check_places(begun, wishes)
        answers = _walked(_questions(wishes, dialogue, environment), begun, dialogue)
        _check_tokens(answers, wishes, dialogue)
    except _DeclinedError:
        dialogue.say("Nothing was changed.")
        return 0
    except (KeyboardInterrupt, EOFError):
        dialogue.say("\nNothing was written.")
        raise
    problems = write(answers, wishes)
    dialogue.done(f"Configuration: {wishes.config}")
    dialogue.done(f"Data: {answers.data_dir}")
    for problem in problems:
        dialogue.warn(str(problem))
    exit_code = first_run(wishes, answers, run, dialogue)
    if exit_code != EXIT_INTERRUPTED:
        tell_next(wishes, answers, environment, dialogue)
    return exit_code


# --- the questions ------------------------------------------------------------------------------


def _questions(
    wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]
) -> Sequence[Question]:
    return (
        lambda answers: ask_home(answers, wishes, dialogue, environment),
        lambda answers: ask_timezone(answers, wishes, dialogue),
        lambda answers: propose(answers, wishes, dialogue),
        lambda answers: ask_sensors(answers, dialogue),
        lambda answers: ask_ranges(answers, wishes, dialogue),
        lambda answers: ask_pricing(answers, dialogue),
        lambda answers: ask_bought(answers, wishes, dialogue),
        lambda answers: ask_sold(answers, wishes, dialogue),
        lambda answers: ask_fixed(answers, dialogue),
        lambda answers: ask_since(answers, wishes, dialogue),
        lambda answers: ask_repository(answers, wishes, dialogue, environment),
        lambda answers: ask_restore(answers, wishes, dialogue, environment),
        lambda answers: ask_schedule(answers, wishes, dialogue),
        lambda answers: ask_dashboard(answers, wishes, dialogue),
    )


def _walked(questions: Sequence[Question], answers: Answers, dialogue: Dialogue) -> Answers:
    """Return the answers to all questions; `back` leads to the last one that was asked before.

    The answers that were given already are the defaults then.
    """
    dialogue.goes_back = dialogue.asks
    asked: list[int] = []
    number = 0
    while number < len(questions):
        before = dialogue.asked
        try:
            answers = questions[number](answers)
        except BackError:
            if not asked:
                dialogue.say("This is the first question.")
            number = asked.pop() if asked else number
            continue
        if dialogue.asked > before:
            asked.append(number)
        number += 1
    dialogue.goes_back = False
    return answers


# --- what is there already ----------------------------------------------------------------------


def _begun(wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers before the first question: the configuration that is there, if any.

    Raises ConfigError, or _DeclinedError, if other files are there and have to stay.
    """
    fresh = Answers(wishes.data_dir or wishes.usual_data_dir)
    if read_bytes(wishes.config) is None or wishes.overwrites:
        dialogue.explain(
            "powerstats keeps a history of a home's power, read from Home Assistant. It asks for "
            "what it needs, and writes nothing before the last answer; `back` goes back, and "
            "Ctrl-C leaves everything as it is."
        )
        return fresh
    if not dialogue.asks:
        message = (
            f"{wishes.config} is there already: add --force to overwrite it; `powerstats "
            f"sensor` changes its sensors"
        )
        raise ConfigError(message)
    present = _present(wishes, dialogue)
    if present is None:
        return fresh
    dialogue.explain(
        f"{wishes.config}\nis there already, and will be changed. Enter keeps what it says, `back` "
        f"goes back, and\nCtrl-C leaves everything as it is. Your comments stay."
    )
    data_dir = wishes.data_dir or present.settings.data_dir
    return msgspec.structs.replace(fresh, present=present, data_dir=data_dir)


def _present(wishes: Wishes, dialogue: Dialogue) -> Present | None:
    """Return the configuration that is there, None if it is broken and may be overwritten."""
    try:
        return present_at(settings.load(wishes.config))
    except ConfigError as error:
        dialogue.warn(str(error))
        if not dialogue.confirm("It cannot be changed. Overwrite it?"):
            raise _DeclinedError from None
    return None


def _check_tokens(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> None:
    """Ask before another token is overwritten; raises ConfigError, or _DeclinedError."""
    for path, content in token_files(answers, wishes).items():
        if not (_is_there(path, content) and not wishes.overwrites and answers.present is None):
            continue
        if not dialogue.asks:
            message = f"{path} is there already: add --force to overwrite it"
            raise ConfigError(message)
        if not dialogue.confirm(f"{path} is there already, with another token. Overwrite it?"):
            raise _DeclinedError


def _is_there(path: Path, content: Content) -> bool:
    before = read_bytes(path)
    return before is not None and before != content.raw
