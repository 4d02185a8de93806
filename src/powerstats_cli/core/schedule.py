"""The schedule: one table of what runs when, and the texts that cron and systemd want of it."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Final, Literal

from powerstats_cli.errors import ConfigError, UnreadableError

Asked = Literal["homeassistant", "github"]
"""Whom a step asks; also the table of the configuration with the token for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what `status` calls it, its command line, and the local time it runs at.

    Without a minute it runs at the end of every collection interval, without an hour every hour.
    """

    name: str
    command: tuple[str, ...]
    hour: int | None = None
    minute: int | None = None
    asks: Asked | None = None
    needs_github: bool = False


COLLECT: Final = Step("collect", ("collect",), asks="homeassistant")
PUBLISH: Final = Step("publish", ("publish",), minute=20, asks="github")
STEPS: Final = (
    COLLECT,
    Step("rotate", ("rotate",), 0, 0),
    Step("aggregate weekly", ("aggregate", "weekly"), 0, 2),
    Step("aggregate monthly", ("aggregate", "monthly"), 0, 5),
    Step("aggregate yearly", ("aggregate", "yearly"), 0, 15),
    PUBLISH,
    # Each right after its `aggregate`.
    Step("sync monthly", ("sync", "push", "monthly"), 0, 6, "github", needs_github=True),
    Step("sync yearly", ("sync", "push", "yearly"), 0, 16, "github", needs_github=True),
)
NIGHTLY: Final[Mapping[str, time]] = {
    step.name: time(step.hour, step.minute or 0)
    for step in STEPS
    if step.hour is not None and not step.needs_github
}
SYNC: Final[Mapping[str, time]] = {
    step.name: time(step.hour or 0, step.minute or 0) for step in STEPS if step.needs_github
}


@dataclass(frozen=True, slots=True)
class Setup:
    """What the schedule is installed for; all paths are absolute.

    `program` are the words before a step's command. `writes` are the folders it writes to, `reads`
    whatever else it opens, `tokens` the files with tokens.
    """

    program: tuple[str, ...]
    timezone: str = "UTC"
    minutes: int = 10
    has_github: bool = False
    user: str = ""
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    tokens: Mapping[Asked, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that there are with this configuration."""
        return tuple(step for step in STEPS if self.has_github or not step.needs_github)


def _on_a_line(word: str) -> str:
    """Return a word that can stand in a file of lines; raises ConfigError where it cannot."""
    if not word.isprintable():
        message = f"{word!r} cannot stand in a schedule: give it a name without such characters"
        raise ConfigError(message)
    return word


# --- cron -------------------------------------------------------------------------------------

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
_STEPS: Final = "|".join(sorted({step.command[0] for step in STEPS}))
_OURS: Final = re.compile(
    rf"^(?!\s*#).*\bpowerstats(?:_cli)?\s(?:.*\s)?(?:{_STEPS})\b", flags=re.MULTILINE
)


def entries(setup: Setup, *, with_user: bool = False) -> Iterator[str]:
    """Yield the lines of a crontab; one of the system has a field more, for the user."""
    user = f"{_on_a_line(setup.user)}  " if with_user else ""
    for step in setup.steps:
        hour = "*" if step.hour is None else str(step.hour)
        when = f"{_cron_minute(step, setup.minutes)} {hour} * * *"
        command = " ".join(_cron_word(word) for word in (*setup.program, *step.command))
        yield f"{when:<14}{user}{command}"


def crontab(setup: Setup) -> str:
    """Return a crontab to look at, or to pipe into `crontab -`."""
    return "\n".join([*HEAD, "", *entries(setup), ""])


def block(setup: Setup, *, with_user: bool = False) -> str:
    """Return what is put into a crontab: the entries between our markers."""
    replaced = "# `powerstats schedule install --cron` replaces what is between these two lines."
    return "\n".join([BEGIN, replaced, *entries(setup, with_user=with_user), END, ""])


def found_block(text: str) -> str:
    """Return our part of a crontab, "" where it has none."""
    found = _BLOCK.search(text)
    return found[0] if found else ""


def without_block(text: str) -> str:
    """Return a crontab without our part; raises UnreadableError where a marker has lost another."""
    rest = _BLOCK.sub("", text)
    for line in rest.split("\n"):
        if line in {BEGIN, END}:
            message = f"`{line}` stands alone in it: delete that line, and ours near it"
            raise UnreadableError(message)
    return rest


def with_block(text: str, ours: str) -> str:
    """Return a crontab with our part in its place, or at the end; all else stays as it is."""
    found = _BLOCK.search(text)
    if found is None:
        rest = without_block(text)
        gap = "\n" if rest and not rest.endswith("\n") else ""
        return f"{rest}{gap}{ours}"
    return without_block(text[: found.start()]) + ours + without_block(text[found.end() :])


def has_strays(text: str) -> bool:
    """Tell whether a crontab runs powerstats outside our part, too."""
    return bool(_OURS.search(_BLOCK.sub("", text)))


def _cron_minute(step: Step, minutes: int) -> str:
    if step.minute is not None:
        return str(step.minute)
    # Not every cron takes */1 and */60.
    return {1: "*", 60: "0"}.get(minutes, f"*/{minutes}")


