"""The price of electricity by the quarter of an hour, as a day-ahead market makes it.

It is high in the morning and in the evening, low at noon if the sun shines, and sometimes negative.
"""

import math
from random import Random

from powerstats_cli.demo.appliances import Sun
from powerstats_cli.demo.days import MINUTE, SECOND, Day

QUARTER = 15 * MINUTE
_SATURDAY = 5
_FULL_SUN_W = 4200


def prices(day: Day) -> list[tuple[int, float]]:
    """Return when a sensor shows each quarter's price, some seconds late, and the EUR per kWh."""
    chance = Random(f"price {day.date}")  # noqa: S311 - a simulation
    sun = Sun.of(day, Random(f"solar {day.date}"))  # noqa: S311 - the same sky as over the roof
    wind = 28 * (2 * chance.random() - 1)
    level = 84 + 22 * day.winter + wind - (16 if day.date.weekday() >= _SATURDAY else 0)
    found = []
    for start in range(0, day.length, QUARTER):
        hour = day.hour(start)
        peaks = 34 * _peak(hour, 8.0, 1.4) + (48 + 25 * day.winter) * _peak(hour, 19.2, 1.8)
        night = 18 * _peak(hour, 3.5, 2.5)
        noon = 140 * sun.watts(start, 0.4) / _FULL_SUN_W
        jitter = 6 * (2 * chance.random() - 1)
        late = int((2 + 7 * chance.random()) * SECOND)
        found.append((start + late, (level + peaks - night - noon + jitter) / 1000))
    return found


def _peak(hour: float, middle: float, width: float) -> float:
    return math.exp(-(((hour - middle) / width) ** 2))
