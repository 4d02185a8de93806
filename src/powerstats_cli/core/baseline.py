"""The reading that a counter counts on from, by the buckets that are stored before."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from powerstats_cli.core.buckets import ENERGY_DECIMALS, rounded
from powerstats_cli.core.counters import REMEMBERED_US
from powerstats_cli.core.steps import RESET_BELOW, Accepted, Counter

# Above what rounding makes of a difference between readings and changes.
UNEXPLAINED: Final = 1e-5


class Kept(NamedTuple):
    """A counter's stored bucket `[start, end)`, in µs."""

    start: int
    end: int
    change: float
    state: float


def baseline(kept: Iterator[Kept], counter: Counter, start: int) -> Accepted | None:
    """Return the reading accepted at `start`, None if none is stored; `kept` is newest first.

    Its age, and whether another meter took the place of the first, is only looked for if a reading
    to come is so far from it that this matters.
    """
    newest = next(kept, None)
    if newest is None:
        return None
    if not _is_far(counter, newest.state):
        return _accepted([newest])
    past = [newest]
    is_found = False  # older files are only read if they are needed
    for bucket in kept:
        is_as_old = bucket.state == newest.state and not past[-1].change
        is_found = is_found or bool(_unexplained(past[-1], bucket))
        past.append(bucket)
        if not is_as_old and (is_found or bucket.start < start - REMEMBERED_US):
            break
    return _accepted(past)


def _is_far(counter: Counter, state: float) -> bool:
    """Tell whether a reading may be too fast, or a fall."""
    most = counter.at_once
    known = [value for value in counter.readings.values if value == value]
    if not known:
        return False
    low, high = min(known), max(known)
    if counter.readings.is_signed:
        return max(high - state, state - low, high, -low) > most
    return high - state > most or low < RESET_BELOW * state


def _accepted(past: Sequence[Kept]) -> Accepted:
    """Return the newest reading of stored buckets, newest first."""
    newest = past[0]
    bucket = newest.start
    for later, earlier in pairwise(past):
        if earlier.state != later.state or later.change:
            break
        bucket = earlier.start
    return Accepted(newest.state, bucket, newest.end - 1, _replaced(past))


def _replaced(past: Sequence[Kept]) -> tuple[int, float] | None:
    """Return the newest bucket whose reading its change does not explain, and what it lacks.

    There another meter was taken to have the place of the first. A fall ends the search:
    with it the counter started anew.
    """
    for bucket, before in pairwise(past):
        jumped = _unexplained(bucket, before)
        if jumped:
            return (bucket.start, jumped) if jumped > 0 else None
    return None


def _unexplained(bucket: Kept, before: Kept) -> float:
    """Return by how much the reading of a bucket moved without a change, 0 if it did not."""
    moved = bucket.state - before.state - bucket.change
    return rounded(moved, ENERGY_DECIMALS) if abs(moved) > UNEXPLAINED else 0.0
