"""A home's contracts: the currency, bills, zones and tariffs, as they are configured."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.energy.bills import DECIMALS
from powerstats_cli.core.energy.hours import Holidays, Zone
from powerstats_cli.core.energy.metering import Home
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import (
    Days,
    InForce,
    Tariff,
    Term,
    in_force,
    lines_of,
    period,
    term,
)
from powerstats_cli.core.periods import DAY


class Contract(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What `[money]`, `[zones]`, `[holidays]` and `[tariffs]` say, checked.

    `received` are the flows and series for which one is paid: `export`, and the series in its role.
    """

    timezone: ZoneInfo
    currency: str
    bill_from: date
    bill_months: int = 1
    zones: Mapping[str, Zone] = {}
    is_holiday: Holidays = frozenset().__contains__
    received: frozenset[str] = frozenset({"export"})
    tariffs: Mapping[str, Tariff]

    @property
    def decimals(self) -> int:
        """How many decimals an amount has."""
        return DECIMALS.get(self.currency, 2)

    @property
    def home(self) -> Home:
        """The home as bills need it."""
        return Home(self.timezone, self.zones, self.is_holiday, self.received)

    @property
    def timeline(self) -> Sequence[InForce]:
        """The tariffs that have a first day, in order of time."""
        return in_force(self.tariffs)

    @property
    def compared(self) -> Sequence[str]:
        """The names of the tariffs that are no part of another one, in the order of the file."""
        parts = {name for tariff in self.tariffs.values() for name in tariff.plus}
        return [name for name in self.tariffs if name not in parts]

    def lines(self, name: str) -> Sequence[Line]:
        """Return the lines of a tariff and of those in its `plus`, in the order of the bill."""
        return lines_of(self.tariffs, name)

    def shown(self, name: str) -> str:
        """Return a tariff's name as it is shown."""
        return self.tariffs[name].name or name

    def term(self, day: date, tariff: str | None = None) -> Term | None:
        """Return the bill that holds a day, None if no tariff is in force on it.

        With a tariff it is a bill of that, as if it were always in force.
        """
        if tariff is None:
            return term(self.timeline, self.bill_from, self.bill_months, day)
        whole = period(self.bill_from, self.bill_months, day)
        return Term(tariff, whole, whole, date.min)

    def terms(self, days: Days, tariff: str | None = None) -> Iterator[Term]:
        """Yield the bills of which some days are a part, in order; a bill is always whole."""
        day = days.first
        while day < days.end:
            found = self.term(day, tariff)
            if found:
                yield found
            day = found.days.end if found else day + DAY
