"""The health of a home's data: what is there, how much of it is known, and what is stale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core import coverage, zones
from powerstats_cli.core.documents import Document, Latest, PublicName, bucket_minutes
from powerstats_cli.core.due import Timetable
from powerstats_cli.core.energy.account import Account, account
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.energy.ledger import Ledger
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.periods import DAY, HOUR, Span, day_span, day_start, local_day
from powerstats_cli.core.pieces import Shelves, kinds_in
from powerstats_cli.core.runs import Pause, Run
from powerstats_cli.core.schedule.steps import COLLECT, NIGHTLY, PUBLISH, ROTATE, SYNCS, Step
from powerstats_cli.core.tiers import TIERS, newest_until
from powerstats_cli.core.years import year_span

TOKEN_WARNING: Final = timedelta(days=14)
CELLS: Final = 12
# A home that has only sun is silent every night.
SILENCE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FileHealth:
    """One data file, in bytes and points; `known` is the known share of all its series.

    `span` goes from the file's first day to the newest bucket that was asked for. It is None if the
    file does not exist yet. `cells` are the known shares of each twelfth of the span.
    """

    name: str
    size: int
    points: int = 0
    span: Span | None = None
    known: float | None = None
    cells: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesHealth:
    """One configured series today; `energy` is in kWh, `known` is the known share of today.

    `until` is the end of the newest bucket that was asked for, None if the series was never read.
    """

    name: str
    unit: str = ""
    latest: Latest | None = None
    until: datetime | None = None
    known: float | None = None
    energy: float | None = None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class StepHealth:
    """One step: its last run, when it is due next, and whether and since when it is overdue.

    During a pause without an end no step is due. `has_missed_runs` tells whether no run came when
    the step was due after its last one.
    """

    step: Step
    last: Run | None
    due: datetime | None
    is_stale: bool
    stale_since: datetime | None = None
    has_missed_runs: bool = False

    @property
    def name(self) -> str:
        """The name of the step."""
        return self.step.name

    @property
    def why(self) -> str:
        """The reason why the step is overdue, as far as it is known."""
        if self.last is None:
            return "it has never run: is it scheduled? See `powerstats schedule show`"
        if self.last.exit_code and self.has_missed_runs:
            return f"it failed and has not run again, is cron running? {self.last.message}"
        if self.last.exit_code:
            return f"its last run failed: {self.last.message}"
        if self.has_missed_runs:
            return "it ran well and has not run again: is cron running?"
        return "it runs well, but has not done all yet: run it with `powerstats -v` to see more"


@dataclass(frozen=True, slots=True)
class GitHubHealth:
    """The repository at GitHub, the branch that anyone can see, and the tiers that are on it.

    `token_expires` is None if GitHub has not said it.
    """

    repository: str
    branch: str
    public: tuple[PublicName, ...]
    token_expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """All that `status` shows.

    `aside` are the names of broken files that were set aside; `pause` is the one in force.
    `silent_since` is the end of the newest bucket in which any series is known, if that is over a
    day before the end of what was asked for. `today` has what flowed today, None if no series is
    the grid, the sun or a battery. `corrected` has when each correction in force was made.
    """

    now: datetime
    timezone: str
    files: tuple[FileHealth, ...]
    archive: FileHealth
    years: FileHealth
    series: tuple[SeriesHealth, ...]
    steps: tuple[StepHealth, ...]
    aside: tuple[str, ...] = ()
    github: GitHubHealth | None = None
    pause: Pause | None = None
    silent_since: datetime | None = None
    today: Account | None = None
    corrected: tuple[datetime, ...] = ()
    ledger: FileHealth | None = None

    @property
    def is_stale(self) -> bool:
        """Tell whether any step is overdue, a pause is too long, or all sensors are silent."""
        is_overdue = any(step.is_stale for step in self.steps)
        return is_overdue or self.is_paused_long or self.silent_since is not None

    @property
    def is_paused_long(self) -> bool:
        """Tell whether a pause has held so long that readings are about to be lost."""
        return self.pause is not None and self.pause.is_long(self.now)

    @property
    def token_expires(self) -> datetime | None:
        """When the token for GitHub expires, None if that is not soon or not known."""
        expires = self.github.token_expires if self.github else None
        return expires if expires and expires - self.now <= TOKEN_WARNING else None


@dataclass(frozen=True, slots=True)
class Survey:
    """The configured series, and the content of the data directory and the state file.

    `names` are those of the configured series, `minutes` is the configured collection interval.
    `documents` are by tier, `sizes` are in bytes by file name, `archived` are the archived days,
    `years` the calendar years, `aside` the names of broken files that were set aside. `runs` are
    the last runs by step name. `pause` is the newest pause, which may be over. `roles` are those of
    the series. `corrected` has when each correction in force was made, the oldest first.
    """

    names: Sequence[str]
    minutes: int
    zone: ZoneInfo
    documents: Mapping[str, Document]
    sizes: Mapping[str, int]
    archived: Sequence[date]
    years: Sequence[int] = ()
    aside: Sequence[str] = ()
    github: GitHubHealth | None = None
    runs: Mapping[str, Run] = field(default_factory=dict)
    pause: Pause | None = None
    roles: Roles = field(default_factory=Roles)
    corrected: tuple[datetime, ...] = ()
    ledger: Ledger | None = None

    @property
    def daily(self) -> Document | None:
        """The document of today, None if there is none or it cannot be read."""
        return self.documents.get("daily")

    @property
    def timetable(self) -> Timetable:
        """The times of the steps; the interval of today's file counts before the configured one."""
        minutes = bucket_minutes(self.daily.bucket) if self.daily else self.minutes
        return Timetable(self.zone, minutes, self.pause)


