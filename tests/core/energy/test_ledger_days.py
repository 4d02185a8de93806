"""Closed days rolled up into the ledger: their slots, which of two days is kept, and the window."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.buckets import Value, as_written
from powerstats_cli.core.documents import Document, bucket_name
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Slots, Steps, decode, encode
from powerstats_cli.core.energy.ledger_days import (
    Keeping,
    Tariffing,
    aggregated,
    misfits,
    new_ledger,
    rolled_up,
)
from powerstats_cli.core.energy.slots import agrees
from powerstats_cli.core.entries import Change, Entry
from powerstats_cli.core.journal import EMPTY, Journal
from powerstats_cli.core.periods import DAY, Span, day_span, day_start, days, intervals
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import roll_up
from tests.core.energy.homes import COUNTER, POWER, counted, drawn

NL = ZoneInfo("Europe/Amsterdam")
DATE = date(2025, 11, 22)
NOW = datetime(2025, 11, 23, 1, tzinfo=UTC)
PRICE = Kind("EUR/kWh", "measurement")
GAS = Kind("m³", "total_increasing")
KINDS = {"grid": POWER, "meter": COUNTER, "epex": PRICE, "gas": GAS}
KEEPING = Keeping(energy=frozenset({"grid", "meter", "gas"}), prices={"epex": Tariffing(15, 15)})
Point = Callable[[Span], dict[str, Value]]


def document(
    point: Point,
    day: date = DATE,
    minutes: int = 10,
    zone: ZoneInfo = NL,
    kinds: Mapping[str, Kind] = KINDS,
) -> Document:
    """Return an archived day; a point gives the values of the bucket that it gets."""
    spans = intervals(day, zone, minutes)
    points = {
        span.start: {
            name: written for name, value in found.items() if (written := as_written(value, 6))
        }
        for span in spans
        if (found := point(span))
    }
    names = {name for each in points.values() for name in each} | (kinds.keys() - KINDS.keys())
    end = day_start(day + DAY, zone)
    return Document(
        tier="daily",
        timezone=zone.key,
        bucket=bucket_name(minutes),
        day=day,
        last_update=end,
        series={name: Series.of(kinds[name], end) for name in names},
        points=points,
    )


def local(span: Span, zone: ZoneInfo = NL) -> float:
    """Return the local hour at which a span begins."""
    at = span.start.astimezone(zone)
    return at.hour + at.minute / 60


def priced(price: float) -> Value:
    """Return a price's value over a whole bucket."""
    return Value(mean=price, min=price, max=price, coverage=1.0)


def use(span: Span) -> dict[str, Value]:
    """Return 1 kW of the grid."""
    return {"grid": drawn(span.length / timedelta(hours=1))}


# --- slots ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "minutes", "count"),
    [
        (DATE, 60, 24),
        (DATE, 30, 48),
        (DATE, 10, 144),
        (date(2026, 3, 29), 60, 23),
        (date(2025, 10, 26), 60, 25),
        (date(2025, 10, 26), 30, 50),
    ],
)
def test_a_day_has_its_slots(day: date, minutes: int, count: int) -> None:
    """A day has 23 or 25 hours if clocks change; of a kilowatt each has its Wh."""
    keeping = msgspec.structs.replace(KEEPING, slot_minutes=minutes)
    found = rolled_up(document(use, day), day, keeping, NL).energy
    assert [len(slots.wh) for slots in found.values()] == [count]
    assert sum(wh or 0 for wh in found["grid"].wh) == count * 1000 * minutes // 60


@pytest.mark.parametrize(
    ("interval", "wished", "slots"),
    [
        (10, 60, 60),
        (5, 15, 15),
        (15, 15, 15),
        (10, 15, 30),
        (20, 30, 60),
        (12, 15, 60),
        (60, 15, 60),
    ],
)
def test_slots_are_whole_buckets(interval: int, wished: int, slots: int) -> None:
    """A day in buckets that do not tile the wished slots has longer ones: none is divided."""
    keeping = msgspec.structs.replace(KEEPING, slot_minutes=wished)
    found = rolled_up(document(use, minutes=interval), DATE, keeping, NL)
    assert found.energy["grid"].minutes == slots


