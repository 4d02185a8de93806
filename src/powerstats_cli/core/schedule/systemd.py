"""The schedule as services and timers of systemd."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.core.schedule.setup import Setup, within_a_line
from powerstats_cli.core.schedule.steps import STEPS, Step

SERVE: Final = ("serve",)
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


def unit_name(words: Sequence[str], instance: Instance | None) -> str:
    """Return the name of a command's units without the ending; None: that of the first versions."""
    name = instance.name if instance else ""
    return "-".join(filter(None, ("powerstats", name, *words)))


def unit_names(instance: Instance | None) -> Iterator[str]:
    """Yield the names of all units that an instance can have; a service stands before its timer."""
    for step in STEPS:
        name = unit_name(step.command, instance)
        yield from (f"{name}.service", f"{name}.timer")
    yield f"{unit_name(SERVE, instance)}.service"


def units(setup: Setup, *, of_user: bool) -> dict[str, str]:
    """Return the services and timers by name, for the system's systemd or for one user's own."""
    texts = {}
    for step in setup.steps:
        name = unit_name(step.command, setup.instance)
        texts[f"{name}.service"] = _lines(_service(step, setup, of_user=of_user))
        texts[f"{name}.timer"] = _lines(_timer(step, setup))
    if setup.serve:
        name = unit_name(SERVE, setup.instance)
        texts[f"{name}.service"] = _lines(_serving_service(setup, of_user=of_user))
    return texts


def words_of(service: str) -> list[str]:
    """Return the words of the command line that a service's text starts."""
    line = re.search("^ExecStart=(.*)$", service, re.MULTILINE)
    words = re.finditer(r'"((?:[^"\\]|\\.)*)"|(\S+)', line[1] if line else "")
    plain = (re.sub(r"\\(.)", r"\1", word[1]) if word[2] is None else word[2] for word in words)
    return [word.replace("%%", "%").replace("$$", "$") for word in plain]


def calendar(hours: Sequence[int], step: Step, minutes: int) -> str:
    """Return the times at which a step runs, as a value of OnCalendar."""
    if step.minute is not None:
        hour = ",".join(f"{hour:02}" for hour in hours) or "*"
        return f"*-*-* {hour}:{step.minute:02}:00"
    minute = {1: "*", 60: "00"}.get(minutes, f"00/{minutes}")
    return f"*-*-* *:{minute}:00"


def _timer(step: Step, setup: Setup) -> Iterator[str]:
    yield "[Unit]"
    yield f"Description=When powerstats {' '.join(step.command)} runs"
    yield ""
    yield "[Timer]"
    yield f"OnCalendar={calendar(setup.hours(step), step, setup.minutes)} {setup.timezone}"
    yield "Persistent=true"
    yield "AccuracySec=1s"
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"


def _service(step: Step, setup: Setup, *, of_user: bool) -> Iterator[str]:
    asks = step.asks is not None and (setup.has_github or step.asks != "github")
    is_online = asks or setup.has_monitor
    target = "network-online.target" if is_online else ""
    yield from _unit(step.command, setup, target, of_user=of_user)
    yield "Type=oneshot"
    yield from _command(step.command, setup, of_user=of_user)
    if step.asks and step.asks in setup.tokens.keys() - setup.unsafe:
        yield f"LoadCredential={step.asks}.token:{_escaped(setup.tokens[step.asks])}"
    yield from _limits(setup, is_online=is_online, of_user=of_user)


def _serving_service(setup: Setup, *, of_user: bool) -> Iterator[str]:
    """Yield the service that keeps the dashboard up: it starts with the machine, and again."""
    yield from _unit(SERVE, setup, "network.target", of_user=of_user)
    yield "Type=exec"
    yield from _command(setup.serve, setup, of_user=of_user)
    yield "Restart=always"
    yield "RestartSec=30"
    yield from _limits(setup, is_online=True, of_user=of_user)
    yield ""
    yield "[Install]"
    yield f"WantedBy={'default' if of_user else 'multi-user'}.target"


def _unit(words: Sequence[str], setup: Setup, target: str, *, of_user: bool) -> Iterator[str]:
    """Yield the section [Unit] of a service that waits for a target, if one is given."""
    yield "[Unit]"
    yield f"Description=powerstats {' '.join(words)} {_escaped(setup.instance.described)}".rstrip()
    if not of_user:
        if target:
            yield f"Wants={target}"
            yield f"After={target}"
        # A drive that is not mounted looks like an empty data directory.
        yield f"RequiresMountsFor={' '.join(_quoted(path) for path in setup.writes)}"
    yield ""
    yield "[Service]"


def _command(words: Sequence[str], setup: Setup, *, of_user: bool) -> Iterator[str]:
    """Yield who runs a command, and its quoted words."""
    if not of_user:
        yield f"User={_escaped(setup.user)}"
    # systemd refuses some characters in the path of the program, quoted or not.
    starter = ("/usr/bin/env",) if re.search("[\"'\\\\$]", setup.program[0]) else ()
    quoted = (_quoted(word).replace("$", "$$") for word in (*starter, *setup.program, *words))
    yield f"ExecStart={' '.join(quoted)}"


def _limits(setup: Setup, *, is_online: bool, of_user: bool) -> Iterator[str]:
    yield from LIMITS
    yield from _folders(setup)
    yield from _network(is_online=is_online, of_user=of_user)
    yield from HARDENED
    if not of_user:
        yield from HARDENED_SYSTEM


def _folders(setup: Setup) -> Iterator[str]:
    """Yield the settings for the folders that a step may write to, and those that it sees."""
    yield "ProtectSystem=strict"
    yield f"ReadWritePaths={' '.join(_quoted(path) for path in setup.writes)}"
    unsafe = (path for asked, path in setup.tokens.items() if asked in setup.unsafe)
    opened = (setup.program[0], *setup.writes, *setup.reads, *unsafe)
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
