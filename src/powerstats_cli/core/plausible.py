"""Which numbers a sensor of a home can report: others come from a fault, and are unknown."""

import math
from typing import Final

from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import ENERGY

Range = tuple[float, float]
"""The lowest and the highest number; of a counter the second is the most kW that it counts."""

# A greater number is nonsense, and the sum of a year of such numbers would not be finite.
LARGEST: Final = 1e100
ANYTHING: Final[Range] = (-math.inf, math.inf)
# No home's power is beyond a megawatt, and no home's meter counts faster.
POWER: Final[Range] = (-1e6, 1e6)
METER: Final[Range] = (0.0, 1e3)


def limits(kind: Kind, configured: Range | None) -> Range:
    """Return the range of a kind of series: the configured one, or else a megawatt's."""
    if configured is not None:
        return configured
    if kind.is_power:
        return POWER
    return METER if kind.is_counter and kind.unit == ENERGY else ANYTHING
