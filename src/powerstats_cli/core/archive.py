"""Closing a day, opening the next, and telling when an archived day may be deleted."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from powerstats_cli.core import zones
from powerstats_cli.core.documents import Document, bucket_name
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, gains, window_start

if TYPE_CHECKING:
    from powerstats_cli.core.journal import Journal


def new_day(day: date, zone: ZoneInfo, minutes: int) -> Document:
    """Return a day's file without a point."""
    return Document(
        tier="daily",
        timezone=zones.current(zone.key),
        bucket=bucket_name(minutes),
        day=day,
        last_update=day_start(day, zone),
        latest={},
    )


def closed(daily: Document, day: date, archived: Document | None) -> Document:
    """Return the archive document of a day, merged with the daily document bucket by bucket."""
    if archived is None:
        archived = Document(
            tier="daily",
            timezone=daily.timezone,
            bucket=daily.bucket,
            day=day,
            last_update=daily.last_update,
        )
    changed = [
        archived.put(start, name, value, decimals=daily.decimals(name))
        for start, point in daily.points.items()
        for name, value in point.items()
    ]
    if any(changed):
        archived.last_update = max(archived.last_update, daily.last_update)
    end = day_start(day + DAY, zones.zone(daily.timezone))
    for name, series in daily.series.items():
        until = max(min(series.until, end), archived.until(name) or series.until)
        archived.series[name] = Series.of(series.kind, until)
    return archived


def opened(
    daily: Document, today: date, zone: ZoneInfo, minutes: int, names: Iterable[str]
) -> Document:
    """Return the new day's document, which keeps the `until` of each configured series."""
    new = new_day(today, zone, minutes)
    wanted = set(names)
    new.series = {name: series for name, series in daily.series.items() if name in wanted}
    new.latest = {name: last for name, last in (daily.latest or {}).items() if name in wanted}
    return new


def reopened(daily: Document, archived: Document, today: date) -> Document:
    """Return today's document again after a clock that ran ahead closed the day too early."""
    return Document(
        tier="daily",
        timezone=daily.timezone,
        bucket=archived.bucket,
        day=today,
        last_update=archived.last_update,
        series={**archived.series, **daily.series},
        latest=daily.latest,
        points=archived.points,
    )


def may_go(
    archived: Document,
    day: date,
    *,
    newest: date,
    tiers: Mapping[str, Document],
    zone: ZoneInfo,
    journal: "Journal | None" = None,
) -> bool:
    """Tell whether no tier would change any more if an archived day were rolled up again.

    `newest` is the last closed day. A day before a tier's window does not change the tier. A tier
    that is missing from `tiers` would change with any day in its window.
    """
    return not any(
        day_start(day, zone) >= window_start(tier, newest, zone)
        and (name not in tiers or gains(tier, tiers[name], archived, day, zone, journal))
        for name, tier in TIERS.items()
    )
