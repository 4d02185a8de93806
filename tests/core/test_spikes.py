"""Which spikes call for a range, and for which."""

import math
from collections.abc import Sequence

import pytest

from powerstats_cli.core.spikes import proposal

DAY = [200.0 + 10 * (minute % 30) for minute in range(1440)]
EVENING = [*DAY, *[6000.0 + 10 * (minute % 50) for minute in range(200)]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (DAY, None),
        ([], None),
        ([math.nan] * 5, None),
        ([655e6], None),
        ([655e6, 400.0], None),
        ([*DAY, 655e6, *DAY], (25_000, 1, 655e6)),
        ([*DAY, math.nan, 655e6, 655e6, *DAY], (25_000, 2, 655e6)),
        ([*DAY, 120_000.0, *DAY, -655e6, *DAY], (25_000, 2, -655e6)),
        # The kettle of a quiet home, and a car that is charged: nothing beyond a home's power.
        ([*[3.0] * 1000, 2000.0, *[3.0] * 1000], None),
        ([*DAY, 22_000.0, *DAY], None),
        # Twenty times what is usual, and beyond the least range.
        ([*DAY, 41_000.0, *DAY], (25_000, 1, 41_000.0)),
        ([*EVENING, 41_000.0, *EVENING], None),
        ([*EVENING, 650_000.0, *EVENING], (25_000, 1, 650_000.0)),
        # What is usual is doubled, in steps of 5 kW; a farm may have more than a home.
        ([*[14_100.0] * 900, 655e6, *DAY], (30_000, 1, 655e6)),
        ([*[60_000.0] * 900, 655e6, *DAY], (120_000, 1, 655e6)),
        # More than two in a row are no spike, but what the sensor measures.
        ([*DAY, 655e6, 655e6, 655e6, *DAY], None),
        ([*DAY, 655e6, *DAY, *[200_000.0] * 50], None),
        # A few states of a sensor that is new.
        ([500.0, 510.0, 655e6, 505.0], (25_000, 1, 655e6)),
    ],
)
def test_proposal(values: Sequence[float], expected: tuple[int, int, float] | None) -> None:
    """Isolated spikes call for a range, which is generous and as wide below 0 as above."""
    found = proposal(values)
    assert (found and (found.high, found.spikes, found.worst)) == expected
    assert found is None or found.low == -found.high
