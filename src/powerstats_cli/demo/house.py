"""A deterministic simulated house: the same arguments give the same states on every machine.

The meter measures a step function of power, in whole tenths of a watt between whole microseconds,
so energies are exact integers; what Home Assistant recorded is derived from it, and what the tests
take for true is not derived from what was recorded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import attrgetter
from random import Random
from threading import RLock
from typing import TypeVar
from zoneinfo import ZoneInfo

from powerstats_cli.demo.appliances import MINUTE, SECOND, Day, Sun, edges
from powerstats_cli.demo.homes import Attributes, Change

POWER = "sensor.house_power"
VOLTAGE = "sensor.house_voltage"
ENERGY = "sensor.house_energy"
POWER_FACTOR = "sensor.house_power_factor"
SOLAR = "sensor.house_solar"
METER = (POWER, VOLTAGE, ENERGY, POWER_FACTOR)
ENTITIES = (*METER, SOLAR)

UNAVAILABLE = "meter unavailable"
SOLAR_OFFLINE = "solar offline"
NETWORK_OUTAGE = "network outage"
POWER_CUT = "power cut"
COUNTER_RESET = "counter reset"
COUNTER_GLITCH = "counter glitch"
UNKNOWN_VOLTAGE = "unknown voltage"
ODD_POWER_FACTOR = "odd power factor"
HOLIDAY = "holiday"

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromtimestamp(0, UTC)
_KWH = 36_000_000_000_000  # of energy units: tenths of a watt times microseconds
_SOLAR_KWH = 3_600_000_000_000  # watts times microseconds
_FIRST_READING = 4_218 * _KWH
_LAG = {POWER: 0, VOLTAGE: 1000, ENERGY: 2000, POWER_FACTOR: 3000, SOLAR: 0}  # of its states
_RESTART = 3 * SECOND  # from Home Assistant's start to the states it starts with
_RECOVERY = 9 * SECOND  # from Home Assistant's start to the first numbers
_KEPT_DAYS = 4
_AFTER_RESTART = dict(
    zip(ENTITIES, ("unknown", "unknown", "unavailable", "unavailable", "unknown"), strict=True)
)

Steps = list[tuple[int, int]]
"""A step function: instants in microseconds since the day began, and the value from then on."""
Texts = list[tuple[int, str]]
"""The same with states as Home Assistant shows them."""


def _sensor(
    name: str, unit: str, device_class: str, state_class: str = "measurement"
) -> Attributes:
    return {
        "state_class": state_class,
        "unit_of_measurement": unit,
        "device_class": device_class,
        "friendly_name": name,
    }


SENSORS: Mapping[str, Attributes] = {
    POWER: _sensor("House power", "W", "power"),
    VOLTAGE: _sensor("House voltage", "V", "voltage"),
    ENERGY: _sensor("House energy", "kWh", "energy", "total_increasing"),
    POWER_FACTOR: _sensor("House power factor", "%", "power_factor"),
    SOLAR: _sensor("House solar", "kW", "power"),
}


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
    """When an event happens: counted back from the last day, at a local time."""

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
_SHOWN = (UNAVAILABLE, SOLAR_OFFLINE, COUNTER_GLITCH, UNKNOWN_VOLTAGE, ODD_POWER_FACTOR)


@dataclass(frozen=True)
class _Opening:
    """What a day starts with: energy so far, power, and the energy at which the meter was zero."""

    energy: int
    power: int
    zero: int


@dataclass(frozen=True)
class _Load:
    """A day's true power in tenths of a watt, and the energy so far at each step."""

    steps: Steps
    energy: list[int]
    closing: _Opening


