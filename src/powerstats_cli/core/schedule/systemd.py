"""The schedule as services and timers of systemd."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from powerstats_cli.core.schedule.setup import Setup, within_a_line
from powerstats_cli.core.schedule.steps import Step

HOMES: Final = ("/home", "/root", "/run/user")
TEMPORARY: Final = ("/tmp", "/var/tmp")  # noqa: S108 - the folders that PrivateTmp hides
# A run ends within two minutes, however slowly the other side answers, and needs under 64 MiB.
LIMITS: Final = ("TimeoutStartSec=150", "MemoryMax=160M")
# A user's own systemd can apply these, too.
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
# Only the system's systemd can apply these: a process needs capabilities to give them up.
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
    """Return the name of a step's service and timer, without the ending."""
    return "-".join(("powerstats", *step.command))


def units(setup: Setup, *, of_user: bool) -> dict[str, str]:
    """Return the services and timers by name, for the system's systemd or for one user's own."""
    texts = {}
    for step in setup.steps:
        texts[f"{unit_name(step)}.service"] = _lines(_service(step, setup, of_user=of_user))
        texts[f"{unit_name(step)}.timer"] = _lines(_timer(step, setup))
    return texts


def calendar(step: Step, minutes: int) -> str:
    """Return the times at which a step runs, as a value of OnCalendar."""
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
    yield f"ExecStart={' '.join(_command(step, setup))}"
    if step.asks and step.asks in setup.tokens:
        yield f"LoadCredential={step.asks}.token:{_escaped(setup.tokens[step.asks])}"
    yield from LIMITS
    yield from _folders(setup)
    yield from _network(is_online=is_online, of_user=of_user)
    yield from HARDENED
    if not of_user:
        yield from HARDENED_SYSTEM


def _command(step: Step, setup: Setup) -> Iterator[str]:
    """Yield the quoted words of a step's command line."""
    # systemd refuses some characters in the path of the program, quoted or not.
    starter = ("/usr/bin/env",) if re.search("[\"'\\\\$]", setup.program[0]) else ()
    for word in (*starter, *setup.program, *step.command):
        yield _quoted(word).replace("$", "$$")


def _folders(setup: Setup) -> Iterator[str]:
    """Yield the settings for the folders that a step may write to, and those that it sees."""
    yield "ProtectSystem=strict"
    yield f"ReadWritePaths={' '.join(_quoted(path) for path in setup.writes)}"
    opened = (setup.program[0], *setup.writes, *setup.reads)
    yield f"ProtectHome={'read-only' if _are_some_within(HOMES, opened) else 'true'}"
    if not _are_some_within(TEMPORARY, opened):
        yield "PrivateTmp=true"


def _network(*, is_online: bool, of_user: bool) -> Iterator[str]:
    if is_online:
        yield "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"
        return
    yield "RestrictAddressFamilies=none"
    if not of_user:
        yield "PrivateNetwork=true"


def _are_some_within(folders: tuple[str, ...], paths: tuple[str, ...]) -> bool:
    return any(f"{path}/".startswith(f"{folder}/") for path in paths for folder in folders)


def _escaped(text: str) -> str:
    return within_a_line(text).replace("%", "%%")


def _quoted(word: str) -> str:
    """Return a word quoted as systemd splits values into words; $ is special in ExecStart only."""
    escaped = _escaped(word)
    if re.fullmatch(r"[\w@%+=:,./-]+", escaped):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])