def test_what_a_ledger_keeps() -> None:
    """It keeps the energies and prices that are asked for; gas in thousandths of its unit."""
    found = rolled_up(
        document(
            lambda span: (
                use(span)
                | {"meter": counted(0.01), "gas": counted(0.002), "epex": priced(0.123456)}
                | {"cellar": drawn(1.0)}
            ),
            kinds={**KINDS, "cellar": POWER},
        ),
        DATE,
        KEEPING,
        NL,
    )
    assert found.energy["meter"].wh == (60,) * 24
    assert found.energy["gas"].wh == (12,) * 24
    assert found.prices["epex"].price == (0.12346,) * 96
    assert found.energy.keys() | found.prices.keys() == {"grid", "meter", "gas", "epex"}


def test_a_step_across_unknown_time() -> None:
    """A counter's step lies in the slot in which the reading returned, after unknown ones."""

    def point(span: Span) -> dict[str, Value]:
        if 5.5 <= local(span) < 8:
            return {}
        return {"meter": counted(2.1 if local(span) == 8 else 0.1)}

    slots = rolled_up(document(point), DATE, KEEPING, NL).energy["meter"]
    assert slots.wh[4:10] == (600, 300, None, None, 2600, 600)
    assert slots.known is not None
    assert slots.known[4:10] == (1.0, 0.5, 0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("interval", "start", "end", "missing"),
    [
        (10, 0, 60, 4),
        (10, 10, 20, 2),
        (10, 0, 10, 1),
        (5, 5, 10, 1),
        (15, 15, 30, 1),
        (30, 0, 30, 2),
    ],
)
def test_a_price_is_known_by_whole_steps(interval: int, start: int, end: int, missing: int) -> None:
    """A quarter-hour is null unless all of it is known; a bucket over its end takes both."""

    def point(span: Span) -> dict[str, Value]:
        is_lost = 5 * 60 + start <= round(local(span) * 60) < 5 * 60 + end
        return {} if is_lost else {"epex": priced(0.25)}

    price = rolled_up(document(point, minutes=interval), DATE, KEEPING, NL).prices["epex"].price
    assert price.count(None) == missing
    assert set(price) == {0.25, None}


def test_a_price_that_is_known_in_part() -> None:
    """A bucket that is not wholly known tells no price."""
    partly = msgspec.structs.replace(priced(0.25), coverage=0.9999)
    assert not rolled_up(document(lambda _: {"epex": partly}), DATE, KEEPING, NL).prices


def test_quarter_hours_billed_by_the_hour() -> None:
    """A price is kept by the minutes that are billed at once, each at its mean."""
    quarters = [0.10, 0.12, 0.16, 0.22]
    keeping = msgspec.structs.replace(KEEPING, prices={"epex": Tariffing(15, 60)})
    found = rolled_up(
        document(lambda span: {"epex": priced(quarters[int(local(span) % 1 * 4)])}, minutes=15),
        DATE,
        keeping,
        NL,
    )
    assert found.prices["epex"] == Steps(60, (0.15,) * 24)


# --- beside what is stored ------------------------------------------------------------------------


def ledger_of(
    *documents: Document,
    keeping: Keeping = KEEPING,
    stored: Ledger | None = None,
    journal: Journal | None = None,
) -> Ledger:
    """Return a ledger after some archived days were rolled up into it."""
    archive = {one.day: one for one in documents if one.day}
    before = stored or new_ledger(NL.key, NOW)
    return aggregated(before, archive, keeping, newest=max(archive), now=NOW + DAY, journal=journal)


