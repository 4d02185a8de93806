"""money.json for the page, out of the files and what the configuration says of money.

To compute a year takes a small board seconds, so an earlier money.json gives the days of the bills
that have ended, if all is as it was that they were computed from.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b

import msgspec

from powerstats_cli import __version__
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.costs import FLOWS
from powerstats_cli.core.energy.ledger_days import means
from powerstats_cli.core.energy.metering import Price, stepped
from powerstats_cli.core.energy.moneyfile import (
    MOST_DAYS,
    Day,
    Household,
    decode,
    encode,
    money,
)
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import DAY, MICROSECOND, day_start, interval_at
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.supply import Metered, metered
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of, registers_of
from powerstats_cli.site.rendering import MONEY, MONEY_NAME


class Published(msgspec.Struct, frozen=True):
    """The bytes of money.json, None if it stays as it is, and what a user is told of that."""

    raw: bytes | None = None
    note: str = ""


def published(settings: Settings, files: Store, now: datetime) -> Published:
    """Return money.json as it is published; nothing if `publish.tiers` does not have it."""
    if MONEY not in settings.publish.tiers:
        return Published()
    try:
        before = read_bytes(settings.web_root / MONEY_NAME)
        return Published(computed(settings, files, now, before))
    except PowerstatsError as error:
        return Published(note=f"{MONEY_NAME} stays as it is: {error}")


def computed(settings: Settings, files: Store, now: datetime, before: bytes | None = None) -> bytes:
    """Return the bytes of money.json, which depend on the configuration and what is stored alone.

    They are the same with and without an earlier one, `before`. Raises ConfigError for a mistake in
    what is configured of money, UnreadableError if a file cannot be read, and MissingError if
    nothing is stored or no tariff is in force.
    """
    contract = contract_of(settings)
    found = metered(settings, files, now)
    days = Days(max(found.first, found.today - (MOST_DAYS - 1) * DAY), found.today + DAY)
    terms = list(contract.terms(days))
    if not terms:
        message = f"no tariff is in force from {days.first} to {found.today}: give one a from"
        raise MissingError(message)
    basis = _basis(settings, files)
    earlier = _earlier(before, basis, days, terms[-1], contract)
    if earlier:
        terms, days = terms[-1:], days.cut(terms[-1].days.first, None)
    known = found.known(contract, terms, FLOWS)
    if found.problems:
        raise found.problems[0]
    units = {name: kind.unit for name, kind in found.supply.kinds.items() if kind.is_counter}
    present = dict(_present(found, contract, known.until))
    home = Household(known, registers_of(settings), units, present)
    return encode(money(contract, home, days, earlier, basis))


def _earlier(
    before: bytes | None, basis: str, days: Days, last: Term, contract: Contract
) -> Sequence[Day]:
    """Return the days before the last bill out of an earlier money.json; none if it lacks one."""
    document = decode(before) if before else None
    closed = days.cut(None, last.days.first)
    if document is None or document.basis != basis or not len(closed):
        return ()
    if document.last_update < day_start(closed.end, contract.timezone):
        return ()
    found = [each for each in document.days if closed.first <= each.day < closed.end]
    return found if len(found) == len(closed) else ()


def _basis(settings: Settings, files: Store) -> str:
    """Return a number that is another one if what closed days cost may have changed."""
    tables = [
        __version__,
        settings.timezone,
        settings.flows,
        settings.prices,
        settings.money,
        settings.zones,
        settings.holidays,
        settings.tariffs,
        settings.homeassistant.renamed,
        settings.data.collection_interval_minutes,
    ]
    found = blake2b(msgspec.json.encode(tables), digest_size=8)
    paths = [files.ledger, files.tier("yearly"), files.corrections]
    paths += [*map(files.archived, files.archived_days()), *map(files.year, files.stored_years())]
    for path in paths:
        content = read_bytes(path) or b""
        found.update(f"{path.name} {len(content)} ".encode())
        found.update(content)
    return found.hexdigest()


def _present(found: Metered, contract: Contract, until: datetime) -> Iterator[tuple[str, Price]]:
    """Yield each price that holds when the data ends, for all of its step.

    A bill has it only when all of the step is known.
    """
    daily, zone = found.daily, contract.timezone
    if daily is None or daily.day is None:
        return
    for name, tariffing in found.supply.prices.items():
        step = interval_at(until - MICROSECOND, zone, tariffing.step)
        known = stepped(means(daily, daily.day, name, zone), tariffing.step, zone)
        inside = [each for each in known if step.start <= each.start < step.end]
        if inside and step.end > until:
            yield name, Price(*step, inside[-1].price)
