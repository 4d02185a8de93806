"""Attack: random pasts and runs at random times, beside a model of a few lines."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.campaign.attack import Trial, Try
from powerstats_cli.core.periods import micros
from tests.core.histories import BEGIN, HOUR_US, State, at
from tests.core.simulation import FIRST_RUN, Box, Past, Place, alive, opened, troubled
from tests.faults.jobs import Ended

TEN_MINUTES: Final = HOUR_US // 6


@contextmanager
def random_worlds(_folder: Path) -> Iterator[Try]:
    """Let regular and random runs see a past, and compare their points with the model's."""
    with opened() as place:
        yield lambda random: _trial(place, random)


def _trial(place: Place, random: Random) -> Trial:
    has_power_cuts = random.random() < 0.5
    past = (troubled if has_power_cuts else alive)(random, random.choice([5, 12, 30]))
    place.show(past.home)
    last = BEGIN + past.hours * (FIRST_RUN.replace(hour=1) - FIRST_RUN.replace(hour=0))
    times = [FIRST_RUN, *past.run_times(random, random.randrange(12)), last]
    with Box(place, past.entities) as box:
        for now in times:
            box.collect(now)
            if random.random() < 0.1:
                box.rotate(now)
                box.aggregate(now)
        wrong = _difference(box, past, may_know_less=has_power_cuts)
    fault = f"{past.hours} h, {len(times)} runs, {'power cuts' if has_power_cuts else 'alive'}"
    return Trial(fault, Ended(exit_code=0, out="", err=""), wrong)


def _difference(box: Box, past: Past, *, may_know_less: bool) -> str:
    """Return where a stored mean of a measurement differs from the model's, "" if nowhere."""
    for moment, point in box.points().items():
        start = micros(datetime.fromisoformat(moment))
        for name, value in point.items():
            if "mean" not in value:
                continue
            mean, coverage = model(past.states[name], start, start + TEN_MINUTES)
            if abs(value["coverage"] - coverage) > 1e-4:
                # Every past is quiet around its first run, so an unknown then is found late.
                is_first = start < micros(FIRST_RUN) + 2 * TEN_MINUTES
                if not (may_know_less or is_first) or value["coverage"] > coverage:
                    return f"{name} at {moment}: coverage {value['coverage']}, not {coverage:.4f}"
            elif abs(value["mean"] - mean) > 0.002:
                return f"{name} at {moment}: mean {value['mean']}, not {mean:.3f}"
    return ""


def model(states: Sequence[State], start: int, end: int) -> tuple[float, float]:
    """Return the mean of the states over `[start, end)`, and the share that is known."""
    first = max(bisect_right([state.time for state in states], start) - 1, 0)
    known = total = 0.0
    held = [*states[first:], State(max(end, at(0)), None)]
    for state, following in pairwise(held):
        seconds = min(following.time, end) - max(state.time, start)
        if state.value is not None and seconds > 0:
            known += seconds
            total += state.value * seconds
    return (total / known if known else 0.0), known / (end - start)
