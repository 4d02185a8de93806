"""Home Assistant's sensors: whether each is there, fits what is stored, and is recorded."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import isnan
from typing import Final

from powerstats_cli.clock import in_words
from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.core.health import SILENCE
from powerstats_cli.core.periods import DAY, HOUR, MINUTE, instant
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.inquiry import expected
from powerstats_cli.homeassistant.recorder import Sighting, unwritten
from powerstats_cli.homeassistant.states import Present, Recorded
from powerstats_cli.session import Session

LOOK_BACK: Final = 10 * DAY
# A recorder that wrote something in so short a time is taken to be alive.
ALIVE: Final = 10 * MINUTE


def check_sensors(session: Session, home: HomeAssistant, stored: Stored) -> Iterator[Finding]:
    """Yield what is found of each sensor, and of the recorder."""
    now = home.date or session.clock.now()
    entities = session.settings.entities
    recorded = home.history(list(dict.fromkeys(entities.values())), now - HOUR, now).recorded
    known = expected(session.settings, {})
    presents = {
        name: home.present(entity_id, known[entity_id]) for name, entity_id in entities.items()
    }
    sightings = {
        name: Sighting(entities[name], _newest(recorded, entities[name], now), there.last_changed)
        for name, there in presents.items()
        if there is not None
    }
    missed = unwritten(home, sightings, session.clock, session.settings.settle)
    stands_still = bool(missed) and not _is_alive(home, sightings, missed, now)
    for name, entity_id in entities.items():
        area, present = f"sensor {name}", presents[name]
        if present is None:
            yield error(
                area,
                f"{entity_id} is not in Home Assistant",
                f"correct homeassistant.entities.{name}",
            )
        elif name in missed and not stands_still:
            yield error(
                area,
                f"{entity_id} is not recorded by Home Assistant",
                "include it under recorder: in Home Assistant's configuration.yaml, and restart it",
            )
        else:
            state_class = known[entity_id].state_class
            kind = Kind(present.unit or "", state_class or present.state_class or "measurement")
            yield _sensor(area, entity_id, present, kind, stored.today.get(name), now)
    if stands_still:
        yield _standing_still(session, sightings, missed, now)
    else:
        yield _recorder(home, recorded, now)


def _newest(recorded: Mapping[str, Recorded], entity_id: str, now: datetime) -> datetime:
    """Return the time of the newest row of the last hour, the hour's start if there is none."""
    found = recorded.get(entity_id)
    return max(instant(found.newest), now - HOUR) if found else now - HOUR


def _is_alive(
    home: HomeAssistant,
    sightings: Mapping[str, Sighting],
    missed: Mapping[str, datetime],
    now: datetime,
) -> bool:
    """Tell whether the recorder writes, though it lacks the states of the series in `missed`."""
    others = [seen.newest for name, seen in sightings.items() if name not in missed]
    if any(newest > now - ALIVE for newest in others):
        return True
    newest = max(seen.newest for seen in sightings.values())
    if newest > min(missed.values()):
        return True
    return home.recorder_writes(newest, [seen.entity_id for seen in sightings.values()])


def _standing_still(
    session: Session,
    sightings: Mapping[str, Sighting],
    missed: Mapping[str, datetime],
    now: datetime,
) -> Finding:
    silent = now - max(seen.newest for seen in sightings.values())
    name, changed = next(iter(missed.items()))
    return error(
        "recorder",
        f"has written nothing for {in_words(silent)}{' or more' if silent >= HOUR else ''}, but "
        f"{name} changed at {changed.astimezone(session.settings.zone):%H:%M}",
        "look at Home Assistant's log and disk; collect stores what it writes then",
    )


def _sensor(
    area: str,
    entity_id: str,
    present: Present,
    kind: Kind,
    stored: Series | None,
    now: datetime,
) -> Finding:
    age = in_words(max(now - present.last_changed, timedelta(0)))
    if stored is not None and stored.unit and kind.unit and kind.unit != stored.unit:
        return error(
            area,
            f"{entity_id} is now in {kind.unit}, stored as {stored.kind.described}",
            "give it a new name in homeassistant.entities, or set the sensor back",
        )
    if isnan(present.value):
        line = f"{entity_id} has had no number for {age}"
        remedy = (
            "nothing is known of it until it has one; find out in Home Assistant why it has none"
        )
        if now - present.last_changed >= SILENCE:
            return error(area, line, remedy)
        return warning(area, line, remedy)
    if stored is not None and stored.unit and not kind.unit:
        return error(
            area,
            f"{entity_id} has no unit now, stored as {stored.kind.described}",
            "its numbers are left out until it has one; find out in Home Assistant why it has none",
        )
    if stored is not None and kind.is_counter != stored.kind.is_counter:
        return error(
            area,
            f"{entity_id} is now a {kind.described}, stored as {stored.kind.described}",
            "give it a new name in homeassistant.entities, or set homeassistant.state_class",
        )
    return ok(area, f"{entity_id}, {kind.described}, changed {age} ago")


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