def assess(survey: Survey, now: datetime) -> Health:
    """Return the health that a survey shows."""
    series = tuple(_series(name, survey, now) for name in survey.names)
    return Health(
        now=now,
        timezone=zones.current(survey.zone.key),
        files=tuple(_file(tier, survey) for tier in ("daily", *TIERS)),
        archive=_archive(survey),
        years=_years(survey),
        series=series,
        steps=tuple(_steps(survey, series, now)),
        aside=tuple(survey.aside),
        github=survey.github,
        pause=survey.pause if survey.timetable.is_paused(now) else None,
        silent_since=_silent_since(survey, series),
        today=_today(survey),
        corrected=survey.corrected,
        ledger=_ledger(survey),
    )


def _today(survey: Survey) -> Account | None:
    """Return what flowed on the day of daily.json, None if no series has a role in that."""
    daily, zone = survey.daily, survey.zone
    plan = planned(survey.roles, kinds_in(list(survey.documents.values())))
    if daily is None or daily.day is None or not daily.points or not plan.flows:
        return None
    day = day_span(daily.day, zone)
    until = min(newest_until([daily]) or day.start, day.end)
    return account(
        survey.roles,
        plan,
        Shelves([daily], zone).pieces({daily.day: "day"}, survey.roles.names),
        by="day",
        wanted=[Span(day.start, max(until, day.start))],
        zone=zone,
    )


# --- steps ------------------------------------------------------------------------------------


def _steps(survey: Survey, series: Sequence[SeriesHealth], now: datetime) -> Iterator[StepHealth]:
    yield _collect(survey, series, now)
    for step in NIGHTLY:
        yield _nightly(step, survey, now)
    for step in SYNCS if survey.github else ():
        yield _optional(step, survey, now)
    yield _optional(PUBLISH, survey, now)


def _collect(survey: Survey, series: Sequence[SeriesHealth], now: datetime) -> StepHealth:
    """Return the health of `collect`: it is overdue if any series is."""
    stale = [each.until for each in series if each.is_stale]
    since = min((until for until in stale if until), default=None)
    return _health(COLLECT, survey, now, since, is_stale=bool(stale))


def _nightly(step: Step, survey: Survey, now: datetime) -> StepHealth:
    """Return the health of a nightly step: it is overdue if it lacks a day that is over."""
    timetable = survey.timetable
    undone = _undone(step, survey)
    since = None
    if undone and undone < local_day(now, survey.zone):
        since = timetable.time_on(step, undone + DAY)
    is_stale = since is not None and timetable.is_late(step, since, now)
    return _health(step, survey, now, since if is_stale else None, is_stale=is_stale)


def _optional(step: Step, survey: Survey, now: datetime) -> StepHealth:
    """Return the health of a step that not everyone runs: it is overdue only if it ran before."""
    timetable = survey.timetable
    last = survey.runs.get(step.name)
    succeeded = last.succeeded if last else None
    is_stale = succeeded is not None and timetable.is_late(step, succeeded, now)
    return _health(step, survey, now, succeeded, is_stale=is_stale)


def _health(
    step: Step, survey: Survey, now: datetime, since: datetime | None, *, is_stale: bool
) -> StepHealth:
    """Return the health of a step that is overdue since an instant, or is not overdue."""
    last, timetable = survey.runs.get(step.name), survey.timetable
    return StepHealth(
        step=step,
        last=last,
        due=timetable.due(step, now),
        is_stale=is_stale,
        stale_since=since,
        has_missed_runs=last is not None
        and timetable.is_late(step, timetable.time_after(step, last.ended), now),
    )


