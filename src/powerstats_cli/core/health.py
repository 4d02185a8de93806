"""What is there, how much of it is known, what is stale, and what is due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.documents import Document, Latest, bucket_minutes
from powerstats_cli.core.periods import DAY, HOUR, Span, day_start, interval_at, local_day
from powerstats_cli.core.runs import Pause, Run
from powerstats_cli.core.schedule.steps import COLLECT, NIGHTLY, PUBLISH, SYNCS, Step
from powerstats_cli.core.tiers import TIERS, buckets

PUBLISH_ALLOWED: Final = timedelta(hours=2)
SYNC_ALLOWED: Final = timedelta(hours=26)
TOKEN_WARNING: Final = timedelta(days=14)
INTERVALS_ALLOWED: Final = 2
NIGHTLY_ALLOWED: Final = timedelta(minutes=30)
AFTER_A_PAUSE_ALLOWED: Final = timedelta(minutes=30)
CELLS: Final = 12


@dataclass(frozen=True, slots=True)
class FileHealth:
    """One data file; `known` is the known share of all its series from its first day to `until`.

    `cells` is the same for each twelfth of that span. A file that is not there yet has no span.
    """

    name: str
    size: int
    points: int = 0
    span: Span | None = None
    known: float | None = None
    cells: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesHealth:
    """One configured series today."""

    name: str
    unit: str
    latest: Latest | None
    until: datetime | None
    known: float | None
    energy: float | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class StepHealth:
    """One step: its last run, when it is due next, and whether and since when it is overdue.

    In a pause without an end nothing is due.
    """

    name: str
    last: Run | None
    due: datetime | None
    is_stale: bool
    stale_since: datetime | None = None

    @property
    def why(self) -> str:
        """Say what is known of why a step is overdue."""
        if self.last is None:
            return "it never ran: is it scheduled? `powerstats schedule show` tells"
        if self.last.exit_code:
            return self.last.message
        return "it ran well and has not run again: is cron running?"


@dataclass(frozen=True, slots=True)
class Repository:
    """Where the files go at GitHub, which of them anyone may see, and when the token expires."""

    name: str
    branch: str
    public: tuple[str, ...]
    token_expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """All that `status` shows; `aside` are the broken files that were set aside.

    `pause` is the one that lasts.
    """

    now: datetime
    timezone: str
    files: tuple[FileHealth, ...]
    archive: FileHealth
    series: tuple[SeriesHealth, ...]
    steps: tuple[StepHealth, ...]
    aside: tuple[str, ...] = ()
    repository: Repository | None = None
    pause: Pause | None = None

    @property
    def is_stale(self) -> bool:
        """Tell whether anything is overdue."""
        return any(step.is_stale for step in self.steps)

    @property
    def token_expires(self) -> datetime | None:
        """When the token for GitHub expires, where that is soon."""
        expires = self.repository.token_expires if self.repository else None
        return expires if expires and expires - self.now <= TOKEN_WARNING else None


@dataclass(frozen=True, slots=True)
class Found:
    """What a data directory holds: documents by tier, sizes by file name, archived days.

    `aside` are the names of broken files that were set aside; `pause` is the newest, over or not.
    """

    documents: Mapping[str, Document]
    sizes: Mapping[str, int]
    archived: Sequence[date]
    aside: Sequence[str] = ()
    repository: Repository | None = None
    runs: Mapping[str, Run] = field(default_factory=dict)
    pause: Pause | None = None


def assess(
    found: Found, names: Sequence[str], minutes: int, zone: ZoneInfo, now: datetime
) -> Health:
    """Return the health of what was found, for the configured series and interval."""
    daily = found.documents.get("daily")
    minutes = bucket_minutes(daily.bucket) if daily else minutes
    series = tuple(_series(name, daily, minutes, zone, now, found.pause) for name in names)
    return Health(
        now=now,
        timezone=zone.key,
        files=tuple(_file(tier, found, names, zone) for tier in ("daily", *TIERS)),
        archive=_archive(found, zone),
        series=series,
        steps=(
            _collect(found, series, minutes, zone, now),
            *(_nightly(step, found, zone, now) for step in NIGHTLY),
            *(_sync(step, found, zone, now) for step in SYNCS if found.repository),
            _publish(found, zone, now),
        ),
        aside=tuple(found.aside),
        repository=found.repository,
        pause=found.pause if found.pause and found.pause.holds(now) else None,
    )


# --- steps ------------------------------------------------------------------------------------


NextDue = Callable[[datetime], datetime]
"""When a step is due next, after an instant."""


def _collect(
    found: Found, series: Sequence[SeriesHealth], minutes: int, zone: ZoneInfo, now: datetime
) -> StepHealth:
    stale = [one.until for one in series if one.is_stale]
    return StepHealth(
        name=COLLECT.name,
        last=found.runs.get(COLLECT.name),
        due=_due(partial(_next_interval, zone, minutes), found.pause, now),
        is_stale=bool(stale),
        stale_since=min((until for until in stale if until), default=None),
    )


def _nightly(step: Step, found: Found, zone: ZoneInfo, now: datetime) -> StepHealth:
    next_due = partial(_next_night, zone, step)
    undone = _undone(step, found, zone)
    is_past = undone is not None and undone < local_day(now, zone)
    since = _at(undone + DAY, step, zone) if undone and is_past else None
    is_stale = since is not None and _is_late(since, NIGHTLY_ALLOWED, found.pause, next_due, now)
    return StepHealth(
        name=step.name,
        last=found.runs.get(step.name),
        due=_due(next_due, found.pause, now),
        is_stale=is_stale,
        stale_since=since if is_stale else None,
    )


def _sync(step: Step, found: Found, zone: ZoneInfo, now: datetime) -> StepHealth:
    return _chosen(step, found, SYNC_ALLOWED, partial(_next_night, zone, step), now)


def _publish(found: Found, zone: ZoneInfo, now: datetime) -> StepHealth:
    return _chosen(PUBLISH, found, PUBLISH_ALLOWED, partial(_next_hour, zone), now)


def _chosen(
    step: Step, found: Found, allowed: timedelta, next_due: NextDue, now: datetime
) -> StepHealth:
    """Return how a step went that is a choice: it is overdue only where it was done before."""
    last = found.runs.get(step.name)
    succeeded = last.succeeded if last else None
    is_stale = succeeded is not None and _is_late(succeeded, allowed, found.pause, next_due, now)
    return StepHealth(
        step.name, last, _due(next_due, found.pause, now), is_stale, stale_since=succeeded
    )


def _is_late(
    well: datetime, allowed: timedelta, pause: Pause | None, next_due: NextDue, now: datetime
) -> bool:
    """Tell whether a step is overdue that was well at an instant.

    What a pause kept from running is given until it was due next, and half an hour.
    """
    deadline = well + allowed
    is_over = pause is None or (pause.until is not None and pause.until <= well)
    if pause is not None and pause.since <= deadline and not is_over:
        if pause.until is None:
            return False
        deadline = max(deadline, next_due(pause.until) + AFTER_A_PAUSE_ALLOWED)
    return now > deadline


def _due(next_due: NextDue, pause: Pause | None, now: datetime) -> datetime | None:
    if pause is None or not pause.holds(now):
        return next_due(now)
    return next_due(pause.until) if pause.until else None


def _next_interval(zone: ZoneInfo, minutes: int, after: datetime) -> datetime:
    return interval_at(after, zone, minutes).end


def _next_hour(zone: ZoneInfo, after: datetime) -> datetime:
    """Return when `publish` is due; the minute is local, as not every zone's hours are UTC's."""
    local = after.astimezone(zone).replace(minute=PUBLISH.minute or 0, second=0, microsecond=0)
    due = local.astimezone(UTC)
    return due if due > after else due + HOUR


def _next_night(zone: ZoneInfo, step: Step, after: datetime) -> datetime:
    today = local_day(after, zone)
    due = _at(today, step, zone)
    return due if due > after else _at(today + DAY, step, zone)


def _at(day: date, step: Step, zone: ZoneInfo) -> datetime:
    """Return when a nightly step runs on a day."""
    return day_start(day, zone) + step.after_midnight


def _undone(step: Step, found: Found, zone: ZoneInfo) -> date | None:
    """Return the first day that a nightly step has not dealt with, None where there is none."""
    daily = found.documents.get("daily")
    if step.tier is None:
        return daily.day if daily else None
    tier = found.documents.get(step.tier)
    untils = [series.until for series in tier.series.values()] if tier else []
    closed = [day for day in found.archived if not (daily and daily.day and day >= daily.day)]
    waiting = (day for day in closed if not untils or max(untils) <= day_start(day, zone))
    return next(waiting, None)


# --- files and series -------------------------------------------------------------------------


def _series(
    name: str,
    daily: Document | None,
    minutes: int,
    zone: ZoneInfo,
    now: datetime,
    pause: Pause | None,
) -> SeriesHealth:
    series = daily.series.get(name) if daily else None
    if daily is None or daily.day is None or series is None:
        is_stale = pause is None or not pause.holds(now)
        return SeriesHealth(name, "", None, None, None, None, is_stale)
    values = [point[name] for point in daily.points.values() if name in point]
    energies = [value.kwh if value.change is None else value.change for value in values]
    shares = _shares(daily, [name], zone, series.until)
    return SeriesHealth(
        name=name,
        unit=series.unit,
        latest=(daily.latest or {}).get(name),
        until=series.until,
        known=_mean(shares),
        energy=round(sum(known), 6) if (known := [e for e in energies if e is not None]) else None,
        is_stale=_is_late(
            series.until,
            INTERVALS_ALLOWED * timedelta(minutes=minutes),
            pause,
            partial(_next_interval, zone, minutes),
            now,
        ),
    )


def _file(tier: str, found: Found, names: Sequence[str], zone: ZoneInfo) -> FileHealth:
    name = f"{tier}.json"
    document, size = found.documents.get(tier), found.sizes.get(name, 0)
    untils = [document.until(one) for one in names] if document else []
    until = max((until for until in untils if until), default=None)
    if document is None or until is None or not (document.day or document.points):
        return FileHealth(name, size)
    shares = _shares(document, names, zone, until)
    start = day_start(document.day or local_day(min(document.points), zone), zone)
    return FileHealth(
        name=name,
        size=size,
        points=len(document.points),
        span=Span(start, max(until, start)),
        known=_mean(shares),
        cells=tuple(_mean(part) or 0.0 for part in _parts(shares, CELLS)),
    )


def _archive(found: Found, zone: ZoneInfo) -> FileHealth:
    size = sum(size for name, size in found.sizes.items() if name.startswith("archive/"))
    days = found.archived
    span = Span(day_start(days[0], zone), day_start(days[-1] + DAY, zone)) if days else None
    return FileHealth("archive", size, points=len(days), span=span)


Share = tuple[float, float]
"""How much of a stretch is known, and how long it is (seconds)."""


def _shares(
    document: Document, names: Sequence[str], zone: ZoneInfo, until: datetime
) -> list[Share]:
    """Return the known share of each bucket up to `until`.

    In a tier a series counts from its first point on, for it may be new; today all count.
    """
    first_day = document.day or local_day(min(document.points), zone)
    begun = set(names) if document.day else set()
    shares = []
    day = first_day
    while day_start(day, zone) < until and (document.day is None or day == document.day):
        for span in buckets(document.bucket, day, zone):
            if span.start >= until:
                break
            point = document.points.get(span.start, {})
            begun |= {name for name in names if name in point}
            known = sum(point[name].coverage for name in begun if name in point)
            shares.append((known / len(begun) if begun else 0.0, span.length.total_seconds()))
        day += DAY
    return shares


def _mean(shares: Sequence[Share]) -> float | None:
    length = sum(seconds for _, seconds in shares)
    return sum(share * seconds for share, seconds in shares) / length if length else None


def _parts(shares: Sequence[Share], number: int) -> list[Sequence[Share]]:
    """Cut shares into a number of parts of equal length, fewer where there are fewer."""
    number = min(number, len(shares))
    edges = [len(shares) * index // number for index in range(number + 1)] if number else []
    return [shares[start:end] for start, end in pairwise(edges)]
