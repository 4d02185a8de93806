"""The ledger: the energies and prices of the last closed days in slots, from which costs are made.

Energies are whole Wh (of another unit thousandths of it), prices money per kWh. It has what a
day's sum has lost, its hours, so a tariff that is corrected is corrected for all of these days.
The same data gives the same bytes, a day a line. `ledger.schema.json` beside data.schema.json
describes the form for other programs.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal, TypeGuard
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.buckets import Number
from powerstats_cli.core.documents import (
    VERSION,
    YEARS,
    in_local_time,
    json_of,
    utc_instant,
    written_in,
)
from powerstats_cli.core.periods import count_intervals
from powerstats_cli.core.series import Kind, StateClass
from powerstats_cli.errors import UnreadableError

TIER: Final = "ledger"
HOUR_MINUTES: Final = 60
# No clock change makes a day shorter or longer; a slot that one cuts counts as a whole one.
SHORTEST_DAY: Final = 22 * HOUR_MINUTES
LONGEST_DAY: Final = 26 * HOUR_MINUTES
# The keys of a day that are no series.
RESERVED: Final = ("date", "minutes")
# A slot holds no greater number, and a day's sum of such numbers is exact in every program.
LARGEST_WH: Final = 10**13
Wh = Annotated[int, msgspec.Meta(ge=-LARGEST_WH, le=LARGEST_WH)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=60)]


class Slots(msgspec.Struct, frozen=True):
    """A day's energy of one series by slots of `minutes`, in the day's order; None is unknown.

    `wh` is what flowed forward less what flowed back, of a counter its change. `back` is the part
    that flowed back, None if nothing did; a slot of it is None, too, if only the difference is
    known. `known` are the slots' coverages, None if all are wholly known.
    """

    minutes: int
    wh: tuple[int | None, ...]
    back: tuple[int | None, ...] | None = None
    known: tuple[float, ...] | None = None
    source: Literal["statistics"] | None = None

    @property
    def coverage(self) -> float:
        """The known share of the day; its slots are taken as equally long."""
        return 1.0 if self.known is None else sum(self.known) / len(self.known)


class Steps(msgspec.Struct, frozen=True):
    """A day's prices by steps of `minutes`, in money per kWh; None unless the step is known."""

    minutes: int
    price: tuple[float | None, ...]
    source: Literal["statistics"] | None = None

    @property
    def coverage(self) -> float:
        """The known share of the day."""
        return sum(price is not None for price in self.price) / len(self.price)


class LedgerDay(msgspec.Struct, frozen=True):
    """What is known of a closed local day: the energy of each series, and each price."""

    energy: Mapping[str, Slots] = {}
    prices: Mapping[str, Steps] = {}


class Ledger(msgspec.Struct, frozen=True):
    """The days of a ledger, oldest first, and the kind of each series in it.

    Days in `lost` are in the file, but by the rules of the time zone that are known now they have
    another length, so it is not known which hours their slots are.
    """

    timezone: str
    last_update: datetime
    series: Mapping[str, Kind]
    days: Mapping[date, LedgerDay]
    lost: tuple[date, ...] = ()


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series of a day as its JSON is written: of an energy `wh`, of a price `price`."""

    minutes: Minutes | None = None
    wh: tuple[Wh | None, ...] | None = None
    back: tuple[Annotated[int, msgspec.Meta(ge=0, le=LARGEST_WH)] | None, ...] | None = None
    known: tuple[Share, ...] | None = None
    price: tuple[Number | None, ...] | None = None
    source: Literal["statistics"] | None = None


class _Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit: str
    state_class: StateClass


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ledger as its JSON is written."""

    version: int
    tier: Literal["ledger"]
    timezone: str
    last_update: datetime
    series: dict[str, _Series]
    days: list[dict[str, int | date | _Entry]]


_decoder = msgspec.json.Decoder(_Written)


# --- bytes ------------------------------------------------------------------------------------


def encode(ledger: Ledger) -> bytes:
    """Return a ledger's bytes: a header of a few lines, then one day per line."""
    zone = zones.zone(ledger.timezone)
    series = ",\n  ".join(
        f"{json_of(name)}:{json_of(ledger.series[name])}" for name in sorted(ledger.series)
    )
    lines = [
        f'{{"version":{VERSION},"tier":"{TIER}","timezone":{json_of(ledger.timezone)},',
        f' "last_update":{json_of(in_local_time(ledger.last_update, zone))},',
        f' "series":{{{series}}},',
        ' "days":[',
    ]
    days = ",\n".join(f"  {_line(day, ledger.days[day])}" for day in sorted(ledger.days))
    return "\n".join([*lines, *([days] if days else []), " ]}", ""]).encode()


