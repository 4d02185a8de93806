"""Whatever stands in the tables of money: it is used, or it is one line of a ConfigError."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from powerstats_cli.errors import ConfigError
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of
from tests.test_money_document import EXAMPLES, loaded

TABLES = ("money", "zones", "holidays", "tariffs")
VALUES: list[Any] = [
    "", "x", "rest", "bill", "day", "kW month", "import", "2025-05-01", "Mon", "PH", "-x", "\x07",
    0, -1, 60, 15, 1.5, 10**30, 10**400, float("nan"), float("inf"), 1e308, True,
    [], ["x"], [[]], [{}], {}, {"x": 1}, {"rest": 1}, {"x": {"y": [1]}},
    date(2025, 2, 28), date(1, 1, 1), date(9999, 12, 31), datetime(2025, 1, 1), time(1),  # noqa: DTZ001
]  # fmt: skip
NAMES = ("x", "", "a b", "rest", "-a", "\x00", "Ä" * 70, "import")
Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the path of each value in tables and lists."""
    yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from places(value[key], (*path, key))


def changed(tables: dict[str, Any], random: Random) -> dict[str, Any]:
    """Return tables in which one value or one name is another, or missing."""
    found = deepcopy(tables)
    *outer, last = random.choice([path for path in places(tables) if len(path) > 1])
    table: Any = found
    for key in outer:
        table = table[key]
    value = table.pop(last)
    if isinstance(table, dict) and random.random() < 0.2:
        table[random.choice(NAMES)] = value
    elif isinstance(table, dict) and random.random() < 0.9:
        table[last] = random.choice(VALUES)
    elif isinstance(table, list):
        table.insert(int(last), random.choice(VALUES))
    return found


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_any_value(number: int, tmp_path: Path) -> None:
    """No value makes a traceback or more than a line."""
    random = Random(number)
    home = loaded(EXAMPLES[number][1], tmp_path)
    written = tomllib.loads((tmp_path / "config.toml").read_text())
    holidays = {"country": "NL", "only": ["King's Day"], "dates": [date(2026, 5, 5)]}
    zones = {**written.get("zones", {}), "of_holidays": ["PH 10:00-11:00"]}
    tables = {**written, "holidays": written.get("holidays", holidays), "zones": zones}
    tables = {name: tables[name] for name in TABLES if name in tables}
    for _ in range(60):
        tried: Settings = msgspec.structs.replace(home, **changed(tables, random))
        try:
            contract_of(tried)
        except ConfigError as error:
            assert str(error).isprintable()  # noqa: PT017 - most, but not all, are errors
