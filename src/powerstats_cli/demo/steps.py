"""Step functions over one local day: powers in whole tenths of a watt, and their energies.

Instants are whole microseconds since the day's first instant, and energies are in tenths of a watt
times microseconds, so both are exact.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import pairwise

KWH = 36_000_000_000_000  # tenths of a watt times microseconds in a kWh

Steps = list[tuple[int, int]]
"""Instants, ascending, and the value from each on; before the first it is 0."""


def area(steps: Steps, start: int, end: int) -> int:
    """Return the integral over [start, end)."""
    first, last = (bisect_left(steps, (at, -(10**9))) for at in (start, end))
    inside = steps[first:last]
    if first:
        inside = [(start, steps[first - 1][1]), *inside]
    between = pairwise([*inside, (end, 0)])
    return sum(value * (until - at) for (at, value), (until, _) in between)


def energies(steps: Steps, times: Iterable[int], opening: int) -> list[int]:
    """Return the energy so far at ascending instants, if it is `opening` when the day begins."""
    found, total, since, value = [], opening, 0, 0
    changes = iter([*steps, (10**18, 0)])
    changes_at, following = next(changes)
    for at in times:
        while changes_at <= at:
            total += value * (changes_at - since)
            since, value = changes_at, following
            changes_at, following = next(changes)
        found.append(total + value * (at - since))
    return found


def summed(*parts: tuple[int, Steps]) -> Steps:
    """Return the sum of step functions, each multiplied by its factor; only changes are steps."""
    values = [0] * len(parts)
    found: Steps = []
    for at, index, value in merge(*(_of_part(index, *part) for index, part in enumerate(parts))):
        values[index] = value
        total = sum(values)
        if found and found[-1][0] == at:
            found[-1] = (at, total)
        elif not found or found[-1][1] != total:
            found.append((at, total))
    return found


def _of_part(index: int, factor: int, steps: Steps) -> Iterator[tuple[int, int, int]]:
    for at, value in steps:
        yield at, index, factor * value


def switched(edges: Iterable[tuple[int, int]], first: int, opening: int) -> Steps:
    """Return the power that results from edges, which are in order; it is `opening` until `first`.

    An edge before `first` shows there. The edges are those of a day that begins with no power, so
    what ran at its end of the day before is off then, unless an edge says otherwise.
    """
    steps, power = [(0, opening), *([(first, 0)] if opening and first else [])], 0
    for at, change in edges:
        power += change
        shown = max(at, first)
        if steps[-1][0] == shown:
            steps.pop()
        steps.append((shown, power))
    return steps


def cut_off(steps: Steps, start: int, end: int) -> Steps:
    """Return the steps with no power in [start, end)."""
    after = value_at(steps, end)
    before = [step for step in steps if step[0] < start]
    return [*before, (start, 0), (end, after), *(step for step in steps if step[0] > end)]


def value_at(steps: Steps, at: int) -> int:
    """Return the value that holds at an instant."""
    after = bisect_left(steps, (at + 1, -(10**9)))
    return steps[after - 1][1] if after else 0


def forward(steps: Steps) -> Steps:
    """Return what flows forward of a power."""
    return [(at, max(value, 0)) for at, value in steps]


def back(steps: Steps) -> Steps:
    """Return what flows back of a power, as a power above zero."""
    return [(at, max(-value, 0)) for at, value in steps]