class House:
    """The home of the demo: five sensors, from the first instant of first_day to last_day's end."""

    sensors = SENSORS

    def __init__(self, zone: ZoneInfo, first_day: date, last_day: date) -> None:
        """Prepare the days and events; states are made when they are asked for."""
        self.time_zone = zone.key
        self._zone = zone
        self._days = list(_days(zone, first_day, last_day))
        self._midnights = [day.epoch for day in self._days]
        planned = (_event(plan, zone, last_day) for plan in _PLANS)
        first = _EPOCH + self._midnights[0] * _MICROSECOND
        self.events: Mapping[str, Event] = {e.name: e for e in planned if e.start > first}
        cut = self.events.get(POWER_CUT)
        self.starts: Sequence[datetime] = [first, cut.end] if cut else [first]
        self._lock = RLock()  # a server asks from several threads
        self._openings = [_Opening(_FIRST_READING, 0, 0)]
        self._loads: dict[int, _Load] = {}
        self._roofs: dict[int, Steps] = {}
        self._changes: dict[int, Mapping[str, Sequence[Change]]] = {}

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
        found: list[Change] = []
        for index in range(max(first, 0), last + 1):
            them = self._day_changes(index)[entity_id]
            found += them[bisect_right(them, start, key=_at) : bisect_left(them, end, key=_at)]
        return found

    def before(self, entity_id: str, at: datetime) -> Change | None:
        """Return the newest change at or before `at`."""
        for index in range(self._index(at), -1, -1):
            them = self._day_changes(index)[entity_id]
            if count := bisect_right(them, at, key=_at):
                return them[count - 1]
        return None

    def unknown(self, entity_id: str) -> Sequence[tuple[datetime, datetime]]:
        """Return the spans [start, end) in which nobody can know the sensor's value, ascending."""
        lag = _LAG[entity_id] * _MICROSECOND
        spans = []
        for name, event in self.events.items():
            if entity_id in event.entities and name in _SHOWN and name != COUNTER_GLITCH:
                spans.append((event.start + lag, event.end + lag))
            elif name == POWER_CUT:
                spans.append((event.start, event.end + _RECOVERY * _MICROSECOND + lag))
        return sorted(spans)

    def true_energy_kwh(self, entity_id: str, start: datetime, end: datetime) -> float:
        """Return the integral of power over the known part of [start, end).

        Of the power step functions POWER and SOLAR themselves, not of their states. Of ENERGY: of
        the house's power over the whole span, since the meter counts on when nobody reads it.
        """
        if entity_id not in {POWER, SOLAR, ENERGY}:
            message = f"{entity_id} measures no energy"
            raise ValueError(message)
        gaps = [] if entity_id == ENERGY else self.unknown(entity_id)
        known = _without(_micros(start), _micros(end), [(_micros(a), _micros(b)) for a, b in gaps])
        unit = _SOLAR_KWH if entity_id == SOLAR else _KWH
        with self._lock:
            return sum(self._integral(entity_id, *span) for span in known) / unit

    def _integral(self, entity_id: str, start: int, end: int) -> int:
        """Integrate a power over [start, end), microseconds since 1970."""
        first = bisect_right(self._midnights, start) - 1
        last = bisect_left(self._midnights, end)
        total = 0
        for index in range(max(first, 0), last):
            day = self._days[index]
            steps = self._roof(index) if entity_id == SOLAR else self._power(index)
            total += _area(steps, max(start - day.epoch, 0), min(end - day.epoch, day.length))
        return total

    def _power(self, index: int) -> Steps:
        load = self._load(index)
        return [(0, self._openings[index].power), *load.steps]

    def _index(self, at: datetime) -> int:
        return bisect_right(self._midnights, _micros(at)) - 1

    def _span(self, name: str, day: Day) -> tuple[int, int] | None:
        """Return an event's span within a day, None if it does not touch the day."""
        event = self.events.get(name)
        if event is None:
            return None
        start, end = _micros(event.start) - day.epoch, _micros(event.end) - day.epoch
        return (start, end) if start < day.length and max(start, end - 1) >= 0 else None

    def _load(self, index: int) -> _Load:
        """Return a day's load; made in the order of days, since the meter adds them up."""
        while len(self._openings) <= index:
            self._openings.append(self._load(len(self._openings) - 1).closing)
        return _kept(self._loads, index, self._new_load)

    def _new_load(self, index: int) -> _Load:
        day, opening = self._days[index], self._openings[index]
        chance = Random(f"load {day.date}")  # noqa: S311 - a simulation
        away = self._span(HOLIDAY, day) is not None
        reset = self._span(COUNTER_RESET, day)
        cut = self._span(POWER_CUT, day)
        steps = _steps(day, chance, away=away, at=self._returns(day))
        if cut:
            steps = _cut_off(steps, cut[0], cut[1] + _RECOVERY)
        energy = _running(steps, opening)
        before = energy[-1] if energy else opening.energy
        since, power = steps[-1] if steps else (0, opening.power)
        zero = opening.zero
        if reset:
            zero = energy[bisect_left(steps, (reset[0], -1))]
        closing = _Opening(before + power * (day.length - since), power, zero)
        return _Load(steps, energy, closing)

    def _returns(self, day: Day) -> list[int]:
        """Return when the meter has to report: at its reset, and when its states come back."""
        spans = (self._span(name, day) for name in (*_SHOWN, COUNTER_RESET))
        return [span[1] for span in spans if span and span[1] < day.length]

    def _roof(self, index: int) -> Steps:
        return _kept(self._roofs, index, self._new_roof)

    def _new_roof(self, index: int) -> Steps:
        day = self._days[index]
        chance = Random(f"solar {day.date}")  # noqa: S311 - a simulation
        sun = Sun.of(day, chance)
        cloud = chance.random()
        steps: Steps = [] if index else [(0, 0)]
        last = 0
        for at in _polls(day, chance):
            cloud = min(1.0, max(0.0, cloud + 0.5 * (chance.random() - 0.5)))
            watts = sun.watts(at, cloud)
            if watts != last:
                steps.append((at, watts))
                last = watts
        return steps

    def _day_changes(self, index: int) -> Mapping[str, Sequence[Change]]:
        with self._lock:
            return _kept(self._changes, index, self._new_changes)

    def _new_changes(self, index: int) -> Mapping[str, Sequence[Change]]:
        texts = self._meter(index)
        texts[SOLAR] = [(at, f"{watts / 1000:.3f}") for at, watts in self._roof(index)]
        return {key: self._recorded(key, index, texts[key]) for key in ENTITIES}

    def _meter(self, index: int) -> dict[str, Texts]:
        """Return what the meter would show all day if it always could."""
        day, load, zero = self._days[index], self._load(index), self._openings[index].zero
        chance = Random(f"meter {day.date}")  # noqa: S311 - a simulation
        reset = self._span(COUNTER_RESET, day)
        resets_at = reset[0] if reset else day.length
        shown: dict[str, Texts] = {key: [] for key in METER}
        power, voltage, energy, factor = shown.values()
        volts = 2300
        for (at, tenths), total in zip(load.steps, load.energy, strict=True):
            volts += int((2315 - volts) / 20 - tenths / 9000 + 14 * chance.random() - 7)
            power.append((at, f"{tenths / 10:.1f}"))
            voltage.append((at, f"{volts / 10:.1f}"))
            reading = total - (zero if at < resets_at else load.closing.zero)
            energy.append((at, f"{reading / _KWH:.3f}"))
            factor.append((at, f"{99 - 3000 / (tenths + 90) - 4 * chance.random():.0f}"))
        return {key: list(_distinct(texts)) for key, texts in shown.items()}

    def _recorded(self, entity_id: str, index: int, texts: Texts) -> Sequence[Change]:
        """Return what Home Assistant recorded of what the device would have shown."""
        day = self._days[index]
        for name in _SHOWN:
            span = self._span(name, day)
            if span and entity_id in self.events[name].entities:
                texts = _hidden(texts, *span, [(span[0], self.events[name].state)])
        if cut := self._span(POWER_CUT, day):
            restarted = (cut[1] + _RESTART, _AFTER_RESTART[entity_id])
            texts = _hidden(texts, cut[0], cut[1] + _RECOVERY, [restarted])
        began = _EPOCH + (day.epoch + _LAG[entity_id]) * _MICROSECOND
        return [Change(began + at * _MICROSECOND, text) for at, text in texts]


