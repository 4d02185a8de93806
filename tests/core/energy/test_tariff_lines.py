"""What a line of a tariff cannot be."""

from typing import Any

import msgspec
import pytest

from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import bases
from tests.core.energy.tariffing import line

RATE = {"name": "A", "per": "import", "rate": 0.3}
PRICE = {"name": "A", "per": "import", "price": "epex"}
FIXED = {"name": "A", "per": "day", "rate": 1}
DEMAND = {"name": "A", "per": "kW month", "rate": 1}
BLOCKS = {"name": "A", "per": "import"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({**RATE, "name": ""}, "needs a name"),
        ({**RATE, "price": "epex"}, "one of rate, price, blocks and percent"),
        ({"name": "A", "per": "import"}, "one of rate, price, blocks and percent"),
        ({"name": "A", "rate": 1}, "either per or percent"),
        ({"name": "A", "per": "import", "percent": 5}, "either per or percent"),
        ({**RATE, "rate": float("nan")}, "must be finite"),
        ({**RATE, "rate": {"rest": float("inf")}}, "must be finite"),
        ({**RATE, "times": float("inf")}, "must be finite"),
        ({**RATE, "times": 1e308}, "must be from -1000000000 to 1000000000"),
        ({**RATE, "rate": {"rest": -1.1e9}}, "must be from -1000000000 to 1000000000"),
        ({**BLOCKS, "blocks": [{"rate": 0, "to": 1e10}, {"rate": 1}]}, "must be from -1000000000"),
        ({**BLOCKS, "blocks": [{"rate": float("nan")}]}, "must be finite"),
        ({**RATE, "from": "2026-01-02", "until": "2026-01-02"}, "from must be before until"),
        ({**FIXED, "rate": {"rest": 1}}, "per day needs a rate that is a number"),
        ({"name": "A", "per": "kW year", "price": "epex"}, "per kW year needs a rate"),
        ({**FIXED, "less": "export", "within": 60}, "less takes energy"),
        ({**FIXED, "only": "peak"}, "only is of energy"),
        ({**RATE, "less": "export"}, "less and within go together"),
        ({**RATE, "within": 60}, "less and within go together"),
        ({**RATE, "rate": {}}, "rate names no zone"),
        ({**DEMAND, "highest": 0}, "highest and months"),
        ({**DEMAND, "months": 0}, "highest and months"),
        ({**DEMAND, "highest": 32}, "highest must be at most 31"),
        ({**DEMAND, "months": 121}, "months at most 120"),
        ({**RATE, "months": 2}, "minutes, highest, months and at_least are of a demand"),
        ({**RATE, "minutes": 15}, "minutes, highest, months and at_least are of a demand"),
        ({**RATE, "of": "export"}, "of goes with percent, and with a demand"),
        ({**FIXED, "of": ["A"]}, "of goes with percent, and with a demand"),
        ({**DEMAND, "of": ["house"]}, "of is one flow for a demand, not a list"),
        ({**RATE, "over": "day"}, "over and whole go with blocks"),
        ({**RATE, "whole": True}, "over and whole go with blocks"),
        ({**RATE, "less": "import", "within": 60}, "less is the same as per"),
        ({**DEMAND, "at_least": -1}, "at_least not below 0"),
        ({**DEMAND, "minutes": 20}, "Invalid enum value 20"),
        ({**PRICE, "less": "export", "within": "bill"}, "has no time, and so no price"),
        ({**RATE, "plus": 0.1}, "go with price"),
        ({**RATE, "least": 0}, "go with price"),
        ({**PRICE, "least": 1, "most": 0}, "least must not be over most"),
        ({**BLOCKS, "blocks": [{"rate": 1}, {"rate": 2}]}, "but the last has a to"),
        ({**BLOCKS, "blocks": [{"rate": 1, "to": 5}]}, "but the last has a to"),
        (
            {**BLOCKS, "blocks": [{"rate": 1, "to": 5}, {"rate": 1, "to": 5}, {"rate": 1}]},
            "must be over the one before",
        ),
        ({**BLOCKS, "blocks": [{"rate": 1, "to": 0}, {"rate": 1}]}, "and over 0"),
    ],
)
def test_no_line(keys: dict[str, Any], words: str) -> None:
    """It is told when the configuration is read, so nothing is priced by half a line."""
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, Line)


@pytest.mark.parametrize("keys", [RATE, PRICE, FIXED, DEMAND, {**PRICE, "least": 0, "most": 0}])
def test_a_line(keys: dict[str, Any]) -> None:
    """The lines that the others differ from are lines."""
    assert msgspec.convert(keys, Line).name == "A"


def test_a_percent_of_one_name() -> None:
    """A name that is a part of another one is not the other."""
    lines = [line(name="Energy"), line(name="En"), line(name="VAT", percent=5, of="Energy")]
    assert bases(lines, 2) == [0]
