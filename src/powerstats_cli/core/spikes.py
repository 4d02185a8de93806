"""The isolated spikes of a power's history, and a range that leaves them out."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import msgspec

# A proposal allows so many W at least, and so many times of what was usual, in whole steps.
LEAST_HIGH: Final = 25_000.0
GENEROUS: Final = 2.0
STEP: Final = 5_000.0
# A spike is so many W, or so many times of what all but a thousandth of the states stay below.
SPIKE: Final = 100_000.0
SPIKE_TIMES: Final = 20.0
USUAL: Final = 0.999
# A spike lasts at most so many states; more of them are what the sensor measures.
SPIKE_STATES: Final = 2


class Proposal(msgspec.Struct, frozen=True):
    """A range in W for a power, and why: its spikes, and the worst of them."""

    low: int
    high: int
    spikes: int
    worst: float


def proposal(values: Sequence[float]) -> Proposal | None:
    """Return a range that leaves out the isolated spikes of a power in W, None if it has none.

    `values` are its states in their order; nan is unknown. The range is as wide below 0 as above:
    a home that has used power all day may give some back in summer.
    """
    sizes = [abs(value) for value in values if not math.isnan(value)]
    if len(sizes) <= SPIKE_STATES:
        return None
    rank = min(math.ceil(USUAL * len(sizes)), len(sizes) - SPIKE_STATES)
    usual = sorted(sizes)[rank - 1]
    bound = max(min(SPIKE, SPIKE_TIMES * usual), LEAST_HIGH)
    runs = [(is_spike, len(list(run))) for is_spike, run in groupby(size > bound for size in sizes)]
    spikes = [length for is_spike, length in runs if is_spike]
    if not spikes or max(spikes) > SPIKE_STATES:
        return None
    highest = max(size for size in sizes if size <= bound)
    high = max(math.ceil(GENEROUS * highest / STEP) * STEP, LEAST_HIGH)
    worst = max((value for value in values if not math.isnan(value)), key=abs)
    return Proposal(-round(high), round(high), sum(spikes), worst) if abs(worst) > high else None
