"""A document is settled by the journal: what is unknown goes, what is true stays or comes back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.corrections import settled
from powerstats_cli.core.documents import Document
from powerstats_cli.core.entries import Change, Entry, signed
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.merging import merge
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.tiers import TIERS, aggregate, gains, new_tier
from tests.core.test_tiers import a_day, power

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY_OF_IT = date(2025, 11, 20)
AT = datetime(2025, 11, 25, 13, tzinfo=AMSTERDAM)
BUCKET = datetime(2025, 11, 20, 10, 10, tzinfo=AMSTERDAM)


def journal_of(*changes: Change, base: Journal | None = None, **other: object) -> Journal:
    """Return a journal with one more entry."""
    base = base or Journal()
    entry = Entry(
        id="",
        at=AT + len(base.entries) * timedelta(seconds=1),
        do="value",
        series="power",
        start=BUCKET,
        end=BUCKET + timedelta(minutes=10),
        why="",
        changes=changes,
    )
    entry = signed(msgspec.structs.replace(entry, **other), AMSTERDAM)
    return base.with_entry(entry, AMSTERDAM)


def stamped(value: Value, journal: Journal) -> Value:
    """Return a value with the stamp of a journal's newest entry."""
    return msgspec.structs.replace(value, corrected=journal.entries[-1].id)


def day_of(document: Document, day: date = DAY_OF_IT) -> Value | None:
    """Return the power of a day."""
    return document.value(day_start(day, AMSTERDAM), "power")


def test_without_a_journal_nothing_is_touched() -> None:
    """The very document comes back."""
    document = a_day(DAY_OF_IT)
    assert settled(document, Journal(), AMSTERDAM) is document


def test_what_is_unknown_goes_and_what_is_true_comes() -> None:
    """Only the corrected bucket changes, and `last_update` says when it became true."""
    document = a_day(DAY_OF_IT)
    unknown = settled(document, journal_of(Change("10min", BUCKET, power(120.0))), AMSTERDAM)
    assert BUCKET not in unknown.points
    assert len(unknown.points) == 143
    assert unknown.last_update == AT
    journal = journal_of(Change("10min", BUCKET, power(120.0), power(600.0)))
    for stored in (document, unknown):
        corrected = settled(stored, journal, AMSTERDAM)
        assert corrected.value(BUCKET, "power") == stamped(power(600.0), journal)
        assert [*corrected.points] == sorted(document.points)
        assert settled(corrected, journal, AMSTERDAM) is corrected
    assert document.value(BUCKET, "power") == power(120.0)


def test_a_value_that_knows_of_it_stays() -> None:
    """A later roll-up with the stamp may know more than the entry did."""
    journal = journal_of(Change("10min", BUCKET, None, power(600.0, 0.5)))
    document = a_day(DAY_OF_IT)
    document.points[BUCKET]["power"] = stamped(power(600.0), journal)
    assert settled(document, journal, AMSTERDAM) is document


def test_nothing_is_added_outside_a_file_s_time_or_series() -> None:
    """A bucket of another day, or of a series that the file does not know, stays away."""
    journal = journal_of(Change("10min", BUCKET, None, power(600.0)))
    for document in (a_day(DAY_OF_IT - DAY), a_day(DAY_OF_IT, names=["voltage"])):
        assert settled(document, journal, AMSTERDAM) is document
    midnight = day_start(DAY_OF_IT, AMSTERDAM)
    journal = journal_of(Change("day", midnight, None, power(600.0)))
    monthly = new_tier(TIERS["monthly"], "Europe/Amsterdam", midnight)
    assert settled(monthly, journal, AMSTERDAM) is monthly
    for back, is_added in ((0, True), (28, True), (29, False)):
        newest = a_day(DAY_OF_IT + back * DAY)
        tier = aggregate(
            TIERS["monthly"],
            monthly,
            archive={DAY_OF_IT + back * DAY: newest},
            finer=[],
            daily=a_day(DAY_OF_IT + (back + 1) * DAY),
            zone=AMSTERDAM,
            now=AT,
        )
        tier.points.pop(midnight, None)
        assert (day_of(settled(tier, journal, AMSTERDAM)) is not None) == is_added