def random_day(random: Random, day: date, zone: ZoneInfo, minutes: int) -> Document:
    """Return a day of a power with both ways and a counter, known in part."""

    def point(span: Span) -> dict[str, Value]:
        hours = span.length / timedelta(hours=1)
        back = random.choice([0.0, random.uniform(0, 3) * hours])
        coverage = random.choice([1.0, 1.0, random.uniform(0.01, 1)])
        found = {"grid": drawn(random.uniform(0, 4) * hours - back, back, coverage)}
        found["meter"] = counted(random.choice([0.0, random.random()]))
        return {} if random.random() < 0.1 else found

    return document(point, day, minutes, zone)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize(("interval", "wished"), [(10, 60), (5, 15), (15, 30), (10, 15), (60, 60)])
def test_a_ledger_adds_up(zone: str, interval: int, wished: int) -> None:
    """Each day's slots are read back, add up to the archive's day and agree with it.

    The days are those around a clock change, and known in part; to do it once is enough.
    """
    random, timezone = Random(interval * wished), ZoneInfo(zone)
    keeping = msgspec.structs.replace(KEEPING, slot_minutes=wished)
    dates = [
        *days(date(2025, 3, 28), date(2025, 4, 8)),
        *days(date(2025, 10, 3), date(2025, 10, 7)),
    ]
    archive = {day: random_day(random, day, timezone, interval) for day in dates}
    empty = new_ledger(zone, NOW)
    ledger = aggregated(empty, archive, keeping, newest=dates[-1], now=NOW)
    again = aggregated(ledger, archive, keeping, newest=dates[-1], now=NOW + DAY)
    assert again is ledger
    assert decode(encode(ledger), timezone=zone) == ledger
    for day in dates:
        rolled = {name: value for _, name, value in roll_up(archive[day], day, "day", timezone)}
        for name, slots in ledger.days[day].energy.items():
            assert agrees(slots, rolled[name])
            assert slots.coverage == pytest.approx(rolled[name].coverage, abs=0.03)


def test_the_window() -> None:
    """The days before the window go, and with the last of them their series."""
    old = document(lambda _: {"gas": counted(0.01)}, DATE - 39 * DAY)
    ledger = ledger_of(old, stored=ledger_of(document(use)))
    assert (len(ledger.days), sorted(ledger.series)) == (2, ["gas", "grid"])
    keeping = msgspec.structs.replace(KEEPING, days=40)
    kept = ledger_of(document(use), keeping=keeping, stored=ledger)
    assert kept is ledger
    later = ledger_of(document(use, DATE + DAY), keeping=keeping, stored=ledger)
    assert (len(later.days), sorted(later.series), later.last_update) == (2, ["grid"], NOW + DAY)


def test_a_day_that_knows_less_changes_nothing() -> None:
    """A day of which the archive has only a part stays, series by series."""
    full = document(lambda span: use(span) | {"meter": counted(0.01)})
    less = document(lambda span: use(span) if local(span) < 12 else {"meter": counted(0.02)})
    ledger = ledger_of(full)
    assert ledger_of(less, stored=ledger) is ledger
    more = document(lambda _: {"meter": counted(0.02)})
    found = ledger_of(more, stored=ledger).days[DATE].energy
    assert (found["grid"].wh, found["meter"].wh) == ((1000,) * 24, (120,) * 24)


def test_other_slots_from_a_day_on() -> None:
    """Old days keep their slots; longer ones do not replace shorter ones that tell the same."""
    quarters = msgspec.structs.replace(KEEPING, slot_minutes=15)
    before = ledger_of(document(use, minutes=15), keeping=quarters)
    tomorrow = document(use, DATE + DAY, minutes=15)
    found = ledger_of(document(use, minutes=15), tomorrow, stored=before)
    assert [day.energy["grid"].minutes for day in found.days.values()] == [15, 60]
    back = ledger_of(tomorrow, stored=found, keeping=quarters)
    assert [day.energy["grid"].minutes for day in back.days.values()] == [15, 15]


