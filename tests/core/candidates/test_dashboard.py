"""Home Assistant's Energy dashboard, in the forms of two releases, and the registries."""

from typing import Any

import msgspec
import pytest

from powerstats_cli.core.candidates.dashboard import Dashboard, Use, decoded, uses
from powerstats_cli.core.candidates.registry import registered
from tests.support.recordings import NEWEST, OLDEST, RELEASES, recorded


def told(release: str) -> list[Use]:
    """Return what the recorded dashboard of a release uses."""
    return uses(decoded(msgspec.json.encode(recorded("energy", release)["dashboard"])))


def in_short(found: list[Use]) -> list[str]:
    """Return role, sign, sensor and outer device of each use."""
    return [
        f"{'-' * use.turned}{use.role} {use.entity_id.removeprefix('sensor.')}"
        + (f" in {use.within.removeprefix('sensor.')}" if use.within else "")
        + (f" = {use.name}" if use.name else "")
        for use in found
    ]


ENERGIES = (
    *("import p1_import_t1", "import p1_import_t2", "export p1_export_t1", "export p1_export_t2"),
    *("solar inverter_total", "charge akku_geladen", "discharge akku_entladen"),
    "devices kitchen_circuit_energy",
)


def test_each_release() -> None:
    """Version 2024.3 knows counters only; the newest powers, their signs, and parts of devices."""
    assert sorted(in_short(told(OLDEST))) == sorted(
        [*ENERGIES, "devices warmepumpe_strom", "devices oven_plug_energy"]
    )
    assert sorted(in_short(told(NEWEST))) == sorted(
        [
            *ENERGIES,
            "grid p1_meter_power",
            "solar inverter_power",
            "-battery akku_leistung",
            "house house_energy",
            "devices warmepumpe_strom = Heat pump",
            "devices oven_plug_energy in kitchen_circuit_energy",
        ]
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"type": "grid", "stat_energy_from": None, "stat_energy_to": "sensor.e"}, ["export e"]),
        ({"type": "grid", "stat_rate": "sensor.p"}, ["grid p"]),
        (
            {"type": "grid", "flow_from": [], "flow_to": [], "power": [{"stat_rate": "sensor.p"}]},
            ["grid p"],
        ),
        (
            {
                "type": "grid",
                "power": [
                    {
                        "stat_rate": "sensor.p_inverted",
                        "power_config": {"stat_rate_inverted": "sensor.p"},
                    }
                ],
            },
            ["-grid p"],
        ),
        (
            {
                "type": "grid",
                "power_config": {"stat_rate_from": "sensor.a", "stat_rate_to": "sensor.b"},
            },
            ["import a", "export b"],
        ),
        (
            {
                "type": "battery",
                "stat_energy_from": "sensor.out",
                "stat_energy_to": "sensor.in",
                "stat_rate": "sensor.made",
                "power_config": {"stat_rate_from": "sensor.a", "stat_rate_to": "sensor.b"},
            },
            ["discharge out", "charge in", "discharge a", "charge b"],
        ),
        (
            {"type": "home", "stat_energy_to": "sensor.h", "stat_rate": "sensor.p"},
            ["house h", "house p"],
        ),
        ({"type": "gas", "stat_energy_from": "sensor.gas"}, []),
        ({"type": "water", "stat_energy_from": "sensor.water"}, []),
        ({"type": "fusion", "stat_energy_from": "sensor.x", "core": {"hot": True}}, []),
    ],
)
def test_a_source(source: dict[str, Any], expected: list[str]) -> None:
    """What the user configured counts, not the sensor that Home Assistant makes out of it."""
    raw = msgspec.json.encode({"energy_sources": [source]})
    assert in_short(uses(decoded(raw))) == expected


def test_an_entity_that_is_named_twice() -> None:
    """Its first use counts, since a series has one role."""
    raw = b"""{"energy_sources": [{"type": "solar", "stat_energy_from": "sensor.a"}],
        "device_consumption": [{"stat_consumption": "sensor.a"}]}"""
    assert in_short(uses(decoded(raw))) == ["solar a"]


@pytest.mark.parametrize(
    "raw",
    [b"null", b"[]", b"{}", b'{"energy_sources": {}}', b'{"energy_sources": [{}]}', b"\xff", b""],
)
def test_another_form(raw: bytes) -> None:
    """A form that nobody knows yet says nothing, and nothing fails."""
    assert decoded(raw) == Dashboard()


@pytest.mark.parametrize("release", RELEASES)
def test_the_registries(release: str) -> None:
    """The names that a user gave, and what is aside, are read in both releases."""
    recording = recorded("energy", release)
    found = registered(*(msgspec.json.encode(recording[key]) for key in ("entities", "devices")))
    assert not found["sensor.p1_meter_power"].is_aside
    assert len(found) == len(recording["entities"])


@pytest.mark.parametrize(
    ("entity", "is_aside"),
    [
        ({}, False),
        ({"entity_category": "diagnostic"}, True),
        ({"hidden_by": "user"}, True),
        ({"platform": "utility_meter"}, True),
        ({"platform": "shelly"}, False),
    ],
)
def test_what_is_aside(entity: dict[str, str], is_aside: bool) -> None:  # noqa: FBT001
    """What is hidden, a diagnosis, or derived from another sensor is not proposed by its name."""
    raw = msgspec.json.encode([{"entity_id": "sensor.a", "device_id": "d", **entity}])
    found = registered(raw, b'[{"id": "d", "name": "Plug", "name_by_user": "Oven"}]')
    assert (found["sensor.a"].is_aside, found["sensor.a"].device) == (is_aside, "Oven")
    assert registered(b"{", b"[]") == {}
