"""`schedule`: install the steps in cron or systemd, remove them, and pause them."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from powerstats_cli.clock import Clock
from powerstats_cli.core import runs
from powerstats_cli.core.runs import Pause
from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.errors import ConfigError, RefusedError
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes, through_link, write_bytes
from powerstats_cli.jobs.checks import check, check_is_kept
from powerstats_cli.jobs.installation import Installation, installed
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.jobs.place import Place
from powerstats_cli.settings import Settings


def show(machine: Machine, wanted: Installation) -> Iterator[str]:
    """Yield lines that say what is installed where, and whether it is up to date and runs.

    `wanted` is for the current user.
    """
    found = list(installed(machine, wanted))
    for each in found:
        yield each.described
    if not found:
        yield "nothing is installed: `powerstats schedule install --cron`, or --systemd"
    if len(found) > 1:
        yield "each step runs more than once: `powerstats schedule remove`, and install one again"
    places = machine.places(wanted.instance)
    for place in places:
        yield from place.notes()
    yield from _others(places)


def install(
    place: Place, wanted: Installation, machine: Machine, serve: tuple[str, ...] | None
) -> Iterator[str]:
    """Install the schedule in a place; yield lines that say what was done.

    `serve` is the command that keeps the dashboard up, () for none; None leaves it as it is there.
    Raises RefusedError or ConfigError if the steps could not run from there.
    """
    if place.is_systems and not machine.is_root:
        message = f"only root can change {place.name}: run it with sudo, or add --user"
        raise RefusedError(message)
    check_is_kept(Path(sys.prefix))
    setup = replace(wanted.setup, serve=place.serving() if serve is None else serve)
    places = machine.places(place.instance)
    _check_port(places, setup)
    check(wanted, setup, root_reads_tokens=place.gives_tokens)
    yield from place.put(setup)
    for other in places:
        if other.name != place.name and other.installed():
            yield f"the schedule is also in {other.name}: each step runs twice"
    for each in places:
        yield from each.notes()


def _check_port(places: Sequence[Place], setup: Setup) -> None:
    """Raise ConfigError if another dashboard that is kept up has the same port."""
    for place in places if setup.serve else ():
        for other, serve in place.others().items():
            if serve and serve[-1] == setup.serve[-1]:
                message = (
                    f"port {serve[-1]} has the dashboard of {other.described}: give another --port"
                )
                raise ConfigError(message)


def _others(places: Sequence[Place]) -> Iterator[str]:
    """Yield the other configurations whose schedules are on this machine."""
    for place in places:
        for other in place.others():
            gone = "" if Path(other.config).exists() else ", a file that does not exist"
            yield f"{place.name} also has the schedule of {other.described}{gone}"


def remove(machine: Machine, instance: Instance) -> Iterator[str]:
    """Remove an instance's schedule from every place; yield lines that say what was done."""
    places = machine.places(instance)
    used = [place for place in places if place.installed()]
    for place in used:
        if place.is_systems and not machine.is_root:
            message = f"only root can change {place.name}: run it with sudo"
            raise RefusedError(message)
        yield from place.remove()
    if not used:
        yield "nothing is installed"
    for place in places:
        yield from place.notes()
    yield from _others(places)


def without_configuration(machine: Machine) -> list[Instance]:
    """Return the instances that are installed and whose configuration is gone."""
    nobody = Instance("")
    found = {other for place in machine.places(nobody) for other in place.others()}
    return sorted((each for each in found if not Path(each.config).exists()), key=str)


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
        write_bytes(through_link(settings.state_file), runs.encode(state))
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
        write_bytes(through_link(settings.state_file), runs.encode(state))
    return True
