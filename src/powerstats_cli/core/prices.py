"""Prices of energy: the money per kWh that a unit says, and the instants at which a price changes.

A sensor of prices changes some seconds late or early, and vanishes with each restart of Home
Assistant, but its price holds for a whole step.
"""

import re
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.history import History
from powerstats_cli.core.periods import MICROSECOND
from powerstats_cli.core.units import PER_KWH

STEPS: Final = (5, 15, 30, 60)
MOST_BILLED: Final = 60
_PER: Final = {"wh": 1000.0, "kwh": 1.0, "mwh": 1e-3, "gwh": 1e-6}
# The currencies whose money is written so, the usual one first; more than one is ambiguous.
_SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "€": ("EUR",),
    "£": ("GBP",),
    "₹": ("INR",),
    "rs": ("INR",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "lei": ("RON",),
    "лв": ("BGN",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "fr": ("CHF",),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "CLP"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}
# The same of a hundredth of the money.
_HUNDREDTHS: Final[dict[str, tuple[str, ...]]] = {
    "p": ("GBP",),
    "pence": ("GBP",),
    "öre": ("SEK", "NOK", "DKK"),
    "øre": ("NOK", "DKK", "SEK"),
    "ore": ("SEK", "NOK", "DKK"),
    "gr": ("PLN",),
    "rp": ("CHF",),
    "snt": ("EUR",),
    "paise": ("INR",),
    "¢": ("USD", "AUD", "CAD", "NZD", "EUR"),
    "c": ("EUR", "USD", "AUD", "CAD", "NZD", "ZAR"),
    "ct": ("EUR", "USD", "AUD", "CAD", "NZD"),
    "cts": ("EUR", "USD", "AUD", "CAD", "NZD"),
    "cent": ("EUR", "USD", "AUD", "CAD", "NZD"),
    "cents": ("EUR", "USD", "AUD", "CAD", "NZD"),
}


class Price(msgspec.Struct, frozen=True):
    """A price: the minutes for which it holds, its `scale` to money per kWh, and the currency.

    Without a scale the unit tells it. The currency is that of the configuration, None if it names
    none.
    """

    step: int
    scale: float | None = None
    currency: str | None = None

    def kept_as(self, unit: str) -> tuple[str, float]:
        """Return the unit in which the price is kept, and the factor; others stay as they are."""
        currency, factor = _read(unit, self.currency)
        if self.scale is not None:
            factor, currency = self.scale, currency or self.currency
        return (unit, 1.0) if currency is None else (currency + PER_KWH, factor)

    def mistake(self, name: str, unit: str) -> str | None:
        """Return why a price in a kept unit cannot be stored, None if it can."""
        if not is_price(unit):
            if self.scale is not None or (_read(unit, None)[1] and self.currency is None):
                return f"{name}: in {unit}: say money.currency, since the unit does not"
            return f"{name}: {unit or 'no unit'} is no money per kWh: say prices.{name}.scale"
        currency = unit.removesuffix(PER_KWH)
        if self.currency not in {None, currency}:
            return f"{name}: in {unit}, but money.currency is {self.currency}: change one of them"
        return None


def is_price(unit: str) -> bool:
    """Tell whether a kept unit is money per kWh, such as EUR/kWh."""
    currency = unit.removesuffix(PER_KWH)
    return len(unit) == len(currency) + len(PER_KWH) and is_currency(currency)


def is_currency(written: object) -> bool:
    """Tell whether a value can be a currency of ISO 4217, such as EUR."""
    return isinstance(written, str) and re.fullmatch(r"[A-Z]{3}", written) is not None


def _read(unit: str, configured: str | None) -> tuple[str | None, float]:
    """Return the currency that a unit says, and its factor to money per kWh, 0.0 if it is none."""
    money, separator, energy = unit.strip().partition("/")
    per = _PER.get(energy.strip().lower()) if separator else None
    if per is None:
        return None, 0.0
    written = money.strip()
    for known, factor in ((_HUNDREDTHS, 0.01), (_SIGNS, 1.0)):
        if currencies := known.get(written.lower().rstrip(".")):
            return _chosen(currencies, configured), factor * per
    code = written.upper()
    return (code, per) if is_currency(code) else (None, 0.0)


def _chosen(currencies: tuple[str, ...], configured: str | None) -> str | None:
    """Return which currency is meant: the configured one if it can be, else the only one."""
    if configured in currencies:
        return configured
    return currencies[0] if len(currencies) == 1 or configured is not None else None


# --- instants ---------------------------------------------------------------------------------


def phase(start: datetime, zone: ZoneInfo) -> int:
    """Return how far local time is from UTC at an instant, in µs: steps tile the local hour."""
    return (start.astimezone(zone).utcoffset() or timedelta()) // MICROSECOND


def aligned(history: History, step: int, offset: int, start: int) -> History:
    """Return a price's history with its changes at multiples of `step` (µs) of local time.

    A number begins at the nearest multiple, an unknown at the next one, so a price that is back
    within its step was known throughout. Of two changes at one instant the later holds. The state
    that held at `start` stays where it is.
    """
    moved = History()
    for time, value in zip(history.times, history.values, strict=True):
        at = time
        if time > start:
            above = -(time + offset) % step  # to the next multiple
            at = time + above if value != value or 2 * above <= step else time + above - step
            at = max(at, start)
        while moved.times and moved.times[-1] > at:
            moved.drop_last()
        moved.append(at, value)
    return moved