_at = attrgetter("at")
_Made = TypeVar("_Made")


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _days(zone: ZoneInfo, first: date, last: date) -> Iterator[Day]:
    count = (last - first).days + 1
    dates = [first + timedelta(days=number) for number in range(count + 1)]
    midnights = [datetime.combine(each, time(), zone) for each in dates]
    for midnight, following in pairwise(midnights):
        standard = (midnight.utcoffset() or timedelta()) - (midnight.dst() or timedelta())
        start, end = _micros(midnight), _micros(following)
        if start < end:
            yield Day(midnight.date(), start, end - start, standard // _MICROSECOND)


def _event(plan: _Plan, zone: ZoneInfo, last_day: date) -> Event:
    local = datetime.combine(last_day - timedelta(days=plan.days_back), plan.at, zone)
    start = local.astimezone(UTC)
    return Event(plan.name, start, start + plan.lasts, plan.entities, plan.state)


def _kept(kept: dict[int, _Made], index: int, make: Callable[[int], _Made]) -> _Made:
    """Return what is kept of a day, making it if need be; the day made first is given up for it."""
    if index not in kept:
        made = make(index)
        if len(kept) >= _KEPT_DAYS:
            del kept[next(iter(kept))]
        kept[index] = made
    return kept[index]


def _polls(day: Day, chance: Random) -> Iterator[int]:
    """Yield when a device reports: every 2 to 4 minutes, by night less often."""
    at = int(5 * SECOND * chance.random())
    waking, sleeping = day.at(6.2), day.at(23.2)
    while at < day.length:
        yield at
        slower = 1 if waking <= at < sleeping else 2
        at += int(slower * (2 + 2 * chance.random()) * MINUTE)


def _steps(day: Day, chance: Random, *, away: bool, at: Sequence[int]) -> Steps:
    """Return the power that the meter measures: at its own times, and when a device switches."""
    switched = edges(day, chance, away=away)
    noticed = (when + int(SECOND * chance.random()) for when, _ in switched)
    times = sorted({*_polls(day, chance), *noticed, *at})
    steps, load, index = [], 0.0, 0
    for when in times:
        while index < len(switched) and switched[index][0] <= when:
            load += switched[index][1]
            index += 1
        if when < day.length:
            steps.append((when, int(load * (9.8 + 0.4 * chance.random()) + 60 * chance.random())))
    return steps


def _cut_off(steps: Steps, start: int, end: int) -> Steps:
    """Return the steps with no power in [start, end)."""
    back = steps[bisect_left(steps, (end, -1)) - 1][1]
    before = [step for step in steps if step[0] < start]
    return [*before, (start, 0), (end, back), *(step for step in steps if step[0] > end)]


def _running(steps: Steps, opening: _Opening) -> list[int]:
    """Return the energy used until each step, in tenths of a watt times microseconds."""
    total, since, power = opening.energy, 0, opening.power
    energy = []
    for at, tenths in steps:
        total += power * (at - since)
        since, power = at, tenths
        energy.append(total)
    return energy


def _distinct(texts: Texts) -> Iterator[tuple[int, str]]:
    """Yield what changes: a value that is reported again is no new state."""
    last = ""
    for at, text in texts:
        if text != last:
            yield at, text
            last = text


def _hidden(texts: Texts, start: int, end: int, instead: Texts) -> Texts:
    """Return the states with others in [start, end), and what they came to at the end."""
    first, after = bisect_left(texts, (start, "")), bisect_right(texts, (end, "\uffff"))
    back = texts[after - 1][1]
    return [*texts[:first], *instead, (end, back), *texts[after:]]


def _area(steps: Steps, start: int, end: int) -> int:
    """Integrate a step function over [start, end); it is 0 before its first step."""
    first, last = (bisect_left(steps, (at, -1)) for at in (start, end))
    inside = steps[first:last]
    if first:
        inside = [(start, steps[first - 1][1]), *inside]
    between = pairwise([*inside, (end, 0)])
    return sum(value * (until - at) for (at, value), (until, _) in between)


def _without(start: int, end: int, gaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what the ascending gaps leave of [start, end)."""
    for low, high in gaps:
        if start < min(low, end):
            yield start, min(low, end)
        start = max(start, high)
    if start < end:
        yield start, end
