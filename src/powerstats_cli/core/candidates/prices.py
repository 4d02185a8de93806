"""Sensors that show the price of electricity now, and the minutes for which their prices hold."""

import re
from collections.abc import Iterable
from typing import Final

from powerstats_cli.core.candidates import vocabulary as said
from powerstats_cli.core.candidates.sensors import Entity
from powerstats_cli.core.history import History
from powerstats_cli.core.prices import STEPS, Price, is_price

MINUTE_US: Final = 60_000_000
# A sensor may change so long after the step begins, or before it.
MOST_LATE: Final = 2 * MINUTE_US
# Some changes are at no step: a restart of Home Assistant, a sensor that was set up just now.
LEAST_SHARE: Final = 0.9
LEAST_CHANGES: Final = 3
_NOT_NOW: Final = re.compile(
    r" (?:next|previous|last|upcoming|tomorrow|today|yesterday|lowest|highest|cheapest|min|max|"
    r"minimum|maximum|average|mean|median|peak|off|forecast|estimated|expected) "
)
_NOW: Final = re.compile(r" (?:current|now|actual|huidig\w*|aktuell\w*|spot) ")
_GAS: Final = re.compile(r" (?:gas|heat|warmte|water) ")


def unit_of(entity: Entity, currency: str | None) -> str | None:
    """Return the unit in which an entity's price would be kept, None if it is no price.

    `currency` is the home's, for a unit that belongs to several currencies.
    """
    unit = Price(STEPS[0], currency=currency).kept_as(entity.unit or "")[0]
    return unit if is_price(unit) else None


def price_sensors(entities: Iterable[Entity], currency: str | None) -> list[Entity]:
    """Return the entities that show a price of electricity, the likeliest for import first.

    Those of another moment than now, such as the next hour's or a day's lowest, are left out.
    """
    found = [
        entity
        for entity in entities
        if unit_of(entity, currency) and not _NOT_NOW.search(entity.words)
    ]
    return sorted(found, key=_rank)


def _rank(entity: Entity) -> tuple[object, ...]:
    is_silent = entity.value != entity.value
    is_other = said.EXPORTING.search(entity.words) or _GAS.search(entity.words)
    is_now = _NOW.search(entity.words)
    return bool(is_other), is_silent, not is_now, len(entity.entity_id), entity.entity_id


# --- the step ---------------------------------------------------------------------------------


def changes_of(history: History) -> list[int]:
    """Return the instants (µs) at which a price became another one, without its first state."""
    changes: list[int] = []
    last: float | None = None
    for time, value in zip(history.times, history.values, strict=True):
        if value != value or value == last:
            continue
        if last is not None:
            changes.append(time)
        last = value
    return changes


def step_of(changes: Iterable[int], offset: int) -> int | None:
    """Return the minutes for which a price holds, by its changes (µs); None if they are too few.

    It is the longest step at whose multiples nearly all changes are; `offset` is how far local time
    is from UTC (µs).
    """
    times = list(changes)
    if len(times) < LEAST_CHANGES:
        return None
    return next((step for step in reversed(STEPS) if _fits(times, step, offset)), STEPS[0])


def _fits(times: list[int], step: int, offset: int) -> bool:
    length = step * MINUTE_US
    apart = [min((time + offset) % length, -(time + offset) % length) for time in times]
    return sum(each <= MOST_LATE for each in apart) >= LEAST_SHARE * len(times)
