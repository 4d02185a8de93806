"""`collect`: store all buckets since the last one, from Home Assistant into the days' files."""

from collections.abc import Callable, Container, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.documents import Document, bucket_minutes
from powerstats_cli.core.history import Signs, signs_of_life
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.periods import DAY, HOUR, Span, day_start, days, interval_at, local_day
from powerstats_cli.core.series import Series
from powerstats_cli.core.windows import (
    SETTLED_AFTER,
    Answer,
    Window,
    before,
    believed_to,
    next_window,
    seen_at_work,
)
from powerstats_cli.errors import JumpError, PowerstatsError
from powerstats_cli.files.dayfiles import DayFiles, write_days
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.clocks import Clocks
from powerstats_cli.homeassistant.inquiry import Inquiry, Unwritten, expected
from powerstats_cli.homeassistant.reader import Reader
from powerstats_cli.settings import Settings

# In seconds: a run asks for no more pieces after the first time, and always ends by the second.
STOP_AFTER: Final = 100.0
RUN_SECONDS: Final = 115.0


def collect(
    settings: Settings,
    files: Store,
    home: HomeAssistant,
    clock: Clock,
    progress: Callable[[datetime], None],
) -> Outcome:
    """Store every complete bucket that is not stored yet, in pieces, each as soon as it is known.

    An error that stops a run, and problems of single series and files, are part of the outcome; the
    pieces that were stored before stay.
    """
    files.prepare()
    run = _Run(settings, files, home, Clocks(clock, home), Inquiry(home, settings, clock))
    standing = _begin(run)
    reader = _reader(run, standing)
    try:
        standing = _without_left_out(run, standing, reader)
        while home.seconds_left > RUN_SECONDS - STOP_AFTER:
            window = _next_window(run, standing, reader)
            if window is None:
                return _outcome(run, _remember_new(run, standing, reader))
            standing = _collect(run, standing, reader, window)
            if not window.is_last:
                progress(window.end)
    except PowerstatsError as error:
        run.problems.append(error)
        return _outcome(run, standing)
    return _outcome(run, standing, is_unfinished=True)


class _Run(msgspec.Struct, frozen=True):
    """The parts that one run works with, and the problems that its outcome tells."""

    settings: Settings
    files: Store
    home: HomeAssistant
    clocks: Clocks
    inquiry: Inquiry
    problems: list[PowerstatsError] = []

    def open_files(self) -> DayFiles:
        """Return the days' files for writing; to be used under the lock."""
        return DayFiles(self.files, self.settings, self.clocks.local.now())


class _Standing(msgspec.Struct, frozen=True):
    """How far a run has come; each piece replaces it by a new one.

    `first` is the time at which a series without an `until` begins, `read_once` names the series
    that gave a number before. This run asks no more for the series in `given_up`, whose sensors are
    missing or do not fit, and for those in `uncertain`, whose next bucket is not certain yet.
    """

    first: datetime
    minutes: int
    series: Mapping[str, Series]
    read_once: Container[str]
    given_up: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()
    changed: int = 0
    stored_to: datetime | None = None


# --- what to ask ------------------------------------------------------------------------------


def _begin(run: _Run) -> _Standing:
    """Return the standing after the earlier runs."""
    with run.files.lock():
        open_files = run.open_files()
        daily = open_files.daily()
        remembered = open_files.remembered(daily)
    run.problems.extend(open_files.problems)
    run.clocks.local.check_not_before(max((s.until for s in remembered.values()), default=None))
    zone = run.settings.zone
    day = daily.day if daily and daily.day else local_day(open_files.now, zone)
    # A `rotate` may close that day during this run.
    standing = _Standing(day_start(day, zone), 0, remembered, remembered)
    return _follow(run, standing, daily, open_files.now)


def _follow(run: _Run, standing: _Standing, daily: Document | None, now: datetime) -> _Standing:
    """Return the standing with the interval and the series of daily.json."""
    # A changed interval applies from the next day on.
    minutes = run.settings.data.collection_interval_minutes
    if daily is None:
        return msgspec.structs.replace(standing, minutes=minutes)
    if daily.day in (None, local_day(now, run.settings.zone)):
        minutes = bucket_minutes(daily.bucket)
    return msgspec.structs.replace(
        standing, minutes=minutes, series=daily.series, read_once=daily.latest or {}
    )


