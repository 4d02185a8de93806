"""Home Assistant's recorder compared with the present states: whether it writes them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core.periods import MINUTE, micros
from powerstats_cli.homeassistant.client import HomeAssistant

LONGEST_WAIT: Final = timedelta(seconds=10)
# If a sensor's newest row is at most this much older than its present state, it is recorded.
SHORT_GAP: Final = MINUTE


class Sighting(msgspec.Struct, frozen=True):
    """An entity, the time of its newest row in the recorder, and the time of its present state."""

    entity_id: str
    newest: datetime
    changed: datetime


def unwritten(
    home: HomeAssistant, sightings: Mapping[str, Sighting], clock: Clock, settle: timedelta
) -> dict[str, datetime]:
    """Return the series whose present state the recorder lacks, and the time of that state.

    The recorder has `settle` to write a state. A sensor that changes every second always has a
    newer state: if its newest row is old, wait for `settle` and ask for its history again.
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
    """Wait, and return the series whose states are written then; None without a wait.

    With `--at`, or if the wait would be too long, there is none.
    """
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
