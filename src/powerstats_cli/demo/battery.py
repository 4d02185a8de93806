"""The battery of the simulated house: it takes what the sun leaves over, and gives it back.

Its inverter looks at the house every five minutes and sets a power until it looks again, so a part
of the surplus flows into the grid, and a part of the need comes from there.
"""

from dataclasses import dataclass

from powerstats_cli.demo.days import MINUTE, SECOND, Day
from powerstats_cli.demo.steps import KWH, Steps, value_at

_PERIOD = 5 * MINUTE
_LATE = 2 * SECOND  # after each five minutes
_CAPACITY = 8 * KWH
_RESERVE = _CAPACITY // 10
_MOST = 25_000  # tenths of a watt
_LEAST = 1_000
_WHOLE = 100  # powers are multiples of ten watts
_KEPT_PERCENT = 94  # of what flows in, and of what flows out


@dataclass(frozen=True)
class Storage:
    """A battery at an instant: its power in tenths of a watt, above zero if it gives; its charge.

    The charge is in tenths of a watt times microseconds.
    """

    power: int = 0
    charge: int = _CAPACITY * 4 // 10

    @property
    def percent(self) -> int:
        """The charge in percent."""
        return round(100 * self.charge / _CAPACITY)

    def after(self, length: int) -> "Storage":
        """Return the battery after its power has flowed so long."""
        energy = self.power * length
        if energy > 0:
            return Storage(self.power, self.charge - energy * 100 // _KEPT_PERCENT)
        return Storage(self.power, self.charge - energy * _KEPT_PERCENT // 100)

    def asked(self, surplus: int) -> "Storage":
        """Return the battery with the power that it sets for a surplus, or a need below zero."""
        if surplus >= 0:
            room = (_CAPACITY - self.charge) * 100 // (_KEPT_PERCENT * _PERIOD)
            return Storage(-_set(min(surplus, room)), self.charge)
        rest = (self.charge - _RESERVE) * _KEPT_PERCENT // (100 * _PERIOD)
        return Storage(_set(min(-surplus, rest)), self.charge)


@dataclass(frozen=True)
class BatteryDay:
    """A battery's power over a day, its charge in percent at each look, and the battery after."""

    steps: Steps
    percents: list[tuple[int, int]]
    closing: Storage


def battery_day(
    day: Day, surplus: Steps, opening: Storage, off: tuple[int, int] | None
) -> BatteryDay:
    """Run the battery through a day; while it is `off`, and until it looks again, it is idle."""
    steps: Steps = [(0, opening.power)]
    percents = [(0, opening.percent)]
    battery, since = opening, 0
    for at in _looks(day, off):
        battery = battery.after(at - since)
        is_off = off is not None and off[0] <= at < off[1]
        battery = battery.asked(0 if is_off else value_at(surplus, at))
        since = at
        if battery.power != steps[-1][1]:
            steps.append((at, battery.power))
        percents.append((at, battery.percent))
    return BatteryDay(steps, percents, battery.after(day.length - since))


def _looks(day: Day, off: tuple[int, int] | None) -> list[int]:
    first = (_LATE - day.epoch) % _PERIOD
    looks = list(range(first, day.length, _PERIOD))
    return sorted({*looks, off[0]}) if off else looks


def _set(power: int) -> int:
    """Return a power that the inverter can set: none at all if it is too little."""
    return 0 if power < _LEAST else min(power, _MOST) // _WHOLE * _WHOLE
