"""Whether the roles of a home's series can be right, judged by its last closed days."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import ENERGY_DECIMALS, Value
from powerstats_cli.core.energy.flows import (
    Amount,
    Balance,
    Flow,
    Plan,
    Term,
    balance,
    drawn,
    planned,
    sum_of,
)
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.findings import Finding, warning
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import HOUR
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.series import Kind

AREA: Final = "flows"
# Two meters of one thing differ less.
MOST_DIFFERENCE: Final = 0.03
# In kWh: of less energy nothing can be said.
LEAST_ENERGY: Final = 1.0
MOST_OVER: Final = 0.02
# Local hours around noon, and the share of the best hour's sun below which it is dark.
NOON: Final = range(9, 16)
DARK: Final = 0.02
# A counter that comes once an hour changes in so many buckets an hour, and by so many of its steps.
SELDOM: Final = 1.2
LEAST_HOURS: Final = 12
STEPS: Final = 5
Days = Mapping[date, Sequence[Piece]]


class _Part(NamedTuple):
    piece: Piece
    balance: Balance


def judged(
    roles: Roles, kinds: Mapping[str, Kind], days: Days, zone: ZoneInfo
) -> Iterator[Finding]:
    """Yield what cannot be right about the roles, by the buckets of the last closed days."""
    plan, curve = planned(roles, kinds), drawn(roles, kinds)
    by_day = {
        day: [_Part(piece, balance(plan, piece.point)) for piece in pieces]
        for day, pieces in days.items()
    }
    parts = [part for day in by_day.values() for part in day]
    yield from _measured_twice(plan, curve, [part.piece.point for part in parts])
    yield from _house(plan, parts)
    yield from _export(plan, parts)
    yield from _turned(plan, parts, zone)
    yield from _seldom(plan, curve, parts)
    yield from _untracked(plan, by_day)


def _kwh(parts: Iterable[_Part], pick: Callable[[Balance], Amount | None]) -> float:
    return math.fsum(amount.kwh for part in parts if (amount := pick(part.balance)))


def _flow(flow: Flow) -> Callable[[Balance], Amount | None]:
    return lambda found: found.flows.get(flow)


# --- two meters of one thing --------------------------------------------------------------------


def _measured_twice(
    plan: Plan, curve: Plan, points: Sequence[Mapping[str, Value]]
) -> Iterator[Finding]:
    roles = [(str(flow), terms, curve.flows[flow]) for flow, terms in plan.flows.items()]
    for role, counts, draws in [*roles, ("house", plan.house, curve.house)]:
        if counts == draws:
            continue
        pairs = [(sum_of(counts, point), sum_of(draws, point)) for point in points]
        known = [(one, other) for one, other in pairs if one and other]
        first = math.fsum(one.kwh for one, _ in known)
        second = math.fsum(other.kwh for _, other in known)
        if _differ(first, second):
            yield warning(
                AREA,
                f"{role}: {_named(counts)} counted {first:.1f} kWh, {_named(draws)} {second:.1f}",
                "one of them is another meter: name only the right one in [flows]",
            )


def _differ(first: float, second: float) -> bool:
    most = max(abs(first), abs(second))
    return most >= LEAST_ENERGY and abs(first - second) > MOST_DIFFERENCE * most


def _named(terms: Sequence[Term]) -> str:
    return joined(term.name for term in terms)


def _house(plan: Plan, parts: Sequence[_Part]) -> Iterator[Finding]:
    """Yield whether the house is what the flows leave to it, and took something."""
    both = [part for part in parts if part.balance.house and part.balance.balanced]
    house = _kwh(both, lambda found: found.house)
    left = _kwh(both, lambda found: found.balanced)
    if plan.house and "import" in plan.flows and _differ(house, left):
        yield warning(
            AREA,
            f"house: {_named(plan.house)} says {house:.1f} kWh, the flows leave {left:.1f}",
            "a meter is missing in [flows], has a turned sign, or measures something else",
        )
    elif house < -LEAST_ENERGY:
        yield warning(
            AREA,
            f"the house took {house:.1f} kWh, less than nothing",
            "turn the sign of a power around with a - in [flows], or name the sun there",
        )


# --- ways ---------------------------------------------------------------------------------------


def _export(plan: Plan, parts: Sequence[_Part]) -> Iterator[Finding]:
    exported = _kwh(parts, _flow("export"))
    has_source = "solar" in plan.flows or "discharge" in plan.flows
    if not has_source and exported >= LEAST_ENERGY:
        yield warning(
            AREA,
            f"{exported:.1f} kWh were exported, but there is no sun and no battery",
            "name them in [flows], or turn the grid's sign around with a -",
        )


def _turned(plan: Plan, parts: Sequence[_Part], zone: ZoneInfo) -> Iterator[Finding]:
    """Yield whether the grid seems to give at noon, and to take in the dark."""
    if not {"solar", "import", "export"} <= plan.flows.keys():
        return
    hours: dict[int, list[_Part]] = {}
    for part in parts:
        if part.piece.span.length <= HOUR:
            hours.setdefault(part.piece.span.start.astimezone(zone).hour, []).append(part)
    sun = {hour: _kwh(of_hour, _flow("solar")) for hour, of_hour in hours.items()}
    best = max(sun.values(), default=0.0)
    dark = [part for hour, of_hour in hours.items() if sun[hour] <= DARK * best for part in of_hour]
    imported = {hour: _kwh(of_hour, _flow("import")) for hour, of_hour in hours.items()}
    highest = max(imported, key=lambda hour: imported[hour], default=0)
    by_night = _kwh(dark, _flow("import")), _kwh(dark, _flow("export"))
    is_fed = "discharge" in plan.flows and _kwh(dark, _flow("discharge")) > by_night[1]
    if best > 0 and highest in NOON and by_night[1] > by_night[0] and not is_fed:
        yield warning(
            AREA,
            f"import is highest at {highest}:00, with sun, and in the dark the home exports",
            "turn the grid's sign around with a - in [flows], or exchange import and export",
        )


# --- counters -----------------------------------------------------------------------------------


def _seldom(plan: Plan, curve: Plan, parts: Sequence[_Part]) -> Iterator[Finding]:
    """Yield each counter that changes once an hour though a power of its role is there."""
    for flow, terms in plan.flows.items():
        for term in terms if curve.flows[flow] != terms else ():
            if comes_seldom(term.name, [part.piece for part in parts]):
                yield warning(
                    AREA,
                    f"{term.name} changes only once an hour",
                    f"leave it out of flows.{flow}: the energy of the power is exact",
                )


def comes_seldom(name: str, pieces: Iterable[Piece]) -> bool:
    """Tell whether a counter changes only once an hour, by buckets of less than that."""
    changes: dict[object, list[float]] = {}
    for piece in pieces:
        value, start = piece.point.get(name), piece.span.start
        if piece.span.length < HOUR and value is not None and value.change:
            changes.setdefault(start.replace(minute=0), []).append(value.change)
    steps = [change for of_hour in changes.values() for change in of_hour]
    if len(changes) < LEAST_HOURS or len(steps) > SELDOM * len(changes):
        return False
    # Else its steps are just that big.
    return math.fsum(steps) / len(changes) >= STEPS * _step(steps)


def _step(changes: Sequence[float]) -> float:
    """Return about the smallest step of a counter: its smallest change, or difference of two."""
    distinct = sorted({0.0, *(round(abs(change), ENERGY_DECIMALS) for change in changes)})
    return min(after - before for before, after in pairwise(distinct))


def _untracked(plan: Plan, by_day: Mapping[date, Sequence[_Part]]) -> Iterator[Finding]:
    if not plan.tells_untracked:
        return
    over: dict[date, float] = {}
    for day, parts in by_day.items():
        known = [part for part in parts if part.balance.untracked]
        untracked = _kwh(known, lambda found: found.untracked)
        if untracked < -MOST_OVER * abs(_kwh(known, lambda found: found.house)):
            over[day] = -untracked
    if over:
        day = max(over, key=lambda each: over[each])
        yield warning(
            AREA,
            f"on {day} the devices took {over[day]:.1f} kWh more than the house",
            "one is part of another (flows.within), or behind another meter",
        )
