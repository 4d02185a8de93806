"""The states of the simulated house's sensors, as Home Assistant recorded them."""

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
from powerstats_cli.demo.power import KWH, RECOVERY, Load, Steps
from powerstats_cli.demo.sensors import ENERGY, ENTITIES, METER, POWER, POWER_FACTOR, SOLAR, VOLTAGE

# How long after the power changes a sensor's state does, in microseconds.
_LAG = {POWER: 0, VOLTAGE: 1000, ENERGY: 2000, POWER_FACTOR: 3000, SOLAR: 0}
_RESTART = 3 * SECOND  # from Home Assistant's start to the states it starts with
_AFTER_RESTART = dict(
    zip(ENTITIES, ("unknown", "unknown", "unavailable", "unavailable", "unknown"), strict=True)
)

Texts = list[tuple[int, str]]
"""States as Home Assistant shows them, with instants in microseconds since the day began."""


def recorded_states(
    day: Day, events: Mapping[str, Event], load: Load, roof: Steps
) -> Mapping[str, Sequence[Change]]:
    """Return a day's changes by entity, as Home Assistant recorded them."""
    shown = _meter(day, load, span_within(day, events.get(COUNTER_RESET)))
    shown[SOLAR] = [(at, f"{watts / 1000:.3f}") for at, watts in roof]
    return {key: _recorded(key, day, events, shown[key]) for key in ENTITIES}


def unknown_spans(
    entity_id: str, events: Mapping[str, Event]
) -> Sequence[tuple[datetime, datetime]]:
    """Return the spans [start, end) in which nobody can know the sensor's value, ascending."""
    lag = timedelta(microseconds=_LAG[entity_id])
    spans = []
    for name, event in events.items():
        if entity_id in event.entities and name in SHOWN and name != COUNTER_GLITCH:
            spans.append((event.start + lag, event.end + lag))
        elif name == POWER_CUT:
            spans.append((event.start, event.end + timedelta(microseconds=RECOVERY) + lag))
    return sorted(spans)


def _meter(day: Day, load: Load, reset: tuple[int, int] | None) -> dict[str, Texts]:
    """Return the states that the meter would show if nothing happened to it all day."""
    chance = Random(f"meter {day.date}")  # noqa: S311 - a simulation
    resets_at = reset[0] if reset else day.length
    shown: dict[str, Texts] = {key: [] for key in METER}
    power, voltage, energy, factor = shown.values()
    volts = 2300
    for (at, tenths), total in zip(load.steps, load.energy, strict=True):
        volts += int((2315 - volts) / 20 - tenths / 9000 + 14 * chance.random() - 7)
        power.append((at, f"{tenths / 10:.1f}"))
        voltage.append((at, f"{volts / 10:.1f}"))
        reading = total - (load.opening.zero if at < resets_at else load.closing.zero)
        energy.append((at, f"{reading / KWH:.3f}"))
        factor.append((at, f"{99 - 3000 / (tenths + 90) - 4 * chance.random():.0f}"))
    return {key: list(_distinct(texts)) for key, texts in shown.items()}


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
        restarted = (cut[1] + _RESTART, _AFTER_RESTART[entity_id])
        texts = _hidden(texts, cut[0], cut[1] + RECOVERY, [restarted])
    began = instant(day.epoch + _LAG[entity_id])
    return [Change(began + timedelta(microseconds=at), text) for at, text in texts]


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
