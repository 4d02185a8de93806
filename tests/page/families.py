"""Homes of many kinds, whose series fit together: what flows in is what the house takes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, pi, sin
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from tests.page.homes import NOW, ZONE, Home, Outage, Sensor

At = Callable[[datetime], float]
COUNTER: Final = "total_increasing"
AMSTERDAM: Final = ZoneInfo(ZONE)


def _hour(at: datetime) -> float:
    local = at.astimezone(AMSTERDAM)
    return local.hour + local.minute / 60


def _chance(name: str, at: datetime) -> float:
    """Return a number from 0 to 1 that stays for ten minutes."""
    return Random(f"{name} {at:%Y-%m-%dT%H}{at.minute // 10}").random()


def _bell(hour: float, middle: float, width: float) -> float:
    return exp(-(((hour - middle) / width) ** 2))


def heat_pump(at: datetime) -> float:
    """Return the power of a heat pump: more in winter, off for a third of the time."""
    winter = 0.6 + 0.4 * sin((at.timetuple().tm_yday + 80) / 365 * 2 * pi)
    return 1400 * winter if _chance("heat pump", at) > 1 / 3 else 40


def kitchen(at: datetime) -> float:
    """Return the power of a kitchen."""
    hour = _hour(at)
    return 60 + 1500 * (_bell(hour, 7.5, 0.7) + _bell(hour, 18.5, 1)) * _chance("kitchen", at)


def car(at: datetime) -> float:
    """Return the power of a car's charger: some nights."""
    return 3600 if _hour(at) < 3 and at.day % 3 == 0 else 0


def television(at: datetime) -> float:
    """Return the power of a television: in the evening."""
    return 95 if 19 < _hour(at) < 22.5 else 0.6


def house(at: datetime) -> float:
    """Return what a house takes: its devices, and the rest."""
    rest = 180 + 240 * _chance("rest", at)
    return heat_pump(at) + kitchen(at) + car(at) + television(at) + rest


def sun(at: datetime) -> float:
    """Return what the panels make: less in winter and under clouds."""
    season = 0.55 - 0.45 * sin((at.timetuple().tm_yday + 80) / 365 * 2 * pi)
    clouds = 0.25 + 0.75 * Random(f"clouds {at:%Y-%m-%d}").random()
    light = _bell(_hour(at), 12.7, 2.2 + season)
    return 5200 * season * clouds * light if light > 0.04 else 0


def battery(at: datetime) -> float:
    """Return the power of a battery, above zero when it discharges."""
    left = sun(at) - house(at)
    if left > 0:
        return -min(left, 2000)
    return min(-left, 1200) if _hour(at) > 17 else 0


def grid(at: datetime) -> float:
    """Return the power of the grid, above zero for import."""
    return house(at) - sun(at) - battery(at)


def _back(power: At) -> At:
    return lambda at: max(-power(at), 0)


def _forward(power: At) -> At:
    return lambda at: max(power(at), 0)


def _share(power: At, share: float) -> At:
    return lambda at: share * power(at)


def _tariff(power: At, *, is_day: bool) -> At:
    return lambda at: max(power(at), 0) if (7 <= _hour(at) < 23) == is_day else 0


def _level(at: datetime) -> float:
    return 20 + 70 * _bell(_hour(at), 16, 5)


def _meter(name: str, at: At) -> Sensor:
    return Sensor(name, "kWh", 4000, COUNTER, at)


WITHOUT_BATTERY: Final[At] = lambda at: house(at) - sun(at)  # noqa: E731
FLOWS: Final = (
    Sensor("grid_power", at=grid),
    Sensor("solar_power", at=sun),
    Sensor("battery_power", at=battery),
    Sensor("battery_soc", "%", at=_level),
)
DEVICES: Final = (
    Sensor("heat_pump", at=heat_pump),
    Sensor("kitchen", at=kitchen),
    Sensor("EV_charger", at=car),
    Sensor("TV", at=television),
)
TWELVE: Final = (
    *FLOWS,
    *DEVICES,
    Sensor("voltage", "V", 231),
    Sensor("power_factor", "%", 88),
    Sensor("frequency", "Hz", 50),
    Sensor("gas", "m³", 812, COUNTER),
)
TWENTY_FIVE: Final = (
    *TWELVE,
    _meter("solar_energy", _share(sun, 0.96)),
    Sensor("voltage_l2", "V", 229),
    Sensor("voltage_l3", "V", 230),
    Sensor("dishwasher", at=_share(kitchen, 0.3)),
    Sensor("waschmaschine_im_keller_hinter_der_heizung", at=_share(kitchen, 0.1)),
    *(Sensor(f"socket_{number}", at=_share(television, number / 3)) for number in range(1, 5)),
    Sensor("living_room", "°C", 21),
    Sensor("रसोई", "°C", 23),
    Sensor("浴室の湿度", "%", 55),
    Sensor("water", "m³", 211, COUNTER),
)
LONG: Final = (
    Sensor("total_active_power_of_the_main_distribution_board_in_the_cellar", at=house),
    Sensor("Photovoltaikanlage_Süddach_Wechselrichter_Gesamtleistung", at=sun),
    Sensor("العداد_الرئيسي", "V", 231),
    Sensor("मुख्य_मीटर_का_वोल्टेज_और_उसकी_आवृत्ति", "Hz", 50),
)

FAMILIES: Final[Mapping[str, Home]] = {
    "one sensor": Home(sensors=(Sensor("power", at=house),)),
    "three sensors": Home(
        sensors=(Sensor("power", at=house), Sensor("solar", at=sun), _meter("energy", house))
    ),
    "twelve sensors": Home(sensors=TWELVE),
    "25 sensors": Home(sensors=TWENTY_FIVE),
    "net meter": Home(sensors=(Sensor("grid_power", at=WITHOUT_BATTERY),)),
    "import and export": Home(
        sensors=(
            Sensor("solar_power", at=sun),
            _meter("grid_import_tariff_1", _tariff(WITHOUT_BATTERY, is_day=False)),
            _meter("grid_import_tariff_2", _tariff(WITHOUT_BATTERY, is_day=True)),
            _meter("grid_export", _back(WITHOUT_BATTERY)),
        )
    ),
    "sun and battery": Home(sensors=FLOWS),
    "only meters": Home(
        sensors=(
            _meter("grid_import", _forward(grid)),
            _meter("grid_export", _back(grid)),
            _meter("solar_energy", sun),
            _meter("battery_charged_energy", _back(battery)),
            _meter("battery_discharged_energy", _forward(battery)),
        )
    ),
    "no power": Home(sensors=(Sensor("living_room", "°C", 21), Sensor("humidity", "%", 55))),
    "long names": Home(sensors=LONG),
    "half a year unknown": Home(
        sensors=FLOWS,
        outages=(Outage(NOW - timedelta(days=200), NOW - timedelta(days=15)),),
    ),
    "the first hour": Home(sensors=TWELVE, now=NOW.replace(hour=0, minute=3), days=1),
    "three days stale": replace(Home(sensors=FLOWS), now=NOW - timedelta(days=3)),
}
