"""The events of the simulated house: outages, odd states, a counter's reset, a holiday."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from powerstats_cli.demo.days import Day, micros
from powerstats_cli.demo.sensors import ENERGY, ENTITIES, METER, POWER_FACTOR, SOLAR, VOLTAGE

UNAVAILABLE = "meter unavailable"
SOLAR_OFFLINE = "solar offline"
NETWORK_OUTAGE = "network outage"
POWER_CUT = "power cut"
COUNTER_RESET = "counter reset"
COUNTER_GLITCH = "counter glitch"
UNKNOWN_VOLTAGE = "unknown voltage"
ODD_POWER_FACTOR = "odd power factor"
HOLIDAY = "holiday"


@dataclass(frozen=True)
class Event:
    """Something out of the ordinary in [start, end), UTC; `state` is what the entities show."""

    name: str
    start: datetime
    end: datetime
    entities: tuple[str, ...] = ()
    state: str = ""


@dataclass(frozen=True)
class _Plan:
    """When an event happens: days before the last day, at a local time."""

    name: str
    days_back: int
    at: time
    lasts: timedelta
    entities: tuple[str, ...] = ()
    state: str = ""


_PLANS = (
    _Plan(UNAVAILABLE, 2, time(10, 12, 7), timedelta(minutes=40), METER, "unavailable"),
    _Plan(SOLAR_OFFLINE, 3, time(11, 31, 5), timedelta(hours=3), (SOLAR,), "unavailable"),
    _Plan(NETWORK_OUTAGE, 4, time(8, 35), timedelta(hours=5)),
    _Plan(POWER_CUT, 5, time(14, 7, 20), timedelta(hours=1, minutes=50), ENTITIES),
    _Plan(COUNTER_GLITCH, 6, time(16, 45, 3), timedelta(minutes=2), (ENERGY,), "0.000"),
    _Plan(UNKNOWN_VOLTAGE, 7, time(13, 20, 1), timedelta(minutes=3), (VOLTAGE,), "unknown"),
    _Plan(ODD_POWER_FACTOR, 7, time(18, 2, 9), timedelta(minutes=5), (POWER_FACTOR,), "nan"),
    _Plan(COUNTER_RESET, 9, time(11, 20), timedelta(0), (ENERGY,)),
    _Plan(HOLIDAY, 45, time(0), timedelta(days=7)),
)
# Events during which the sensors show the event's state.
SHOWN = (UNAVAILABLE, SOLAR_OFFLINE, COUNTER_GLITCH, UNKNOWN_VOLTAGE, ODD_POWER_FACTOR)


def events_until(last_day: date, zone: ZoneInfo, *, after: datetime) -> Mapping[str, Event]:
    """Return the events by name: those before the end of the last day that start after an instant.

    When they happen is counted back from the last day.
    """
    found = (_event(plan, zone, last_day) for plan in _PLANS)
    return {event.name: event for event in found if event.start > after}


def _event(plan: _Plan, zone: ZoneInfo, last_day: date) -> Event:
    local = datetime.combine(last_day - timedelta(days=plan.days_back), plan.at, zone)
    start = local.astimezone(UTC)
    return Event(plan.name, start, start + plan.lasts, plan.entities, plan.state)


def span_within(day: Day, event: Event | None) -> tuple[int, int] | None:
    """Return an event's span in microseconds since the day began, None if the day has none of it.

    The span goes beyond the day if the event does.
    """
    if event is None:
        return None
    start, end = micros(event.start) - day.epoch, micros(event.end) - day.epoch
    return (start, end) if start < day.length and max(start, end - 1) >= 0 else None
