"""Meters as homes have them: what they really counted, and what Home Assistant has of it."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import NamedTuple

from tests.core.histories import HOUR_US, MINUTE_US, SECOND_US, State, at

DAY = 24 * 60


@dataclass
class Meter:
    """A meter's states; `truth` is what it counted in kWh, `gaps` how long it was unknown (h).

    `rounding` is how much its decimals can add: a half of the last one for each start anew.
    """

    states: list[State] = field(default_factory=list)
    truth: float = 0.0
    gaps: float = 0.0
    rounding: float = 0.0
    faults: list[tuple[int, str]] = field(default_factory=list)

    def show(self, time: int, value: float | None) -> None:
        """Add a state; one that says nothing new is none."""
        if not self.states or self.states[-1].value != value:
            self.states.append(State(time, value))


class Reading(NamedTuple):
    """A poll of a meter: what its counter is at, and what it counted since it was made."""

    time: int
    value: float
    truth: float


class Wrong(NamedTuple):
    """For so long (µs) a share of the reading is shown, and some kWh more; None: it is unknown."""

    duration: int
    share: float | None
    more: float = 0.0

    def shown(self, value: float) -> float | None:
        """Return what is shown instead of a reading."""
        return None if self.share is None else self.share * value + self.more


Fault = Callable[[Random], Iterator[Wrong]]


def meter(random: Random, hours: float) -> Meter:
    """Return a meter with faults of all kinds, at random."""
    polls = list(_polls(random, hours))
    decimals = random.choice([1, 2, 3, 3, 6])
    starts = sum(after.value < before.value for before, after in pairwise(polls))
    made = Meter(
        truth=polls[-1].truth - polls[0].truth,
        rounding=(2 + starts) * 10**-decimals,
    )
    rate = random.choice([0.0, 0.2, 0.5, 1.5])  # faults an hour
    every = (polls[-1].time - polls[0].time) / len(polls) / HOUR_US
    waiting = deque(polls)
    while waiting:
        poll = waiting.popleft()
        made.show(poll.time, round(poll.value, decimals))
        if len(polls) - len(waiting) > 20 and random.random() < rate * every:
            _show_a_fault(made, random, poll, waiting, decimals)
    return made


def _show_a_fault(
    made: Meter, random: Random, poll: Reading, waiting: deque[Reading], decimals: int
) -> None:
    """Show a fault instead of the next polls, and often the truth for an hour after it.

    A meter that is low again and again for less than an hour each time cannot be told from one
    that starts anew.
    """
    name = random.choice(list(FAULTS))
    made.faults.append((poll.time, name))
    end = poll.time
    for wrong in FAULTS[name](random):
        end += wrong.duration
        made.gaps += wrong.duration / HOUR_US if wrong.share is None else 0.0
        for later in _until(end, waiting):
            value = wrong.shown(later.value)
            made.show(later.time, None if value is None else round(value, decimals))
    is_low = name in {"low", "parts", "restart", "low and away"}
    calm = HOUR_US if is_low else random.choice([0, 0, HOUR_US])
    for later in _until(end + calm, waiting):
        made.show(later.time, round(later.value, decimals))


def _until(end: int, polls: deque[Reading]) -> Iterator[Reading]:
    """Take the polls before a time."""
    while polls and polls[0].time < end:
        yield polls.popleft()


def _polls(random: Random, hours: float) -> Iterator[Reading]:
    """Yield what a meter shows when it is asked, and what it has counted."""
    every = random.choice([10, 40, 60, 150, 300])
    period = random.choice([None, None, DAY, DAY, 5, 15, 30, 45, 60])
    parts = random.choice([1, 1, 3]) if period == DAY else 1
    begin = random.choice([0.0, 0.0, 3.2, 812.4, 35_500.0])
    counted = [begin / parts if period is None else 0.0] * parts
    truth, power, seconds = 0.0, 0.0, float(random.randrange(1, 30))
    offset = random.uniform(0, DAY)
    delays = [0.0, *(random.choice([2, 20, 120]) * n / 60 for n in range(1, parts))]
    cycles = [0] * parts
    while seconds < hours * 3600:
        step = max(1.0, every + random.uniform(-2, 2))
        if random.random() < 0.1:
            power = random.choice([0.0, 0.0, 0.3, 2.0, 8.0])
        for part in range(parts):
            energy = power * step / 3600 / parts
            cycle = 0 if period is None else int((seconds / 60 + offset - delays[part]) // period)
            if cycle != cycles[part]:
                cycles[part], counted[part] = cycle, 0.0
            counted[part] += energy
            truth += energy
        seconds += step
        yield Reading(at(0) + round(seconds * SECOND_US), sum(counted), truth)


def _restart(random: Random) -> Iterator[Wrong]:
    yield Wrong(random.randrange(5, 300) * SECOND_US, None)
    if random.random() < 0.6:
        share = random.choice([0.0, 0.0, random.random() / 2])
        yield Wrong(random.randrange(5, 200) * SECOND_US, share)
    if random.random() < 0.2:
        yield Wrong(random.randrange(5, 300) * SECOND_US, None)


def _unknown(random: Random) -> Iterator[Wrong]:
    yield Wrong(round(random.choice([0.2, 1, 3, 8]) * random.random() * HOUR_US), None)


def _low(random: Random) -> Iterator[Wrong]:
    yield Wrong(random.randrange(1, 54) * MINUTE_US, random.choice([0.0, random.random()]))


def _low_and_away(random: Random) -> Iterator[Wrong]:
    for _ in range(random.randrange(1, 4)):
        share = random.choice([0.0, random.random() / 2])
        yield Wrong(random.randrange(10, 1800) * SECOND_US, share)
        yield Wrong(random.randrange(1, 200) * MINUTE_US, None)


def _spike(random: Random) -> Iterator[Wrong]:
    more = random.choice([8.6, 100.0, 1e4, 4_294_967.295]) * random.uniform(0.3, 1)
    yield Wrong(random.randrange(10, 290) * SECOND_US, 1.0, more)


def _long_spike(random: Random) -> Iterator[Wrong]:
    more = random.choice([1.2e4, 1e5, 4_294_967.295]) * random.uniform(0.2, 1)
    yield Wrong(random.randrange(10, 150) * MINUTE_US, 1.0, more)


def _parts(random: Random) -> Iterator[Wrong]:
    for share in sorted(random.random() * 0.95 for _ in range(random.randrange(1, 4))):
        yield Wrong(random.randrange(5, 900) * SECOND_US, share)


def _sentinel(random: Random) -> Iterator[Wrong]:
    yield Wrong(random.randrange(1, 200) * MINUTE_US, 0.0, -1.0)


def _dip(random: Random) -> Iterator[Wrong]:
    yield Wrong(random.randrange(10, 600) * SECOND_US, random.uniform(0.9, 1.0))


FAULTS: dict[str, Fault] = {
    "restart": _restart,
    "unknown": _unknown,
    "low": _low,
    "low and away": _low_and_away,
    "spike": _spike,
    "long spike": _long_spike,
    "parts": _parts,
    "sentinel": _sentinel,
    "dip": _dip,
}
