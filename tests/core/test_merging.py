"""Merging is a union: order and repetition do not matter, and the best values stay."""

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
# A series without a point may have a wrong kind, if its sensor was another one.
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
powers = strategies.builds(
    Value,
    mean=numbers,
    min=strategies.just(-1.0),
    max=numbers,
    kwh=numbers,
    back=strategies.none() | numbers,
    coverage=coverages,
    source=sources,
)
counters = strategies.builds(Value, change=numbers, state=numbers, coverage=coverages)


@strategies.composite
def untils(draw: strategies.DrawFn, zone: ZoneInfo) -> datetime:
    """Draw the `until` of a series: mostly the end of a day."""
    day = day_span(LAST + draw(offsets) * DAY, zone)
    return draw(strategies.sampled_from([day.end, day.end, day.start + timedelta(hours=7)]))


@strategies.composite
def files(draw: strategies.DrawFn, tier: TierName, zone: ZoneInfo, *, strange: bool) -> Document:
    """Draw a long-term file; the unit of a series without a point may not be known yet."""
    points = {}
    for offset in draw(strategies.sets(offsets, max_size=8)):
        values = {
            name: draw(measurements | powers if name == "power" else counters)
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


def merged(first: Document, *others: Document) -> Document:
    """Return the files merged from left to right."""
    for other in others:
        first = merge(TIERS[first.tier], first, other, ZoneInfo(first.timezone))
    return first


@examples
@given(several(3))
def test_order_does_not_matter(documents: tuple[Document, ...]) -> None:
    """Three files give the same bytes in every order of merging."""
    first, second, third = documents
    assert len({encode(merged(*order)) for order in permutations(documents)}) == 1
    assert encode(merged(first, merged(second, third))) == encode(merged(first, second, third))


@examples
@given(several(2))
def test_again_changes_nothing(documents: tuple[Document, ...]) -> None:
    """Merging a file again changes nothing, and no input is changed."""
    first, second = documents
    before = encode(first), encode(second)
    both = merged(first, second)
    for again in (both, first, second):
        assert encode(merged(both, again)) == encode(merged(again, both)) == encode(both)
        assert not differs(both, merged(both, again))
    assert (encode(first), encode(second)) == before
    assert decode(encode(both), timezone=both.timezone) == both


@examples
@given(several(2, strange=True))
def test_each_bucket_is_the_best_known(documents: tuple[Document, ...]) -> None:
    """No value in the window is lost or invented, and of two values the rule keeps one."""
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
        values = [
            document.points[start][name]
            for document in documents
            if name in document.points.get(start, {})
        ]
        assert both.points[start][name] == best(values)
    assert both.last_update == max(document.last_update for document in documents)
    for name, series in both.series.items():
        told = [document.series[name] for document in documents if name in document.series]
        assert series.until == max(stated.until for stated in told)
        if any(name in point for point in both.points.values()):
            assert (series.unit, series.state_class) == KINDS[name]


def local(start: datetime, zone: ZoneInfo) -> date:
    """Return the day that begins at an instant; in Havana clocks may show the evening before."""
    return (start.astimezone(zone) + timedelta(hours=2)).date()


def best(values: Iterable[Value]) -> Value:
    """Return the value to keep: history, by coverage, known direction, then the greater bytes."""
    values = list(values)
    values = [value for value in values if value.source is None] or values
    highest = max(value.coverage for value in values)
    values = [value for value in values if value.coverage == highest]
    values = [value for value in values if value.backward is not None] or values
    return max(values, key=msgspec.json.encode)


@examples
@given(several(2))
def test_news_is_a_point_and_nothing_else(documents: tuple[Document, ...]) -> None:
    """A file that differs only by a later time changes nothing."""
    first, second = documents
    later = msgspec.structs.replace(
        first,
        last_update=first.last_update + DAY,
        series={
            name: msgspec.structs.replace(series, until=series.until + DAY)
            for name, series in first.series.items()
        },
    )
    assert not differs(first, later)
    assert differs(None, first)
    assert differs(first, second) == (first.points != second.points)


HISTORY = Value(mean=500.0, min=1.0, max=900.0, kwh=6.0, coverage=0.5)
STATISTICS = Value(mean=2000.0, min=1.0, max=9.0, kwh=48.0, coverage=1.0, source="statistics")


def test_statistics_replace_no_history() -> None:
    """Statistics count a whole day where history knows half of it: history is right."""
    zone = ZoneInfo("Europe/Amsterdam")
    start, end = day_span(LAST, zone).start, day_span(LAST, zone).end

    def yearly(value: Value) -> Document:
        return Document(
            tier="yearly",
            timezone=zone.key,
            bucket="day",
            last_update=end,
            series={"power": Series(*KINDS["power"], end)},
            points={start: {"power": value}},
        )

    for pair in permutations([yearly(HISTORY), yearly(STATISTICS)]):
        assert merged(*pair).points == {start: {"power": HISTORY}}
