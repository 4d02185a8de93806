"""The days that the ledger lacks, and their hours out of Home Assistant's statistics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import HOUR_MINUTES, Ledger, LedgerDay, Slots, Steps
from powerstats_cli.core.energy.ledger_days import Keeping, first_day, of_hours, steps_of, with_days
from powerstats_cli.core.energy.slots import agrees, fitted, kept, slots_of
from powerstats_cli.core.periods import DAY, Span, day_start, days, local_day
from powerstats_cli.core.series import Kind

# Statistics extend values across outages, so they are not the hours of a day with less than this.
LEAST_KNOWN: Final = 0.999
Key = tuple[date, str]
Hours = Sequence[tuple[Span, Value]]


class Filling(msgspec.Struct, frozen=True):
    """What the ledger may get out of statistics: it keeps `keeping` up to the day `newest`.

    `values` has the energies of the days in the files, those corrected to unknown with None.
    """

    keeping: Keeping
    newest: date
    values: Mapping[Key, Value | None]
    zone: ZoneInfo

    def lacking(
        self,
        ledger: Ledger,
        series: AbstractSet[str],
        archived: Mapping[date, AbstractSet[str]],
        until: Mapping[str, datetime],
    ) -> dict[date, dict[date, set[str]]]:
        """Return the months, newest first, with the days that lack some of the series in each.

        What is in the archive is rolled up, and the time after a series' `until` is collected.
        """
        months: dict[date, dict[date, set[str]]] = {}
        first = first_day(self.keeping, self.newest)
        for day in reversed([*days(first, self.newest + DAY)]):
            end, own = day_start(day + DAY, self.zone), ledger.days.get(day, LedgerDay())
            names = {
                name
                for name in (self.keeping.names & series) - archived.get(day, frozenset())
                if end <= until.get(name, end) and self._lacks(own, day, name)
            }
            if names:
                months.setdefault(day.replace(day=1), {})[day] = names
        return months

    def _lacks(self, own: LedgerDay, day: date, name: str) -> bool:
        if name in self.keeping.prices:
            return name not in own.prices
        if (day, name) not in self.values:
            return name not in own.energy
        value = self.values[day, name]
        if value is None or (value.source is None and value.coverage < LEAST_KNOWN):
            return False
        return not (name in own.energy and agrees(own.energy[name], value))

    def entry(self, day: date, name: str, hours: Hours) -> Slots | Steps | None:
        """Return what a ledger keeps of the hours of a day, None if it would not count."""
        values = of_hours(hours, day, self.zone)
        if name in self.keeping.prices:
            return steps_of(values)
        value = self.values.get((day, name))
        slots = slots_of(fitted(values, value), HOUR_MINUTES)
        if slots is None or (value is not None and not agrees(slots, value)):
            return None
        return slots

    def filled(
        self,
        ledger: Ledger,
        found: Mapping[date, LedgerDay],
        kinds: Mapping[str, Kind],
        now: datetime,
    ) -> Ledger:
        """Return a ledger with what it lacks of some days; history stays if it counts."""
        added = {
            day: LedgerDay(dict(self._better(day, own, ledger)), _prices(own, ledger.days.get(day)))
            for day, own in found.items()
        }
        return with_days(ledger, added, kinds, now)

    def _better(self, day: date, own: LedgerDay, ledger: Ledger) -> Iterator[tuple[str, Slots]]:
        before = ledger.days.get(day, LedgerDay()).energy
        for name, slots in own.energy.items():
            stored, value = before.get(name), self.values.get((day, name))
            is_stale = stored is not None and value is not None and not agrees(stored, value)
            yield name, slots if is_stale else kept(stored, slots)


def _prices(own: LedgerDay, stored: LedgerDay | None) -> dict[str, Steps]:
    before = stored.prices if stored else {}
    return {name: kept(before.get(name), steps) for name, steps in own.prices.items()}


def day_values(
    documents: Iterable[Document], names: AbstractSet[str], zone: ZoneInfo
) -> dict[Key, Value | None]:
    """Return the values of days, each from the first of some documents of days that has it."""
    found: dict[Key, Value | None] = {}
    for document in documents:
        for start, point in document.points.items():
            day = local_day(start, zone)
            for name in point.keys() & names:
                found.setdefault((day, name), point[name])
    return found
