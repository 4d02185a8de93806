"""A difference: something in a data file that does not hold, and its explanation if it has one."""

from typing import Final

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.units import ENERGY

# Two sums of the same energy, in kWh: the numbers that they are made of are rounded.
SAME_ENERGY: Final = 1e-5
SAME_COVERAGE: Final = 1e-3
# A mean of something else than power is weighted by rounded coverages.
SAME_MEAN: Final = 2e-3
SAME_MEAN_SHARE: Final = 1e-4
# Both are read from the files, so they are rounded in the same way.
SAME_EXTREME: Final = 1.5e-3


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not hold.

    `file` is a file's name, `bucket` the local start of a bucket as it is written, empty if the
    whole file is meant, `series` a series' name or empty. `text` says what does not hold. `here` is
    the number that is stored and `there` the one that it should be, both in `unit`; they are None
    if it is no matter of a number. `beside` is the file that has the other number, if it is one of
    ours. `explained` says why the difference is no fault, empty if it is
    one.
    """

    check: str
    file: str
    text: str
    bucket: str = ""
    series: str = ""
    here: float | None = None
    there: float | None = None
    unit: str = ""
    beside: str = ""
    explained: str = ""

    @property
    def difference(self) -> float | None:
        """The stored number less the one that it should be."""
        if self.here is None or self.there is None:
            return None
        return round(self.here - self.there, 6) + 0.0


def amount(value: Value, kind: Kind) -> tuple[float | None, str]:
    """Return a value's number and its unit: its energy in kWh if it has one, else its mean."""
    if value.change is not None:
        return value.change, kind.unit
    if value.kwh is not None:
        return value.kwh, ENERGY
    return value.mean, kind.unit


def unlike(stored: Value, other: Value) -> str:
    """Return what two values of the same bucket do not share, empty if they are the same.

    Their coverages are the same (`is_known_alike`). Sums may differ by the rounding of their parts.
    """
    pairs = {
        "its energy": (stored.kwh, other.kwh, SAME_ENERGY),
        "its change": (stored.change, other.change, SAME_ENERGY),
        "its reading": (stored.state, other.state, SAME_ENERGY),
        "what flowed back": (stored.back, other.back, SAME_ENERGY),
        "its minimum": (stored.min, other.min, SAME_EXTREME),
        "its maximum": (stored.max, other.max, SAME_EXTREME),
        "its mean": (stored.mean, other.mean, _same_mean(stored)),
    }
    for what, (first, second, slack) in pairs.items():
        if first is not None and second is not None and abs(first - second) > slack:
            return what
    return "" if (stored.change is None) == (other.change is None) else "its kind"


def is_known_alike(stored: Value, other: Value) -> bool:
    """Tell whether as much is known of two values of the same bucket."""
    return abs(stored.coverage - other.coverage) <= SAME_COVERAGE


def _same_mean(value: Value) -> float:
    greatest = max(abs(value.min or 0.0), abs(value.max or 0.0))
    return SAME_MEAN + SAME_MEAN_SHARE * greatest


def kind_of(series: Series | None) -> Kind:
    """Return the kind of a series, one without a unit if the file does not have it."""
    return series.kind if series else Kind("", "measurement")
