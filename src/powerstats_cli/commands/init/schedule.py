"""The questions for what runs the steps, and for the dashboard that it keeps up."""

from typing import Final

import msgspec

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.wishes import SCHEDULERS, Wishes
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.errors import ConfigError
from powerstats_cli.site.addresses import in_words
from powerstats_cli.terminal.dialogue import Dialogue

# The dashboard's address and port if no option names others.
EVERYWHERE: Final = "::"
PORT: Final = 8129


def ask_schedule(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with what shall run the steps: the option's, or what is answered.

    What runs them already goes on, and is not asked for.
    """
    if wishes.schedule is not None or not dialogue.asks:
        return msgspec.structs.replace(answers, schedule=wishes.schedule or "none")
    dialogue.heading("Schedule")
    if wishes.scheduled:
        dialogue.done(f"the steps run from {joined(wishes.scheduled)} already")
        return answers
    lengths = answers.lengths
    minutes = answers.draft.lengths(lengths).interval if answers.draft else lengths.interval
    dialogue.explain(f"powerstats collects every {minutes} minutes, and sums up at night.")
    usual = wishes.scheduler if answers.schedule == "none" else answers.schedule
    schedule = dialogue.until_right(lambda: _asked(usual, dialogue))
    return msgspec.structs.replace(answers, schedule=schedule)


def _asked(suggested: Scheduler, dialogue: Dialogue) -> Scheduler:
    answer = dialogue.ask("What runs the steps: cron, systemd or none", suggested).lower()
    if answer not in SCHEDULERS:
        message = f"{answer}: cron, systemd or none"
        raise ConfigError(message)
    return SCHEDULERS[answer]


def ask_dashboard(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with whether the schedule shall keep the dashboard up for the home."""
    if answers.schedule == "none":
        return msgspec.structs.replace(answers, serves=False)
    if wishes.serves is not None or not dialogue.asks:
        return msgspec.structs.replace(answers, serves=bool(wishes.serves))
    dialogue.explain(
        "The dashboard can be kept up for all devices in the home's network, without a password."
    )
    serves = dialogue.confirm(f"Keep it up at {in_words(EVERYWHERE, PORT)}?")
    return msgspec.structs.replace(answers, serves=serves)