def _line(day: date, written: LedgerDay) -> str:
    """Return a day's line; its `minutes` are those of its energies, and some may have their own."""
    minutes = min((slots.minutes for slots in written.energy.values()), default=None)
    fields: dict[str, object] = {"date": day} | ({"minutes": minutes} if minutes else {})
    for name in sorted({**written.energy, **written.prices}):
        if name in written.energy:
            fields[name] = _of_energy(written.energy[name], minutes)
        else:
            fields[name] = _known_fields(written.prices[name])
    return json_of(fields)


def _of_energy(slots: Slots, minutes: int | None) -> dict[str, object]:
    fields = _known_fields(slots)
    if slots.minutes == minutes:
        del fields["minutes"]
    if slots.known is not None:
        fields["known"] = [int(share) if share in {0, 1} else share for share in slots.known]
    return fields


def _known_fields(entry: Slots | Steps) -> dict[str, object]:
    fields = msgspec.structs.asdict(entry)
    return {name: value for name, value in fields.items() if value is not None}


def decode(raw: bytes, *, timezone: str) -> Ledger:
    """Return the ledger that bytes hold; raises the errors of `documents.decode`."""
    written = written_in(raw, _decoder, timezone)
    zone = zones.zone(timezone)
    days: dict[date, LedgerDay] = {}
    lost: list[date] = []
    previous = date.min
    for number, fields in enumerate(written.days):
        day, found = _day(fields, number, written.series)
        if day <= previous:
            message = f"days[{number}].date is not later than the one before it"
            raise UnreadableError(message)
        previous = day
        if all(_fits(entry, day, zone) for entry in entries(found)):
            days[day] = found
        else:
            lost.append(day)
    return Ledger(
        timezone=zones.current(written.timezone),
        last_update=utc_instant(written.last_update, "last_update"),
        series={name: Kind(one.unit, one.state_class) for name, one in written.series.items()},
        days=days,
        lost=tuple(lost),
    )


def entries(day: LedgerDay) -> Iterator[Slots | Steps]:
    """Yield the energies and the prices of a day."""
    yield from day.energy.values()
    yield from day.prices.values()


def _day(
    fields: dict[str, int | date | _Entry], number: int, series: Container[str]
) -> tuple[date, LedgerDay]:
    day, minutes = fields.pop("date", None), fields.pop("minutes", None)
    if type(day) is not date or day.year not in YEARS:
        message = f"days[{number}].date is no day"
        raise UnreadableError(message)
    energy: dict[str, Slots] = {}
    prices: dict[str, Steps] = {}
    for name, entry in fields.items():
        if name not in series or not isinstance(entry, _Entry):
            message = f"days[{number}].{name} is neither an energy nor a price of a series"
            raise UnreadableError(message)
        own = entry.minutes or (minutes if entry.price is None else None)
        if not _is_length(own) or not _is_even(entry, own):
            message = f"days[{number}].{name} has not as many slots as a day"
            raise UnreadableError(message)
        if entry.wh is not None and entry.price is None:
            energy[name] = Slots(own, entry.wh, entry.back, entry.known, entry.source)
        elif entry.price is not None and entry.wh is entry.back is entry.known is None:
            prices[name] = Steps(own, entry.price, entry.source)
        else:
            message = f"days[{number}].{name} is both an energy and a price, or neither"
            raise UnreadableError(message)
    return day, LedgerDay(energy, prices)


def _is_length(minutes: object) -> TypeGuard[int]:
    return isinstance(minutes, int) and 0 < minutes <= HOUR_MINUTES and not HOUR_MINUTES % minutes


def _is_even(entry: _Entry, minutes: int) -> bool:
    """Tell whether all lists of an entry are of one length, which some day has."""
    lists = (entry.wh, entry.back, entry.known, entry.price)
    lengths = {len(numbers) for numbers in lists if numbers is not None}
    return len(lengths) == 1 and all(
        SHORTEST_DAY <= length * minutes <= LONGEST_DAY for length in lengths
    )


def _fits(entry: Slots | Steps, day: date, zone: ZoneInfo) -> bool:
    """Tell whether an entry has as many slots as its day."""
    numbers = entry.wh if isinstance(entry, Slots) else entry.price
    return len(numbers) == count_intervals(day, zone, entry.minutes)
