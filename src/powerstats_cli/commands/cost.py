"""`cost`: what energy costs by hours, days, weeks, months and bills."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.energy.bills import bill
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.costs import FLOWS, Row, by_days, by_hour, cells, days_of, together
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import DAY, Span
from powerstats_cli.core.scales import next_of
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.supply import Metered, metered, whole_days
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of, tariff_named

By = Literal["hour", "day", "week", "month", "bill"]
JSON_VERSION: Final = 1


class Wish(msgspec.Struct, frozen=True):
    """The costs to show: of whole days, by default those of the running bill.

    `tariff` is priced on all of them instead of those that were in force.
    """

    by: By = "day"
    period: Sequence[Span] = ()
    tariff: str | None = None


class Told(msgspec.Struct, frozen=True):
    """Rows of costs, and the contracts that they are of."""

    contract: Contract
    by: By
    rows: Sequence[Row]


def cost(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Told, Sequence[PowerstatsError]]:
    """Return what energy costs, and the errors of files that could not be read, left out.

    Raises ConfigError for a mistake in what is configured of money, MissingError if nothing is
    stored of the days, or no tariff was in force; ValueError, with a line for the user, if there is
    no such tariff, if the days are not whole, or for the hours of more than one day.
    """
    contract = contract_of(settings)
    tariff = None if wish.tariff is None else tariff_named(contract, wish.tariff)
    found = metered(settings, files, clock.now())
    days = _days(contract, found, wish, tariff)
    terms = list(contract.terms(days, tariff))
    if not terms:
        message = f"no tariff is in force from {days.first} to {days.end - DAY}: give one a from"
        raise MissingError(message)
    known = found.known(contract, terms, FLOWS)
    if wish.by == "hour":
        if len(days) > 1:
            message = "--by hour is of one day"
            raise ValueError(message)
        rows = list(by_hour(days.first, terms[0], known, contract))
    else:
        costs = days_of(
            bill(contract.lines(each.tariff), each, contract.home, known) for each in terms
        )
        rows = list(by_days(_buckets(days, terms, wish.by), costs, known, contract))
    return Told(contract, wish.by, rows), found.problems


def _days(contract: Contract, found: Metered, wish: Wish, tariff: str | None) -> Days:
    """Return the days that are asked for, by default those of the running bill; of hours today.

    They begin with the bill in which something was stored first: its days add up to it.
    """
    first, today = found.first, found.today
    if wish.period:
        term = contract.term(first, tariff)
        return whole_days(wish.period, found, term.days.first if term else first)
    if wish.by == "hour":
        return Days(today, today + DAY)
    term = contract.term(today, tariff)
    return (term.days if term else Days(today.replace(day=1), today + DAY)).cut(None, today + DAY)


def _buckets(days: Days, terms: Sequence[Term], by: By) -> Iterator[Days]:
    """Yield the days of each row."""
    if by == "bill":
        for term in terms:
            yield term.days.cut(days.first, days.end)
    elif by in {"day", "week", "month"}:
        first = days.first
        while first < days.end:
            following = next_of(by, first)
            yield Days(first, min(following, days.end))
            first = following


# --- JSON -----------------------------------------------------------------------------------------


def as_json(told: Told, problems: Sequence[PowerstatsError]) -> str:
    """Return the costs as versioned JSON; times are local, with their offset."""
    zone = told.contract.timezone
    document = {
        "version": JSON_VERSION,
        "timezone": zones.current(zone.key),
        "currency": told.contract.currency,
        "by": told.by,
        "rows": [cells(row, zone) for row in told.rows],
        "total": cells(together(told.rows), zone) if told.rows else None,
        "problems": [str(problem) for problem in problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)
