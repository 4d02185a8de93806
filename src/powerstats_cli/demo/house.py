"""A deterministic simulated house: the same arguments give the same states on every machine."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from threading import RLock
from zoneinfo import ZoneInfo

from powerstats_cli.demo.days import instant, kept, local_days, micros
from powerstats_cli.demo.events import NETWORK_OUTAGE, POWER_CUT, Event, events_until
from powerstats_cli.demo.homes import Change, between, newest
from powerstats_cli.demo.power import CHARGE, DISCHARGE, EXPORT, FLOWS, HOUSE, IMPORT, SUN, Power
from powerstats_cli.demo.sensors import (
    BATTERY,
    DEVICES,
    ENERGY,
    GRID,
    GRID_EXPORT,
    GRID_IMPORT,
    POWER,
    SENSORS,
    SOLAR,
)
from powerstats_cli.demo.states import recorded_states, unknown_spans
from powerstats_cli.demo.steps import KWH

# The powers that each sensor measures, with the sign in which they count.
_MEASURED: Mapping[str, Mapping[str, int]] = {
    POWER: {HOUSE: 1},
    ENERGY: {HOUSE: 1},
    SOLAR: {SUN: 1},
    GRID: {IMPORT: 1, EXPORT: -1},
    GRID_IMPORT: {IMPORT: 1},
    GRID_EXPORT: {EXPORT: 1},
    BATTERY: {CHARGE: 1, DISCHARGE: -1},
    **{name: {name: 1} for name in DEVICES},
}


class House:
    """The home of the demo, from the first instant of first_day to last_day's end.

    It is a Home for the server, which knows the recorded states only. The true energies are derived
    from the powers themselves, so a test can compare the two.
    """

    sensors = SENSORS

    def __init__(self, zone: ZoneInfo, first_day: date, last_day: date) -> None:
        """Prepare the days and events; states are made when they are asked for."""
        self.time_zone = zone.key
        self._days = list(local_days(zone, first_day, last_day))
        self._midnights = [day.epoch for day in self._days]
        first = instant(self._midnights[0])
        self.events: Mapping[str, Event] = events_until(last_day, zone, after=first)
        cut = self.events.get(POWER_CUT)
        self.starts: Sequence[datetime] = [first, cut.end] if cut else [first]
        self._power = Power(self._days, self.events)
        self._changes: dict[int, Mapping[str, Sequence[Change]]] = {}
        self._last: dict[int, Mapping[str, Change]] = {}
        self._lock = RLock()  # a server asks from several threads

    def is_recorded(self, entity_id: str) -> bool:
        """Tell whether the house has that sensor: all are recorded."""
        return entity_id in self.sensors

    def is_up(self, at: datetime) -> bool:
        """Tell whether Home Assistant can be reached: not in a network outage nor a power cut."""
        absences = (self.events.get(name) for name in (NETWORK_OUTAGE, POWER_CUT))
        return not any(event and event.start <= at < event.end for event in absences)

    def changes(self, entity_id: str, start: datetime, end: datetime) -> Sequence[Change]:
        """Return the changes with start < at < end."""
        first, last = self._index(start), self._index(end)
        days = (self._day_changes(index)[entity_id] for index in range(max(first, 0), last + 1))
        return [change for changes in days for change in between(changes, start, end)]

    def before(self, entity_id: str, at: datetime) -> Change | None:
        """Return the newest change at or before `at`."""
        index = self._index(at)
        if index < 0:
            return None
        if change := newest(self._day_changes(index)[entity_id], at):
            return change
        earlier = (self._last_changes(each).get(entity_id) for each in range(index - 1, -1, -1))
        return next(filter(None, earlier), None)

    def unknown(self, entity_id: str) -> Sequence[tuple[datetime, datetime]]:
        """Return the spans [start, end) in which nobody can know the sensor's value, ascending."""
        return unknown_spans(entity_id, self.events)

    def true_energy_kwh(self, entity_id: str, start: datetime, end: datetime) -> float:
        """Return the true energy over [start, end), in kWh.

        For a power sensor it is the integral of the power itself, not of its states, over the part
        in which the value can be known; it has the sensor's sign. For a counter it is all that
        flowed in the span, because the meter goes on counting when nobody reads it.
        """
        if entity_id not in _MEASURED:
            message = f"{entity_id} measures no energy"
            raise ValueError(message)
        is_counter = self.sensors[entity_id]["unit_of_measurement"] == "kWh"
        gaps = [] if is_counter else self.unknown(entity_id)
        spans = _without(micros(start), micros(end), [(micros(a), micros(b)) for a, b in gaps])
        with self._lock:
            parts = [
                sign * self._power.energy(name, *span)
                for span in spans
                for name, sign in _MEASURED[entity_id].items()
            ]
        return sum(parts) / KWH

    def true_flows_kwh(self, start: datetime, end: datetime) -> Mapping[str, float]:
        """Return what truly flowed over [start, end), known or not, in kWh: by the flow's name."""
        with self._lock:
            return {
                name: self._power.energy(name, micros(start), micros(end)) / KWH for name in FLOWS
            }

    def _index(self, at: datetime) -> int:
        return bisect_right(self._midnights, micros(at)) - 1

    def _day_changes(self, index: int) -> Mapping[str, Sequence[Change]]:
        with self._lock:
            return kept(self._changes, index, self._new_changes)

    def _new_changes(self, index: int) -> Mapping[str, Sequence[Change]]:
        power = self._power.day(index)
        made = recorded_states(self._days[index], self.events, power, is_first=not index)
        self._last[index] = {
            entity_id: changes[-1] for entity_id, changes in made.items() if changes
        }
        return made

    def _last_changes(self, index: int) -> Mapping[str, Change]:
        """Return the last change of each entity on a day that has one."""
        if index not in self._last:
            self._day_changes(index)
        return self._last[index]


def _without(start: int, end: int, gaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of [start, end) that lie in none of the ascending gaps."""
    for low, high in gaps:
        if start < min(low, end):
            yield start, min(low, end)
        start = max(start, high)
    if start < end:
        yield start, end
