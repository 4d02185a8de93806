"""What a person types about a contract: a price of a kWh, a fixed charge, hours, a day.

Each raises ValueError that says what to type.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.energy.hours import Rule, parsed
from powerstats_cli.core.energy.overlaps import overlap
from powerstats_cli.core.energy.tariff_lines import TIMES
from powerstats_cli.core.prices import STEPS, Price, is_currency
from powerstats_cli.core.units import PER_KWH

# In these currencies no home pays so much, but it may pay so many cents.
_STRONG: Final = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "USD"})
_MOST: Final = 3.0
_MOST_FIXED: Final[Mapping[str, float]] = {"day": 10.0, "month": 300.0, "year": 3600.0}
_MOST_PERCENT: Final = 100.0
_NUMBER: Final = re.compile(r"([^\d.,+-]*)([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))(.*)")
_TIMED: Final = re.compile(r"(.*?)(?:\s+(?:a|per|each|every)\s+|\s*/\s*|\s+)([A-Za-z]+)\s*")
_OF_TIME: Final[Mapping[str, str]] = {
    **{time: time for time in TIMES},
    "daily": "day",
    "monthly": "month",
    "yearly": "year",
}


def rate(written: str, currency: str) -> float:
    """Return the money for a kWh, out of 0.28, 0,28, 28 ct or £0.28/kWh."""
    number, sign, rest = _number(written)
    unit = re.sub(r"\s*(?:(?:/|per|a)\s*kwh)?$", "", rest.strip(), flags=re.IGNORECASE)
    factor = _factor(sign + unit, currency)
    if number is None or factor is None:
        message = f"{written!r} is no price in {currency}, such as 0.28 or 28 ct"
        raise ValueError(message)
    found = round(number * factor, 9)
    if currency in _STRONG and abs(found) > _MOST:
        message = f"{found:g} {currency} for a kWh is too much: write it as 0.28 or 28 ct"
        raise ValueError(message)
    return found


def fixed(written: str, currency: str) -> tuple[float, str]:
    """Return the money of a fixed charge, and its day, month or year.

    They are read out of 6.20 a month, 53 p/day or £95 a year.
    """
    number, sign, rest = _number(written)
    form = _TIMED.fullmatch(rest)
    time = _OF_TIME.get(form[2].lower()) if form else None
    factor = _factor(sign + form[1].strip(), currency) if form else None
    if number is None or time is None or factor is None:
        message = f"{written!r} is no charge in {currency} with its time, such as 6.20 a month"
        raise ValueError(message)
    found = round(number * factor, 9)
    if currency in _STRONG and abs(found) > _MOST_FIXED[time]:
        message = f"{found:g} {currency} a {time} is too much: write it as 0.53 or 53 ct"
        raise ValueError(message)
    return found, time


def _factor(unit: str, currency: str) -> float | None:
    """Return what one of a unit is in a currency; None if it is of another one, or of none."""
    if not unit:
        return 1.0
    kept, factor = Price(STEPS[0], currency=currency).kept_as(unit + PER_KWH)
    return factor if kept == currency + PER_KWH else None


def percent(written: str) -> float:
    """Return a percentage, out of 21 or 21 %."""
    number, sign, rest = _number(written)
    if number is None or sign or rest.strip() not in {"", "%"} or not 0 <= number <= _MOST_PERCENT:
        message = f"{written!r} is no percentage, such as 21"
        raise ValueError(message)
    return number


def currency(written: str) -> str:
    """Return a currency of ISO 4217, out of EUR or eur."""
    code = written.strip().upper()
    if not is_currency(code):
        message = f"{written!r} is no currency of three letters, such as EUR"
        raise ValueError(message)
    return code


def day(written: str) -> date:
    """Return a day, out of 2025-03-01."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        message = f"{written!r} is no day, such as 2025-03-01"
        raise ValueError(message) from None


def hours(
    written: str, others: Iterable[Sequence[str]], first: date, timezone: ZoneInfo
) -> list[str]:
    """Return the rules of a zone, out of rules with a ; between them.

    None of the others, which are rules as well, may have an hour of it.
    """
    rules = [re.sub(r"\s*-\s*(?=\d)", "-", each.strip()) for each in written.split(";")]
    rules = [rule for rule in rules if rule]
    zone = tuple(map(_rule, rules))
    if not zone:
        message = "hours are needed here, such as 23:00-07:00"
        raise ValueError(message)
    for other in others:
        at = overlap(zone, tuple(map(_rule, other)), first, timezone, frozenset().__contains__)
        if at is not None:
            message = f"{written}: {at.astimezone(timezone):%a %H:%M} is in {'; '.join(other)}, too"
            raise ValueError(message)
    return rules


def _rule(written: str) -> Rule:
    try:
        rule = parsed(written)
    except ValueError as error:
        message = f"{written}: {error}"
        raise ValueError(message) from None
    if rule.holidays is not None:
        message = f"{written}: holidays are set up in the file, as docs/money.md says"
        raise ValueError(message)
    return rule


def _number(written: str) -> tuple[float | None, str, str]:
    """Return the number of a text, None if it has none; what stands before it, and behind it."""
    found = _NUMBER.fullmatch(written.strip())
    if found is None:
        return None, "", ""
    return float(found[2].replace(",", ".")), found[1].strip(), found[3]
