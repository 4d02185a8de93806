"""The simulated house's appliances and the sun on its roof: power over one local day.

Instants are whole microseconds since the day's first instant, power is in watts. All chance comes
from the given generator, which the date seeds, so a day is the same on every machine.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from powerstats_cli.demo.days import HOUR, MINUTE, NORMAL_LENGTH, SECOND, Day
from powerstats_cli.demo.sensors import CAR, DEVICES, DISHWASHER, HEAT_PUMP, KITCHEN

_LATITUDE = math.radians(52)
_SOLAR_NOON_H = 12.7  # by standard time, in the west of a time zone
_ROOF_W = 4200

Edge = tuple[int, float]
"""When the load changes, and by how many watts."""


@dataclass(frozen=True)
class Edges:
    """A day's changes of load in order: of each device with a meter of its own, and of the rest.

    Those of a device that is within another are among the other's, too.
    """

    devices: Mapping[str, Sequence[Edge]]
    rest: Sequence[Edge]


def edges(day: Day, chance: Random, *, away: bool) -> Edges:
    """Return the day's changes of load; nobody cooks, drives or heats while away."""
    rest = [(0, 95 + 30 * chance.random()), *_cycles(day, 47 * MINUTE, 17 * MINUTE, 88)]
    devices: dict[str, Iterable[Edge]] = dict.fromkeys(DEVICES, ())
    if not away:
        devices[HEAT_PUMP] = [*_heating(day, chance), *_hot_water(day, chance)]
        devices[CAR] = _car(day, chance)
        devices[DISHWASHER] = dishwasher = _dishwasher(day, chance)
        devices[KITCHEN] = [*_kitchen(day, chance), *dishwasher]
        rest += [*_washing(day, chance), *_evening(day, chance)]
    return Edges(
        {name: _in_order(day, found) for name, found in devices.items()}, _in_order(day, rest)
    )


def _in_order(day: Day, found: Iterable[Edge]) -> list[Edge]:
    return sorted(edge for edge in found if edge[0] < day.length)


def _run(start: int, length: float, watts: float) -> list[Edge]:
    return [(start, watts), (start + int(length), -watts)]


def _cycles(day: Day, period: int, on: int, watts: float) -> Iterator[Edge]:
    """Yield the cycles of a device that runs `on` in each period, midnight or not."""
    start = -(day.epoch % period)
    while start < day.length:
        yield max(start, 0), watts
        yield max(start + on, 0), -watts
        start += period


def _heating(day: Day, chance: Random) -> Iterator[Edge]:
    """Yield a heat pump's cycles: longer and stronger in winter, none in summer."""
    cold = day.winter + 0.3 * (chance.random() - 0.5)
    if cold > 0.25:  # below it the house keeps warm by itself
        yield from _cycles(day, 53 * MINUTE, int(40 * MINUTE * min(cold, 1)), 500 + 900 * cold)


def _hot_water(day: Day, chance: Random) -> list[Edge]:
    start = day.at(13.5 + chance.random())
    return _run(start, (18 + 10 * chance.random()) * MINUTE, 1400 + 200 * chance.random())


def _car(day: Day, chance: Random) -> list[Edge]:
    """Return the charging of a car at night: on three days a week, on one phase."""
    if chance.random() < 0.57:  # the share of nights without charging
        return []
    return _run(day.at(0.5 + chance.random()), (80 + 130 * chance.random()) * MINUTE, 3680)


def _dishwasher(day: Day, chance: Random) -> list[Edge]:
    if chance.random() < 0.35:  # the share of days on which it is not full
        return []
    start = day.at(20.4 + chance.random())
    found = _run(start, 96 * MINUTE, 55)  # the pump
    found += _run(start + 6 * MINUTE, 15 * MINUTE, 1900)
    return found + _run(start + 71 * MINUTE, 12 * MINUTE, 1900)


def _kitchen(day: Day, chance: Random) -> list[Edge]:
    found: list[Edge] = []
    for hour in (6.8, 10.2, 15.4, 19.9):
        if chance.random() < 0.8:  # the share of days with a cup of tea then
            start = day.at(hour + chance.random())
            found += _run(start, (2 + chance.random()) * MINUTE, 1950 + 100 * chance.random())
    if chance.random() < 0.6:  # the share of days with a meal from the oven
        start = day.at(17.5 + chance.random())
        found += _run(start, 11 * MINUTE, 2300)
        for turn in range(int(12 + 10 * chance.random())):  # the thermostat's
            found += _run(start + (12 + 2 * turn) * MINUTE, 50 * SECOND, 2300)
    return found


def _washing(day: Day, chance: Random) -> list[Edge]:
    if chance.random() < 0.55:  # the share of days without washing
        return []
    start = day.at(9 + 2 * chance.random())
    found = _run(start + 4 * MINUTE, (14 + 4 * chance.random()) * MINUTE, 2050)
    for turn in range(20):
        found += _run(start + (22 + 3 * turn) * MINUTE, 100 * SECOND, 140 + 90 * chance.random())
    return found + _run(start + 84 * MINUTE, 9 * MINUTE, 420)


def _evening(day: Day, chance: Random) -> list[Edge]:
    dusk = 20.5 - 4 * day.winter + chance.random() / 2
    night = 22.6 + chance.random()
    found = _run(day.at(dusk), (night - dusk) * HOUR, 70 + 90 * chance.random())
    found += _run(day.at(19.6 + chance.random()), 2.4 * HOUR, 115)
    if day.winter > 0.4:  # it is dark at breakfast
        found += _run(day.at(6.5 + chance.random() / 3), 1.3 * HOUR, 85)
    return found


@dataclass(frozen=True)
class Sun:
    """A day's sun over a roof at 52 degrees north, by the usual formula for its elevation."""

    day: Day
    clear: float
    _low: float
    _high: float

    @classmethod
    def of(cls, day: Day, chance: Random) -> "Sun":
        """Return the sun of a day, with its weather."""
        turn = 2 * math.pi * (day.date.timetuple().tm_yday - 81) / 365.25
        declination = math.radians(23.44) * math.sin(turn)
        low = math.sin(_LATITUDE) * math.sin(declination)
        high = math.cos(_LATITUDE) * math.cos(declination)
        return cls(day, 0.15 + 0.85 * math.sqrt(chance.random()), low, high)

    def watts(self, at: int, cloud: float) -> int:
        """Return the roof's power; `cloud` from 0 to 1 is the share of a cloudy day's clouds."""
        hour = (self.day.epoch + at + self.day.standard_offset) % NORMAL_LENGTH / HOUR
        height = self._low + self._high * math.cos((hour - _SOLAR_NOON_H) * math.pi / 12)
        if height <= 0:
            return 0
        return int(_ROOF_W * height**1.2 * (1 - (1 - self.clear) * cloud))
