"""`doctor`: checks every part, one line each, and says what to do if something is wrong.

Each module checks one part: `home`, `machine`, `files`, `flows`, `money`, `github`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from powerstats_cli.commands.doctor.dashboard import check_page
from powerstats_cli.commands.doctor.files import check_data, read_stored
from powerstats_cli.commands.doctor.flows import check_flows
from powerstats_cli.commands.doctor.github import check_repository
from powerstats_cli.commands.doctor.home import check_home
from powerstats_cli.commands.doctor.machine import (
    check_schedule,
    check_secrets,
    check_steps,
    check_timezone,
)
from powerstats_cli.commands.doctor.money import check_money
from powerstats_cli.core.findings import Finding, error, is_well, ok, skipped
from powerstats_cli.core.periods import local_day
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files.systemerrors import failure
from powerstats_cli.jobs.installation import Installation
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.session import Session

JSON_VERSION: Final = 1
OFFLINE: Final = "not asked: --offline"


def doctor(
    opened: Callable[[], Session],
    machine: Machine,
    installation: Callable[[Session], Installation],
    *,
    offline: bool,
) -> Iterator[Finding]:
    """Yield the findings as they are made; nothing is changed.

    `installation` returns what a schedule would be made of.
    """
    try:
        session = opened()
    except ConfigError as problem:
        yield error("configuration", str(problem))
        return
    yield ok("configuration", f"{session.config} is valid")
    yield from _told("secrets", check_secrets(session))
    stored = read_stored(session.files)
    if offline:
        yield skipped("Home Assistant", OFFLINE)
    else:
        yield from _told("Home Assistant", check_home(session, stored))
    yield from _told("time zone", check_timezone(session))
    try:
        session.check_presence()
    except UnreadableError as problem:
        yield error("data", str(problem))
        yield from _told("schedule", check_schedule(session, machine, installation))
        return
    yield from _told("data", check_data(session.files, stored, session.settings.zone))
    yield from _told("flows", check_flows(session.settings, stored))
    today = local_day(session.clock.now(), session.settings.zone)
    yield from _told("money", check_money(session.settings, stored, today))
    yield from _told("schedule", check_schedule(session, machine, installation))
    yield from _told("steps", check_steps(session, stored, offline=offline))
    yield from _told("dashboard", check_page(session.settings, session.files))
    if offline and session.settings.github:
        yield skipped("GitHub", OFFLINE)
    else:
        yield from _told("GitHub", check_repository(session))


def _told(area: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the findings of one part; a failure of it is a finding, and the other parts follow."""
    try:
        yield from findings
    except PowerstatsError as problem:
        yield error(area, str(problem))
    except OSError as problem:
        yield error(area, str(failure(problem)))


def as_json(findings: Sequence[Finding]) -> str:
    """Return findings as versioned JSON."""
    document = {
        "version": JSON_VERSION,
        "ok": is_well(findings),
        "findings": [
            {
                "area": finding.area,
                "level": finding.level,
                "text": finding.text,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)
