"""The tariffs: whether they can be used, and priced exactly with what is collected."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.commands.doctor.flows import last_days
from powerstats_cli.core.energy import tariff_checks
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.exactness import Lengths
from powerstats_cli.core.energy.flows import drawn, planned
from powerstats_cli.core.findings import Finding, error
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings import Settings
from powerstats_cli.settings.ledger import ledger_wish
from powerstats_cli.settings.money import contract_of
from powerstats_cli.settings.roles import home_roles

AREA: Final = tariff_checks.AREA


def check_money(settings: Settings, stored: Stored, today: date) -> Iterator[Finding]:
    """Yield what is wrong about the tariffs, or which one is in force; nothing without any."""
    if not settings.tariffs:
        return
    try:
        contract = contract_of(settings)
    except ConfigError as problem:
        yield error(AREA, str(problem))
        return
    found = list(_judged(settings, contract, stored, today))
    yield from found or [tariff_checks.told(contract, today)]


def _judged(
    settings: Settings, contract: Contract, stored: Stored, today: date
) -> Iterator[Finding]:
    wish = ledger_wish(settings)
    lengths = Lengths(settings.data.collection_interval_minutes, wish.slot_minutes)
    billed = {name: price.billed or price.step for name, price in settings.prices.items()}
    yield from tariff_checks.split(contract, billed, lengths, has_ledger=wish.keep_days > 0)
    yield from tariff_checks.uncovered(contract, today)
    try:
        documents = list(stored.documents.values())
        roles, kinds = home_roles(settings, documents), kinds_in(documents)
    except ConfigError:
        return  # the check of the roles tells it
    pieces = [
        piece
        for of_day in last_days(stored, list(settings.entities), settings.zone).values()
        for piece in of_day
    ]
    plans = planned(roles, kinds), drawn(roles, kinds)
    yield from tariff_checks.late(contract, today, *plans, pieces)
