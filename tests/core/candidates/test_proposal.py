"""What is proposed to a home: the sensors of its dashboard, and what names tell beside them."""

import math
from collections.abc import Mapping, Sequence

import pytest

from powerstats_cli.core.candidates.clues import Way, way_of
from powerstats_cli.core.candidates.dashboard import Use
from powerstats_cli.core.candidates.proposal import Home, Proposal, given, proposed, unproven
from powerstats_cli.core.candidates.registry import Registered
from powerstats_cli.core.candidates.sensors import Entity

NAN = math.nan


def entity(key: str, unit: str = "", value: float = 100.0, name: str = "") -> Entity:
    """Return a power in W, or a counter if its name says energy, import, export or total."""
    is_counter = any(word in key for word in ("energy", "import_", "export_", "total"))
    unit = unit or ("kWh" if is_counter else "W")
    kind = "energy" if unit.endswith("Wh") else "power"
    return Entity(
        f"sensor.{key}",
        name or key,
        value,
        unit,
        kind,
        "total_increasing" if unit.endswith("Wh") else "measurement",
    )


def use(role: str, key: str, source: int = 0, **more: object) -> Use:
    """Return a use of the dashboard."""
    is_power = not any(word in key for word in ("energy", "import_", "export_", "total"))
    values = {"is_power": is_power and role != "devices", "source": source, **more}
    return Use(f"sensor.{key}", role, **values)  # type: ignore[arg-type]


def home(
    keys: Sequence[str],
    uses: Sequence[Use] = (),
    ways: Mapping[str, Way] | None = None,
    registry: Mapping[str, Registered] | None = None,
) -> Home:
    """Return a home with some sensors."""
    known = {f"sensor.{key}": way for key, way in (ways or {}).items()}
    about = {f"sensor.{key}": each for key, each in (registry or {}).items()}
    return Home([entity(key) for key in keys], uses, about, known)


def roles(found: Proposal) -> list[str]:
    """Return name, role and sensor of each that is kept."""
    return [
        f"{one.name}: {one.described or '-'} {one.entity_id.removeprefix('sensor.')}"
        for one in found.kept
    ]


GRID = (use("import", "import_total"), use("export", "export_total"))


@pytest.mark.parametrize(
    ("keys", "uses", "expected"),
    [
        pytest.param(
            ["import_total", "export_total", "p1_meter_power", "house_power", "kitchen_energy"],
            GRID,
            [
                "grid: grid p1_meter_power",
                "grid_import: import import_total",
                "grid_export: export export_total",
            ],
            id="a dashboard without powers gets the grid's, and no house beside the balance",
        ),
        pytest.param(
            ["import_total", "roof_total", "roof_b_total", "pv_power"],
            (GRID[0], use("solar", "roof_total", 1), use("solar", "roof_b_total", 2)),
            [
                "grid_import: import import_total",
                "solar: solar roof_total",
                "solar_2: solar roof_b_total",
            ],
            id="one power is none of two inverters",
        ),
        pytest.param(
            ["import_total", "a_total", "b_total", "a_power"],
            (
                GRID[0],
                use("discharge", "a_total", 1),
                use("charge", "b_total", 2),
                use("battery", "a_power", 1),
            ),
            [
                "grid_import: import import_total",
                "battery_charge: charge b_total",
                "battery_discharge: discharge a_total",
            ],
            id="nor of two batteries",
        ),
        pytest.param(
            ["import_total", "import_hourly_total", "ams_power"],
            (use("import", "import_hourly_total"), use("grid", "ams_power")),
            ["grid: grid ams_power"],
            id="a counter that comes once an hour is left out beside a power",
        ),
        pytest.param(
            ["kitchen_energy", "oven_energy", "hob_energy", "p1_power"],
            (
                use("devices", "kitchen_energy", name="Kitchen"),
                use("devices", "oven_energy", within="sensor.kitchen_energy"),
                use("devices", "hob_energy", within="sensor.gone"),
            ),
            [
                "grid: grid p1_power",
                "kitchen: device kitchen_energy",
                "oven: device in kitchen oven_energy",
                "hob: device hob_energy",
            ],
            id="devices alone: names tell the grid",
        ),
        pytest.param(
            ["a_energy", "b_energy"],
            (
                use("devices", "a_energy", within="sensor.b_energy"),
                use("devices", "b_energy", within="sensor.a_energy"),
            ),
            ["a: device in b a_energy", "b: device b_energy"],
            id="a circle is left out",
        ),
        pytest.param(
            ["import_total", "oven_power"],
            (GRID[0], use("devices", "gone_energy", instead="sensor.oven_power")),
            ["grid_import: import import_total", "oven: device oven_power"],
            id="the power of a device whose counter is gone",
        ),
    ],
)
def test_the_dashboard_first(keys: list[str], uses: Sequence[Use], expected: list[str]) -> None:
    """What the dashboard counts is kept; names only add what it does not know."""
    assert roles(proposed(home(keys, uses))) == expected


