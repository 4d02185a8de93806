"""The checks of `[prices]`: the series in it, and the minutes for which a price holds."""

from collections.abc import Container, Iterator, Mapping
from math import isfinite

from powerstats_cli.core.prices import MOST_BILLED, STEPS
from powerstats_cli.settings.tables import PriceSettings


def price_mistakes(
    prices: Mapping[str, PriceSettings], entities: Container[str]
) -> Iterator[tuple[str, str]]:
    """Yield each key of `[prices]` that cannot be used, and why it cannot."""
    for name, price in prices.items():
        key = f"prices.{name}"
        if name not in entities:
            yield key, f"{name!r} is not in homeassistant.entities"
        if price.step not in STEPS:
            yield f"{key}.step", "must be 5, 15, 30 or 60 minutes"
        elif price.billed is not None and not _is_billable(price.billed, price.step):
            yield f"{key}.billed", f"must be a multiple of step that divides {MOST_BILLED}"
        if price.scale is not None and not (isfinite(price.scale) and price.scale > 0):
            yield f"{key}.scale", "must be a number above 0"


def _is_billable(billed: int, step: int) -> bool:
    return 0 < billed <= MOST_BILLED and not billed % step and not MOST_BILLED % billed
