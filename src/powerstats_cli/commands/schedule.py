"""`schedule`: install the steps in cron or systemd, remove them, and pause them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from powerstats_cli.clock import Clock
from powerstats_cli.core import runs
from powerstats_cli.core.runs import Pause
from powerstats_cli.errors import RefusedError
from powerstats_cli.files.store import Store, read_bytes, write_bytes
from powerstats_cli.jobs.checks import check
from powerstats_cli.jobs.installation import Installation, flaws
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.jobs.place import Place
from powerstats_cli.settings import Settings

UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def show(machine: Machine, wanted: Installation) -> Iterator[str]:
    """Yield lines that say what is installed where, and whether it is up to date.

    `wanted` is for the current user.
    """
    installed = list(flaws(machine, wanted))
    for place, flaw in installed:
        yield f"{place.name}: {flaw or 'as it should be'}"
    if not installed:
        yield "nothing is installed: `powerstats schedule install --cron`, or --systemd"
    if len(installed) > 1:
        yield "each step runs more than once: `powerstats schedule remove`, and install one again"
    for place in machine.places:
        yield from place.notes()


def install(place: Place, wanted: Installation, machine: Machine) -> Iterator[str]:
    """Install the schedule in a place; yield lines that say what was done.

    Raises RefusedError or ConfigError if the steps could not run from there.
    """
    if place.is_systems and not machine.is_root:
        message = f"only root can change {place.name}: run it with sudo, or add --user"
        raise RefusedError(message)
    setup = wanted.setup
    check(wanted, setup, root_reads_tokens=place.gives_tokens)
    yield from place.put(setup)
    for other in machine.places:
        if other.name != place.name and other.installed():
            yield f"the schedule is also in {other.name}: each step runs twice"
    yield from place.notes()


def remove(machine: Machine) -> Iterator[str]:
    """Remove the schedule from every place; yield lines that say what was done."""
    used = [place for place in machine.places if place.installed()]
    for place in used:
        if place.is_systems and not machine.is_root:
            message = f"only root can change {place.name}: run it with sudo"
            raise RefusedError(message)
        yield from place.remove()
    if not used:
        yield "nothing is installed"
    for place in machine.places:
        yield from place.notes()


def pause(settings: Settings, files: Store, clock: Clock, length: timedelta | None) -> Pause:
    """Begin a pause of a length, or of no set length, and return it; no step runs meanwhile.

    A pause that is in force keeps its beginning and gets the new end.
    """
    now = clock.now()
    files.prepare()
    with files.lock():
        state = runs.decode(read_bytes(settings.state_file))
        before = state.pause
        since = before.since if before is not None and before.holds(now) else now
        state.pause = Pause(since=since, until=now + length if length else None)
        write_bytes(settings.state_file, runs.encode(state))
    return state.pause


def resume(settings: Settings, files: Store, clock: Clock) -> bool:
    """End a pause; tell whether there was one."""
    now = clock.now()
    files.prepare()
    with files.lock():
        state = runs.decode(read_bytes(settings.state_file))
        if state.pause is None or not state.pause.holds(now):
            return False
        state.pause = Pause(since=state.pause.since, until=now)
        write_bytes(settings.state_file, runs.encode(state))
    return True


def length(written: str) -> timedelta:
    """Return the length that 90m, 2h or 1d says; raises ValueError if it is written otherwise."""
    match = re.fullmatch(r"([1-9]\d{0,3})([mhd])", written)
    if not match:
        message = f"{written!r} is no length such as 90m, 2h or 1d"
        raise ValueError(message)
    return timedelta(**{UNITS[match[2]]: int(match[1])})
