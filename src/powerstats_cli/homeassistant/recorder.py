"""Home Assistant's recorder beside the present states: whether it writes what changes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core.periods import MINUTE, micros
from powerstats_cli.homeassistant.client import HomeAssistant

LONGEST_WAIT: Final = timedelta(seconds=10)
# A sensor with a row as young as this before its present state is recorded.
SHORT_GAP: Final = MINUTE


class Sighting(msgspec.Struct, frozen=True):
    """An entity: the time of the recorder's newest row, and the time of its present state."""

    entity_id: str
    newest: datetime
    changed: datetime


def unwritten(
    home: HomeAssistant, sightings: Mapping[str, Sighting], clock: Clock, settle: timedelta
) -> dict[str, datetime]:
    """Return the series of which the recorder lacks the present state, and when that began.

    The recorder has `settle` to write a state. A sensor that changes every second has always a
    newer one: if its newest row is old, this waits that long and asks for its history again.
    """
    now = min(clock.now(), home.date or clock.now())
    lacking = {name: seen for name, seen in sightings.items() if seen.newest < seen.changed}
    fresh = {name: seen for name, seen in lacking.items() if seen.changed > now - settle}
    late = {name: seen for name, seen in fresh.items() if seen.changed - seen.newest > SHORT_GAP}
    if late and (written := _written_after_a_wait(home, late, clock, settle, now)) is not None:
        fresh = {name: seen for name, seen in fresh.items() if name not in late or name in written}
    return {name: seen.changed for name, seen in lacking.items() if name not in fresh}


def _written_after_a_wait(
    home: HomeAssistant,
    sightings: Mapping[str, Sighting],
    clock: Clock,
    settle: timedelta,
    now: datetime,
) -> set[str] | None:
    """Return the series whose states the recorder has written by now; None if it is too early."""
    last = max(seen.changed for seen in sightings.values())
    here = clock.now()
    if not clock.wait_until(here + (last + settle - now), at_most=LONGEST_WAIT):
        return None
    start = min(seen.newest for seen in sightings.values())
    entity_ids = list(dict.fromkeys(seen.entity_id for seen in sightings.values()))
    end = last + settle
    recorded = home.history(entity_ids, start, end, goes_on=True).recorded
    return {
        name
        for name, seen in sightings.items()
        if (found := recorded.get(seen.entity_id)) and found.newest >= micros(seen.changed)
    }
