"""The tiers, as a table, and the roll-up of a finer tier into a coarser one."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value, combine
from powerstats_cli.core.documents import Document, DocumentName, TierName, bucket_minutes
from powerstats_cli.core.periods import DAY, Span, day_span, day_start, hours, intervals, local_day
from powerstats_cli.core.regrouping import regrouped
from powerstats_cli.core.series import Kind, Series

if TYPE_CHECKING:
    from powerstats_cli.core.journal import Journal


class Tier(msgspec.Struct, frozen=True):
    """A file of closed days: its bucket, how many days it keeps, and which tiers are finer."""

    name: DocumentName
    bucket: str
    window: int
    finer: tuple[TierName, ...] = ()


TIERS: Final[Mapping[str, Tier]] = {
    tier.name: tier
    for tier in (
        Tier("weekly", "hour", 7),
        Tier("monthly", "day", 30, finer=("weekly",)),
        # Prefer monthly: its days were rolled up from the archive.
        Tier("yearly", "day", 365, finer=("monthly", "weekly")),
    )
}

# The file of a calendar year, which never leaves the window: it is not one of the tiers.
YEAR: Final = Tier("year", "day", 366)

Bucket = tuple[datetime, str, Value]


def buckets(bucket: str, day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """Return the spans of a file's buckets in a local day."""
    if bucket == "hour":
        return hours(day, zone)
    if bucket == "day":
        span = day_span(day, zone)
        return (span,) if span.length else ()
    return intervals(day, zone, bucket_minutes(bucket))


def roll_up(
    document: Document,
    day: date,
    bucket: str,
    zone: ZoneInfo,
    names: Container[str] | None = None,
) -> Iterator[Bucket]:
    """Yield the bigger buckets of a finer document's day: start, series and value of each.

    `names` are the wanted series, None for all.
    """
    small = iter(buckets(document.bucket, day, zone))
    part = next(small, None)
    for big in buckets(bucket, day, zone):
        parts: dict[str, list[tuple[Value, float]]] = {}
        while part is not None and part.end <= big.end:
            point = document.points.get(part.start)
            if point:
                seconds = part.length.total_seconds()
                for name, value in point.items():
                    if names is None or name in names:
                        parts.setdefault(name, []).append((value, seconds))
            part = next(small, None)
        length = big.length.total_seconds()
        for name, values in parts.items():
            yield big.start, name, combine(values, length)


def newest_until(documents: Iterable[Document]) -> datetime | None:
    """Return the newest `until` of all series of all documents, None if they have no series."""
    untils = (series.until for document in documents for series in document.series.values())
    return max(untils, default=None)


def newest_closed_day(documents: Iterable[Document], zone: ZoneInfo) -> date | None:
    """Return the last day that was asked for to its end, by the files and not by a clock."""
    until = newest_until(documents)
    return local_day(until, zone) - DAY if until else None


def window_start(tier: Tier, newest: date, zone: ZoneInfo) -> datetime:
    """Return the start of the tier's window that ends with day `newest`."""
    return day_start(newest - (tier.window - 1) * DAY, zone)


def held_span(document: Document, zone: ZoneInfo) -> Span | None:
    """Return the time whose buckets a document holds, None for a tier that was never asked for."""
    if document.day is not None:
        return day_span(document.day, zone)
    newest = newest_closed_day([document], zone)
    if newest is None:
        return None
    if document.tier == YEAR.name:
        return Span(day_start(newest.replace(month=1, day=1), zone), day_start(newest + DAY, zone))
    return Span(window_start(TIERS[document.tier], newest, zone), day_start(newest + DAY, zone))


def days_of(document: Document, zone: ZoneInfo) -> set[date]:
    """Return the local days in which a document has points."""
    return {local_day(start, zone) for start in document.points}


def aggregate(
    tier: Tier,
    stored: Document,
    *,
    archive: Mapping[date, Document],
    finer: Sequence[Document],
    daily: Document | None,
    zone: ZoneInfo,
    now: datetime,
    journal: "Journal | None" = None,
) -> Document:
    """Return a tier with every closed day that the archive or a finer tier can give it.

    An archived day replaces the stored values, unless its coverage is lower. A day without an
    archive file comes from the `finer` documents, in their order, if the tier has no value yet.
    Values that can no longer be recomputed stay until they leave the window. Any source may replace
    one that a change of the zone's rules moved (`Document.moved`). The window ends with the newest
    day that was asked for to its end. Later days (no run was answered since they began) are kept
    but do not move the window. A series that does not fit the stored one (`misfits`) is left out.
    """
    result = Document(
        tier=stored.tier,
        timezone=stored.timezone,
        bucket=stored.bucket,
        last_update=stored.last_update,
        series=dict(stored.series),
        points={start: dict(point) for start, point in stored.points.items()},
        moved=dict(stored.moved),
    )
    sources = [*([daily] if daily else []), *archive.values(), *finer]
    newest = newest_closed_day([*sources, stored], zone)
    if newest is None:
        return result
    first = window_start(tier, newest, zone)

    kinds = _kinds([stored, *sources])
    changed = bool(stored.strays)
    days = regrouped(archive, daily, newest, zone)
    given = _given(tier, archive, days, finer, kinds, newest, zone, journal)
    for start, name, value, taken, is_archived in given:
        is_wanted = is_archived or result.value(start, name) is None
        if start >= first and (is_wanted or (start, name) in result.moved):
            decimals = kinds[name].decimals if name in kinds else None
            changed |= result.put(start, name, value, taken=taken, decimals=decimals)
    for start in [start for start in result.points if start < first]:
        del result.points[start]
        changed = True
    closed = day_start(newest + DAY, zone)
    present = names_in(result)
    if journal is not None:  # an undone correction may bring their values back
        present |= journal.names(tier.bucket, Span(first, closed)) & stored.series.keys()
    result.series = _carried(present, [stored, *sources], kinds, closed)
    if changed:
        result.last_update = now
    return result