def _reader(run: _Run, standing: _Standing) -> Reader:
    """Return a reader of all entities; a regular run reads its whole window in one piece."""
    kinds = {
        name: series.kind
        for name, series in standing.series.items()
        # The unit of a sensor that never gave a number may not be known yet.
        if name in standing.read_once
    }
    entities = expected(run.settings, kinds)
    return Reader(run.home, entities, _regular(standing))


def _regular(standing: _Standing) -> timedelta:
    """Return how long a window a regular run asks for at most."""
    return SETTLED_AFTER + 4 * timedelta(minutes=standing.minutes)


def _next_window(run: _Run, standing: _Standing, reader: Reader) -> Window | None:
    """Return the next window; wait for the newest bucket if it is nearly complete."""
    return next_window(
        {
            name: standing.series[name].until if name in standing.series else standing.first
            for name in run.settings.entities
            if name not in standing.given_up | standing.uncertain
        },
        run.clocks.wait_for_newest(run.settings, standing.minutes),
        reach=reader.pace.reach,
        minutes=standing.minutes,
        zone=run.settings.zone,
        read=Span(reader.begin, reader.end),
    )


def _without_left_out(run: _Run, standing: _Standing, reader: Reader) -> _Standing:
    """Give up the series that the recorder leaves out, before several windows are stored.

    The last state that was recorded of such a series seems to hold in each of them. If Home
    Assistant is too slow for that question, it stays open until the last window.
    """
    window = _next_window(run, standing, reader)
    if window is None or window.is_last:
        return standing
    now = run.clocks.local.now()
    for begin in (now - HOUR - window.interval, now - window.interval):
        recorded = reader.read_apart(begin, now)
        if recorded is not None:
            left_out = run.inquiry.left_out(begin, now, window.interval, recorded)
            return msgspec.structs.replace(standing, given_up=standing.given_up | left_out)
    return standing


# --- storing the answers ----------------------------------------------------------------------


def _collect(run: _Run, standing: _Standing, reader: Reader, window: Window) -> _Standing:
    """Ask for a window and store the certain part of the answer."""
    zone, now = run.settings.zone, run.clocks.local.now()
    # The states after the last window's end tell whether its last values were known.
    end = max(now, window.end) if window.is_last else window.end
    enough = interval_at(window.until, zone, standing.minutes).end
    reader.read(window.asked_from, end, now, enough)
    if reader.end - reader.begin > _regular(standing):
        reader.check_units()
    run.clocks.compare()
    if window.end > run.clocks.newest(run.settings, standing.minutes):
        return standing  # by Home Assistant's clock the window is not over: plan again
    if reader.end < window.end:
        window = window.cut(interval_at(reader.end, zone, standing.minutes).start)
    recorded = run.inquiry.by_name(reader.recorded)
    kinds = {name: series.kind for name, series in standing.series.items()}
    answers = run.inquiry.answers(window, recorded, kinds, standing.read_once)
    unwritten = Unwritten()
    if window.is_last:
        unwritten = run.inquiry.unwritten(window, recorded)
    for name in unwritten.names:
        answers.pop(name, None)
    given_up = standing.given_up | (set(window.names) - answers.keys()) | unwritten.names
    if unwritten.since is not None and unwritten.error is not None:
        # Store the buckets before the recorder stopped; a later run stores the others.
        run.problems.append(unwritten.error)
        window = window.cut(interval_at(unwritten.since, zone, standing.minutes).start)
        given_up |= set(run.settings.entities)
    standing = msgspec.structs.replace(standing, given_up=given_up)
    if not answers or window.end <= window.until:
        return standing
    others = [recorded[name].history for name in recorded.keys() - set(window.names)]
    signs = signs_of_life([*(answer.history for answer in answers.values()), *others])
    end = _certain_end(run, window, answers, signs, standing.minutes)
    if end > window.until:
        return _store(run, standing, window, answers, signs, end)
    if window.is_last:
        uncertain = standing.uncertain | set(window.names)
        return msgspec.structs.replace(standing, uncertain=uncertain)
    # No state changed in the whole window: the next piece tells whether Home Assistant ran.
    return standing


