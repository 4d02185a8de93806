"""Home Assistant: whether it answers, its clock and its time zone."""

from collections.abc import Iterator
from typing import Final

from powerstats_cli import secrets
from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.commands.doctor.prices import check_prices
from powerstats_cli.commands.doctor.sensors import check_sensors
from powerstats_cli.core import zones
from powerstats_cli.core.findings import Finding, error, ok, warning
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.session import Session

SECONDS: Final = 60.0


def check_home(session: Session, stored: Stored) -> Iterator[Finding]:
    """Yield what is found at Home Assistant; a failure to ask it is the last finding."""
    area = "Home Assistant"
    configured = session.settings.homeassistant
    try:
        token = secrets.homeassistant_token(session.settings, session.environment)
        with HomeAssistant(
            configured.url,
            token,
            ca_file=configured.ca_file,
            seconds=SECONDS,
            has_next_run=False,
        ) as home:
            about = home.about()
            yield ok(area, f"{home.url} answers, version {about.version}")
            yield _clock(session, home)
            yield _timezone(session.settings.timezone, about.time_zone)
            yield from check_sensors(session, home, stored)
            yield from check_prices(session, home)
    except PowerstatsError as problem:
        yield error(area, str(problem))


def _clock(session: Session, home: HomeAssistant) -> Finding:
    try:
        session.clock.check_against(home.date, "Home Assistant")
    except PowerstatsError as problem:
        return error("clock", str(problem))
    return ok("clock", "agrees with Home Assistant's")


def _timezone(configured: str, of_home: str) -> Finding:
    if zones.is_same(configured, of_home):
        return ok("time zone", f"{of_home}, the same as Home Assistant's")
    return warning(
        "time zone",
        f"Home Assistant is in {of_home}, the configuration says {configured}",
        "correct the wrong one; if there is data already, correct Home Assistant's",
    )
