"""The lines of a tariff, in the form of the configuration, and what a line cannot be.

Rates are money per kWh, per day, month or year, or per kW.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Final, Literal

import msgspec

Kind = Literal["energy", "fixed", "demand", "percent"]
TIMES: Final = ("day", "month", "year")
DEMANDS: Final = ("kW day", "kW month", "kW year")
# Sums of larger numbers would not be exact, and those of much larger ones are none.
MOST: Final = 1_000_000_000
MOST_DAYS: Final = 31
MOST_MONTHS: Final = 120
REST: Final = "rest"
"""The zone of the hours that are in none of a line's zones."""


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rate for the kWh up to a count of `to` kWh; for all of the rest if it is None."""

    rate: float
    to: float | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a tariff, in the form of the configuration.

    `per` is a flow, a series, a time or a demand. One of `rate`, `price`, `blocks` and `percent`
    says what a unit costs. `of` is the flow of a demand, or the names of the lines of a percent.
    """

    name: str
    per: str = ""
    since: date | None = msgspec.field(name="from", default=None)
    until: date | None = None
    rate: float | Mapping[str, float] | None = None
    price: str = ""
    blocks: tuple[Block, ...] = ()
    percent: float | None = None
    times: float = 1.0
    plus: float = 0.0
    least: float | None = None
    most: float | None = None
    over: Literal["bill", "day", "bill days"] = "bill"
    whole: bool = False
    only: str = ""
    less: str = ""
    within: Literal[15, 30, 60, "bill"] | None = None
    of: str | tuple[str, ...] = ()
    minutes: Literal[15, 30, 60] = 60
    highest: int = 1
    months: int = 1
    at_least: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError if the line cannot be priced."""
        if wrong := next(_wrong(self), None):
            raise ValueError(wrong)

    @property
    def kind(self) -> Kind:
        """What the line counts."""
        if self.percent is not None:
            return "percent"
        if self.per in TIMES:
            return "fixed"
        return "demand" if self.per in DEMANDS else "energy"

    @property
    def demanded(self) -> str:
        """The flow whose demand the line counts."""
        return self.of if isinstance(self.of, str) else "import"

    @property
    def zones(self) -> Sequence[str]:
        """The zones that have a rate of their own."""
        return (
            [name for name in self.rate if name != REST] if isinstance(self.rate, Mapping) else ()
        )

    @property
    def series(self) -> frozenset[str]:
        """The flows and series that have to be known to price the line."""
        if self.kind == "demand":
            return frozenset({self.demanded})
        return frozenset({self.per, self.less} - {""}) if self.kind == "energy" else frozenset()

    def rate_in(self, zone: str) -> float:
        """Return the money that a unit costs in a zone, for a line without price and blocks."""
        if isinstance(self.rate, Mapping):
            return self.rate.get(zone, 0.0)
        return self.rate or 0.0


# --- what a line cannot be ------------------------------------------------------------------------


def _wrong(line: Line) -> Iterator[str]:
    """Yield what is wrong with a line: keys that do not go together, and impossible numbers."""
    costs = [line.rate is not None, line.price != "", line.blocks != (), line.percent is not None]
    if not line.name:
        yield "a line needs a name"
    if sum(costs) != 1:
        yield "a line has one of rate, price, blocks and percent"
    if (line.percent is None) != bool(line.per):
        yield "a line has either per or percent"
    if not all(map(isfinite, _numbers(line))):
        yield "a number must be finite"
    if any(abs(number) > MOST for number in _numbers(line)):
        yield f"a number must be from -{MOST} to {MOST}"
    if line.since and line.until and line.since >= line.until:
        yield "from must be before until"
    yield from _unfit(line)
    yield from _wrong_price(line)
    yield from _wrong_blocks(line.blocks)


def _numbers(line: Line) -> Iterator[float]:
    rates = line.rate.values() if isinstance(line.rate, Mapping) else (line.rate,)
    some = [*rates, line.percent, line.times, line.plus, line.least, line.most, line.at_least]
    yield from (number for number in some if number is not None)
    for block in line.blocks:
        yield from (block.rate, block.to or 0.0)


def _unfit(line: Line) -> Iterator[str]:
    """Yield which keys do not fit what the line counts."""
    if line.kind in {"fixed", "demand"} and not isinstance(line.rate, float | int):
        yield f"per {line.per} needs a rate that is a number"
    if line.kind != "energy" and line.less:
        yield "less takes energy off energy alone"
    if line.kind not in {"energy", "demand"} and line.only:
        yield "only is of energy and of a demand"
    if bool(line.less) != (line.within is not None):
        yield "less and within go together"
    if isinstance(line.rate, Mapping) and not line.rate:
        yield "rate names no zone"
    yield from _unused(line)
    if line.highest < 1 or line.months < 1 or line.at_least < 0:
        yield "highest and months must be 1 or more, and at_least not below 0"
    if line.highest > MOST_DAYS or line.months > MOST_MONTHS:
        yield f"highest must be at most {MOST_DAYS}, and months at most {MOST_MONTHS}"


def _unused(line: Line) -> Iterator[str]:
    """Yield which keys would say nothing beside the others."""
    usual = (60, 1, 1, 0.0)
    if line.kind != "demand" and (line.minutes, line.highest, line.months, line.at_least) != usual:
        yield "minutes, highest, months and at_least are of a demand"
    if line.kind in {"energy", "fixed"} and line.of != ():
        yield "of goes with percent, and with a demand"
    if line.kind == "demand" and line.of != () and not isinstance(line.of, str):
        yield "of is one flow for a demand, not a list"
    if not line.blocks and (line.over != "bill" or line.whole):
        yield "over and whole go with blocks"
    if line.less and line.less == line.per:
        yield "less is the same as per"


def _wrong_price(line: Line) -> Iterator[str]:
    if line.price and line.within == "bill":
        yield "the rest of a whole bill has no time, and so no price: net within 15, 30 or 60"
    if not line.price and (line.plus or line.least is not None or line.most is not None):
        yield "plus, least and most go with price"
    if line.least is not None and line.most is not None and line.least > line.most:
        yield "least must not be over most"


def _wrong_blocks(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield whether blocks are not in order, or have kWh that are in none."""
    if not blocks:
        return
    limits = [block.to for block in blocks[:-1]]
    if None in limits or blocks[-1].to is not None:
        yield "each of the blocks but the last has a to"
        return
    rising = [0.0, *(limit for limit in limits if limit is not None)]
    if any(low >= high for low, high in pairwise(rising)):
        yield "each to of the blocks must be over the one before, and over 0"
