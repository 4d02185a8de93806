"""The series to compare with the present state: a dead recorder looks like constant values."""

from collections.abc import Mapping
from itertools import pairwise

import msgspec

from powerstats_cli.core.history import History
from powerstats_cli.core.periods import MICROSECOND, micros
from powerstats_cli.core.windows import Window

# The silence of a series with fewer changes in the window means nothing.
LIVELY_CHANGES = 10


class Rows(msgspec.Struct, frozen=True):
    """A series' history, and the time (µs) of the newest row that the recorder has of it."""

    history: History
    newest: int


def suspects(window: Window, rows: Mapping[str, Rows], *, is_late: bool) -> list[str]:
    """Return the series whose present state tells whether the recorder has written everything.

    If no series has a row in the last interval, this is the series that changes most often. Else
    these are the series that have just become silent, for more than twice their longest pause. So
    a home with a sensor that changes often is hardly ever asked. A run that `is_late` has not seen
    when a series became silent: it compares each one that is silent.
    """
    end, interval = micros(window.end), window.interval // MICROSECOND
    if all(row.newest < end - interval for row in rows.values()):
        return sorted(rows, key=lambda name: (-len(rows[name].history.times), name))[:1]
    if is_late:
        return sorted(name for name, row in rows.items() if row.newest < end - interval)
    since = micros(window.until) - interval
    return sorted(
        name
        for name, row in rows.items()
        if since <= row.newest < end - interval and _is_unusual(row.history, end)
    )


def _is_unusual(history: History, end: int) -> bool:
    times = history.times
    if len(times) < LIVELY_CHANGES:
        return False
    longest = max(after - before for before, after in pairwise(times))
    return end - times[-1] > 2 * longest
