"""What a home's ledger keeps, by its configuration and its files."""

from collections.abc import Mapping, Sequence

from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.energy.ledger_days import Keeping, Tariffing
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.series import Kind
from powerstats_cli.settings.ledger import ledger_wish
from powerstats_cli.settings.roles import home_roles
from powerstats_cli.settings.tables import Settings


def keeping(
    settings: Settings, documents: Sequence[Document], more: Mapping[str, Kind] | None = None
) -> Keeping:
    """Return what the ledger keeps: the series that count in a role, the prices, and `money.also`.

    `more` has the kinds of series that may not be in the documents. It has no series and no day if
    no ledger is kept. Raises ConfigError for a mistake in the ledger's keys, and if a series cannot
    have its role.
    """
    wish = ledger_wish(settings)
    if not wish.keep_days:
        return Keeping(days=0)
    kinds = {**(more or {}), **kinds_in(documents)}
    counting = planned(home_roles(settings, documents, kinds), kinds).names
    return Keeping(
        energy=counting | {*wish.also},
        prices={
            name: Tariffing(price.step, price.billed or price.step)
            for name, price in settings.prices.items()
        },
        slot_minutes=wish.slot_minutes,
        days=wish.keep_days,
    )
