"""This machine: who can read the tokens, its time zone, the schedule and the steps it runs."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from powerstats_cli import secrets
from powerstats_cli.clock import in_words
from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.core import runs
from powerstats_cli.core.due import Timetable
from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.core.health import assess
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.runs import Pause, Run
from powerstats_cli.core.schedule.steps import COLLECT
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files.survey import survey
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.jobs.installation import Installation, Installed, installed
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.session import Session
from powerstats_cli.site.addresses import in_words as in_words_of
from powerstats_cli.site.addresses import why_down


def check_secrets(session: Session) -> Iterator[Finding]:
    """Yield each file with a token that others can read, or that a killed `init` has left."""
    area = "secrets"
    readable = secrets.readable_secrets(session.config, session.settings)
    for path in readable:
        yield warning(area, f"{path}: others on this machine can read a token", f"chmod o= {path}")
    left = [
        path
        for token in secrets.token_files(session.settings)
        for path in token.parent.glob(f".{token.name}*.tmp")
    ]
    for path in left:
        yield warning(area, f"{path}: a killed `init` has left a token there", f"rm {path}")
    if not readable and not left:
        yield ok(area, "no other user of this machine can read a token")


def check_timezone(session: Session) -> Iterator[Finding]:
    """Yield whether cron, which goes by this machine's local time, goes by the home's."""
    area = "time zone"
    now, zone = session.clock.now(), session.settings.zone
    try:
        here, home = now.astimezone(), now.astimezone(zone)
    except ValueError:
        yield warning(area, "$TZ is no time zone", f"set it to {zone.key}, or not at all")
        return
    if here.utcoffset() == home.utcoffset():
        yield ok(area, "this machine's clock shows the home's time")
    else:
        yield warning(
            area,
            f"this machine's clock shows {here:%H:%M}, the home's is {home:%H:%M}: cron runs the "
            f"nightly steps at another hour",
            f"timedatectl set-timezone {zone.key}; nothing is lost without it",
        )


def check_schedule(
    session: Session, machine: Machine, installation: Callable[[Session], Installation]
) -> Iterator[Finding]:
    """Yield where the schedule is, whether it is as it should be, and whether anything runs it."""
    area = "schedule"
    try:
        found = list(installed(machine, installation(session)))
        state = runs.decode(read_bytes(session.settings.state_file))
    except MissingError as problem:  # in a container, whose steps are run from outside
        yield skipped(area, str(problem))
        return
    except PowerstatsError as problem:
        yield error(area, str(problem))
        return
    if len(found) > 1:
        names = joined(each.place.name for each in found)
        yield warning(
            area,
            f"installed in {names}: each step runs more than once",
            "powerstats schedule remove, and install one of them again",
        )
    last = state.steps.get(COLLECT.name)
    for each in found:
        yield from _installed(each, last, session, state.pause)
    if not found:
        yield _not_installed(last, session, state.pause)
    for each in found:
        for note in each.place.notes():
            yield warning(area, note, "")
    if served := next(filter(None, (each.place.serving() for each in found)), None):
        yield check_served(served)


def _installed(
    each: Installed, last: Run | None, session: Session, pause: Pause | None
) -> Iterator[Finding]:
    area, name = "schedule", each.place.name
    if each.stopped:
        yield error(area, f"{name}: nothing runs it", each.stopped)
    if each.flaw:
        yield warning(area, f"{name}: {each.flaw}", "")
    if each.stopped or each.flaw:
        return
    if last is None or last.unattended is None:
        yield ok(area, f"{name} is as it should be; no step has run by it yet")
        return
    now = session.clock.now()
    ago = in_words(max(now - last.unattended, timedelta(0)))
    if _is_late(last.unattended, session, pause) and not _is_late(last.ended, session, pause):
        yield error(
            area,
            f"{name}: nothing has run collect for {ago}, only somebody by hand",
            "look at the log of cron or systemd",
        )
    else:
        yield ok(area, f"{name} is as it should be; collect last ran by it {ago} ago")


def _not_installed(last: Run | None, session: Session, pause: Pause | None) -> Finding:
    """Return a finding about steps that powerstats has not put into any schedule."""
    unattended = last.unattended if last else None
    if unattended and not _is_late(unattended, session, pause):
        ago = in_words(max(session.clock.now() - unattended, timedelta(0)))
        return ok("schedule", f"not installed by powerstats, but something ran collect {ago} ago")
    return warning(
        "schedule",
        "not installed by powerstats",
        "powerstats schedule install --cron, or --systemd",
    )


def _is_late(run: datetime, session: Session, pause: Pause | None) -> bool:
    """Tell whether `collect` should have run since a run."""
    minutes = session.settings.data.collection_interval_minutes
    timetable = Timetable(session.settings.zone, minutes, pause)
    return timetable.is_late(COLLECT, run, session.clock.now())


def check_served(serving: Sequence[str]) -> Finding:
    """Return whether the dashboard that is to be kept up answers on this machine."""
    given = dict(pairwise(serving))
    bind, port = given.get("--bind", ""), int(given.get("--port", "0"))
    if why := why_down(bind, port):
        return error(
            "dashboard",
            f"nothing serves it at port {port} ({why})",
            f"the schedule starts it with this machine; now: powerstats {' '.join(serving)}",
        )
    return ok("dashboard", f"served at {in_words_of(bind, port)}")


def check_steps(session: Session, stored: Stored, *, offline: bool) -> Iterator[Finding]:
    """Yield how each step ran last; a step whose file cannot be read is skipped."""
    try:
        surveyed, _ = survey(session.settings, session.files)
    except PowerstatsError:
        yield skipped("steps", "how they ran is not known: a file cannot be read")
        return
    now = session.clock.now()
    health = assess(surveyed, now)
    if health.pause:
        yield _pause(health.pause, session)
    if offline and health.silent_since:
        ago = in_words(now - health.silent_since)
        yield error("sensors", f"none has had a number for {ago}", "look at Home Assistant")
    for step in health.steps:
        area = f"step {step.name}"
        tier = step.step.tier
        ago = in_words(max(now - step.last.ended, timedelta(0))) if step.last else ""
        if tier and f"{tier}.json" in stored.problems:
            yield skipped(area, f"{tier}.json cannot be read")
        elif step.last is None and not step.is_stale:
            yield skipped(area, "never ran")
        elif step.is_stale:
            yield error(area, f"overdue: {step.why}")
        elif step.last and step.last.exit_code:
            yield error(area, f"fails: {step.last.message}")
        elif health.pause:
            yield skipped(area, f"paused; ran {ago} ago")
        else:
            yield ok(area, f"ran {ago} ago")


def _pause(pause: Pause, session: Session) -> Finding:
    now, zone = session.clock.now(), session.settings.zone
    if pause.is_long(now):
        return error("pause", pause.complaint(zone))
    ago = in_words(max(now - pause.since, timedelta(0)))
    until = f", until {pause.until.astimezone(zone):%Y-%m-%d %H:%M}" if pause.until else ""
    return warning(
        "pause", f"no step runs, for {ago} now{until}", "powerstats schedule resume ends it"
    )