def test_what_no_sensor_has() -> None:
    """Statistics that a program has imported, and a sensor that is gone, are told."""
    uses = (GRID[0], Use("tibber:energy_consumption", "import"), use("devices", "gone_energy"))
    found = proposed(home(["import_total"], uses))
    assert found.missing == ["tibber:energy_consumption", "sensor.gone_energy"]
    assert roles(found) == ["grid_import: import import_total"]


def test_a_sensor_that_is_not_there_at_the_moment() -> None:
    """It will say its unit later: the dashboard's word is enough."""
    silent = Entity("sensor.import_total", "", NAN)
    found = proposed(Home([silent], [GRID[0]]))
    assert roles(found) == ["grid_import: import import_total"]
    assert found.kept[0].kind is None


@pytest.mark.parametrize(
    ("name", "device", "given_name", "expected"),
    [
        ("Dishwasher energy", "", None, "dishwasher"),
        ("Energy", "Dish washer", None, "dish_washer"),
        ("Energy", "", None, "plug_s"),
        ("Wärmepumpe Strom", "", None, "warmepumpe"),
        ("洗衣机 energy", "Pump", None, "pump"),
        ("plug", "", "Car charger", "car_charger"),
    ],
)
def test_the_name_of_a_device(
    name: str, device: str, given_name: str | None, expected: str
) -> None:
    """The dashboard's word for it, what Home Assistant shows, its device, and last the id."""
    plug = Entity("sensor.plug_s_energy", name, 1.0, "kWh", "energy", "total_increasing")
    registry = {plug.entity_id: Registered(device=device)}
    uses = [Use(plug.entity_id, "devices", name=given_name)]
    assert proposed(Home([plug], uses, registry)).kept[0].name == expected


def test_what_is_aside_is_not_guessed() -> None:
    """A hidden sensor is proposed only if the dashboard counts it."""
    registry = {"house_power": Registered(is_aside=True), "import_total": Registered(is_aside=True)}
    found = proposed(home(["house_power", "import_total"], GRID[:1], registry=registry))
    assert roles(found) == ["grid_import: import import_total"]


@pytest.mark.parametrize(
    ("ways", "expected", "is_sure"),
    [
        ({}, "power: house unit_7_power", False),
        ({"unit_7_power": "forward"}, "power: house unit_7_power", True),
        ({"unit_7_power": "both"}, "grid: grid unit_7_power", True),
    ],
)
def test_a_guess_is_sure_if_the_power_was_seen(
    ways: Mapping[str, Way],
    expected: str,
    is_sure: bool,  # noqa: FBT001
) -> None:
    """A power that was not seen to flow back may be the house's, or a meter's in winter."""
    found = proposed(home(["unit_7_power", "plug_energy"], ways=ways))
    assert (roles(found)[0], found.is_sure) == (expected, is_sure)


def test_the_powers_whose_way_matters() -> None:
    """Not the dozens of plugs: those that are, or could be, the grid's or the house's."""
    keys = [*(f"plug_{number}_power" for number in range(50)), "p1_power", "unit_7_power"]
    assert unproven(home([*keys, "p1_energy"])) == ["sensor.p1_power"]
    assert unproven(home(["unit_7_power", "plug_power"])) == ["sensor.unit_7_power"]
    used = [use("devices", "unit_7_power")]
    assert unproven(home(["unit_7_power", "house_power"], used)) == ["sensor.house_power"]


@pytest.mark.parametrize(
    ("means", "way"),
    [
        ([], None),
        ([100.0] * 19, None),
        ([100.0] * 20, "forward"),
        ([100.0] * 10 + [-300.0], "both"),
        ([-5.0] * 30, "back"),
        ([500.0] * 24 + [-1.0], "forward"),
    ],
)
def test_the_way_of_some_hours(means: list[float], way: Way | None) -> None:
    """A day without a way back is needed to say that there is none."""
    assert way_of(means) == way


def test_the_sensors_that_a_user_names() -> None:
    """Their names count; roles come from the dashboard, or else from names."""
    keys = ["import_total", "shelly_1_power", "shelly_2_energy", "outdoor_power"]
    named = {"bought": keys[0], "roof_solar": keys[1], "heat_pump": keys[2]}
    ids = {name: f"sensor.{key}" for name, key in named.items()}
    found = given(home(keys, GRID), ids)
    assert roles(found) == [
        "bought: import import_total",
        "roof_solar: solar shelly_1_power",
        "heat_pump: device shelly_2_energy",
    ]


def test_the_others_have_names_of_their_own() -> None:
    """Never energy_2: what Home Assistant calls them, and what they measure if that is taken."""
    found = proposed(home(["fridge_plug_power", "fridge_plug_energy", "house_power", "car_energy"]))
    assert {one.name for one in found.others} == {"fridge_plug", "fridge_plug_energy", "car"}
    assert {one.described for one in found.others} == {"", "device"}
