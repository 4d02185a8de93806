"""The schedule as a crontab, and our block of lines within someone's crontab."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from powerstats_cli.core.schedule.instance import Instance, instance_of
from powerstats_cli.core.schedule.setup import Setup, within_a_line
from powerstats_cli.core.schedule.steps import STEPS, Step
from powerstats_cli.errors import UnreadableError

BEGIN: Final = "# powerstats begin"
END: Final = "# powerstats end"
# The option of `serve` that ends it if the dashboard is up.
IF_DOWN: Final = "--if-down"
HEAD: Final = (
    "# The schedule of powerstats, for `crontab -e` of the user that owns its data directory;",
    "# `powerstats schedule install --cron` puts it there.",
    "# Success prints nothing; a failure is one line, which cron mails to:",
    "#MAILTO=you@example.com",
)
# The markers of the first versions have no name after them.
_NAME: Final = r"(?: (?:[\w-]+-)?[0-9a-f]{8})?"
_MARKER: Final = re.compile(rf"(?:{BEGIN}|{END}){_NAME}")
_BLOCK: Final = re.compile(
    rf"^{BEGIN}(?P<name>{_NAME})\n(?:(?!{_MARKER.pattern}$).*\n)*{END}(?P=name)(?:\n|\Z)",
    flags=re.MULTILINE,
)
_COMMANDS: Final = "|".join(sorted({step.command[0] for step in STEPS}))
_RUNS_A_STEP: Final = re.compile(
    rf"^(?!\s*#).*\bpowerstats(?:_cli)?\s(?:.*\s)?(?:{_COMMANDS})\b", flags=re.MULTILINE
)


def entries(setup: Setup, *, with_user: bool = False, knows_reboot: bool = True) -> Iterator[str]:
    """Yield the lines of a crontab; those of the system's crontab have one more field, the user.

    BusyBox's crond dies of the word @reboot. There the dashboard starts within ten minutes.
    """
    user = f"{within_a_line(setup.user)}  " if with_user else ""
    for step in setup.steps:
        hours = ",".join(map(str, setup.hours(step))) or "*"
        when = f"{_minute(step, setup.minutes)} {hours} * * *"
        yield f"{when:<14}{user}{command(setup, step.command)}"
    if setup.serve:
        when = "@reboot" if knows_reboot else "*/10 * * * *"
        yield f"{when:<14}{user}{command(setup, (*setup.serve, IF_DOWN))} >/dev/null"


def crontab(setup: Setup) -> str:
    """Return a whole crontab, to look at or to pipe into `crontab -`."""
    return "\n".join([*HEAD, "", *entries(setup), ""])


def block(setup: Setup, *, with_user: bool = False, knows_reboot: bool = True) -> str:
    """Return the block for someone's crontab: the entries between our two markers."""
    lines = entries(setup, with_user=with_user, knows_reboot=knows_reboot)
    begin, end = (f"{marker} {setup.instance.name}".rstrip() for marker in (BEGIN, END))
    replaced = "# `powerstats schedule install --cron` replaces what is between these two lines."
    return "\n".join([begin, replaced, *lines, end, ""])


def find_block(text: str, instance: Instance) -> str:
    """Return an instance's block in a crontab, all of them if there are several, "" if none is."""
    return "".join(match[0] for match in _BLOCK.finditer(text) if _is_of(match, instance))


def without_block(text: str, instance: Instance) -> str:
    """Return a crontab without an instance's block; the blocks of other instances stay.

    Raises UnreadableError if a marker is missing.
    """
    for line in _BLOCK.sub("", text).split("\n"):
        if _MARKER.fullmatch(line):
            message = (
                f"`{line}` is there without the other marker: delete it and our lines next to it"
            )
            raise UnreadableError(message)
    return _BLOCK.sub(lambda match: "" if _is_of(match, instance) else match[0], text)


def with_block(text: str, ours: str, instance: Instance) -> str:
    """Return a crontab with an instance's block in its old place, or at the end.

    All else stays as it is. Raises UnreadableError if a marker is missing.
    """
    rest = without_block(text, instance)
    matches = (match for match in _BLOCK.finditer(text) if _is_of(match, instance))
    if (match := next(matches, None)) is None:
        gap = "\n" if rest and not rest.endswith("\n") else ""
        return f"{rest}{gap}{ours}"
    return text[: match.start()] + ours + without_block(text[match.end() :], instance)


def other_blocks(text: str, instance: Instance) -> Iterator[str]:
    """Yield the blocks of other instances in a crontab."""
    yield from (match[0] for match in _BLOCK.finditer(text) if not _is_of(match, instance))


def runs_steps_outside_block(text: str) -> bool:
    """Tell whether a crontab also runs powerstats in lines outside of all our blocks."""
    return bool(_RUNS_A_STEP.search(_BLOCK.sub("", text)))


def words_of(ours: str) -> Iterator[Sequence[str]]:
    """Yield the words of each line of a block, the fields of the time among them."""
    for line in ours.split("\n"):
        if line and not line.startswith("#"):
            try:
                yield shlex.split(line.replace("\\%", "%"))
            except ValueError:  # someone has edited it
                continue


def _is_of(match: re.Match[str], instance: Instance) -> bool:
    """Tell whether a block is an instance's: by its name, or by the configuration in its lines."""
    if name := match["name"].strip():
        return name == instance.name
    ran = next(filter(None, map(instance_of, words_of(match[0]))), None)
    return ran in {None, instance}


def _minute(step: Step, minutes: int) -> str:
    if step.minute is not None:
        return str(step.minute)
    # Some crons reject */1 and */60.
    return {1: "*", 60: "0"}.get(minutes, f"*/{minutes}")


def command(setup: Setup, words: Sequence[str]) -> str:
    """Return the command line for cron that runs one of our commands."""
    return " ".join(_quoted(word) for word in (*setup.program, *words))


def _quoted(word: str) -> str:
    r"""Return a word quoted for cron and then for the shell, which get the line in this order.

    Cron takes % for a new line and \% for a plain %, but BusyBox's cron leaves both to the shell.
    So each % stands outside of the shell's quotes, where \% is a plain % to the shell, too.
    """
    parts = within_a_line(word).split("%")
    return "\\%".join(shlex.quote(part) if part else "" for part in parts) or "''"
