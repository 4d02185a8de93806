"""`compare`: what one would have paid by other tariffs, for the same use at the same hours."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.energy.bills import money
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.flows import HOUSE
from powerstats_cli.core.energy.tariffs import Days
from powerstats_cli.core.energy.trying import Comparison, Try, compared
from powerstats_cli.core.periods import DAY, Span, local_day
from powerstats_cli.errors import ConfigError, MissingError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.supply import Metered, metered, whole_days
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of, tariff_named

JSON_VERSION: Final = 1
USUAL_DAYS: Final = 365


class Wish(msgspec.Struct, frozen=True):
    """The tariffs to compare, by default all that are no part of another, over whole days."""

    names: Sequence[str] = ()
    period: Sequence[Span] = ()
    by_month: bool = False
    is_sunless: bool = False


class Told(msgspec.Struct, frozen=True):
    """A comparison, and the contracts that it is of."""

    contract: Contract
    comparison: Comparison
    by_month: bool

    @property
    def months(self) -> Mapping[date, Sequence[date]]:
        """The days that are compared, by the first day of their month."""
        found: dict[date, list[date]] = {}
        for day in self.comparison.days:
            found.setdefault(day.replace(day=1), []).append(day)
        return found


def compare(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Told, Sequence[PowerstatsError]]:
    """Return what tariffs would have cost, and the errors of files that could not be read.

    Raises ConfigError for a mistake in what is configured of money, MissingError if there is no day
    that all tariffs can price; ValueError, with a line for the user, if there is no such tariff.
    """
    contract = contract_of(settings)
    asked = dict.fromkeys(tariff_named(contract, name) for name in wish.names)
    names = list(asked) or contract.compared
    if not names:
        message = "every tariff is a part of another one: there is none to compare"
        raise ConfigError(message)
    found = metered(settings, files, clock.now())
    days = _days(wish, found)
    terms = [term for name in (*names, None) for term in contract.terms(days, name)]
    also = ("import", HOUSE) if wish.is_sunless else ("import",)
    # A price that is no longer collected makes days unknown, and does not end the days.
    known = found.known(contract, terms, also, found.until(()))
    comparison = compared(contract, names, days, known, is_sunless=wish.is_sunless)
    if not comparison.days:
        why = "; ".join(f"{number}: {reason}" for reason, number in comparison.reasons.items())
        message = f"no day can be priced by each of these tariffs (days, and why: {why})"
        raise MissingError(message)
    return Told(contract, comparison, wish.by_month), found.problems


def _days(wish: Wish, found: Metered) -> Days:
    """Return the whole days that are asked for, by default the last ones."""
    closed = local_day(found.until(()), found.settings.zone)
    asked = (
        whole_days(wish.period, found, found.first) if wish.period else Days(found.first, closed)
    )
    days = asked.cut(None if wish.period else closed - USUAL_DAYS * DAY, closed)
    if not len(days):
        message = "no whole day is stored yet"
        raise MissingError(message)
    return days


# --- JSON -----------------------------------------------------------------------------------------


def as_json(told: Told, problems: Sequence[PowerstatsError]) -> str:
    """Return the comparison as versioned JSON."""
    comparison, contract = told.comparison, told.contract
    others = [each for each in (comparison.paid, comparison.without_sun) if each]
    document = {
        "version": JSON_VERSION,
        "timezone": zones.current(contract.timezone.key),
        "currency": contract.currency,
        "from": str(comparison.days[0]),
        "until": str(comparison.days[-1] + DAY),
        "days": len(comparison.days),
        "asked": comparison.asked,
        "left_out": dict(comparison.reasons),
        "import": round(comparison.kwh, 3),
        "unpaid_days": comparison.unpaid,
        "tariffs": [_row(each, told) for each in comparison.tries],
        **{each.name.replace(" ", "_"): _row(each, told) for each in others},
        "problems": [str(problem) for problem in problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _row(each: Try, told: Told) -> dict[str, object]:
    comparison = told.comparison
    amount = each.total(comparison.days)
    paid = comparison.paid.total(comparison.days) if comparison.paid else None
    found: dict[str, object] = {
        "tariff": each.name,
        "amount": money(amount),
        "difference": None if paid is None else money(amount - paid),
        "per_kwh": _per_kwh(amount, comparison.kwh),
    }
    if told.by_month:
        found["months"] = {
            f"{first:%Y-%m}": _month(each, days) for first, days in told.months.items()
        }
    return found


def _month(each: Try, days: Iterable[date]) -> float:
    return money(each.total(days))


def _per_kwh(amount: float, kwh: float) -> float | None:
    return round(amount / kwh, 6) if kwh > 0 else None
