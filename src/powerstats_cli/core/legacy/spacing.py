"""How long a sample holds: until the next one, at most 2.5 times the usual spacing around it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from powerstats_cli.core.history import UNKNOWN, History
from powerstats_cli.core.legacy.points import Samples

# Two collectors, or a run by hand beside cron, give readings closer than this (µs): one tick.
TICK_US: Final = 30_000_000
# If fewer of the gaps are longer than a tick, the collector polled faster than that.
FEWEST_TICKS: Final = 0.1
# The usual spacing is the median of this many gaps before and after.
NEIGHBOURS: Final = 15


def usual_spacings(times: Sequence[int]) -> list[int]:
    """Return the usual spacing (µs) around each of the ascending times; 0 for a single time."""
    gaps = [after - before for before, after in pairwise(times)]
    ticks, shortest = _ticks(gaps)
    spacings: list[int] = []
    passed, usual, computed_at = 0, 0, -1
    for gap in [*gaps, 0]:
        if passed != computed_at:
            usual = _median(ticks[max(passed - NEIGHBOURS, 0) : passed + NEIGHBOURS + 1])
            computed_at = passed
        spacing = usual
        if gap > longest_hold(usual) and passed:
            # After a hole the collector may have polled at another pace.
            spacing = min(usual, _median(ticks[max(passed - NEIGHBOURS, 0) : passed]))
        spacings.append(spacing)
        passed += gap >= shortest
    return spacings


def _ticks(gaps: list[int]) -> tuple[list[int], int]:
    """Return the gaps between ticks of the collector, and the shortest gap that counts as one."""
    ticks = [gap for gap in gaps if gap >= TICK_US]
    return (gaps, 0) if len(ticks) < FEWEST_TICKS * len(gaps) else (ticks, TICK_US)


def _median(gaps: Sequence[int]) -> int:
    return sorted(gaps)[(len(gaps) - 1) // 2] if gaps else 0


def longest_hold(spacing: int) -> int:
    """Return how long (µs) a sample holds at most."""
    return spacing * 5 // 2


def history_of(samples: Samples, factor: float) -> History:
    """Return ordered samples as a step function, with their values multiplied by `factor`."""
    history = History()
    times = samples.times
    following = [*times[1:], None]
    spacings = usual_spacings(times)
    for time, value, spacing, next_time in zip(
        times, samples.values, spacings, following, strict=True
    ):
        history.append(time, value * factor)
        until = time + longest_hold(spacing)
        if next_time is None or until < next_time:
            history.append(until, UNKNOWN)
    return history
