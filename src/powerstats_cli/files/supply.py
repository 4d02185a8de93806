"""The energy and the prices of some days, out of the files: what bills are made of."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.energy.ledger import Ledger
from powerstats_cli.core.energy.ledger_days import Tariffing
from powerstats_cli.core.energy.metering import Known
from powerstats_cli.core.energy.supply import Stored, Supply, Wanted
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import DAY, MICROSECOND, Span, day_start, local_day
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.ranges import within
from powerstats_cli.core.tiers import newest_until
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.pieces import LEFT_OUT, Reader
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles


class Metered(msgspec.Struct, frozen=True, dict=True):
    """The files that tell what energy flowed, and the prices of it.

    `daily` and `yearly` are those files, `archived` the days of the archive and `years` those that
    have a file: both are read one at a time.
    """

    settings: Settings
    reader: Reader
    daily: Document | None
    yearly: Document | None
    ledger: Ledger | None
    archived: frozenset[date]
    years: frozenset[int]
    supply: Supply

    @property
    def problems(self) -> Sequence[PowerstatsError]:
        """The errors of the files that could not be read so far; they are left out."""
        return self.reader.problems

    @cached_property
    def first(self) -> date:
        """The first local day of which something is stored."""
        oldest = self.reader.years(sorted(self.years)[:1])
        documents = [each for each in (self.daily, self.yearly, *oldest) if each and each.points]
        starts = [local_day(min(each.points), self.settings.zone) for each in documents]
        days: list[date] = [*starts, *self.archived, *(self.ledger.days if self.ledger else ())]
        return min(days, default=self.today)

    @property
    def today(self) -> date:
        """The local day up to which something was collected."""
        return local_day(self.until(()) - MICROSECOND, self.settings.zone)

    def until(self, names: Iterable[str]) -> datetime:
        """Return the instant up to which all of some flows, series and prices were collected.

        A series that was never asked for does not count: it is unknown.
        """
        documents = [each for each in (self.daily, self.yearly, *self._newest()) if each]
        series = {term.name for name in names for term in self.supply.plan.terms_of(name)}
        known = [
            max(untils)
            for name in series
            if (untils := [until for each in documents if (until := each.until(name))])
        ]
        return min(known, default=newest_until(documents) or self.supply.until)

    def known(
        self,
        contract: Contract,
        terms: Sequence[Term],
        also: Sequence[str] = (),
        until: datetime | None = None,
    ) -> Known:
        """Return all that prices some bills, at least one, and the energy of other flows.

        Without `until` it ends with what is known of all that the last bill uses.
        """
        wanted = [Wanted.by(contract.lines(term.tariff), term.days, also) for term in terms]
        until = until or self.until(wanted[-1].names)
        first, end = min(term.days.first for term in terms), max(term.days.end for term in terms)
        return self.of_days(Wanted.together(wanted), Days(first, end), until)

    def of_days(self, wanted: Wanted, days: Days, until: datetime) -> Known:
        """Return what is known of the wanted energies and prices up to the end of some days."""
        supply = msgspec.structs.replace(self.supply, until=until)
        since = {name: self._found(supply, name, first) for name, first in wanted.energy.items()}
        first = min([*since.values(), *wanted.prices.values()], default=days.first)
        end = min(days.end, local_day(until - MICROSECOND, self.settings.zone) + DAY)
        return supply.known(wanted, map(self._stored, Days(first, end)), since)

    def _found(self, supply: Supply, name: str, first: date) -> date:
        """Return the last day before one at whose end all counters of a flow were there."""
        day = first - DAY
        while supply.is_lost(name, self._stored(day)) and day > self.first:
            day -= DAY
        return day

    def _stored(self, day: date) -> Stored:
        return Stored(
            day,
            self._document(day),
            self.ledger.days.get(day) if self.ledger else None,
            next(filter(None, (each.points.get(self._start(day)) for each in self._sums(day))), {}),
        )

    def _start(self, day: date) -> datetime:
        return day_start(day, self.settings.zone)

    def _document(self, day: date) -> Document | None:
        if self.daily and self.daily.day == day:
            return self.daily
        return next(self.reader.archived([day] if day in self.archived else []), None)

    def _sums(self, day: date) -> Iterator[Document]:
        if self.yearly:
            yield self.yearly
        yield from self.reader.years([day.year] if day.year in self.years else [])

    def _newest(self) -> Iterator[Document]:
        """Yield the last archived day, if today's file does not tell how far it was collected."""
        if self.daily is None and self.archived:
            yield from self.reader.archived([max(self.archived)])


def metered(settings: Settings, files: Store, now: datetime) -> Metered:
    """Return the files of a home.

    Raises MissingError if nothing is stored yet, ConfigError if a series cannot have its role.
    """
    reader = Reader(files)
    daily, yearly = reader.tier("daily"), reader.tier("yearly")
    ledger = ledgerfile.or_tell(files, reader.problems, LEFT_OUT)
    documents = [each for each in (daily, yearly) if each]
    kinds = (dict(ledger.series) if ledger else {}) | kinds_in(documents)
    archived, years = frozenset(files.archived_days()), frozenset(files.stored_years())
    is_empty = not (archived or years or (ledger and ledger.days))
    if is_empty and not any(each.points for each in documents):
        message = "nothing is stored yet: run `powerstats collect`"
        raise MissingError(message)
    supply = Supply(
        settings.zone,
        planned(home_roles(settings, documents, kinds), kinds),
        kinds,
        {
            name: Tariffing(price.step, price.billed or price.step)
            for name, price in settings.prices.items()
        },
        now,
    )
    return Metered(settings, reader, daily, yearly, ledger, archived, years, supply)


def whole_days(period: Sequence[Span], found: Metered, earliest: date) -> Days:
    """Return the days of a period as far as something is stored of them, from a day on.

    Raises MissingError if nothing is; ValueError, with a line for the user, if a day is cut.
    """
    zone = found.settings.zone
    stored = Span(day_start(found.first, zone), day_start(found.today + DAY, zone))
    spans = within(period, stored, zone)
    first = max(local_day(spans[0].start, zone), earliest)
    end = local_day(spans[-1].end - MICROSECOND, zone) + DAY
    edges = [at for span in period for at in span if stored.start <= at <= stored.end]
    if any(at != day_start(local_day(at, zone), zone) for at in edges):
        message = "money is told of whole days"
        raise ValueError(message)
    return Days(first, end)
