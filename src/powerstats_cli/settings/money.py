"""What the configuration says of money: the currency, the bills, the zones and the tariffs.

A mistake in it stops the commands that show money, and no step.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec

from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.flows import FLOWS
from powerstats_cli.core.energy.roles import Meter
from powerstats_cli.core.prices import is_currency
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.conversion import converted
from powerstats_cli.settings.days import check_days
from powerstats_cli.settings.holidays import holidays_of
from powerstats_cli.settings.ledger import LEDGER_KEYS, ledger_wish
from powerstats_cli.settings.names import meant
from powerstats_cli.settings.references import Meters, check_references
from powerstats_cli.settings.tables import Settings
from powerstats_cli.settings.tariffs import tariffs_of
from powerstats_cli.settings.zones import zones_of

# The power that has a flow one way.
BOTH_WAYS: Final = {
    "import": "grid",
    "export": "grid",
    "charge": "battery",
    "discharge": "battery",
}
# Bills begin on the first of a month, and those of several months in January.
FIRST: Final = date(2000, 1, 1)


class MoneyTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of `[money]` but for those of the ledger."""

    currency: str
    bill_from: date = FIRST
    bill_months: Literal[1, 2, 3, 6, 12] = 1


def contract_of(settings: Settings) -> Contract:
    """Return the contracts that are configured; raises ConfigError with the path of the key."""
    tariffs = tariffs_of(settings.tariffs)
    money = _money(settings.money)
    ledger_wish(settings)
    zones = zones_of(settings.zones)
    contract = Contract(
        timezone=settings.zone,
        currency=money.currency,
        bill_from=money.bill_from,
        bill_months=money.bill_months,
        zones=zones,
        is_holiday=holidays_of(settings.holidays, zones),
        received=_received(settings),
        tariffs=tariffs,
    )
    check_references(contract, Meters.of(settings))
    return contract


def _money(written: Any) -> MoneyTable:
    given: dict[str, Any] = converted(written, dict, "money")
    check_days(given, ["bill_from"], "money")
    if given.get("bill_months", 1) not in (1, 2, 3, 6, 12):
        message = "money.bill_months: must be 1, 2, 3, 6 or 12"
        raise ConfigError(message)
    rest = {key: value for key, value in given.items() if key not in LEDGER_KEYS}
    money = converted(rest, MoneyTable, "money")
    if not is_currency(money.currency):
        message = f"money.currency: {money.currency!r} is no currency of ISO 4217, such as EUR"
        raise ConfigError(message)
    return money


def registers_of(settings: Settings) -> Mapping[str, str]:
    """Return the flow, `import` or `export`, that each counter or power of the meter is of."""
    roles = settings.flows.written if settings.flows else {}
    return {
        Meter.of(name).name: flow for flow in ("import", "export") for name in roles.get(flow, ())
    }


def lacking_flows(settings: Settings) -> frozenset[str]:
    """Return the flows that no series of `[flows]` tells: they count as nothing."""
    roles = settings.flows.written if settings.flows else {}
    return frozenset(
        flow for flow in FLOWS if flow not in roles and BOTH_WAYS.get(flow) not in roles
    )


def _received(settings: Settings) -> frozenset[str]:
    """Return the flow and the series for which one is paid."""
    own = (name for name, flow in registers_of(settings).items() if flow == "export")
    return frozenset({"export", *own})


def tariff_named(contract: Contract, name: str) -> str:
    """Return the tariff that is called so in the configuration, or where tariffs are shown.

    Raises ValueError, with a line for the user, if there is none.
    """
    if name in contract.tariffs:
        return name
    for each in contract.tariffs:
        if name.lower() in {each.lower(), contract.shown(each).lower()}:
            return each
    message = f"there is no tariff {name!r}{meant(name, contract.tariffs)}"
    raise ValueError(message)
