"""Buckets: a bucket from a measurement's states, and bigger buckets from smaller ones."""

import math
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from powerstats_cli.core.history import History, held
from powerstats_cli.core.units import MEASUREMENT_DECIMALS

# W·µs in a kWh: 1000 W for 3600 s.
W_US_PER_KWH: Final = 3.6e12
ENERGY_DECIMALS: Final = 6
COVERAGE_DECIMALS: Final = 4
LEAST_COVERAGE: Final = 0.0001
# A file holds no greater number: the sums and integrals of such numbers are finite, and JSON has no
# infinity. A home's numbers are far below it.
LARGEST_WRITTEN: Final = 1e200
Number = Annotated[float, msgspec.Meta(ge=-LARGEST_WRITTEN, le=LARGEST_WRITTEN)]


# gc=False, here and elsewhere: such objects are made by the thousand and are in no cycle.
class Value(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """One series in one bucket; `coverage` is the known share of the bucket, above 0 and up to 1.

    A measurement has `mean`, `min` and `max`, and also `kwh` if it is a power in W: the energy that
    flowed forward less that which flowed `back`, which is left out if the power was never below
    zero. `backward` also tells it of values that were stored without it. A counter has `change` and
    `state`, or only `change` if its source is Home Assistant's statistics. `corrected` is the
    newest correction by hand that it knows of (`core.journal`).
    """

    mean: Number | None = None
    min: Number | None = None
    max: Number | None = None
    kwh: Number | None = None
    back: Annotated[float, msgspec.Meta(ge=0, le=LARGEST_WRITTEN)] | None = None
    change: Number | None = None
    state: Number | None = None
    coverage: Annotated[float, msgspec.Meta(gt=0, le=1)]
    source: Literal["statistics"] | None = None
    corrected: Annotated[str, msgspec.Meta(min_length=12, max_length=12)] | None = None

    @property
    def backward(self) -> float | None:
        """The energy of a power that flowed back, None if only its difference to `kwh` is known.

        Home Assistant's statistics do not tell it of an hour in which a power was above and below
        zero, nor do values that were stored before `back` was.
        """
        if self.back is not None or self.kwh is None or self.min is None or self.max is None:
            return self.back
        if self.min >= 0:
            return 0.0
        return -self.kwh if self.max <= 0 else None


def measure(history: History, start: int, end: int, *, is_power: bool) -> Value | None:
    """Return a measurement's bucket over `[start, end)` (µs), None if nothing in it is known.

    mean = ∫ value dt ÷ known time, min and max are over the values held, coverage = known time ÷
    the span. A power in W also has kwh = ∫ value dt and, if it was below zero,
    back = ∫ max(-value, 0) dt.
    """
    integral, below, known, low, high = 0.0, 0.0, 0, math.inf, -math.inf
    for value, duration in held(history, start, end):
        integral += value * duration
        if value < 0.0:
            below -= value * duration
        known += duration
        # A comparison costs a tenth of min() or max(), and a day needs thousands of them.
        low = value if value < low else low  # noqa: FURB136
        high = value if value > high else high  # noqa: FURB136
    if not known:
        return None
    return Value(
        mean=integral / known,
        min=low,
        max=high,
        kwh=integral / W_US_PER_KWH if is_power else None,
        back=below / W_US_PER_KWH if is_power and low < 0 else None,
        coverage=known / (end - start),
    )


# --- buckets into bigger buckets --------------------------------------------------------------


def combine(parts: Sequence[tuple[Value, float]], length: float) -> Value:
    """Return one bucket from the smaller ones in it (at least one), each with its own length.

    mean is weighted by known time, min is the least min, max the greatest max, kwh, back and change
    are sums, state is that of the last part. back is left out if it is unknown in any part, and if
    no part was below zero. coverage is the known share of the bigger bucket's `length`, so a
    missing part is unknown time. Lengths are in seconds.
    """
    known = integral = total = 0.0
    is_counter = False
    low, high = math.inf, -math.inf
    energies: list[float] = []
    below: list[float | None] = []
    source: Literal["statistics"] | None = None
    for value, part in parts:
        weight = value.coverage * part
        known += weight
        source = value.source or source
        if value.change is not None:
            is_counter = True
            total += value.change
        elif value.mean is not None and value.min is not None and value.max is not None:
            integral += value.mean * weight
            low = value.min if value.min < low else low  # noqa: FURB136
            high = value.max if value.max > high else high  # noqa: FURB136
            if value.kwh is not None:
                energies.append(value.kwh)
                below.append(value.backward)
    coverage = known / length
    if is_counter:
        # Without a state in the last part the reading at the end is not known.
        state = parts[-1][0].state
        return Value(change=total, state=state, coverage=coverage, source=source)
    return Value(
        mean=integral / known,
        min=low,
        max=high,
        kwh=math.fsum(energies) if energies else None,
        back=_sum_of_known(below) if energies and low < 0 else None,
        coverage=coverage,
        source=source,
    )


def _sum_of_known(numbers: Sequence[float | None]) -> float | None:
    """Return a sum, None if any of its numbers is unknown."""
    known = [number for number in numbers if number is not None]
    return math.fsum(known) if len(known) == len(numbers) else None


def better(stored: Value | None, new: Value | None, moved: float = 0.0) -> Value | None:
    """Return the value to keep out of a stored and a recomputed value of one bucket.

    It is the new value, unless its coverage is lower, or it comes from Home Assistant's statistics
    and the stored one from history. If the stored value is of a span that lies elsewhere by the
    share `moved` of the bucket, the new one may know less by so much.
    """
    if stored is None or new is None:
        return stored or new
    if new.source and not stored.source:
        return stored
    least = stored.coverage - (moved and moved + LEAST_COVERAGE)
    return stored if new.coverage < least else new


def as_written(value: Value, decimals: int = MEASUREMENT_DECIMALS) -> Value | None:
    """Return a value rounded as in the files, a measurement's to so many decimals.

    Its coverage never becomes 0. A value with a number that no file can hold is unknown.
    """
    is_counter = value.change is not None
    for number in (
        (value.change, value.state)
        if is_counter
        else (value.mean, value.min, value.max, value.kwh, value.back)
    ):
        if number is not None and not -LARGEST_WRITTEN <= number <= LARGEST_WRITTEN:
            return None
    coverage = round(value.coverage, COVERAGE_DECIMALS)
    if not LEAST_COVERAGE <= coverage <= 1.0:
        coverage = min(max(coverage, LEAST_COVERAGE), 1.0)
    if is_counter:
        return Value(
            change=_rounded(value.change, ENERGY_DECIMALS),
            state=_rounded(value.state, ENERGY_DECIMALS),
            coverage=coverage,
            source=value.source,
            corrected=value.corrected,
        )
    mean, low, high = value.mean, value.min, value.max
    # Rounded here and not in a function: there are thousands of them in a day.
    mean = mean if mean is None else round(mean, decimals) + 0.0
    low = low if low is None else round(low, decimals) + 0.0
    high = high if high is None else round(high, decimals) + 0.0
    back = _rounded(value.back, ENERGY_DECIMALS)
    return Value(
        mean=mean,
        min=low,
        max=high,
        kwh=_rounded(value.kwh, ENERGY_DECIMALS),
        # 0.0 stays if the minimum is below zero: none would mean unknown.
        back=back if back or (low is not None and low < 0) else None,
        coverage=coverage,
        source=value.source,
        corrected=value.corrected,
    )


def _rounded(number: float | None, decimals: int) -> float | None:
    return None if number is None else round(number, decimals) + 0.0


def rounded(number: float, decimals: int) -> float:
    """Return a rounded number; zero has no sign."""
    return round(number, decimals) + 0.0
