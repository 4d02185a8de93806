"""The true power of the simulated house: what it draws, its sun, battery, grid and devices.

All are step functions in whole tenths of a watt, so energies are exact integers, and what the house
draws is exactly what grid, sun and battery give. The recorded states are derived from these, never
the other way round.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from random import Random

from powerstats_cli.demo.appliances import Edge, Sun, edges
from powerstats_cli.demo.battery import BatteryDay, Storage, battery_day
from powerstats_cli.demo.days import MINUTE, SECOND, Day, kept
from powerstats_cli.demo.events import COUNTER_RESET, HOLIDAY, POWER_CUT, SHOWN, Event, span_within
from powerstats_cli.demo.sensors import DEVICES, WITHIN
from powerstats_cli.demo.steps import (
    KWH,
    Steps,
    area,
    back,
    cut_off,
    forward,
    summed,
    switched,
)

_NOTICED = 420_000  # microseconds after a device switches
RECOVERY = 9 * SECOND  # from Home Assistant's start until the sensors show numbers
HOUSE, SUN, IMPORT, EXPORT = "house", "solar", "import", "export"
CHARGE, DISCHARGE = "charge", "discharge"
FLOWS = (HOUSE, IMPORT, EXPORT, SUN, CHARGE, DISCHARGE)
# What the meters have counted when the first day begins.
_FIRST = dict.fromkeys((*FLOWS, *DEVICES), 0) | {
    HOUSE: 4_218 * KWH,
    IMPORT: 11_305 * KWH,
    EXPORT: 6_020 * KWH,
}


@dataclass(frozen=True)
class Opening:
    """The home when a day begins: all energies so far, the powers then, and the battery.

    `zero` is the house's energy at which its meter's counter was 0.
    """

    energies: Mapping[str, int]
    house: int = 0
    devices: Mapping[str, int] = field(default_factory=dict)
    battery: Storage = field(default_factory=Storage)
    zero: int = 0


@dataclass(frozen=True)
class PowerDay:
    """A day's powers by their names, how the home began it, and how it begins the next.

    `steps` are those of the house after the day's first instant; `grid` is above zero for import,
    the battery's power if it gives.
    """

    opening: Opening
    steps: Steps
    grid: Steps
    battery: BatteryDay
    powers: Mapping[str, Steps]
    closing: Opening


class Power:
    """The powers of a home over its days; a day is made when it is asked for."""

    def __init__(self, days: Sequence[Day], events: Mapping[str, Event]) -> None:
        """Take the days, ascending, and the events that change the power."""
        self._days = days
        self._midnights = [day.epoch for day in days]
        self._events = events
        self._openings = [Opening(_FIRST)]
        self._made: dict[int, PowerDay] = {}

    def day(self, index: int) -> PowerDay:
        """Return a day; the days before it are made first, since the meters add them up."""
        self._opening(index)
        return kept(self._made, index, self._new_day)

    def energy(self, name: str, start: int, end: int) -> int:
        """Return the energy of one power in [start, end), microseconds since 1970."""
        first = bisect_right(self._midnights, start) - 1
        last = bisect_left(self._midnights, end)
        total = 0
        for index in range(max(first, 0), last):
            day = self._days[index]
            since, until = max(start - day.epoch, 0), min(end - day.epoch, day.length)
            if (since, until) == (0, day.length):
                counted, before = self._opening(index + 1).energies, self._opening(index).energies
                total += counted[name] - before[name]
            else:
                total += area(self.day(index).powers[name], since, until)
        return total

    def _opening(self, index: int) -> Opening:
        while len(self._openings) <= index:
            made = kept(self._made, len(self._openings) - 1, self._new_day)
            self._openings.append(made.closing)
        return self._openings[index]

    def _new_day(self, index: int) -> PowerDay:
        day, opening = self._days[index], self._openings[index]
        chance = Random(f"load {day.date}")  # noqa: S311 - a simulation
        steps, devices = self._loads(day, chance, opening)
        roof = _roof(day, is_first=not index)
        cut = self._span(POWER_CUT, day)
        off = (cut[0], cut[1] + RECOVERY) if cut else None
        if off:
            steps, roof = cut_off(steps, *off), cut_off(roof, *off)
            devices = {name: cut_off(power, *off) for name, power in devices.items()}
        house = [(0, opening.house), *steps]
        battery = battery_day(day, summed((1, roof), (-1, house)), opening.battery, off)
        grid = summed((1, house), (-1, roof), (-1, battery.steps))
        powers = {
            HOUSE: house,
            SUN: roof,
            IMPORT: forward(grid),
            EXPORT: back(grid),
            DISCHARGE: forward(battery.steps),
            CHARGE: back(battery.steps),
            **devices,
        }
        energies = {
            name: opening.energies[name] + area(power, 0, day.length)
            for name, power in powers.items()
        }
        reset = self._span(COUNTER_RESET, day)
        closing = Opening(
            energies,
            house=house[-1][1],
            devices={name: power[-1][1] for name, power in devices.items()},
            battery=battery.closing,
            zero=opening.energies[HOUSE] + area(house, 0, _report(steps, reset[0]))
            if reset
            else opening.zero,
        )
        return PowerDay(opening, steps, grid, battery, powers, closing)

    def _loads(
        self, day: Day, chance: Random, opening: Opening
    ) -> tuple[Steps, Mapping[str, Steps]]:
        """Return the house's power, and that of each device, which is a part of it.

        The meter measures at its own times, and when a device switches.
        """
        load = edges(day, chance, away=self._span(HOLIDAY, day) is not None)
        rest, metered = (
            _noticed(load.rest),
            {name: _noticed(found) for name, found in load.devices.items()},
        )
        polls = list(_polls(day, chance))
        times = {*polls, *self._reports(day)}
        times.update(at for found in (rest, *metered.values()) for at, _ in found)
        moments = sorted(at for at in times if polls[0] <= at < day.length)
        outermost = merge(*(metered[name] for name in metered if name not in WITHIN))
        steps = [
            (at, own + int(other * (0.98 + 0.04 * chance.random()) + 60 * chance.random()))
            for at, own, other in zip(
                moments, _levels(outermost, moments), _levels(rest, moments), strict=True
            )
        ]
        return steps, {
            name: switched(found, polls[0], opening.devices.get(name, 0))
            for name, found in metered.items()
        }

    def _reports(self, day: Day) -> list[int]:
        """Return when the meter has to report: at its reset, and when its states come back."""
        spans = (self._span(name, day) for name in (*SHOWN, COUNTER_RESET))
        return [span[1] for span in spans if span and span[1] < day.length]

    def _span(self, name: str, day: Day) -> tuple[int, int] | None:
        return span_within(day, self._events.get(name))


def _report(steps: Steps, at: int) -> int:
    """Return when the meter reports next."""
    return steps[bisect_left(steps, (at, -1))][0]


def _noticed(found: Iterable[Edge]) -> list[tuple[int, int]]:
    """Return edges in tenths of a watt, when the meters notice them."""
    return [(at + _NOTICED, round(10 * watts)) for at, watts in found]


def _levels(found: Iterable[tuple[int, int]], moments: Iterable[int]) -> Iterator[int]:
    """Yield the load at ascending moments, given its edges in order."""
    remaining, level = iter(found), 0
    edge = next(remaining, None)
    for at in moments:
        while edge is not None and edge[0] <= at:
            level += edge[1]
            edge = next(remaining, None)
        yield level


def _polls(day: Day, chance: Random) -> Iterator[int]:
    """Yield when a device reports: every 2 to 4 minutes, by night less often."""
    at = int(5 * SECOND * chance.random())
    waking, sleeping = day.at(6.2), day.at(23.2)
    while at < day.length:
        yield at
        slower = 1 if waking <= at < sleeping else 2
        at += int(slower * (2 + 2 * chance.random()) * MINUTE)


def _roof(day: Day, *, is_first: bool) -> Steps:
    """Return the power of the sun over a day, as its inverter reports it."""
    chance = Random(f"solar {day.date}")  # noqa: S311 - a simulation
    sun = Sun.of(day, chance)
    cloud = chance.random()
    steps: Steps = [(0, 0)] if is_first else []
    last = 0
    for at in _polls(day, chance):
        cloud = min(1.0, max(0.0, cloud + 0.5 * (chance.random() - 0.5)))
        watts = sun.watts(at, cloud)
        if watts != last:
            steps.append((at, 10 * watts))
            last = watts
    return steps
