"""Homes with the sun, a battery, meters of the grid and devices: every number of every tab."""

from dataclasses import replace

import pytest

from tests.page.expected import Roles
from tests.page.families import FAMILIES
from tests.page.program import check, page_of

DEVICES = ("EV_charger", "TV", "heat_pump", "kitchen")
FLOWS = Roles(
    main="house",
    energy="house",
    house="house",
    sun="solar_power",
    sun_energy="solar_power",
    battery="battery_power",
    level="battery_soc",
    sums={
        "house": (
            ("grid_power", "both", 1),
            ("battery_power", "both", 1),
            ("solar_power", "both", 1),
        ),
        "grid": (("grid_power", "both", 1),),
        "import": (("grid_power", "+", 1),),
        "export": (("grid_power", "-", 1),),
        "discharge": (("battery_power", "+", 1),),
        "charge": (("battery_power", "-", 1),),
    },
    flows={name: name for name in ("import", "export", "discharge", "charge")},
)
METERS = Roles(
    main="house",
    energy="house",
    house=None,
    sun=None,
    sun_energy="solar_energy",
    sums={
        "house": (
            ("grid_import", "both", 1),
            ("grid_export", "both", -1),
            ("battery_discharged_energy", "both", 1),
            ("battery_charged_energy", "both", -1),
            ("solar_energy", "both", 1),
        )
    },
    flows={
        "import": "grid_import",
        "export": "grid_export",
        "discharge": "battery_discharged_energy",
        "charge": "battery_charged_energy",
    },
)


TARIFFS = ("grid_import_tariff_1", "grid_import_tariff_2")
COUNTED = Roles(
    main="house",
    energy="house",
    house="house",
    sun="solar_power",
    sun_energy="solar_power",
    sums={
        "house": (
            *((name, "both", 1) for name in TARIFFS),
            ("grid_export", "both", -1),
            ("solar_power", "both", 1),
        ),
        "import": tuple((name, "both", 1) for name in TARIFFS),
    },
    flows={"import": "import", "export": "grid_export"},
)
NET = Roles(
    main="grid_power",
    energy="grid_power",
    house="grid_power",
    sun=None,
    sun_energy=None,
    sums={"import": (("grid_power", "+", 1),), "export": (("grid_power", "-", 1),)},
    flows={"import": "import", "export": "export"},
)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("sun and battery", FLOWS),
        ("half a year unknown", FLOWS),
        ("twelve sensors", replace(FLOWS, devices=DEVICES)),
        ("net meter", NET),
        ("import and export", COUNTED),
        ("only meters", METERS),
        ("three sensors", Roles()),
        ("one sensor", Roles(energy="power", sun=None, sun_energy=None)),
    ],
)
def test_every_number(name: str, roles: Roles) -> None:
    """What flows, what the day is made of, what is compared, and how much of it is known."""
    check(page_of(FAMILIES[name].documents()), roles=roles)
