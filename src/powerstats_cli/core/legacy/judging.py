"""The unit of each series, judged by its name and its values: the old files state no units.

Neither is believed alone. A series is left out if its values do not fit its name.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from powerstats_cli.core.candidates.quantities import Quantity, names_a_flow, quantity_named
from powerstats_cli.core.legacy.points import Samples
from powerstats_cli.core.periods import DAY, MICROSECOND
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import ENERGY, POWER, normalised

# The share of a series' values that has to fit; the others may be glitches.
MANY: Final = 0.95
# Fewer different values, or fewer changes, prove nothing.
FEWEST_CHANGES: Final = 10
# A counter that starts again falls below this share of its reading.
RESTART: Final = 0.5
# A home's power reaches LEAST_W in watts. In kW it reaches LEAST_KW and stays below MOST_KW.
LEAST_W: Final = 100.0
LEAST_KW: Final = 0.5
MOST_KW: Final = 50.0
MOST_USUAL_KW: Final = 5.0
# A home's energy in a day, if the counter is in kWh; and the least if it is in Wh.
DAILY_KWH: Final = (0.1, 200.0)
DAILY_WH: Final = 1000.0
DAY_US: Final = DAY // MICROSECOND


class Verdict(msgspec.Struct, frozen=True):
    """The kind that a series is taken for, and why.

    `kind` is None if the series is left out. A value times `factor` is in the unit of the kind.
    """

    why: str
    kind: Kind | None = None
    factor: float = 1.0


class _Limits(msgspec.Struct, frozen=True):
    """The unit of a measured quantity, and the values that it can have."""

    unit: str
    low: float
    high: float


_LIMITS: Final[Mapping[Quantity, _Limits]] = {
    "power_factor": _Limits("", -1, 1),
    "voltage": _Limits("V", 90, 500),
    "frequency": _Limits("Hz", 45, 65),
    "current": _Limits("A", -200, 200),
}


def stated(unit: str) -> Verdict:
    """Return the verdict on a series whose unit a person states: a counter if it is an energy."""
    kept, factor = normalised(unit)
    kind = Kind(kept, "total_increasing" if kept == ENERGY else "measurement")
    return Verdict(f"in {unit or 'no unit'}, as said", kind, factor)


def judged(series: Mapping[str, Samples]) -> dict[str, Verdict]:
    """Return the verdict on each series, by name; the samples are in order."""
    powers = {name: samples for name, samples in series.items() if quantity_named(name) == "power"}
    return {name: _judged(name, samples, powers) for name, samples in series.items()}


def _judged(name: str, samples: Samples, powers: Mapping[str, Samples]) -> Verdict:
    numbers = samples.numbers()
    if not numbers:
        return Verdict("never a number")
    if name not in powers and (copied := _copied(samples, powers)):
        return copied
    quantity = quantity_named(name)
    if quantity and (limits := _LIMITS.get(quantity)):
        return _in_range(quantity.replace("_", " "), limits, numbers)
    if quantity == "energy":
        return _energy(samples, numbers)
    if quantity == "power" or names_a_flow(name):
        return _power(numbers)
    return Verdict(f"what it measures is not known ({_range(numbers)})")


# --- the same readings under two names --------------------------------------------------------


def _copied(samples: Samples, powers: Mapping[str, Samples]) -> Verdict | None:
    """Return the verdict on a series that repeats the readings of a power, None if it does not."""
    for name, power in powers.items():
        share = _equal_share(samples, power)
        if share >= MANY:
            return Verdict(
                f"looks mislabelled: equal to {name} in {100 * share:.1f} % of its readings"
            )
    return None


def _equal_share(samples: Samples, other: Samples) -> float:
    """Return the share of equal values among those that both have; 0 if they prove nothing."""
    common = equal = row = 0
    seen: set[float] = set()
    for time, number in zip(samples.times, samples.values, strict=True):
        while row < len(other.times) and other.times[row] < time:
            row += 1
        if row < len(other.times) and other.times[row] == time:
            others = other.values[row]
            if number == number and others == others:
                common += 1
                equal += number == others
                if len(seen) < FEWEST_CHANGES:
                    seen.add(number)
    return equal / common if len(seen) >= FEWEST_CHANGES else 0.0


# --- values that fit a name -------------------------------------------------------------------


def _in_range(quantity: str, limits: _Limits, numbers: Sequence[float]) -> Verdict:
    inside = sum(limits.low <= number <= limits.high for number in numbers)
    if inside < MANY * len(numbers):
        return Verdict(
            f"looks mislabelled: {_range(numbers)} is no {quantity}, "
            f"which is from {limits.low:g} to {limits.high:g} {limits.unit}".rstrip()
        )
    unit = f"in {limits.unit}" if limits.unit else "without a unit"
    return Verdict(f"{unit}, assumed: {_range(numbers)}", Kind(limits.unit, "measurement"))


def _energy(samples: Samples, numbers: Sequence[float]) -> Verdict:
    if not _only_rises(numbers):
        return Verdict(f"looks mislabelled: no energy rises and falls ({_range(numbers)})")
    days = max((samples.times[-1] - samples.times[0]) / DAY_US, 1.0)
    rise = sum(max(after - before, 0.0) for before, after in pairwise(numbers)) / days
    if rise >= DAILY_WH:
        unit = "Wh"
    elif DAILY_KWH[0] <= rise <= DAILY_KWH[1]:
        unit = ENERGY
    else:
        return Verdict(f"its unit is not clear: it rises by {rise:.4g} a day")
    kept, factor = normalised(unit)
    why = f"a counter in {unit}, assumed: it rises by {rise:.4g} a day"
    return Verdict(why, Kind(kept, "total_increasing"), factor)


def _only_rises(numbers: Sequence[float]) -> bool:
    """Tell whether numbers change as a counter does: they rise, and seldom start again near 0."""
    steps = [(before, after) for before, after in pairwise(numbers) if after != before]
    rises = [after - before for before, after in steps if after > before]
    falls = [before - after for before, after in steps if before > after > before * RESTART]
    is_rising = len(rises) >= MANY * len(steps) and sum(falls) <= (1 - MANY) * sum(rises)
    return len(steps) >= FEWEST_CHANGES and is_rising


def _power(numbers: Sequence[float]) -> Verdict:
    if _only_rises(numbers):
        return Verdict(f"looks mislabelled: it only rises, as an energy does ({_range(numbers)})")
    high = max(map(abs, numbers))
    usual = sorted(map(abs, numbers))[len(numbers) // 2]
    if high >= LEAST_W:
        unit = POWER
    elif LEAST_KW <= high < MOST_KW and usual < MOST_USUAL_KW:
        unit = "kW"
    else:
        return Verdict(f"its unit is not clear: W or kW? ({_range(numbers)})")
    kept, factor = normalised(unit)
    return Verdict(f"in {unit}, assumed: {_range(numbers)}", Kind(kept, "measurement"), factor)


def _range(numbers: Sequence[float]) -> str:
    return f"{min(numbers):g} to {max(numbers):g}"
