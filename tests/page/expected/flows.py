"""A home's flows as series of its files, added up in another way than the page does it."""

from collections.abc import Mapping
from fractions import Fraction

from msgspec.structs import replace

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Latest
from powerstats_cli.core.series import Series
from tests.page.expected.grid import Grid, Parts

TOGETHER = Fraction("0.02")


def with_sums(document: Document, sums: Mapping[str, Parts]) -> Document:
    """Return a document that has a series for each sum, where all parts are known of one time."""
    made = dict(document.series)
    points = {start: dict(point) for start, point in document.points.items()}
    latest = dict(document.latest or {})
    lengths = _lengths(document)
    for name, parts in sums.items():
        if not all(part in document.series for part, _, _ in parts):
            continue
        about = [document.series[part] for part, _, _ in parts]
        is_power = any(series.unit == "W" for series in about)
        made[name] = Series(
            "W" if is_power else "kWh",
            "measurement" if is_power else "total_increasing",
            min(series.until for series in about),
        )
        for start, point in document.points.items():
            if value := _sum(point, parts, lengths[start] if is_power else None):
                points[start][name] = value
        if document.latest and (last := _last(document, parts)):
            latest[name] = last
    return replace(document, series=made, points=points, latest=latest or document.latest)


def _lengths(document: Document) -> Mapping[object, Fraction]:
    """Return how long each bucket lasts, in hours; the newest days of a file are all alike."""
    return {
        span.start: Fraction(span.length.total_seconds()) / 3600 for span in Grid(document).spans
    }


def _sum(point: Mapping[str, Value], parts: Parts, hours: Fraction | None) -> Value | None:
    energies, coverages = [], []
    for name, way, sign in parts:
        value = point.get(name)
        energy = None if value is None else _energy(value, way)
        if value is None or energy is None:
            return None
        energies.append(sign * energy)
        coverages.append(Fraction(str(value.coverage)))
    if max(coverages) - min(coverages) > TOGETHER:
        return None
    kwh, coverage = float(sum(energies)), float(min(coverages))
    if hours is None:
        return Value(change=kwh, coverage=coverage)
    return Value(mean=kwh * 1000 / float(hours) / coverage, kwh=kwh, coverage=coverage)


def _energy(value: Value, way: str) -> Fraction | None:
    """Return the energy of a value that went a way."""
    if value.change is not None:
        return Fraction(value.change)
    if value.kwh is None:
        return None
    if way == "both":
        return Fraction(value.kwh)
    back = value.back
    if back is None and value.min is not None and value.max is not None:
        back = 0.0 if value.min >= 0 else -value.kwh if value.max <= 0 else None
    if back is None:
        return None
    return Fraction(back) if way == "-" else Fraction(value.kwh) + Fraction(back)


def _last(document: Document, parts: Parts) -> Latest | None:
    """Return the sum of the newest readings, if all are of powers."""
    latest = document.latest or {}
    readings = [
        (latest[name], way, sign)
        for name, way, sign in parts
        if name in latest and document.series[name].state_class == "measurement"
    ]
    if len(readings) < len(parts):
        return None
    watts = sum(sign * _directed(last.value, way) for last, way, sign in readings)
    return Latest(max(last.timestamp for last, _, _ in readings), watts)


def _directed(value: float, way: str) -> float:
    return {"both": value, "+": max(value, 0.0), "-": max(-value, 0.0)}[way]
