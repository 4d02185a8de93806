"""The calendar years, which are kept for ever: the days that yearly.json and monthly.json have."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, Span, day_start, local_day
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import YEAR, names_in, new_tier, newest_closed_day


def year_span(year: int, zone: ZoneInfo) -> Span:
    """Return a calendar year of a zone."""
    return Span(day_start(date(year, 1, 1), zone), day_start(date(year + 1, 1, 1), zone))


def new_year(year: int, zone: ZoneInfo) -> Document:
    """Return a year's file without a point."""
    return new_tier(YEAR, zones.current(zone.key), year_span(year, zone).start)


def years_of(documents: Iterable[Document], zone: ZoneInfo) -> list[int]:
    """Return the calendar years in which documents have points, in order."""
    starts = [document.points.keys() for document in documents if document.points]
    edges = [edge for each in starts for edge in (min(each), max(each))]
    if not edges:
        return []
    return list(range(local_day(min(edges), zone).year, local_day(max(edges), zone).year + 1))


def with_days(stored: Document, year: int, sources: Sequence[Document], now: datetime) -> Document:
    """Return a year's file with the closed days of other files that have days.

    A day replaces the stored one, unless its coverage is lower; of two sources the later one comes
    after the other. Days that no source has stay. A series that does not fit the stored one
    (`tiers.misfits`) is left out.
    """
    zone = zones.zone(stored.timezone)
    result = msgspec.structs.replace(
        stored,
        series=dict(stored.series),
        points={start: dict(point) for start, point in stored.points.items()},
        moved=dict(stored.moved),
    )
    span = year_span(year, zone)
    for source in sources:
        newest = newest_closed_day([source], zone)
        closed = day_start(newest + DAY, zone) if newest else span.start
        kinds = _fitting(result, source)
        for start, point in source.points.items():
            is_in = span.start <= start < min(closed, span.end)
            if is_in and point != result.points.get(start):
                for name in point.keys() & kinds.keys():
                    # One that knows of another correction may know less.
                    taken = 1.0 if point[name].corrected else 0.0
                    result.put(
                        start, name, point[name], taken=taken, decimals=source.decimals(name)
                    )
        present = names_in(result)
        for name in kinds.keys() & present:
            asked_to(result, name, kinds[name], min(source.series[name].until, span.end))
    if stored.strays or result.points != stored.points:
        result.points = {start: result.points[start] for start in sorted(result.points)}
        result.last_update = now
    return result


def cut_until(document: Document, year: int, zone: ZoneInfo) -> None:
    """End the time up to which each series was asked for with the year."""
    end = year_span(year, zone).end
    for name, series in document.series.items():
        document.series[name] = Series.of(series.kind, min(series.until, end))


def asked_to(document: Document, name: str, kind: Kind, until: datetime) -> None:
    """Note the time up to which a series was asked for; an earlier one is kept if it is later."""
    document.series[name] = Series.of(kind, max(until, document.until(name) or until))


def _fitting(stored: Document, source: Document) -> dict[str, Kind]:
    """Return the kinds of a source's series that fit the stored ones."""
    own = {name: stored.series[name].kind for name in names_in(stored) & stored.series.keys()}
    return {
        name: series.kind
        for name, series in source.series.items()
        if name not in own or series.kind.fits(own[name])
    }