def rolled_up(archived: Document, stored: Document, journal: Journal) -> Document:
    """Return monthly.json after an archived day was rolled up into it, both settled."""
    tier = aggregate(
        TIERS["monthly"],
        settled(stored, journal, AMSTERDAM),
        archive={DAY_OF_IT: settled(archived, journal, AMSTERDAM)},
        finer=[],
        daily=a_day(DAY_OF_IT + DAY),
        zone=AMSTERDAM,
        now=AT,
        journal=journal,
    )
    return settled(tier, journal, AMSTERDAM)


def a_month(archived: Document) -> Document:
    """Return monthly.json as it was rolled up before any correction."""
    empty = new_tier(TIERS["monthly"], "Europe/Amsterdam", day_start(DAY_OF_IT, AMSTERDAM))
    return rolled_up(archived, empty, Journal())


def test_an_open_day_s_correction_counts_once_the_day_is_rolled_up() -> None:
    """A day that was corrected before it was over has no truth, and knows less than before."""
    archived = a_day(DAY_OF_IT)
    before = a_month(archived)
    journal = journal_of(Change("10min", BUCKET, power(120.0)), do="unknown")
    after = rolled_up(archived, before, journal)
    value = day_of(after)
    assert value is not None
    assert (value.corrected, value.coverage) == (journal.entries[0].id, 0.9931)
    assert value.kwh == round(2.88 - 0.02, 6)
    assert not gains(
        TIERS["monthly"],
        after,
        settled(archived, journal, AMSTERDAM),
        DAY_OF_IT,
        AMSTERDAM,
        journal,
    )
    for ours, theirs in ((before, after), (after, before)):
        assert day_of(merge(TIERS["monthly"], ours, theirs, AMSTERDAM, journal)) == value


def test_an_archived_day_that_was_half_lost_takes_nothing_from_a_corrected_tier() -> None:
    """Home Assistant may have forgotten the day that is asked for again: the truth stays."""
    journal = journal_of(
        Change("10min", BUCKET, power(120.0), power(600.0)),
        Change("day", day_start(DAY_OF_IT, AMSTERDAM), power(120.0), power(123.0)),
    )
    month = rolled_up(a_day(DAY_OF_IT), a_month(a_day(DAY_OF_IT)), journal)
    value = day_of(month)
    half = a_day(DAY_OF_IT)
    half.points = {start: point for start, point in half.points.items() if start < BUCKET}
    assert day_of(rolled_up(half, month, journal)) == value


def test_a_day_that_was_read_again_in_other_intervals_keeps_its_truth() -> None:
    """Its intervals do not know of the correction."""
    journal = journal_of(
        Change("10min", BUCKET, power(120.0), power(600.0)),
        Change("day", day_start(DAY_OF_IT, AMSTERDAM), power(120.0), power(123.0)),
    )
    month = settled(a_month(a_day(DAY_OF_IT)), journal, AMSTERDAM)
    other = a_day(DAY_OF_IT)
    other.bucket = "5min"
    assert day_of(rolled_up(other, month, journal)) == stamped(power(123.0), journal)


def test_a_series_of_which_nothing_is_left_may_come_back() -> None:
    """The file keeps it, so that an undo finds its place."""
    midnight = day_start(DAY_OF_IT, AMSTERDAM)
    month = a_month(a_day(DAY_OF_IT, names=["power", "old"]))
    journal = journal_of(
        Change("day", midnight, power(120.0)), series="old", do="unknown", start=midnight
    )
    archived = a_day(DAY_OF_IT)
    without = rolled_up(archived, month, journal)
    assert (day_of(without) is not None, "old" in without.points[midnight]) == (True, False)
    journal = journal_of(
        Change("day", midnight, None, power(120.0)),
        base=journal,
        series="old",
        do="undo",
        of=journal.entries[0].id,
        start=midnight,
    )
    again = rolled_up(archived, without, journal)
    assert again.points[midnight]["old"] == power(120.0)
    assert again.series == month.series
