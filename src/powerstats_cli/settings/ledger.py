"""The ledger's keys of `[money]`, which `aggregate` reads without the rest."""

from typing import Any, Final

import msgspec

from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.conversion import converted
from powerstats_cli.settings.names import meant
from powerstats_cli.settings.tables import Settings

FEWEST_DAYS: Final = 40
MOST_DAYS: Final = 1100


class LedgerWish(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger to keep: the minutes of its slots, and how many days; none if that is 0.

    `also` are series to keep beside those with a role and the prices.
    """

    slot_minutes: int = 60
    also: tuple[str, ...] = ()
    keep_days: int = 400


LEDGER_KEYS: Final = LedgerWish.__struct_fields__


def ledger_wish(settings: Settings) -> LedgerWish:
    """Return the ledger that is configured; raises ConfigError with the path of the key."""
    table: dict[str, Any] = converted(settings.money, dict, "money")
    given = {key: table[key] for key in LEDGER_KEYS if key in table}
    wish = converted(given, LedgerWish, "money")
    interval = settings.data.collection_interval_minutes
    if not 0 < wish.slot_minutes <= 60 or 60 % wish.slot_minutes or wish.slot_minutes % interval:
        message = (
            f"money.slot_minutes: must divide 60, and be a multiple of the interval of {interval}"
        )
        raise ConfigError(message)
    if wish.keep_days and not FEWEST_DAYS <= wish.keep_days <= MOST_DAYS:
        message = f"money.keep_days: must be from {FEWEST_DAYS} to {MOST_DAYS}, or 0 for no ledger"
        raise ConfigError(message)
    for number, name in enumerate(wish.also):
        if name not in settings.entities:
            series = meant(name, settings.entities)
            message = f"money.also[{number}]: {name!r} is not in homeassistant.entities{series}"
            raise ConfigError(message)
    return wish
