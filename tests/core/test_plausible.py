"""Which numbers are plausible."""

import pytest

from powerstats_cli.core.plausible import ANYTHING, Range, limits
from powerstats_cli.core.series import Kind


@pytest.mark.parametrize(
    ("kind", "configured", "expected"),
    [
        (Kind("W", "measurement"), None, (-1e6, 1e6)),
        (Kind("W", "measurement"), (0, 25_000), (0, 25_000)),
        (Kind("V", "measurement"), None, ANYTHING),
        (Kind("V", "measurement"), (90, 500), (90, 500)),
        (Kind("kWh", "total_increasing"), None, (0, 1000)),
        (Kind("kWh", "total"), (0, 25), (0, 25)),
        (Kind("m³", "total_increasing"), None, ANYTHING),
    ],
)
def test_limits(kind: Kind, configured: Range | None, expected: Range) -> None:
    """A megawatt is the limit of a power and of a meter in kWh; one's own range comes first."""
    assert limits(kind, configured) == expected
