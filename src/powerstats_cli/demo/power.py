"""The true power of the simulated house, and that of its roof.

Both are step functions of time. The house's is in whole tenths of a watt, the roof's in whole
watts, and instants are whole microseconds, so energies are exact integers. The recorded states are
derived from these, never the other way round.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from powerstats_cli.demo.appliances import Sun, edges
from powerstats_cli.demo.days import MINUTE, SECOND, Day, kept
from powerstats_cli.demo.events import COUNTER_RESET, HOLIDAY, POWER_CUT, SHOWN, Event, span_within

KWH = 36_000_000_000_000  # of the house's energy units: tenths of a watt times microseconds
ROOF_KWH = 3_600_000_000_000  # of the roof's energy units: watts times microseconds
RECOVERY = 9 * SECOND  # from Home Assistant's start until the sensors show numbers
_FIRST_READING = 4_218 * KWH

Steps = list[tuple[int, int]]
"""A step function: instants in microseconds since the day began, and the value from then on."""


@dataclass(frozen=True)
class Meter:
    """The meter at an instant: energy so far, power, and the energy at which its counter was 0."""

    energy: int
    power: int
    zero: int


@dataclass(frozen=True)
class Load:
    """A day's power in tenths of a watt, the energy so far at each step, and the meter then."""

    opening: Meter
    steps: Steps
    energy: list[int]
    closing: Meter


class Power:
    """The power of a house over its days; a day is made when it is asked for."""

    def __init__(self, days: Sequence[Day], events: Mapping[str, Event]) -> None:
        """Take the days, ascending, and the events that change the power."""
        self._days = days
        self._midnights = [day.epoch for day in days]
        self._events = events
        self._openings = [Meter(_FIRST_READING, 0, 0)]
        self._loads: dict[int, Load] = {}
        self._roofs: dict[int, Steps] = {}

    def load(self, index: int) -> Load:
        """Return a day's load; the days before it are made first, since the meter adds them up."""
        while len(self._openings) <= index:
            self._openings.append(self.load(len(self._openings) - 1).closing)
        return kept(self._loads, index, self._new_load)

    def roof(self, index: int) -> Steps:
        """Return the roof's power on a day, in watts."""
        return kept(self._roofs, index, self._new_roof)

    def drawn(self, start: int, end: int) -> int:
        """Return the energy that the house draws in [start, end), microseconds since 1970."""
        return self._integral(self._whole_load, start, end)

    def given(self, start: int, end: int) -> int:
        """Return the energy that the roof gives in [start, end), microseconds since 1970."""
        return self._integral(self.roof, start, end)

    def _integral(self, steps_of: Callable[[int], Steps], start: int, end: int) -> int:
        first = bisect_right(self._midnights, start) - 1
        last = bisect_left(self._midnights, end)
        total = 0
        for index in range(max(first, 0), last):
            day = self._days[index]
            since, until = max(start - day.epoch, 0), min(end - day.epoch, day.length)
            total += _area(steps_of(index), since, until)
        return total

    def _whole_load(self, index: int) -> Steps:
        load = self.load(index)
        return [(0, load.opening.power), *load.steps]

    def _new_load(self, index: int) -> Load:
        day, opening = self._days[index], self._openings[index]
        chance = Random(f"load {day.date}")  # noqa: S311 - a simulation
        away = self._span(HOLIDAY, day) is not None
        cut = self._span(POWER_CUT, day)
        steps = _steps(day, chance, away=away, at=self._reports(day))
        if cut:
            steps = _cut_off(steps, cut[0], cut[1] + RECOVERY)
        energy = _running(steps, opening)
        return Load(opening, steps, energy, self._closing(day, opening, steps, energy))

    def _closing(self, day: Day, opening: Meter, steps: Steps, energy: Sequence[int]) -> Meter:
        before = energy[-1] if energy else opening.energy
        since, power = steps[-1] if steps else (0, opening.power)
        reset = self._span(COUNTER_RESET, day)
        zero = energy[bisect_left(steps, (reset[0], -1))] if reset else opening.zero
        return Meter(before + power * (day.length - since), power, zero)

    def _reports(self, day: Day) -> list[int]:
        """Return when the meter has to report: at its reset, and when its states come back."""
        spans = (self._span(name, day) for name in (*SHOWN, COUNTER_RESET))
        return [span[1] for span in spans if span and span[1] < day.length]

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

    def _span(self, name: str, day: Day) -> tuple[int, int] | None:
        return span_within(day, self._events.get(name))


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


def _running(steps: Steps, opening: Meter) -> list[int]:
    """Return the energy used until each step, in tenths of a watt times microseconds."""
    total, since, power = opening.energy, 0, opening.power
    energy = []
    for at, tenths in steps:
        total += power * (at - since)
        since, power = at, tenths
        energy.append(total)
    return energy


def _area(steps: Steps, start: int, end: int) -> int:
    """Integrate a step function over [start, end); it is 0 before its first step."""
    first, last = (bisect_left(steps, (at, -1)) for at in (start, end))
    inside = steps[first:last]
    if first:
        inside = [(start, steps[first - 1][1]), *inside]
    between = pairwise([*inside, (end, 0)])
    return sum(value * (until - at) for (at, value), (until, _) in between)
