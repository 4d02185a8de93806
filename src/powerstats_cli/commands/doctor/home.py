"""Home Assistant: whether it answers, its clock and time zone, each sensor, its recorder."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import isnan
from typing import Final

from powerstats_cli import secrets
from powerstats_cli.clock import in_words
from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.core.periods import DAY, HOUR, instant
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.states import Present, Recorded
from powerstats_cli.session import Session

SECONDS: Final = 60.0
LOOK_BACK: Final = 10 * DAY


def check_home(session: Session, stored: Stored) -> Iterator[Finding]:
    """Yield what is found at Home Assistant; a failure to ask it is the last finding."""
    area = "Home Assistant"
    configured = session.settings.homeassistant
    try:
        token = secrets.homeassistant_token(session.settings, session.environment)
        with HomeAssistant(
            configured.url, token, ca_file=configured.ca_file, seconds=SECONDS
        ) as home:
            about = home.about()
            yield ok(area, f"{home.url} answers, version {about.version}")
            yield _clock(session, home)
            yield _timezone(session.settings.timezone, about.time_zone)
            yield from _sensors(session, home, stored)
    except PowerstatsError as problem:
        yield error(area, str(problem))


def _clock(session: Session, home: HomeAssistant) -> Finding:
    try:
        session.clock.check_against(home.date, "Home Assistant")
    except PowerstatsError as problem:
        return error("clock", str(problem))
    return ok("clock", "agrees with Home Assistant's")


def _timezone(configured: str, of_home: str) -> Finding:
    if configured == of_home:
        return ok("time zone", f"{of_home}, the same as Home Assistant's")
    return warning(
        "time zone",
        f"Home Assistant is in {of_home}, the configuration says {configured}",
        "correct the wrong one; if there is data already, correct Home Assistant's",
    )


def _sensors(session: Session, home: HomeAssistant, stored: Stored) -> Iterator[Finding]:
    now = home.date or session.clock.now()
    entities = session.settings.entities
    recorded = home.history(list(dict.fromkeys(entities.values())), now - HOUR, now).recorded
    for name, entity_id in entities.items():
        area = f"sensor {name}"
        present = home.present(entity_id)
        if present is None:
            yield error(
                area,
                f"{entity_id} is not in Home Assistant",
                f"correct homeassistant.entities.{name}",
            )
        elif entity_id not in recorded and present.last_changed > now - HOUR:
            yield error(
                area,
                f"{entity_id} is not recorded by Home Assistant",
                "include it under recorder: in Home Assistant's configuration.yaml, and restart it",
            )
        else:
            yield _sensor(area, entity_id, present, stored.today.get(name), now)
    yield _recorder(home, recorded, now)


def _sensor(
    area: str, entity_id: str, present: Present, stored: Series | None, now: datetime
) -> Finding:
    if stored is not None and present.unit and present.unit != stored.unit and stored.unit:
        return error(
            area,
            f"{entity_id} is in {present.unit} now, stored in {stored.unit}",
            "give it a new name in homeassistant.entities, or set the sensor back",
        )
    age = in_words(max(now - present.last_changed, timedelta(0)))
    kind = Kind(present.unit or "", present.state_class or "measurement").described
    if isnan(present.value):
        return warning(
            area,
            f"{entity_id} has had no number for {age}",
            "nothing is known of it until it has one; find out in Home Assistant why it has none",
        )
    return ok(area, f"{entity_id}, {kind}, changed {age} ago")


def _recorder(home: HomeAssistant, recorded: Mapping[str, Recorded], now: datetime) -> Finding:
    """Return how far back the recorder goes: an outage as long as that can be caught up."""
    area = "recorder"
    if not recorded:
        return skipped(area, "no sensor is recorded")
    # The window ends now: for a short one from before its own start Home Assistant has no answer.
    quietest = min(recorded, key=lambda entity_id: len(recorded[entity_id].history.times))
    answer = home.history([quietest], now - LOOK_BACK, now).recorded.get(quietest)
    times = answer.history.times if answer else []
    reach = now - instant(times[0]) if times else timedelta(0)
    if reach >= DAY:
        return ok(area, f"goes back {in_words(reach)}" + (" or more" if reach >= LOOK_BACK else ""))
    return warning(
        area,
        f"goes back {in_words(reach)}: an outage longer than that loses readings",
        "raise purge_keep_days under recorder: in Home Assistant; if the sensors are new, wait",
    )
