"""The true numbers of given states, computed by the definitions in docs/data.md.

Nothing of the package is used, so the numbers in the files can be compared with these.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from tests.real.past import INTERVAL, NO_NUMBERS, SECOND
from tests.real.server import States


class Exact(NamedTuple):
    """A measurement over a span: `integral` in value seconds, `known` in seconds."""

    mean: float
    low: float
    high: float
    integral: float
    known: float


class Truth:
    """The step functions of past states, each cut an interval after the last sign of life.

    A sign of life is a time by which Home Assistant was still running: a change from one number to
    another, or one of `answered`, the ends of buckets up to which runs were answered. `gone` is the
    time after the last state at which all sensors were found unavailable. `ends` is when the last
    value ceases to be known.
    """

    def __init__(
        self, states: Mapping[str, States], gone: datetime, answered: Sequence[datetime] = ()
    ) -> None:
        """Find the known values and their spans."""
        steps = {
            entity_id: _without_repeats([*given, (gone, "unavailable")])
            for entity_id, given in states.items()
        }
        changes = [
            when
            for of_entity in steps.values()
            for (_, before), (when, after) in pairwise(of_entity)
            if before is not None and after is not None
        ]
        signs = sorted([*changes, *answered])
        self._held = {entity_id: _held(of_entity, signs) for entity_id, of_entity in steps.items()}
        self.ends = max(until for held in self._held.values() for _, until, _ in held)

    def over(self, entity_id: str, start: datetime, end: datetime) -> Exact | None:
        """Return the true numbers of a span, None if nothing is known in it."""
        held = [
            (value, min(until, end) - max(since, start))
            for since, until, value in self._held[entity_id]
            if since < end and until > start
        ]
        if not held:
            return None
        known = sum((length for _, length in held), timedelta()) / SECOND
        integral = sum(value * (length / SECOND) for value, length in held)
        values = [value for value, _ in held]
        return Exact(integral / known, min(values), max(values), integral, known)

    def kwh(self, entity_id: str, start: datetime, end: datetime) -> float:
        """Return the energy of a power in W over a span."""
        exact = self.over(entity_id, start, end)
        return exact.integral / 3.6e6 if exact else 0.0


def _without_repeats(states: States) -> list[tuple[datetime, float | None]]:
    """Return the changes of the number, None standing for no number."""
    numbers = [(when, None if state in NO_NUMBERS else float(state)) for when, state in states]
    return [
        (when, number)
        for index, (when, number) in enumerate(numbers)
        if index == 0 or number != numbers[index - 1][1]
    ]


def _held(
    steps: Sequence[tuple[datetime, float | None]], signs: Sequence[datetime]
) -> list[tuple[datetime, datetime, float]]:
    """Return the spans in which a value was known to hold: start, end, value."""
    held = []
    for (since, value), (until, following) in pairwise(steps):
        if value is None:
            continue
        known_until = until
        if following is None:
            last = max([since, *signs[: bisect_left(signs, until)][-1:]])
            known_until = min(until, last + INTERVAL)
        held.append((since, known_until, value))
    return held
