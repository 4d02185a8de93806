"""What the page is told: the terms of each sum."""

import pytest

from powerstats_cli.core.energy.flows import drawn, planned
from powerstats_cli.core.energy.page import Terms, sums
from powerstats_cli.core.energy.roles import Roles
from tests.core.energy.homes import COUNTER, POWER, roles

KINDS = dict.fromkeys(["i1", "i2", "e", "sc"], COUNTER) | dict.fromkeys("gsbh", POWER)


@pytest.mark.parametrize(
    ("given", "counts", "draws"),
    [
        (Roles(), {}, {}),
        (roles(house="h"), {"house": [("h", "net", 1)]}, {"house": [("h", "net", 1)]}),
        (
            roles(imports="i1 i2", export="e", grid="-g"),
            {
                "import": [("i1", "net", 1), ("i2", "net", 1)],
                "export": [("e", "net", 1)],
                "house": [("i1", "net", 1), ("i2", "net", 1), ("e", "net", -1)],
                "grid": [("i1", "net", 1), ("i2", "net", 1), ("e", "net", -1)],
            },
            {
                "import": [("g", "back", 1)],
                "export": [("g", "forward", 1)],
                "house": [("g", "net", -1)],
                "grid": [("g", "net", -1)],
            },
        ),
        (
            roles(grid="g", solar="s sc", battery="b", house="h"),
            {
                "import": [("g", "forward", 1)],
                "export": [("g", "back", 1)],
                "solar": [("sc", "net", 1)],
                "discharge": [("b", "forward", 1)],
                "charge": [("b", "back", 1)],
                "house": [("h", "net", 1)],
                "grid": [("g", "net", 1)],
                "battery": [("b", "net", 1)],
            },
            {
                "import": [("g", "forward", 1)],
                "export": [("g", "back", 1)],
                "solar": [("s", "net", 1)],
                "discharge": [("b", "forward", 1)],
                "charge": [("b", "back", 1)],
                "house": [("h", "net", 1)],
                "grid": [("g", "net", 1)],
                "battery": [("b", "net", 1)],
            },
        ),
    ],
)
def test_sums(given: Roles, counts: dict[str, Terms], draws: dict[str, Terms]) -> None:
    """Counters count, powers draw; both ways at once are known if the ways are not."""
    assert sums(planned(given, KINDS)) == counts
    assert sums(drawn(given, KINDS)) == draws
