"""Files of calendar years, made up."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.periods import DAY, day_span, day_start, local_day
from powerstats_cli.core.series import Series
from tests.page.homes import HOUSE, NOW, ZONE, Sensor


def calendar(
    first: int,
    last: int,
    known: Callable[[date], float] = lambda _: 1.0,
    sensors: tuple[Sensor, ...] = HOUSE,
) -> dict[str, Document]:
    """Return the files of some years up to yesterday; `known` tells the known share of a day."""
    zone = ZoneInfo(ZONE)
    today = local_day(NOW, zone)
    made = {}
    for year in range(first, last + 1):
        end = min(date(year + 1, 1, 1), today)
        until = day_start(end, zone)
        days = [date(year, 1, 1) + number * DAY for number in range((end - date(year, 1, 1)).days)]
        made[f"years/{year}"] = Document(
            tier="year",
            timezone=ZONE,
            bucket="day",
            last_update=until,
            series={one.name: Series(one.unit, one.state_class, until) for one in sensors},
            points={
                day_start(day, zone): _point(day, known(day), sensors, zone)
                for day in days
                if known(day)
            },
        )
    return made


def _point(day: date, coverage: float, sensors: tuple[Sensor, ...], zone: ZoneInfo) -> Point:
    """Return what is known of a day."""
    hours = day_span(day, zone).length / timedelta(hours=1) * coverage
    point = {}
    for sensor in sensors:
        chance = Random(f"{sensor.name} {day}")
        if sensor.state_class != "measurement":
            change = round(chance.uniform(4, 16) * coverage, 6)
            point[sensor.name] = Value(change=change, state=9.0, coverage=coverage)
            continue
        mean = round(sensor.level * chance.uniform(0.5, 1.5), 3)
        kwh = round(mean * hours / 1000, 6) if sensor.unit == "W" else None
        point[sensor.name] = Value(
            mean=mean, min=mean / 2, max=mean * 2, kwh=kwh, coverage=coverage
        )
    return point
