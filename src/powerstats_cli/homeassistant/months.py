"""Months of Home Assistant's long-term statistics, as days and hours for the tiers."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from powerstats_cli.core.energy.ledger import LedgerDay, Slots, Steps
from powerstats_cli.core.energy.ledger_filling import Filling
from powerstats_cli.core.filling import Bucket, Month
from powerstats_cli.core.longterm import Conversion, by_hour, local_hours
from powerstats_cli.core.longterm import local_day as day_of
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.inquiry import RENAME, expected
from powerstats_cli.homeassistant.past import Past
from powerstats_cli.settings import Settings

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm, Statistic

# A month of so many sensors is an answer of 2 MB.
SENSORS_AT_ONCE: Final = 20


class LedgerPart(NamedTuple):
    """What the ledger may get, and the series that its days lack."""

    filling: Filling
    wanted: Mapping[date, AbstractSet[str]]


def conversions(
    home: HomeAssistant,
    settings: Settings,
    statistics: "Mapping[str, Statistic]",
    past: Past,
) -> tuple[dict[str, Conversion], list[PowerstatsError]]:
    """Return the conversions of the series' statistics, and the problems of single series."""
    scales, known = {}, expected(settings, {})
    problems: list[PowerstatsError] = []
    for name, entity_id in settings.entities.items():
        statistic = statistics.get(entity_id)
        if statistic is None or name in past.given_up:
            continue
        unit, factor = statistic.unit
        stored = past.kinds.get(name)
        if (price := known[entity_id].price) is not None:
            unit, factor = price.kept_as(statistic.display_unit_of_measurement or "")
            if price.mistake(name, unit) is not None:
                continue  # the recorder's days tell it
        kind = Kind(unit, "measurement")
        if statistic.has_sum and price is None:
            kind = _counter(home, entity_id, unit, stored)
        if stored is None or kind.fits(stored):
            plausible = settings.homeassistant.plausible.get(name)
            scales[name] = Conversion(kind, factor, plausible)
            continue
        message = (
            f"{name}: its statistics are {kind.described}, stored as {stored.described}: {RENAME}"
        )
        problems.append(ConfigError(message))
    return scales, problems


def _counter(home: HomeAssistant, entity_id: str, unit: str, stored: Kind | None) -> Kind:
    """Return the kind of a counter: the stored one, else the one that Home Assistant has now."""
    if stored is not None and stored.is_counter:
        return Kind(unit, stored.state_class)
    present = home.present(entity_id)
    is_total = present is not None and present.state_class == "total"
    return Kind(unit, "total" if is_total else "total_increasing")


def month_of(
    long_term: "LongTerm",
    settings: Settings,
    newest: date,
    first: date,
    wanted: Mapping[date, AbstractSet[str]],
    scales: Mapping[str, Conversion],
    ledger: LedgerPart | None = None,
) -> Month:
    """Ask for a month and return the values that its days lack.

    `wanted` has the lacking series by day, `scales` the conversions by series, `ledger` what the
    ledger lacks.
    """
    zone, entities = settings.zone, settings.entities
    hours = ledger.wanted if ledger else {}
    asked = {
        day: {*wanted.get(day, ()), *hours.get(day, ())} for day in wanted.keys() | hours.keys()
    }
    names = sorted(set().union(*asked.values()) & scales.keys())
    start = _hour_at(day_start(min(asked), zone))
    end = day_start(max(asked) + DAY, zone)
    kept: dict[date, LedgerDay] = {}
    daily: list[Bucket] = []
    hourly: list[Bucket] = []
    for number in range(0, len(names), SENSORS_AT_ONCE):
        some = names[number : number + SENSORS_AT_ONCE]
        rows = long_term.hours(sorted({entities[name] for name in some}), start, end)
        for name in some:
            by_start = by_hour(rows.get(entities[name], ()), scales[name])
            for day in sorted(day for day, lacking in asked.items() if name in lacking):
                parts = local_hours(by_start, day, zone, scales[name].kind)
                if parts and ledger and name in hours.get(day, ()):
                    _keep(kept, day, name, ledger.filling.entry(day, name, parts))
                if not parts or name not in wanted.get(day, ()):
                    continue
                daily.append((day_start(day, zone), name, day_of(parts, day, zone)))
                if newest - day < TIERS["weekly"].window * DAY:
                    hourly += [(span.start, name, value) for span, value in parts]
    kinds = {name: conversion.kind for name, conversion in scales.items()}
    return Month(first, daily, hourly, kinds, kept)


def _keep(kept: dict[date, LedgerDay], day: date, name: str, entry: Slots | Steps | None) -> None:
    own = kept.get(day, LedgerDay())
    if isinstance(entry, Slots):
        kept[day] = LedgerDay({**own.energy, name: entry}, own.prices)
    elif entry is not None:
        kept[day] = LedgerDay(own.energy, {**own.prices, name: entry})


def _hour_at(instant: datetime) -> datetime:
    """Return the beginning of an instant's hour in UTC."""
    return instant.replace(minute=0, second=0, microsecond=0)
