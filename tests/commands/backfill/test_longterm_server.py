"""The simulated long-term statistics have the shape of the real ones."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tests.support.longterm_server import Statistics, about

RECORDING: Final = Path(__file__).parents[2] / "recordings/2024.3/statistics.json"


def shape(value: Any) -> Any:
    """Return the types in an answer; of each list only its first item."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value).__name__ if not isinstance(value, int | float) else "number"


def test_the_simulated_one_speaks_as_the_real_one_does() -> None:
    """The simulated answers have the keys and types of a real Home Assistant's answers."""
    recording = json.loads(RECORDING.read_text())
    rows = {
        (entity_id, each["start"]): {key: number for key, number in each.items() if number}
        for entity_id, recorded_hours in recording["hours"].items()
        for each in recorded_hours
    }
    metadata = {
        each["statistic_id"]: {key: each[key] for key in each if key != "statistic_id"}
        for each in recording["metadata"]
    }
    kinds = {
        "sensor.heat_pump_power": about("W", "power", is_counter=False),
        "sensor.heat_pump_energy": about("kWh", "energy", is_counter=True),
    }
    assert {entity_id: metadata[entity_id] for entity_id in kinds} == kinds

    def recorded(entity_id: str, start: datetime) -> Mapping[str, float] | None:
        row = rows.get((entity_id, round(start.timestamp() * 1000)), {})
        return {key: row[key] for key in row if key not in {"start", "end"}} or None

    fake = Statistics(metadata, recorded)
    asked = recording["asked"]
    assert shape(fake.answer(asked["hours"])) == shape(recording["hours"])
    assert fake.answer(asked["hours"]) == recording["hours"]
    assert sorted(map(str, shape(fake.answer(asked["metadata"])))) == sorted(
        map(str, shape(recording["metadata"]))
    )
