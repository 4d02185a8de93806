"""New tables of a configuration, as a person writes them."""

import tomllib
from datetime import date
from typing import Any

import pytest

from powerstats_cli.settings import writing

TABLES: list[tuple[str, dict[str, Any], str]] = [
    (
        "money",
        {"currency": "EUR", "slot_minutes": 15},
        '[money]\ncurrency = "EUR"\nslot_minutes = 15\n',
    ),
    ("prices", {"epex spot": {"step": 15}}, '[prices]\n"epex spot" = { step = 15 }\n'),
    ("zones", {"low": ["00:30-05:30", "Sat"]}, '[zones]\nlow = ["00:30-05:30", "Sat"]\n'),
    (
        "tariffs",
        {
            "mine": {
                "from": date(2025, 3, 1),
                "lines": [
                    {"name": 'A "b"', "rate": {"low": 0.2, "rest": 18.0}},
                    {"name": "VAT", "percent": 21.0, "of": ["A", "B"]},
                ],
            }
        },
        """[tariffs.mine]
from = 2025-03-01
lines = [
  { name = 'A "b"', rate = { low = 0.2, rest = 18 } },
  { name = "VAT", percent = 21, of = ["A", "B"] },
]
""",
    ),
]


@pytest.mark.parametrize(("name", "values", "expected"), TABLES)
def test_a_table(name: str, values: dict[str, Any], expected: str) -> None:
    """It says what it was given, with a line for each key and each table of a list."""
    written = writing.table(name, values)
    assert written.replace('"A \\"b\\""', "'A \"b\"'") == expected
    assert tomllib.loads(written) == {name: values}