def _given(
    tier: Tier,
    archive: Mapping[date, Document],
    whole: Mapping[date, Document],
    finer: Sequence[Document],
    kinds: Mapping[str, Kind],
    newest: date,
    zone: ZoneInfo,
    journal: "Journal | None",
) -> Iterator[tuple[datetime, str, Value, float, bool]]:
    """Yield a tier's buckets, archived days first, each with the share that corrections took.

    The last item tells whether it is from the archive. `whole` has the archived days after
    regrouping, `newest` is the last closed day.
    """
    days = [(day, whole[day], True) for day in archive]
    for document in finer:
        others = days_of(document, zone) - archive.keys()
        days += [(day, document, False) for day in others if day <= newest]
    days += [(day, whole[day], False) for day in whole.keys() - archive.keys()]
    for day, document, is_archived in days:
        rolled_up = roll_up(document, day, tier.bucket, zone)
        finer_bucket = document.bucket if is_archived else ""
        for start, name, value, taken in marked(
            rolled_up, day, tier.bucket, finer_bucket, journal, zone
        ):
            series = document.series.get(name)
            if series is None or name not in kinds or series.kind.fits(kinds[name]):
                yield start, name, value, taken, is_archived


def marked(
    rolled_up: Iterable[Bucket],
    day: date,
    bucket: str,
    finer: str,
    journal: "Journal | None",
    zone: ZoneInfo,
) -> Iterator[tuple[datetime, str, Value, float]]:
    """Yield a day's buckets with the stamps of the corrections in them, and the share these took.

    They were rolled up from buckets of the kind `finer`, an empty one if that is not known.
    """
    if journal is None or not journal.touches(day_span(day, zone)):
        yield from ((start, name, value, 0.0) for start, name, value in rolled_up)
        return
    spans = {span.start: span for span in buckets(bucket, day, zone)}
    for start, name, value in rolled_up:
        stamp, taken = journal.mark(bucket, spans[start], name, finer)
        yield start, name, msgspec.structs.replace(value, corrected=stamp), taken


def _kinds(documents: Iterable[Document]) -> dict[str, Kind]:
    """Return the kind of each series, from the first document that has a point of the series.

    The unit of a sensor that never gave a number may not be known yet.
    """
    kinds: dict[str, Kind] = {}
    for document in documents:
        for name in names_in(document) & document.series.keys():
            kinds.setdefault(name, document.series[name].kind)
    return kinds


def names_in(document: Document) -> set[str]:
    """Return the names of the series that have a point in a document."""
    return set().union(*document.points.values())


def _carried(
    present: Container[str],
    sources: Sequence[Document],
    kinds: Mapping[str, Kind],
    closed: datetime,
) -> dict[str, Series]:
    """Return the kind of each series that is present or configured, and how far it was asked for.

    That is at most up to `closed`, the end of the last closed day.
    """
    series: dict[str, Series] = {}
    for document in sources:
        for name, source in document.series.items():
            is_carried = document.tier == "daily" and document.latest is not None
            fits = name not in kinds or source.kind.fits(kinds[name])
            if fits and (name in present or is_carried):
                until = min(source.until, closed)
                if name in series:
                    until = max(until, series[name].until)
                series[name] = Series.of(source.kind, until)
    return series


def misfits(stored: Document, sources: Iterable[Document]) -> dict[str, str]:
    """Return each series that has another unit or state class in a source, and both kinds."""
    sources = list(sources)
    kinds = _kinds([stored, *sources])
    return {
        name: f"{kind.described}, but {kinds[name].described} in "
        + (f"{stored.tier}.json" if name in stored.series else "other files")
        for source in sources
        for name, kind in _kinds([source]).items()
        if not kind.fits(kinds[name])
    }


def new_tier(tier: Tier, timezone: str, last_update: datetime) -> Document:
    """Return a tier's file without a point."""
    return Document(tier=tier.name, timezone=timezone, bucket=tier.bucket, last_update=last_update)


def gains(
    tier: Tier,
    stored: Document,
    archived: Document,
    day: date,
    zone: ZoneInfo,
    journal: "Journal | None" = None,
) -> bool:
    """Tell whether rolling an archived day up would still change a tier's points."""
    rolled_up = roll_up(archived, day, tier.bucket, zone)
    return any(
        stored.kept(start, name, value, taken=taken) != stored.value(start, name)
        for start, name, value, taken in marked(
            rolled_up, day, tier.bucket, archived.bucket, journal, zone
        )
    )


def length_of(bucket: str) -> timedelta:
    """Return a bucket's usual length; clock changes make some hours and days differ."""
    if bucket == "hour":
        return timedelta(hours=1)
    return DAY if bucket == "day" else timedelta(minutes=bucket_minutes(bucket))
