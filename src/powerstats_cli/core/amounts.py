"""A number with its unit, as a user writes it: 600W, 0.9kWh, 12."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import HOUR, Span
from powerstats_cli.core.plausible import Range, limits
from powerstats_cli.core.series import Kind
from powerstats_cli.core.spreading import constant, counted, energetic
from powerstats_cli.core.units import ENERGY, normalised

_AMOUNT: Final = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*((?![\d.,]).*)", re.ASCII)
W_PER_KW: Final = 1000.0


class Amount(msgspec.Struct, frozen=True):
    """A number in the unit that it would be kept in; without a unit it is in the series' own."""

    number: float
    unit: str

    @classmethod
    def written(cls, text: str) -> "Amount":
        """Return the amount in a text; raises ValueError, with a line for the user, for another."""
        match = _AMOUNT.fullmatch(text.strip())
        if match is None:
            message = f"{text!r} is no number such as 600W, 0.9kWh or 12"
            raise ValueError(message)
        unit, factor = normalised(match[2])
        return cls(float(match[1]) * factor, unit)

    def level(
        self,
        name: str,
        kind: Kind,
        spans: Sequence[Span],
        reading: Callable[[Span], Value | None],
        plausible: Range | None,
    ) -> Mapping[datetime, Value]:
        """Return the values of a series that has this amount over some spans.

        A power is given as a mean or as an energy, a counter as its change. Raises ValueError, with
        a line for the user, if the unit is another's, or if the number is not plausible.
        """
        is_energy = kind.is_power and self.unit == ENERGY
        if self.unit not in {"", kind.unit} and not is_energy:
            own = kind.unit or "no unit"
            units = f"{own} or {ENERGY}" if kind.is_power else own
            message = f"{name} is kept in {own}: give a number in {units}"
            raise ValueError(message)
        hours = sum(span.length / HOUR for span in spans)
        rate = self.number / hours if is_energy or kind.is_counter else self.number
        _check_plausible(name, kind, rate * (W_PER_KW if is_energy else 1), plausible)
        if kind.is_counter:
            return counted(spans, self.number, reading)
        return energetic(spans, self.number) if is_energy else constant(kind, spans, self.number)


def _check_plausible(name: str, kind: Kind, rate: float, plausible: Range | None) -> None:
    """Raise ValueError if a series cannot have a value; that of a counter is its speed."""
    low, high = limits(kind, plausible)
    if kind.is_counter:
        low = 0.0 if kind.only_rises else -math.inf
    if low <= rate <= high:
        return
    unit = "kW" if kind.is_counter and kind.unit == ENERGY else kind.unit
    number = f"{rate:.10g} {unit}".rstrip()
    message = (
        f"{number} is not plausible for {name}: homeassistant.plausible.{name} is "
        f"[{low:.10g}, {high:.10g}]"
    )
    raise ValueError(message)
