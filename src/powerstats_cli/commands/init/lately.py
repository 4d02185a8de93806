"""The last days of some sensors, out of Home Assistant's history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init.address import connected
from powerstats_cli.commands.init.answers import Server
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import plausible
from powerstats_cli.core.buckets import measure
from powerstats_cli.core.candidates.clues import Way, way_of
from powerstats_cli.core.candidates.prices import changes_of, step_of
from powerstats_cli.core.history import History
from powerstats_cli.core.periods import DAY, HOUR, micros
from powerstats_cli.core.prices import phase
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.states import Expected

# The history of so many sensors is asked for at most: a day of each is up to 5 MB.
MOST_SENSORS: Final = 8
HOURS: Final = 24
# A price that changes twice a day tells its step in so many days.
DAYS: Final = 3 * DAY


def last_day(ids: Sequence[str], server: Server, wishes: Wishes) -> Mapping[str, History]:
    """Return the states of powers over the last day, in W, by entity id; none on a failure."""
    if not ids:
        return {}
    now = utc_now()
    try:
        with connected(server.url, server.token, wishes) as client:
            recorded = client.history(
                ids[:MOST_SENSORS],
                now - DAY,
                now,
                expected=dict.fromkeys(ids, Expected(plausible=plausible.ANYTHING)),
                goes_on=True,
            ).recorded
    except PowerstatsError:
        return {}  # nothing is wrong with the sensors: a slow recorder, or a day of too many states
    return {entity_id: found.history for entity_id, found in recorded.items()}


def price_step(entity_id: str, server: Server, wishes: Wishes, zone: ZoneInfo) -> int | None:
    """Return the minutes for which a sensor's price holds, None if its last days do not tell."""
    now = utc_now()
    expected = Expected(state_class="measurement", plausible=plausible.ANYTHING)
    try:
        with connected(server.url, server.token, wishes) as client:
            answer = client.history([entity_id], now - DAYS, now, expected={entity_id: expected})
    except PowerstatsError:
        return None  # as above
    if (found := answer.recorded.get(entity_id)) is None:
        return None
    return step_of(changes_of(found.history), phase(now, zone))


def ways(histories: Mapping[str, History], now: datetime) -> dict[str, Way]:
    """Return the way that powers flowed in the day before `now`, as far as it is known."""
    ends = [now - number * HOUR for number in range(HOURS)]
    hours = [(micros(end - HOUR), micros(end)) for end in ends]
    found: dict[str, Way] = {}
    for entity_id, history in histories.items():
        values = [measure(history, *hour, is_power=True) for hour in hours]
        way = way_of([value.mean for value in values if value and value.mean is not None])
        if way is not None:
            found[entity_id] = way
    return found
