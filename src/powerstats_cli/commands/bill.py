"""`bill`: a bill line by line, as on paper."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.buckets import ENERGY_DECIMALS
from powerstats_cli.core.energy.bills import Bill, money
from powerstats_cli.core.energy.bills import bill as billed
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.statement import Row, statement
from powerstats_cli.core.energy.tariffs import Term
from powerstats_cli.core.periods import DAY
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.supply import metered
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of, tariff_named

JSON_VERSION: Final = 1
SHARE_DECIMALS: Final = 4


class Wish(msgspec.Struct, frozen=True):
    """The bill to show: that of a day, by default the running one, or the one before it.

    `tariff` is priced instead of the one that was in force.
    """

    day: date | None = None
    is_last: bool = False
    tariff: str | None = None


class Told(msgspec.Struct, frozen=True):
    """A bill, its rows, and the contracts that it is of."""

    contract: Contract
    bill: Bill
    rows: Sequence[Row]


def bill(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Told, Sequence[PowerstatsError]]:
    """Return a bill, and the errors of files that could not be read, which are left out.

    Raises ConfigError for a mistake in what is configured of money, MissingError if no tariff is in
    force on the day, or nothing is stored of it; ValueError, with a line for the user, if there is
    no such tariff.
    """
    contract = contract_of(settings)
    found = metered(settings, files, clock.now())
    today = found.today
    term = _term(contract, wish, wish.day or today)
    if wish.is_last:
        term = _term(contract, wish, term.days.first - DAY)
    known = found.known(contract, [term])
    priced = billed(contract.lines(term.tariff), term, contract.home, known)
    if not priced.known and (term.days.end <= found.first or term.days.first > today):
        message = f"nothing is stored of this bill: there are days from {found.first} to {today}"
        raise MissingError(message)
    units = {name: kind.unit for name, kind in found.supply.kinds.items() if kind.is_counter}
    rows = statement(priced, units, contract.received)
    return Told(contract, priced, rows), found.problems


def _term(contract: Contract, wish: Wish, day: date) -> Term:
    tariff = None if wish.tariff is None else tariff_named(contract, wish.tariff)
    term = contract.term(day, tariff)
    if term is None:
        message = f"no tariff is in force on {day}: give one a from, or name it with --tariff"
        raise MissingError(message)
    return term


# --- JSON -----------------------------------------------------------------------------------------


def as_json(told: Told, problems: Sequence[PowerstatsError]) -> str:
    """Return the bill as versioned JSON."""
    bill, contract = told.bill, told.contract
    term = bill.term
    document = {
        "version": JSON_VERSION,
        "timezone": zones.current(contract.timezone.key),
        "currency": contract.currency,
        "tariff": term.tariff,
        "name": contract.shown(term.tariff),
        "from": str(term.days.first),
        "until": str(term.days.end),
        "days": len(term.days),
        "days_so_far": len(bill.days),
        "lines": list(map(_line, told.rows)),
        "amount": money(bill.amount),
        "total": bill.total(contract.decimals),
        "known": round(bill.known, SHARE_DECIMALS),
        "unpriced": round(bill.unpriced, ENERGY_DECIMALS),
        "split": round(bill.split, ENERGY_DECIMALS),
        "problems": [str(problem) for problem in problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _line(row: Row) -> dict[str, object]:
    """Return a line with its zones and blocks, if it has more than one."""
    parts = [{"name": part.part, **_numbers(part)} for part in row.parts]
    return {"name": row.name, "part": row.part or None, **_numbers(row), "parts": parts}


def _numbers(row: Row) -> dict[str, object]:
    return {
        "quantity": None if row.quantity is None else round(row.quantity, ENERGY_DECIMALS),
        "unit": row.unit,
        "rate": row.rate,
        "per": row.per or None,
        "amount": None if row.amount is None else money(row.amount),
    }
