"""The schedule as a crontab, and our block of lines within someone's crontab."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from powerstats_cli.core.schedule.setup import Setup, within_a_line
from powerstats_cli.core.schedule.steps import STEPS, Step
from powerstats_cli.errors import UnreadableError

BEGIN: Final = "# powerstats begin"
END: Final = "# powerstats end"
HEAD: Final = (
    "# The schedule of powerstats, for `crontab -e` of the user that owns its data directory;",
    "# `powerstats schedule install --cron` puts it there.",
    "# Success prints nothing; a failure is one line, which cron mails to:",
    "#MAILTO=you@example.com",
)
_BLOCK: Final = re.compile(
    rf"^{BEGIN}\n(?:(?!{BEGIN}$|{END}$).*\n)*{END}(?:\n|\Z)", flags=re.MULTILINE
)
_COMMANDS: Final = "|".join(sorted({step.command[0] for step in STEPS}))
_RUNS_A_STEP: Final = re.compile(
    rf"^(?!\s*#).*\bpowerstats(?:_cli)?\s(?:.*\s)?(?:{_COMMANDS})\b", flags=re.MULTILINE
)


def entries(setup: Setup, *, with_user: bool = False) -> Iterator[str]:
    """Yield the lines of a crontab; those of the system's crontab have one more field, the user."""
    user = f"{within_a_line(setup.user)}  " if with_user else ""
    for step in setup.steps:
        hour = "*" if step.hour is None else str(step.hour)
        when = f"{_minute(step, setup.minutes)} {hour} * * *"
        command = " ".join(_quoted(word) for word in (*setup.program, *step.command))
        yield f"{when:<14}{user}{command}"


def crontab(setup: Setup) -> str:
    """Return a whole crontab, to look at or to pipe into `crontab -`."""
    return "\n".join([*HEAD, "", *entries(setup), ""])


def block(setup: Setup, *, with_user: bool = False) -> str:
    """Return the block for someone's crontab: the entries between our two markers."""
    replaced = "# `powerstats schedule install --cron` replaces what is between these two lines."
    return "\n".join([BEGIN, replaced, *entries(setup, with_user=with_user), END, ""])


def find_block(text: str) -> str:
    """Return our block in a crontab, "" if it has none."""
    match = _BLOCK.search(text)
    return match[0] if match else ""


def without_block(text: str) -> str:
    """Return a crontab without our block; raises UnreadableError if one marker is missing."""
    rest = _BLOCK.sub("", text)
    for line in rest.split("\n"):
        if line in {BEGIN, END}:
            message = (
                f"`{line}` is there without the other marker: delete it and our lines next to it"
            )
            raise UnreadableError(message)
    return rest


def with_block(text: str, ours: str) -> str:
    """Return a crontab with our block in its old place, or at the end; all else stays as it is.

    Raises UnreadableError if one marker is missing.
    """
    match = _BLOCK.search(text)
    if match is None:
        rest = without_block(text)
        gap = "\n" if rest and not rest.endswith("\n") else ""
        return f"{rest}{gap}{ours}"
    return without_block(text[: match.start()]) + ours + without_block(text[match.end() :])


def runs_steps_outside_block(text: str) -> bool:
    """Tell whether a crontab also runs powerstats in lines outside our block."""
    return bool(_RUNS_A_STEP.search(_BLOCK.sub("", text)))


def _minute(step: Step, minutes: int) -> str:
    if step.minute is not None:
        return str(step.minute)
    # Some crons reject */1 and */60.
    return {1: "*", 60: "0"}.get(minutes, f"*/{minutes}")


def _quoted(word: str) -> str:
    r"""Return a word quoted for cron and then for the shell, which get the line in this order.

    Cron takes % for a new line and \% for a plain %. So a backslash of the path itself may not
    stand before a %: we close the shell's quotes between the two and open them again.
    """
    return shlex.quote(within_a_line(word)).replace("\\%", "\\''%").replace("%", "\\%")
