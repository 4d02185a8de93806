"""A file's buckets, laid on the days of its window."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from urllib.parse import quote
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, Span, day_span, day_start, local_day
from powerstats_cli.core.tiers import buckets

Raw = float | str | None
Numbers = dict[str, Raw]

WINDOWS = {"daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
WHOLE = 0.999


# Of each part its series, the way of its energy ("+", "-" or "both"), and the sign of that.
Parts = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Roles:
    """Which series the page is about; the tests say it, the page has to find it."""

    main: str | None = "power"
    energy: str | None = "energy"
    sun: str | None = "solar"
    sun_energy: str | None = "solar"
    house: str | None = "power"
    devices: tuple[str, ...] = ()
    battery: str | None = None
    level: str | None = None
    # The sums that the page makes of the home's series, by their names.
    sums: Mapping[str, Parts] = field(default_factory=dict)
    # The series or sum of each flow besides the sun's.
    flows: Mapping[str, str] = field(default_factory=dict)

    @property
    def beside(self) -> str | None:
        """The series in the main chart next to the main one."""
        return self.sun if self.main is not None and self.main == self.house else None

    @property
    def exported(self) -> str | None:
        """The sum that the main chart shows below zero."""
        return "export" if self.beside and "export" in self.sums else None

    def of(self, document: Document) -> "Roles":
        """Return the roles without the series that a file does not have."""
        there = document.series.keys()
        energy = self.energy if self.energy in there else self.house
        return replace(
            self,
            energy=energy if energy in there else None,
            sun_energy=self.sun_energy if self.sun_energy in there else None,
        )

    @property
    def twice(self) -> str | None:
        """The power of the house, if a counter counts what it took."""
        return self.house if self.house and self.energy and self.energy != self.house else None


@dataclass(frozen=True)
class Cell:
    """A bucket, and the value of a series in it."""

    span: Span
    value: Value | None

    @property
    def amount(self) -> float | None:
        """The amount in the bucket."""
        if self.value is None:
            return None
        return self.value.kwh if self.value.kwh is not None else self.value.change

    @property
    def known(self) -> timedelta:
        """How much of it is known."""
        return self.span.length * (self.value.coverage if self.value else 0)


@dataclass(frozen=True)
class Day:
    """A local day of a series."""

    day: date
    span: Span
    cells: list[Cell]

    @property
    def total(self) -> float | None:
        """The amount of the day."""
        return total(self.cells)

    @property
    def coverage(self) -> float:
        """The known share."""
        return min(1.0, sum(cell.known / self.span.length for cell in self.cells))

    @property
    def is_whole(self) -> bool:
        """Whether it is known to its end, rounding aside."""
        return self.total is not None and self.coverage >= WHOLE


class Grid:
    """A file's buckets, laid on the days of its window."""

    def __init__(self, document: Document) -> None:
        """Find the window's days."""
        self.document = document
        self.zone = ZoneInfo(document.timezone)
        there = [local_day(start, self.zone) for start in document.points]
        if document.day:
            first = last = document.day
        else:
            until = max(series.until for series in document.series.values())
            last = max([local_day(until, self.zone) - DAY, *there])
            first = min([last - (WINDOWS[document.tier] - 1) * DAY, *there])
        self.days = [first + number * DAY for number in range((last - first).days + 1)]
        self.spans = [
            span for day in self.days for span in buckets(document.bucket, day, self.zone)
        ]
        begins = self.days[0] if document.day or not there else min(there)
        self.start = day_start(begins, self.zone)
        self.end = self.spans[-1].end

    def cells(self, name: str | None) -> list[Cell]:
        """Return a series' buckets."""
        points = self.document.points
        return [
            Cell(span, points.get(span.start, {}).get(name) if name else None)
            for span in self.spans
        ]

    def by_day(self, name: str | None) -> list[Day]:
        """Return a series' days."""
        cells = iter(self.cells(name))
        days = [(day, day_span(day, self.zone)) for day in self.days]
        return [
            Day(day, span, list(islice(cells, len(buckets(self.document.bucket, day, self.zone)))))
            for day, span in days
            if span.length
        ]

    def until(self, name: str) -> datetime:
        """Return up to when a series was asked for."""
        return self.document.series[name].until

    def is_counter(self, name: str) -> bool:
        """Tell whether a series counts."""
        return self.document.series[name].state_class != "measurement"

    def known_share(self, name: str) -> float | None:
        """Return the known share of closed days, or of today as far as it was asked for."""
        begin = self.start if self.document.day else self.spans[0].start
        end = min(self.until(name), self.end) if self.document.day else self.end
        asked = end - begin
        if asked <= timedelta(0):
            return None
        return min(1.0, sum((cell.known for cell in self.cells(name)), timedelta(0)) / asked)

    def asked(self, name: str) -> tuple[datetime, datetime]:
        """Return the time in which a series was there to be asked for."""
        until = min(self.until(name), self.end)
        if self.document.day:
            return self.start, until
        first = next((cell.span.start for cell in self.cells(name) if cell.value), until)
        return first, until


def total(cells: Iterable[Cell]) -> float | None:
    """Return the sum of buckets, None if nothing is known."""
    amounts = [cell.amount for cell in cells if cell.amount is not None]
    return float(sum(map(Fraction, amounts))) if amounts else None


def iso(instant: datetime) -> str:
    """Return an instant as the page marks it."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}Z"


def millis(instant: datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return round(instant.timestamp() * 1000)


def escaped(name: str) -> str:
    """Return a name as keys have it."""
    return quote(name, safe="!*'()~")
