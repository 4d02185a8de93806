"""The states of the simulated house's sensors, as Home Assistant recorded them."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from powerstats_cli.demo.days import SECOND, Day, instant
from powerstats_cli.demo.events import (
    COUNTER_GLITCH,
    COUNTER_RESET,
    POWER_CUT,
    SHOWN,
    Event,
    span_within,
)
from powerstats_cli.demo.homes import Change
from powerstats_cli.demo.power import EXPORT, HOUSE, IMPORT, RECOVERY, SUN, PowerDay
from powerstats_cli.demo.prices import prices
from powerstats_cli.demo.sensors import (
    BATTERY,
    BATTERY_CHARGE,
    CAR,
    DISHWASHER,
    ENERGY,
    GRID,
    GRID_EXPORT,
    GRID_IMPORT,
    HEAT_PUMP,
    KITCHEN,
    METER,
    POWER_FACTOR,
    PRICE,
    SOLAR,
    VOLTAGE,
)
from powerstats_cli.demo.steps import KWH, energies

# How long after the power changes a sensor's state does, in microseconds.
_LAG = {VOLTAGE: 1000, ENERGY: 2000, POWER_FACTOR: 3000, GRID_IMPORT: 4000, GRID_EXPORT: 5000}
# How far a sensor's number moves before such a meter's firmware reports it again.
_LEAST_MOVE = {VOLTAGE: 0.5, POWER_FACTOR: 2.0}
_RESTART = 3 * SECOND  # from Home Assistant's start to the states it starts with
# The sensors that are unavailable when Home Assistant starts; others are unknown.
_UNAVAILABLE_FIRST = {ENERGY, POWER_FACTOR, GRID_IMPORT, GRID_EXPORT, BATTERY_CHARGE, PRICE}

Texts = list[tuple[int, str]]
"""States as Home Assistant shows them, with instants in microseconds since the day began."""


def recorded_states(
    day: Day, events: Mapping[str, Event], power: PowerDay, *, is_first: bool
) -> Mapping[str, Sequence[Change]]:
    """Return a day's changes by entity, as Home Assistant recorded them."""
    shown = _meter(day, power, span_within(day, events.get(COUNTER_RESET)))
    shown[SOLAR] = [(at, f"{tenths / 10_000:.3f}") for at, tenths in power.powers[SUN]]
    shown[PRICE] = [(at, f"{price:.5f}") for at, price in prices(day)]
    recorded = {key: _recorded(key, day, events, texts) for key, texts in shown.items()}
    for key, texts in _held(power).items():
        changes = _recorded(key, day, events, list(_distinct(texts)))
        recorded[key] = changes if is_first else changes[1:]  # the first has held since before
    return recorded


def unknown_spans(
    entity_id: str, events: Mapping[str, Event]
) -> Sequence[tuple[datetime, datetime]]:
    """Return the spans [start, end) in which nobody can know the sensor's value, ascending."""
    lag = timedelta(microseconds=_LAG.get(entity_id, 0))
    spans = []
    for name, event in events.items():
        if entity_id in event.entities and name in SHOWN and name != COUNTER_GLITCH:
            spans.append((event.start + lag, event.end + lag))
        elif name == POWER_CUT:
            spans.append((event.start, event.end + timedelta(microseconds=RECOVERY) + lag))
    return sorted(spans)


def _held(power: PowerDay) -> dict[str, Texts]:
    """Return the states of the other sensors, the first of which is that at the day's start."""
    times = [0, *(at for at, _ in power.steps)]
    counted = {GRID_IMPORT: IMPORT, GRID_EXPORT: EXPORT} | {
        name: name for name in (HEAT_PUMP, CAR, KITCHEN)
    }
    return {
        GRID: [(at, f"{tenths / 10:.1f}") for at, tenths in power.grid],
        BATTERY: [(at, f"{-tenths / 10:.0f}") for at, tenths in power.battery.steps],
        BATTERY_CHARGE: [(at, str(percent)) for at, percent in power.battery.percents],
        DISHWASHER: [(at, f"{tenths / 10:.1f}") for at, tenths in power.powers[DISHWASHER]],
    } | {key: _readings(power, name, times) for key, name in counted.items()}


def _readings(power: PowerDay, name: str, times: Sequence[int]) -> Texts:
    """Return what a counter shows at some times."""
    counted = energies(power.powers[name], times, power.opening.energies[name])
    return [(at, f"{energy / KWH:.3f}") for at, energy in zip(times, counted, strict=True)]


def _meter(day: Day, power: PowerDay, reset: tuple[int, int] | None) -> dict[str, Texts]:
    """Return the states that the meter would show if nothing happened to it all day."""
    chance = Random(f"meter {day.date}")  # noqa: S311 - a simulation
    resets_at = reset[0] if reset else day.length
    shown: dict[str, Texts] = {key: [] for key in METER}
    watts, voltage, energy, factor = shown.values()
    volts = 2300
    opening, closing = power.opening, power.closing
    times = [at for at, _ in power.steps]
    totals = energies(power.powers[HOUSE], times, opening.energies[HOUSE])
    for (at, tenths), total in zip(power.steps, totals, strict=True):
        volts += int((2315 - volts) / 20 - tenths / 9000 + 14 * chance.random() - 7)
        watts.append((at, f"{tenths / 10:.1f}"))
        voltage.append((at, f"{volts / 10:.1f}"))
        reading = total - (opening.zero if at < resets_at else closing.zero)
        energy.append((at, f"{reading / KWH:.3f}"))
        factor.append((at, f"{99 - 3000 / (tenths + 90) - 4 * chance.random():.0f}"))
    return {key: list(_reported(key, texts)) for key, texts in shown.items()}


def _reported(entity_id: str, texts: Texts) -> Iterator[tuple[int, str]]:
    """Yield the states of the meter that it reports: some only if they moved far enough."""
    if entity_id not in _LEAST_MOVE:
        yield from _distinct(texts)
        return
    last = -math.inf
    for at, text in texts:
        if abs(float(text) - last) >= _LEAST_MOVE[entity_id]:
            yield at, text
            last = float(text)


def _recorded(
    entity_id: str, day: Day, events: Mapping[str, Event], texts: Texts
) -> Sequence[Change]:
    """Return the changes that Home Assistant recorded, given the states without any event."""
    for name in SHOWN:
        event = events.get(name)
        span = span_within(day, event)
        if event and span and entity_id in event.entities:
            texts = _hidden(texts, *span, [(span[0], event.state)])
    if cut := span_within(day, events.get(POWER_CUT)):
        state = "unavailable" if entity_id in _UNAVAILABLE_FIRST else "unknown"
        restarted = (cut[1] + _RESTART, state)
        texts = _hidden(texts, cut[0], cut[1] + RECOVERY, [restarted])
    began = day.epoch + _LAG.get(entity_id, 0)
    return [Change(instant(began + at), text) for at, text in texts]


def _distinct(texts: Texts) -> Iterator[tuple[int, str]]:
    """Yield the changes: a value that is reported again is no new state."""
    last = ""
    for at, text in texts:
        if text != last:
            yield at, text
            last = text


def _hidden(texts: Texts, start: int, end: int, instead: Texts) -> Texts:
    """Replace the states in [start, end) by others; at the end the state of that time returns."""
    first, after = bisect_left(texts, (start, "")), bisect_right(texts, (end, "\uffff"))
    back = texts[after - 1][1]
    return [*texts[:first], *instead, (end, back), *texts[after:]]
