"""`flows`: the energy that the house took and its sources, from the stored buckets."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.account import Account, account
from powerstats_cli.core.energy.flows import Plan, planned
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.energy.rows import DeviceRow
from powerstats_cli.core.periods import DAY, MICROSECOND, Span, day_start, local_day
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.scales import By, first_of
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files.pieces import Stored, stored_of
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles

if TYPE_CHECKING:
    from powerstats_cli.core.energy.device_costs import DeviceCosts
    from powerstats_cli.core.energy.tariffs import Days

JSON_VERSION: Final = 1
COST_DECIMALS: Final = 4
# How many days before today are shown if no period is asked for.
USUAL_DAYS: Final[Mapping[By, int]] = {
    "interval": 0,
    "hour": 0,
    "day": 7,
    "week": 77,
    "month": 335,
    "quarter": 640,
    "year": 2920,
}


class Wish(msgspec.Struct, frozen=True):
    """The account to make: of some spans of time, by hours, days, weeks and so on.

    Without a period it is of the last days. Without `by` it follows from the period's length.
    """

    by: By | None = None
    period: Sequence[Span] = ()


def flows(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Account, Sequence[PowerstatsError]]:
    """Return what flowed, and the errors of files that could not be read, which are left out.

    Raises ConfigError if no series has a role, and MissingError if nothing is stored of the days.
    """
    today = local_day(clock.now(), settings.zone)
    period = wish.period or _usual(wish.by or "day", today, settings.zone)
    stored = stored_of(settings, files, period, clock.now())
    roles, plan = _roles(settings, stored.documents)
    by = wish.by or (_by(stored, roles) if wish.period else "day")
    found = account(
        roles,
        plan,
        stored.pieces(by, roles.names),
        by=by,
        wanted=list(stored.buckets(by)),
        zone=settings.zone,
        is_guessed=settings.flows is None,
    )
    return found, stored.problems


def device_costs(
    settings: Settings, files: Store, clock: Clock, found: Account
) -> tuple["DeviceCosts | None", Sequence[PowerstatsError]]:
    """Return what an account's devices would have cost, None without tariffs or of cut days.

    The errors are those of what is configured of money, and of the ledger.
    """
    if not (settings.tariffs and found.devices):
        return None, ()
    from powerstats_cli.core.energy.device_costs import DeviceCosts, Rates
    from powerstats_cli.files.supply import metered
    from powerstats_cli.settings.money import contract_of

    try:
        contract = contract_of(settings)
        stored = metered(settings, files, clock.now())
    except ConfigError as error:
        return None, (error,)
    days = _whole_days(found.total.span, stored.until(()), settings.zone)
    if days is None:
        return None, stored.problems
    rates = Rates.of(contract, days)
    names = [row.name for row in found.devices]
    known = stored.of_days(rates.wanted(names), days, stored.until(names))
    registers = {term.name for term in stored.supply.plan.terms_of("import")}
    amounts = {name: rates.cost(name, registers, known) for name in names}
    return DeviceCosts(contract.currency, contract.decimals, amounts), stored.problems


def _whole_days(span: Span, until: datetime, zone: ZoneInfo) -> "Days | None":
    """Return the days of a span, None if one is cut: costs are of whole days, and of today."""
    from powerstats_cli.core.energy.tariffs import Days

    first, last = local_day(span.start, zone), local_day(span.end - MICROSECOND, zone)
    is_whole = span.end >= until or span.end == day_start(last + DAY, zone)
    return Days(first, last + DAY) if is_whole and span.start == day_start(first, zone) else None


def _by(stored: Stored, roles: Roles) -> By:
    """Return the buckets of a period's rows; intervals are too many of them for a table."""
    by = stored.usual_by(roles.names)
    return "hour" if by == "interval" else by


def _roles(settings: Settings, documents: Sequence[Document]) -> tuple[Roles, Plan]:
    roles = home_roles(settings, documents)
    plan = planned(roles, kinds_in(documents))
    if plan.is_empty:
        message = 'no series has a role: name them in [flows], such as grid = "power"'
        raise ConfigError(message)
    return roles, plan


def _usual(by: By, today: date, zone: ZoneInfo) -> Sequence[Span]:
    """Return the last days, weeks, months and so on up to now."""
    first = first_of(by, today - USUAL_DAYS[by] * DAY)
    return [Span(day_start(first, zone), day_start(today + DAY, zone))]


# --- JSON ---------------------------------------------------------------------------------------


def as_json(
    found: Account,
    problems: Sequence[PowerstatsError],
    *,
    by_device: bool,
    costs: "DeviceCosts | None" = None,
) -> str:
    """Return the account as versioned JSON; times are local, with their offset."""
    document: dict[str, object] = {
        "version": JSON_VERSION,
        "timezone": zones.current(found.zone.key),
        "guessed": found.is_guessed,
        "roles": {
            role: [str(meter) for meter in meters] for role, meters in found.roles.meters.items()
        },
        "by": found.by,
        **({} if by_device else {"rows": [found.written(row) for row in found.rows]}),
        "total": found.written(found.total),
        **({"currency": costs.currency} if costs else {}),
        **({"devices": [_device(row, costs) for row in found.devices]} if by_device else {}),
        "problems": [str(problem) for problem in problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _device(row: DeviceRow, costs: "DeviceCosts | None") -> dict[str, object]:
    if costs is None:
        return msgspec.structs.asdict(row)
    amount = costs.amounts[row.name]
    cost = None if amount is None else round(amount, COST_DECIMALS)
    return {**msgspec.structs.asdict(row), "from_grid": cost}