def _undone(step: Step, survey: Survey) -> date | None:
    """Return the first day that a nightly step has yet to work on, None if there is none."""
    daily = survey.daily
    if step == ROTATE:
        return daily.day if daily else None
    tier = survey.documents.get(step.tier) if step.tier else None
    untils = [series.until for series in tier.series.values()] if tier else []
    closed = [day for day in survey.archived if not (daily and daily.day and day >= daily.day)]
    waiting = (day for day in closed if not untils or max(untils) <= day_start(day, survey.zone))
    return next(waiting, None)


# --- files and series -------------------------------------------------------------------------


def _silent_since(survey: Survey, series: Sequence[SeriesHealth]) -> datetime | None:
    """Return the end of the newest known bucket if it is over a day before all that was asked."""
    asked = max((each.until for each in series if each.until), default=None)
    ends = []
    for tier, length in (("daily", timedelta(minutes=survey.timetable.minutes)), ("weekly", HOUR)):
        document = survey.documents.get(tier)
        known = document and _newest_known(document, survey.names)
        if known:
            ends.append(known + length)
    silent = asked is not None and ends and asked - max(ends) >= SILENCE
    return max(ends) if silent else None


def _newest_known(document: Document, names: Sequence[str]) -> datetime | None:
    """Return the start of a document's newest bucket in which any of the series is known."""
    for start in sorted(document.points, reverse=True):
        if any(name in document.points[start] for name in names):
            return start
    return None


def _series(name: str, survey: Survey, now: datetime) -> SeriesHealth:
    daily, timetable = survey.daily, survey.timetable
    series = daily.series.get(name) if daily else None
    if daily is None or daily.day is None or series is None:
        return SeriesHealth(name, is_stale=not timetable.is_paused(now))
    return SeriesHealth(
        name=name,
        unit=series.unit,
        latest=(daily.latest or {}).get(name),
        until=series.until,
        known=coverage.mean(coverage.shares(daily, [name], survey.zone, series.until)),
        energy=_energy(daily, name),
        is_stale=timetable.is_late(COLLECT, series.until, now),
    )


def _energy(daily: Document, name: str) -> float | None:
    """Return a series' energy of today in kWh, None if no bucket knows any."""
    values = [point[name] for point in daily.points.values() if name in point]
    energies = [value.kwh if value.change is None else value.change for value in values]
    kwh = [energy for energy in energies if energy is not None]
    return round(sum(kwh), 6) if kwh else None


def _file(tier: str, survey: Survey) -> FileHealth:
    name = f"{tier}.json"
    document, size = survey.documents.get(tier), survey.sizes.get(name, 0)
    untils = [document.until(series) for series in survey.names] if document else []
    until = max((until for until in untils if until), default=None)
    if document is None or until is None or not (document.day or document.points):
        return FileHealth(name, size)
    shares = coverage.shares(document, survey.names, survey.zone, until)
    start = coverage.first_day_start(document, survey.zone)
    return FileHealth(
        name=name,
        size=size,
        points=len(document.points),
        span=Span(start, max(until, start)),
        known=coverage.mean(shares),
        cells=tuple(coverage.mean(part) or 0.0 for part in coverage.parts(shares, CELLS)),
    )


def _archive(survey: Survey) -> FileHealth:
    size = sum(size for name, size in survey.sizes.items() if name.startswith("archive/"))
    days, zone = survey.archived, survey.zone
    span = Span(day_start(days[0], zone), day_start(days[-1] + DAY, zone)) if days else None
    return FileHealth("archive", size, points=len(days), span=span)


def _ledger(survey: Survey) -> FileHealth | None:
    """Return the ledger, in which a point is a day, None if there is none."""
    name, ledger, zone = "ledger.json", survey.ledger, survey.zone
    size = survey.sizes.get(name)
    if size is None:
        return None
    if ledger is None or not ledger.days:
        return FileHealth(name, size)
    shares = coverage.ledger_shares(ledger, zone)
    return FileHealth(
        name=name,
        size=size,
        points=len(ledger.days),
        span=Span(day_start(min(ledger.days), zone), day_start(max(ledger.days) + DAY, zone)),
        known=coverage.mean(shares),
        cells=tuple(coverage.mean(part) or 0.0 for part in coverage.parts(shares, CELLS)),
    )


def _years(survey: Survey) -> FileHealth:
    """Return the calendar years, in which a point is a year."""
    size = sum(size for name, size in survey.sizes.items() if name.startswith("years/"))
    years, zone = survey.years, survey.zone
    if not years:
        return FileHealth("years", size)
    start, end = year_span(years[0], zone).start, year_span(years[-1], zone).end
    yearly = survey.documents.get("yearly")
    newest = newest_until([yearly]) if yearly else None
    span = Span(start, max(start, min(end, newest or end)))
    return FileHealth("years", size, points=len(years), span=span)
