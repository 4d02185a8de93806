"""A deterministic simulated house: the same arguments give the same states on every machine."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from threading import RLock
from zoneinfo import ZoneInfo

from powerstats_cli.demo.days import instant, kept, local_days, micros
from powerstats_cli.demo.events import NETWORK_OUTAGE, POWER_CUT, Event, events_until
from powerstats_cli.demo.homes import Change, between, newest
from powerstats_cli.demo.power import KWH, ROOF_KWH, Power
from powerstats_cli.demo.sensors import ENERGY, POWER, SENSORS, SOLAR
from powerstats_cli.demo.states import recorded_states, unknown_spans


class House:
    """The home of the demo: five sensors, from the first instant of first_day to last_day's end.

    It is a Home for the server, which knows the recorded states only. The true energy is derived
    from the power itself, so a test can compare the two.
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
        for index in range(self._index(at), -1, -1):
            if change := newest(self._day_changes(index)[entity_id], at):
                return change
        return None

    def unknown(self, entity_id: str) -> Sequence[tuple[datetime, datetime]]:
        """Return the spans [start, end) in which nobody can know the sensor's value, ascending."""
        return unknown_spans(entity_id, self.events)

    def true_energy_kwh(self, entity_id: str, start: datetime, end: datetime) -> float:
        """Return the true energy over [start, end), in kWh.

        For POWER and SOLAR it is the integral of the power itself, not of its states, over the part
        in which the value can be known. For ENERGY it is the house's use over the whole span,
        because the meter goes on counting when nobody reads it.
        """
        if entity_id not in {POWER, SOLAR, ENERGY}:
            message = f"{entity_id} measures no energy"
            raise ValueError(message)
        gaps = [] if entity_id == ENERGY else self.unknown(entity_id)
        spans = _without(micros(start), micros(end), [(micros(a), micros(b)) for a, b in gaps])
        with self._lock:
            if entity_id == SOLAR:
                return sum(self._power.given(*span) for span in spans) / ROOF_KWH
            return sum(self._power.drawn(*span) for span in spans) / KWH

    def _index(self, at: datetime) -> int:
        return bisect_right(self._midnights, micros(at)) - 1

    def _day_changes(self, index: int) -> Mapping[str, Sequence[Change]]:
        with self._lock:
            return kept(self._changes, index, self._new_changes)

    def _new_changes(self, index: int) -> Mapping[str, Sequence[Change]]:
        load, roof = self._power.load(index), self._power.roof(index)
        return recorded_states(self._days[index], self.events, load, roof)


def _without(start: int, end: int, gaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of [start, end) that lie in none of the ascending gaps."""
    for low, high in gaps:
        if start < min(low, end):
            yield start, min(low, end)
        start = max(start, high)
    if start < end:
        yield start, end