def _remember_new(run: _Run, standing: _Standing, reader: Reader) -> _Standing:
    """Store the beginning of each series that has no bucket yet, so that a later run starts there.

    Just after midnight no bucket of the day is complete. If the next run comes only after the next
    midnight, it would begin with its own day and skip this one.
    """
    new = run.settings.entities.keys() - standing.series.keys() - standing.given_up
    if not new:
        return standing
    window = before(standing.first, tuple(sorted(new)), standing.minutes, run.settings.zone)
    if not (reader.begin <= window.asked_from and window.end <= reader.end):
        now = run.clocks.local.now()
        reader.read(window.asked_from, max(now, window.end), now, enough=window.end)
        run.clocks.compare()
    recorded = run.inquiry.by_name(reader.recorded)
    answers = run.inquiry.answers(window, recorded, {}, ())
    if answers:
        kinds = {name: answer.kind for name, answer in answers.items()}
        with run.files.lock():
            open_files = run.open_files()
            open_files.begin(kinds, window.end)
        run.problems.extend(open_files.problems)
    return standing


def _certain_end(
    run: _Run,
    window: Window,
    answers: Mapping[str, Answer],
    signs: Signs,
    minutes: int,
) -> datetime:
    """Return the end of the last certain bucket."""
    zone, end = run.settings.zone, window.end
    believed = believed_to(window, answers, signs)
    holds = window.is_last and believed is not None and run.inquiry.still_holds(window, answers)
    if believed is not None and not holds:
        end = interval_at(believed, zone, minutes).start
    while window.until < (seen := seen_at_work(window, answers, signs, end)) < end:
        end = interval_at(seen, zone, minutes).start
    return min(end, seen)


def _store(
    run: _Run,
    standing: _Standing,
    window: Window,
    answers: Mapping[str, Answer],
    signs: Signs,
    end: datetime,
) -> _Standing:
    """Store the answers up to `end`; return the standing after that."""
    zone, changed = run.settings.zone, 0
    with run.files.lock():
        open_files = run.open_files()
        today = local_day(open_files.now, zone)
        shelf = _shelf(run, open_files, today, window, end)
        run.problems.extend(open_files.problems)
        is_stored = not open_files.lost
        if is_stored:
            for name, answer in answers.items():
                allowed = run.settings.homeassistant.plausible.get(name)
                booking = Booking(name, answer, signs, window, end, shelf, open_files.now, allowed)
                booked = booking.book()
                changed += booked.changed
                unit = answer.kind.unit
                run.problems.extend(
                    JumpError(jump.told(name, unit, zone, open_files.now)) for jump in booked.jumps
                )
        else:
            open_files.ask_again(shelf.days[today])
        write_days(run.files, shelf.days, today)
    standing = msgspec.structs.replace(
        standing,
        changed=standing.changed + changed,
        stored_to=end if is_stored else standing.stored_to,
    )
    return _follow(run, standing, shelf.days[today], open_files.now)


def _shelf(run: _Run, open_files: DayFiles, today: date, window: Window, end: datetime) -> Shelf:
    """Return the documents of the days in which the window has buckets."""
    zone = run.settings.zone
    documents = open_files.open_today(open_files.daily(), today)
    for day in days(local_day(window.start, zone), local_day(end, zone) + DAY):
        if day not in documents and (archived := open_files.archived(day)) is not None:
            documents[day] = archived
    minutes = run.settings.data.collection_interval_minutes
    return Shelf(
        documents, today, zone, minutes, earlier=open_files.older, journal=run.files.journal()
    )


def _outcome(run: _Run, standing: _Standing, *, is_unfinished: bool = False) -> Outcome:
    """Return the outcome of the run."""
    problems = (*run.problems, *run.inquiry.complaints())
    at = standing.stored_to and standing.stored_to.astimezone(run.settings.zone)
    summary = (
        f"{standing.changed} values stored, up to {at:%Y-%m-%d %H:%M}" if at else "nothing new"
    )
    if is_unfinished:
        summary += f"; stopped after {STOP_AFTER:.0f} s, the next run goes on"
    return Outcome(summary, problems)
