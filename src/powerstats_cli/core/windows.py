"""The next window to ask Home Assistant for, and the time up to which its answer is certain.

Each series has an `until`: the end of the last bucket that was asked for and answered. A window
begins an hour before it: in this hour it is decided what a counter's fall was, and the recorder
may have written late. The window ends with the newest complete bucket. A long window is cut into
pieces.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.history import History, Signs, last_sign
from powerstats_cli.core.periods import (
    EPOCH,
    HOUR,
    Span,
    day_start,
    instant,
    interval_at,
    local_day,
    micros,
)
from powerstats_cli.core.series import Kind

# An answer about a time is settled, that is final, so long after it.
SETTLED_AFTER: Final = HOUR
NOTHING: Final = Span(EPOCH, EPOCH)


class Answer(msgspec.Struct, frozen=True):
    """Home Assistant's answer about one series: its kind, and its states in the kept unit.

    `step` is how long a price holds, in µs; other series have none.
    """

    kind: Kind
    history: History
    step: int | None = None


class Window(msgspec.Struct, frozen=True):
    """The buckets in `[start, end)` of series with the same `until`, to be asked for at once.

    `until` is a sign of life, as Home Assistant answered then, unless it `is_cut`: the `until` of a
    closed day is cut at its end, and may have come from there.
    """

    names: tuple[str, ...]
    until: datetime
    start: datetime
    end: datetime
    interval: timedelta
    is_last: bool
    is_cut: bool = False

    @property
    def asked_from(self) -> datetime:
        """The start of the states to ask for.

        A sign of life (`history.signs_of_life`) holds for an interval, so one that is that much
        older still counts in the first bucket.
        """
        return self.start - self.interval

    @property
    def answered(self) -> int | None:
        """The time (µs) at which an earlier run was answered, None if none is known."""
        return None if self.is_cut else micros(self.until)

    def cut(self, end: datetime) -> "Window":
        """Return the window up to `end`, as one that is not the last."""
        return msgspec.structs.replace(self, end=end, is_last=False)


def next_window(
    untils: Mapping[str, datetime],
    newest: datetime,
    *,
    reach: timedelta,
    minutes: int,
    zone: ZoneInfo,
    read: Span = NOTHING,
) -> Window | None:
    """Return the next window, for the series that are furthest; None if no bucket is missing.

    `newest` is the end of the newest complete bucket, `read` the span that this run has read
    already. `reach` is how far to ask beyond `read`, or beyond the window's start if that is not
    in `read`. A window has at least one bucket.
    """
    behind = {name: until for name, until in untils.items() if until < newest}
    if not behind:
        return None
    until = max(behind.values())
    interval = timedelta(minutes=minutes)
    start = interval_at(until - SETTLED_AFTER - interval, zone, minutes).start
    begin = start - interval
    goes_on_from = read.end if read.start <= begin <= read.end else begin
    end = max(
        interval_at(goes_on_from + reach, zone, minutes).start,
        interval_at(until, zone, minutes).end,
    )
    return Window(
        names=tuple(name for name, stands_at in behind.items() if stands_at == until),
        until=until,
        start=start,
        end=min(end, newest),
        interval=interval,
        is_last=end >= newest,
        is_cut=until == day_start(local_day(until, zone), zone),
    )


def before(instant: datetime, names: tuple[str, ...], minutes: int, zone: ZoneInfo) -> Window:
    """Return the window before an instant at which series begin; they have no bucket in it."""
    interval = timedelta(minutes=minutes)
    start = interval_at(instant - SETTLED_AFTER - interval, zone, minutes).start
    return Window(names, instant, start, instant, interval, is_last=True)


def newest_complete(instant: datetime, zone: ZoneInfo, minutes: int) -> datetime:
    """Return the end of the newest interval that is over."""
    return interval_at(instant, zone, minutes).start


# --- how far an answer can be believed --------------------------------------------------------


def believed_to(window: Window, answers: Mapping[str, Answer], signs: Signs) -> datetime | None:
    """Return the time up to which an answer is certain even if Home Assistant has stopped since.

    None means that it is certain up to the window's end: no value was a number there, or a later
    state follows every number. In the last window Home Assistant has just answered, so a sign of
    life that is at most an interval old is enough. At the end of an earlier piece the following
    states are not read yet: the answer is certain up to the last sign of life, and the next piece
    begins there.
    """
    end = micros(window.end)
    if not any(is_open_ended(answer.history, end) for answer in answers.values()):
        return None
    last = instant(last_sign(micros(window.until), signs, None, end))
    is_sign = last > window.until or not window.is_cut
    is_near = is_sign and last + window.interval >= window.end
    return None if window.is_last and is_near else last


def seen_at_work(
    window: Window, answers: Mapping[str, Answer], signs: Signs, end: datetime
) -> datetime:
    """Return the latest time up to `end` by which we know that Home Assistant was still running.

    A later run takes the end of the stored buckets as a sign of life. So buckets must not be stored
    up to a time at which a number holds that an unknown follows: Home Assistant may have stopped
    before and started again.
    """
    seen = end
    for history in (answer.history for answer in answers.values()):
        at_end = history.holding_at(micros(end) - 1)
        if history.is_known_at(micros(end) - 1) and at_end + 1 < len(history.times):
            followed_at = history.times[at_end + 1]
            if math.isnan(history.values[at_end + 1]) and followed_at > micros(end):
                last = last_sign(history.times[at_end], signs, window.answered, followed_at)
                seen = min(seen, instant(last))
    return seen


def is_open_ended(history: History, end: int) -> bool:
    """Tell whether a history's last state is a number and holds at `end` (µs)."""
    return history.is_known_at(end - 1) and history.times[-1] < end