def test_hours_of_the_statistics_beside_finer_slots() -> None:
    """History replaces hours of the statistics; a series without history keeps its hours."""
    hours = Slots(60, (900,) * 24, source="statistics")
    day = LedgerDay({"grid": hours, "meter": hours})
    stored = Ledger(NL.key, NOW, {"grid": POWER, "meter": COUNTER}, {DATE: day})
    quarters = msgspec.structs.replace(KEEPING, slot_minutes=30)
    found = ledger_of(document(use), stored=stored, keeping=quarters)
    assert found.days[DATE].energy == {"grid": Slots(30, (500,) * 48), "meter": hours}
    assert decode(encode(found), timezone=NL.key) == found


def test_a_series_of_another_kind_is_left_out() -> None:
    """A series that has become another thing changes nothing, and is named."""
    ledger = ledger_of(document(use))
    other = document(lambda _: {"grid": counted(0.5)}, DATE + DAY, kinds={"grid": COUNTER})
    after = ledger_of(other, stored=ledger)
    assert after.days.keys() == {DATE}
    assert misfits(ledger, other) == {
        "grid": "total_increasing in kWh, but measurement in W in ledger.json"
    }


def test_two_kinds_in_one_run() -> None:
    """Of a new series with two kinds in the archive, the kind of the first day counts."""
    other = document(lambda _: {"grid": counted(0.5)}, DATE + DAY, kinds={"grid": COUNTER})
    ledger = ledger_of(document(use), other)
    assert (list(ledger.days), ledger.series["grid"]) == ([DATE], POWER)


@pytest.mark.parametrize("name", ["date", "minutes"])
def test_a_series_named_as_a_key(name: str) -> None:
    """A series cannot be kept under the name of a day's own key."""
    keeping = Keeping(energy=frozenset({name}), prices={name: Tariffing(15, 15)})
    named = document(lambda _: {name: drawn(0.1)}, kinds={name: POWER})
    assert not ledger_of(named, keeping=keeping).days


# --- corrections ----------------------------------------------------------------------------------


def journal_of(start: datetime, end: datetime, name: str = "grid") -> Journal:
    """Return a journal of one correction."""
    entry = Entry(
        id="5f3df81cb7d8",
        at=NOW,
        do="unknown",
        series=name,
        start=start,
        end=end,
        why="",
        changes=[Change("10min", start)],
    )
    return Journal.of([(entry, b"")])


def test_what_a_correction_took_is_taken_here_too() -> None:
    """A corrected day knows less, and yet replaces the stored one; other series do not."""
    ledger = ledger_of(document(lambda span: use(span) | {"meter": counted(0.01)}))
    span = Span(day_start(DATE, NL), day_start(DATE, NL) + timedelta(hours=2))
    less = document(
        lambda each: {} if each.start < span.end else use(each) | {"meter": counted(0.01)}
    )
    found = ledger_of(less, stored=ledger, journal=journal_of(*span)).days[DATE].energy
    assert (found["grid"].wh[:3], found["meter"].wh[:3]) == ((None, None, 1000), (60, 60, 60))
    assert ledger_of(less, stored=ledger, journal=EMPTY) is ledger


def test_a_day_that_a_correction_took_wholly() -> None:
    """If nothing is left of a series, its slots go; an undone correction brings them back."""
    ledger = ledger_of(document(lambda span: use(span) | {"meter": counted(0.01)}))
    gone = document(lambda _: {"meter": counted(0.01)}, kinds=KINDS)
    gone.series["grid"] = Series.of(POWER, gone.last_update)
    found = ledger_of(gone, stored=ledger, journal=journal_of(*day_span(DATE, NL)))
    assert found.days[DATE].energy.keys() == {"meter"}
    again = ledger_of(document(use), stored=found, journal=EMPTY)
    assert again.days == ledger.days
