"""This machine: who can read the tokens, its time zone, the schedule and the steps it runs."""

from collections.abc import Iterator
from datetime import timedelta

from powerstats_cli import secrets
from powerstats_cli.clock import in_words
from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.core.health import assess
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.store import temporary_beside
from powerstats_cli.files.survey import survey
from powerstats_cli.jobs.installation import Installation, flaws
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.session import Session


def check_secrets(session: Session) -> Iterator[Finding]:
    """Yield each file with a token that others can read, or that a killed `init` has left."""
    area = "secrets"
    readable = secrets.readable_secrets(session.config, session.settings)
    for path in readable:
        yield warning(area, f"{path}: others on this machine can read a token", f"chmod o= {path}")
    left = [
        path
        for path in map(temporary_beside, secrets.token_files(session.settings))
        if path.is_file()
    ]
    for path in left:
        yield warning(area, f"{path}: a killed `init` has left a token there", f"rm {path}")
    if not readable and not left:
        yield ok(area, "no other user of this machine can read a token")


def check_timezone(session: Session) -> Iterator[Finding]:
    """Yield whether cron, which goes by this machine's local time, goes by the home's."""
    area = "time zone"
    now, zone = session.clock.now(), session.settings.zone
    here, home = now.astimezone(), now.astimezone(zone)
    if here.utcoffset() == home.utcoffset():
        yield ok(area, "this machine's clock shows the home's time")
    else:
        yield warning(
            area,
            f"this machine's clock shows {here:%H:%M}, the home's is {home:%H:%M}: cron runs the "
            f"nightly steps at another hour",
            f"timedatectl set-timezone {zone.key}; nothing is lost without it",
        )


def check_schedule(machine: Machine, wanted: Installation) -> Iterator[Finding]:
    """Yield where the schedule is installed, and whether it is as it should be."""
    area = "schedule"
    try:
        installed = list(flaws(machine, wanted))
    except PowerstatsError as problem:
        yield error(area, str(problem))
        return
    if not installed:
        yield warning(
            area, "not installed by powerstats", "powerstats schedule install --cron, or --systemd"
        )
    if len(installed) > 1:
        names = joined(place.name for place, _ in installed)
        yield warning(
            area,
            f"installed in {names}: each step runs more than once",
            "powerstats schedule remove, and install one of them again",
        )
    for place, flaw in installed:
        if flaw:
            yield warning(area, f"{place.name}: {flaw}", "")
        elif len(installed) == 1:
            yield ok(area, f"{place.name} is as it should be")


def check_steps(session: Session, stored: Stored) -> Iterator[Finding]:
    """Yield how each step ran last; a step whose file cannot be read is skipped."""
    try:
        surveyed, _ = survey(session.settings, session.files)
    except PowerstatsError:
        yield skipped("steps", "how they ran is not known: a file cannot be read")
        return
    now = session.clock.now()
    for step in assess(surveyed, now).steps:
        area = f"step {step.name}"
        tier = step.step.tier
        if tier and f"{tier}.json" in stored.problems:
            yield skipped(area, f"{tier}.json cannot be read")
        elif step.last is None and not step.is_stale:
            yield skipped(area, "never ran")
        elif step.is_stale:
            yield error(area, f"overdue: {step.why}")
        elif step.last and step.last.exit_code:
            yield error(area, f"fails: {step.last.message}")
        elif step.last:
            ago = in_words(max(now - step.last.ended, timedelta(0)))
            yield ok(area, f"ran {ago} ago")
