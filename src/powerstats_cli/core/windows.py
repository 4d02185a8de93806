"""What to ask Home Assistant for next, and how far its answer can be believed.

Each series remembers its `until`: the end of the last bucket asked for and answered. A window goes
from an hour before it (the hour in which a counter's fall is decided, and in which the recorder may
have written late) to the newest complete bucket, in pieces while it is far behind.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.history import History, last_sign
from powerstats_cli.core.periods import EPOCH, HOUR, Span, instant, interval_at, micros
from powerstats_cli.core.series import Kind

SETTLED_AFTER: Final = HOUR
NOTHING: Final = Span(EPOCH, EPOCH)


class Answer(msgspec.Struct, frozen=True):
    """What Home Assistant said of one series: its kind, and its states in the unit kept."""

    kind: Kind
    history: History


class Window(msgspec.Struct, frozen=True):
    """What is asked for at once: buckets in `[start, end)` of series that all stand at `until`."""

    names: tuple[str, ...]
    until: datetime
    start: datetime
    end: datetime
    interval: timedelta
    is_last: bool

    @property
    def asked_from(self) -> datetime:
        """A sign of life up to an interval before the first bucket still counts in it."""
        return self.start - self.interval

    def cut(self, end: datetime) -> "Window":
        """Return the window as far as `end`, which more follows."""
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
    """Return what to ask for next, the series that are furthest first, or None when all is there.

    `newest` is the end of the newest complete bucket, `read` the span that this run has read
    already, `reach` how far past it, or past the window's own beginning, to ask: for one bucket at
    least.
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
    )


def before(instant: datetime, names: tuple[str, ...], minutes: int, zone: ZoneInfo) -> Window:
    """Return the window before an instant at which series begin; no bucket in it is theirs."""
    interval = timedelta(minutes=minutes)
    start = interval_at(instant - SETTLED_AFTER - interval, zone, minutes).start
    return Window(names, instant, start, instant, interval, is_last=True)


def newest_complete(instant: datetime, zone: ZoneInfo, minutes: int) -> datetime:
    """Return the end of the newest interval that is over."""
    return interval_at(instant, zone, minutes).start


# --- how far an answer can be believed --------------------------------------------------------


def believed_to(
    window: Window, answers: Mapping[str, Answer], signs: Sequence[int]
) -> datetime | None:
    """Return until when an answer is certain although Home Assistant may have stopped since.

    None where it is certain to the window's end: nothing was a number there, or something follows
    every number, or (of the last window, where an answer shows that Home Assistant runs) a sign of
    life is at most an interval old. At the end of an earlier piece what follows is not seen yet, so
    it is certain up to the last sign of life, and the next piece goes on from there.
    """
    end = micros(window.end)
    if not any(is_open_ended(answer.history, end) for answer in answers.values()):
        return None
    last = instant(last_sign(micros(window.until), signs, None, end))
    return None if window.is_last and last + window.interval >= window.end else last


def seen_at_work(
    window: Window, answers: Mapping[str, Answer], signs: Sequence[int], end: datetime
) -> datetime:
    """Return the newest instant up to `end` at which no value vouches for a stopped Home Assistant.

    What is stored up to an instant counts as a sign of life at it from then on. A number that holds
    there and is followed by an unknown is none: Home Assistant may have been down and be back.
    """
    seen = end
    for history in (answer.history for answer in answers.values()):
        at_end = history.holding_at(micros(end) - 1)
        if history.is_known_at(micros(end) - 1) and at_end + 1 < len(history.times):
            followed_at = history.times[at_end + 1]
            if math.isnan(history.values[at_end + 1]) and followed_at > micros(end):
                until = micros(window.until)
                last = last_sign(history.times[at_end], signs, until, followed_at)
                seen = min(seen, instant(last))
    return seen


def is_open_ended(history: History, end: int) -> bool:
    """Tell whether a history's last state is a number and holds at `end` (µs)."""
    return history.is_known_at(end - 1) and history.times[-1] < end
