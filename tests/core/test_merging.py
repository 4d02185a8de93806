"""Merging is a union: in whatever order and however often, and nothing known best is lost."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings, strategies

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import BUCKETS, Document, TierName, decode, encode
from powerstats_cli.core.merging import differs, merge
from powerstats_cli.core.periods import DAY, day_span, day_start
from powerstats_cli.core.series import Series, StateClass
from powerstats_cli.core.tiers import TIERS

LAST = date(2025, 10, 28)
# Days around the clock changes of the zones, and those at the windows' edges.
OFFSETS = (-400, -366, -365, -364, -240, -212, -211, -206, -40, -31, -30, -29, -24, -23, -3, -2, 0)
TIER_NAMES: tuple[TierName, ...] = ("monthly", "yearly")
ZONES = ("Europe/Amsterdam", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC")
KINDS: dict[str, tuple[str, StateClass]] = {
    "power": ("W", "measurement"),
    "energy": ("kWh", "total_increasing"),
    "pulses": ("", "total"),
}
# What a series without a point may say of itself, in a file whose sensor was another one.
STRANGE: tuple[str, StateClass] = ("zz", "total_increasing")
UNHEARD = Series("", "measurement", datetime(2025, 1, 1, tzinfo=UTC))
examples = settings(derandomize=True, database=None, deadline=None, max_examples=50)

offsets = strategies.sampled_from(OFFSETS)
coverages = strategies.sampled_from([0.5, 0.9583, 1.0])
numbers = strategies.sampled_from([0.0, 2.5, 10.0])
sources = strategies.sampled_from([None, "statistics"])
measurements = strategies.builds(
    Value, mean=numbers, min=numbers, max=numbers, coverage=coverages, source=sources
)
counters = strategies.builds(Value, change=numbers, state=numbers, coverage=coverages)


@strategies.composite
def untils(draw: strategies.DrawFn, zone: ZoneInfo) -> datetime:
    """Draw until when a series was asked for: as a rule to a day's end."""
    day = day_span(LAST + draw(offsets) * DAY, zone)
    return draw(strategies.sampled_from([day.end, day.end, day.start + timedelta(hours=7)]))


@strategies.composite
def files(draw: strategies.DrawFn, tier: TierName, zone: ZoneInfo, *, strange: bool) -> Document:
    """Draw a long-term file; a series without a point may not have heard yet what it is."""
    points = {}
    for offset in draw(strategies.sets(offsets, max_size=8)):
        values = {
            name: draw(measurements if name == "power" else counters)
            for name in draw(strategies.sets(strategies.sampled_from([*KINDS]), min_size=1))
        }
        points[day_start(LAST + offset * DAY, zone)] = values
    pointed = set().union(*points.values())
    series = {}
    for name in pointed | draw(strategies.sets(strategies.sampled_from([*KINDS]))):
        known = Series(*KINDS[name], UNHEARD.until)
        if name not in pointed and draw(strategies.booleans()):
            known = Series(*STRANGE, UNHEARD.until) if strange else UNHEARD
        series[name] = msgspec.structs.replace(known, until=draw(untils(zone)))
    return Document(
        tier=tier,
        timezone=zone.key,
        bucket=BUCKETS[tier],
        last_update=draw(untils(zone)),
        series=series,
        points=points,
    )


@strategies.composite
def several(draw: strategies.DrawFn, number: int, *, strange: bool = False) -> tuple[Document, ...]:
    """Draw files of one tier and zone."""
    tier = draw(strategies.sampled_from(TIER_NAMES))
    zone = ZoneInfo(draw(strategies.sampled_from(ZONES)))
    return tuple(draw(files(tier, zone, strange=strange)) for _ in range(number))


def merged(one: Document, *others: Document) -> Document:
    """Return what files are when they are merged from the left to the right."""
    for other in others:
        one = merge(TIERS[one.tier], one, other, ZoneInfo(one.timezone))
    return one


@examples
@given(several(3))
def test_order_does_not_matter(documents: tuple[Document, ...]) -> None:
    """Three files end in the same bytes whichever meet first."""
    one, other, third = documents
    assert len({encode(merged(*order)) for order in permutations(documents)}) == 1
    assert encode(merged(one, merged(other, third))) == encode(merged(one, other, third))


@examples
@given(several(2))
def test_again_changes_nothing(documents: tuple[Document, ...]) -> None:
    """What a file has taken in already it does not take in again, and no file is changed by it."""
    one, other = documents
    before = encode(one), encode(other)
    both = merged(one, other)
    for again in (both, one, other):
        assert encode(merged(both, again)) == encode(merged(again, both)) == encode(both)
        assert not differs(both, merged(both, again))
    assert (encode(one), encode(other)) == before
    assert decode(encode(both), timezone=both.timezone) == both


@examples
@given(several(2, strange=True))
def test_each_bucket_is_the_best_known(documents: tuple[Document, ...]) -> None:
    """Nothing in the window is lost or made up, and of two values the rule says which."""
    both, zone = merged(*documents), ZoneInfo(documents[0].timezone)
    asked = [series.until for document in documents for series in document.series.values()]
    known = {
        (start, name)
        for document in documents
        for start, point in document.points.items()
        for name in point
    }
    if asked:
        newest = max(asked).astimezone(zone).date() - DAY
        first = newest - (TIERS[both.tier].window - 1) * DAY
        known = {(start, name) for start, name in known if local(start, zone) >= first}
    assert known == {(start, name) for start, point in both.points.items() for name in point}
    for start, name in known:
        values = [it.points[start][name] for it in documents if name in it.points.get(start, {})]
        assert both.points[start][name] == best(values)
    assert both.last_update == max(document.last_update for document in documents)
    for name, series in both.series.items():
        told = [document.series[name] for document in documents if name in document.series]
        assert series.until == max(it.until for it in told)
        if any(name in point for point in both.points.values()):
            assert (series.unit, series.state_class) == KINDS[name]


def local(start: datetime, zone: ZoneInfo) -> date:
    """Return the day that begins at an instant, which may show the evening before in Havana."""
    return (start.astimezone(zone) + timedelta(hours=2)).date()


def best(values: Iterable[Value]) -> Value:
    """Return the value that counts: by coverage, then history, then the greater bytes."""
    values = list(values)
    values = [it for it in values if it.coverage == max(it.coverage for it in values)]
    values = [it for it in values if it.source is None] or values
    return max(values, key=msgspec.json.encode)


@examples
@given(several(2))
def test_news_is_a_point_and_nothing_else(documents: tuple[Document, ...]) -> None:
    """A file that only says a later time is no news."""
    one, other = documents
    later = msgspec.structs.replace(
        one,
        last_update=one.last_update + DAY,
        series={
            name: msgspec.structs.replace(series, until=series.until + DAY)
            for name, series in one.series.items()
        },
    )
    assert not differs(one, later)
    assert differs(None, one)
    assert differs(one, other) == (one.points != other.points)