def _cron_word(word: str) -> str:
    r"""Quote a word for the shell, whose line cron reads before: % is a new line to it, \% is %.

    So a path's own backslash may not come before a %: the quotes are closed and opened again.
    """
    return shlex.quote(_on_a_line(word)).replace("\\%", "\\''%").replace("%", "\\%")


# --- systemd ----------------------------------------------------------------------------------

HOMES: Final = ("/home", "/root", "/run/user")
TEMPORARY: Final = ("/tmp", "/var/tmp")  # noqa: S108 - what PrivateTmp hides
# A run ends within two minutes, whatever the other side does, and stays well under 64 MiB.
LIMITS: Final = ("TimeoutStartSec=150", "MemoryMax=160M")
# What an instance of one user's can ask for, too.
HARDENED: Final = (
    "NoNewPrivileges=true",
    "LockPersonality=true",
    "MemoryDenyWriteExecute=true",
    "RestrictNamespaces=true",
    "RestrictRealtime=true",
    "RestrictSUIDSGID=true",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
)
# What only the system's can: there it takes capabilities to give capabilities up.
HARDENED_SYSTEM: Final = (
    "CapabilityBoundingSet=",
    "PrivateDevices=true",
    "ProtectClock=true",
    "ProtectControlGroups=true",
    "ProtectHostname=true",
    "ProtectKernelLogs=true",
    "ProtectKernelModules=true",
    "ProtectKernelTunables=true",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RemoveIPC=true",
)


def unit_name(step: Step) -> str:
    """Return what a step's service and timer are called, without their ending."""
    return "-".join(("powerstats", *step.command))


def timers(setup: Setup) -> list[str]:
    """Return the names of the timers."""
    return [f"{unit_name(step)}.timer" for step in setup.steps]


def units(setup: Setup, *, of_user: bool) -> dict[str, str]:
    """Return the services and timers by name, for the system's systemd or for one user's."""
    texts = {}
    for step in setup.steps:
        texts[f"{unit_name(step)}.service"] = _lines(_service(step, setup, of_user=of_user))
        texts[f"{unit_name(step)}.timer"] = _lines(_timer(step, setup))
    return texts


def calendar(step: Step, minutes: int) -> str:
    """Return when a step runs, as OnCalendar has it."""
    if step.minute is not None:
        hour = "*" if step.hour is None else f"{step.hour:02}"
        return f"*-*-* {hour}:{step.minute:02}:00"
    minute = {1: "*", 60: "00"}.get(minutes, f"00/{minutes}")
    return f"*-*-* *:{minute}:00"


def _timer(step: Step, setup: Setup) -> Iterator[str]:
    yield "[Unit]"
    yield f"Description=When powerstats {' '.join(step.command)} runs"
    yield ""
    yield "[Timer]"
    yield f"OnCalendar={calendar(step, setup.minutes)} {setup.timezone}"
    yield "Persistent=true"
    yield "AccuracySec=1s"
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"


def _service(step: Step, setup: Setup, *, of_user: bool) -> Iterator[str]:
    is_online = step.asks is not None and (setup.has_github or step.asks != "github")
    yield "[Unit]"
    yield f"Description=powerstats {' '.join(step.command)}"
    if is_online and not of_user:
        yield "Wants=network-online.target"
        yield "After=network-online.target"
    yield ""
    yield "[Service]"
    yield "Type=oneshot"
    if not of_user:
        yield f"User={_escaped(setup.user)}"
    # Of some characters systemd takes none in the first word, however it is written.
    starter = ("/usr/bin/env",) if re.search("[\"'\\\\$]", setup.program[0]) else ()
    words = (*starter, *setup.program, *step.command)
    yield f"ExecStart={' '.join(_unit_word(word).replace('$', '$$') for word in words)}"
    if step.asks and step.asks in setup.tokens:
        yield f"LoadCredential={step.asks}.token:{_escaped(setup.tokens[step.asks])}"
    yield from LIMITS
    yield "ProtectSystem=strict"
    yield f"ReadWritePaths={' '.join(_unit_word(path) for path in setup.writes)}"
    opened = (setup.program[0], *setup.writes, *setup.reads)
    yield f"ProtectHome={'read-only' if _is_any_in(HOMES, opened) else 'true'}"
    if not _is_any_in(TEMPORARY, opened):
        yield "PrivateTmp=true"
    if is_online:
        yield "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"
    else:
        yield "RestrictAddressFamilies=none"
        if not of_user:
            yield "PrivateNetwork=true"
    yield from HARDENED
    if not of_user:
        yield from HARDENED_SYSTEM


def _is_any_in(folders: tuple[str, ...], paths: tuple[str, ...]) -> bool:
    return any(f"{path}/".startswith(f"{folder}/") for path in paths for folder in folders)


def _escaped(text: str) -> str:
    return _on_a_line(text).replace("%", "%%")


def _unit_word(word: str) -> str:
    """Quote a word where systemd splits a value into words; a $ is one outside of ExecStart."""
    escaped = _escaped(word)
    if re.fullmatch(r"[\w@%+=:,./-]+", escaped):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(lines: Iterator[str]) -> str:
    return "\n".join([*lines, ""])
