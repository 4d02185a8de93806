"""An amount spread evenly over buckets, as a hand corrects them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from powerstats_cli.core.buckets import (
    ENERGY_DECIMALS,
    W_US_PER_KWH,
    Value,
    as_written,
    rounded,
)
from powerstats_cli.core.periods import MICROSECOND, Span
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import MEASUREMENT_DECIMALS
from powerstats_cli.errors import ConfigError, MissingError


def constant(kind: Kind, spans: Sequence[Span], number: float) -> dict[datetime, Value]:
    """Return a measurement that has the same value all the time; a power has its energy, too."""
    shares = [number * (span.length / MICROSECOND) / W_US_PER_KWH for span in spans]
    return {
        span.start: _measured(number, kwh if kind.is_power else None, kind.decimals)
        for span, kwh in zip(spans, shares, strict=True)
    }


def energetic(spans: Sequence[Span], kwh: float) -> dict[datetime, Value]:
    """Return a constant power with this energy over all spans together."""
    length = sum(span.length / MICROSECOND for span in spans)
    mean = kwh * W_US_PER_KWH / length
    parts = zip(spans, spread(spans, kwh), strict=True)
    return {span.start: _measured(mean, part) for span, part in parts}


def counted(
    spans: Sequence[Span], change: float, reading: Callable[[Span], Value | None]
) -> dict[datetime, Value]:
    """Return a counter that counts evenly; `reading` gives the value of a bucket, or of the last.

    Each bucket keeps its reading. One without a reading has the last one before it.
    """
    found = {}
    for span, part in zip(spans, spread(spans, change), strict=True):
        last = reading(span)
        if last is None:
            message = "no reading of the counter is stored before that: correct a later time"
            raise MissingError(message)
        source = last.source if last.state is None else None
        found[span.start] = _written(
            Value(change=part, state=last.state, coverage=1.0, source=source)
        )
    return found


def evenly(
    kind: Kind, spans: Sequence[Span], value: Value, reading: Callable[[Span], Value | None]
) -> dict[datetime, Value]:
    """Return the hours of a day that has a constant value."""
    if value.change is not None:
        return counted(spans, value.change, reading)
    if value.kwh is not None:
        return energetic(spans, value.kwh)
    return constant(kind, spans, value.mean or 0.0)


def spread(spans: Sequence[Span], energy: float) -> list[float]:
    """Divide an energy by the spans' lengths; the last part takes what rounding leaves."""
    length = sum(span.length / MICROSECOND for span in spans)
    parts = [
        rounded(energy * (span.length / MICROSECOND) / length, ENERGY_DECIMALS)
        for span in spans[:-1]
    ]
    return [*parts, rounded(energy - sum(parts), ENERGY_DECIMALS)]


def _measured(mean: float, kwh: float | None, decimals: int = MEASUREMENT_DECIMALS) -> Value:
    back = -kwh if kwh is not None and mean < 0 else None
    value = Value(mean=mean, min=mean, max=mean, kwh=kwh, back=back, coverage=1.0)
    return _written(value, decimals)


def _written(value: Value, decimals: int = MEASUREMENT_DECIMALS) -> Value:
    written = as_written(value, decimals)
    if written is None:
        message = "no home has such a number: give another one"
        raise ConfigError(message)
    return written
