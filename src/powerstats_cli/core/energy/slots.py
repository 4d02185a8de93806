"""The energy of a series in the slots of a day: whole Wh, so that the ledger stays small."""

from collections.abc import Iterable, Iterator, Sequence
from math import fsum
from typing import Final, TypeVar

import msgspec

from powerstats_cli.core.buckets import COVERAGE_DECIMALS, LEAST_COVERAGE, Value
from powerstats_cli.core.energy.ledger import LARGEST_WH, Slots, Steps

# A slot and a bucket count what is less than this share of them as nothing: it is rounding.
ROUNDING: Final = 2 * LEAST_COVERAGE
# A day's sums in history and in statistics may differ by so much, in kWh and as a share.
SAME_KWH: Final = 0.01
SAME_SHARE: Final = 0.001
# If both ways of a power are nearly the same, their difference says nothing about their sizes.
SAME: Final = 0.05
# Prices are rounded to 5 decimals.
PRICE_ROUNDING: Final = 1e-5
# The files' own rounding, and that of a sum of whole Wh.
KWH_APART: Final = 0.001 + 0.0005
WH: Final = 1000.0
Entry = TypeVar("Entry", Slots, Steps)


def whole(kwh: Iterable[float | None]) -> Iterator[int | None]:
    """Yield a day's slots in whole Wh; None is unknown, and stays so.

    Each is the difference of the rounded running sums, so no sum strays by over half a Wh.
    """
    total, told = 0.0, 0
    for slot in kwh:
        if slot is None:
            yield None
            continue
        total += slot * WH
        yield round(total) - told
        told = round(total)


def slots_of(values: Sequence[Value | None], minutes: int) -> Slots | None:
    """Return a day's slots out of the values of buckets as long, None if they tell no energy."""
    told = [value if value and _tells_energy(value) else None for value in values]
    known = [value for value in told if value]
    if not known:
        return None
    back = tuple(whole(_back(value) if value else None for value in told))
    is_back_known = all(_back(value) is not None for value in known)
    return Slots(
        minutes=minutes,
        wh=tuple(whole(energy(value) if value else None for value in told)),
        back=back if any(back) or not is_back_known else None,
        known=_coverages(told),
        source=next((value.source for value in known if value.source), None),
    )


def energy(value: Value) -> float | None:
    """Return the energy of a value in kWh, of a counter its change; None of another measurement."""
    return value.kwh if value.change is None else value.change


def _tells_energy(value: Value) -> bool:
    kwh = energy(value)
    return kwh is not None and abs(kwh) * WH <= LARGEST_WH


def _back(value: Value) -> float | None:
    """Return the energy that flowed back, None if it is unknown; a counter has one way."""
    return 0.0 if value.kwh is None else value.backward


def _coverages(values: Sequence[Value | None]) -> tuple[float, ...] | None:
    shares = tuple(
        0.0 if value is None else max(round(value.coverage, COVERAGE_DECIMALS), LEAST_COVERAGE)
        for value in values
    )
    return None if all(share == 1 for share in shares) else shares


def fitted(values: Sequence[Value | None], day: Value | None) -> Sequence[Value | None]:
    """Return the hours of a day so that they add up to it, if they do so but for a little.

    Home Assistant's statistics and its history are not rounded alike.
    """
    total = fsum(energy(value) or 0.0 for value in values if value)
    kwh = None if day is None else energy(day)
    if kwh is None or not total or kwh == total:
        return values
    if abs(kwh - total) > max(SAME_KWH, SAME_SHARE * abs(kwh)) or abs(kwh / total - 1) > SAME:
        return values
    return [value and _scaled(value, kwh / total) for value in values]


def _scaled(value: Value, factor: float) -> Value:
    scaled = {name: number and number * factor for name, number in _energies(value).items()}
    return msgspec.structs.replace(value, **scaled)


def _energies(value: Value) -> dict[str, float | None]:
    return {"kwh": value.kwh, "back": value.back, "change": value.change}


# --- beside what is stored, and beside the days -------------------------------------------------


def kept(stored: Entry | None, new: Entry, taken: float = 0.0) -> Entry:
    """Return what to keep of a series on a day: what is new, unless it knows less.

    It knows less if it covers less, but for the share `taken` by corrections; if it is from Home
    Assistant's statistics and the stored one is not; and if it tells the same in longer slots.
    """
    if stored is None:
        return new
    if (new.source and not stored.source) or _lacks(new, stored, taken):
        return stored
    is_finer = stored.minutes < new.minutes and not _lacks(stored, new, 0.0)
    return stored if is_finer and _tells_alike(stored, new) else new


def _lacks(one: Entry, other: Entry, allowed: float) -> bool:
    return one.coverage < other.coverage - allowed - ROUNDING


def _tells_alike(stored: Slots | Steps, new: Slots | Steps) -> bool:
    """Tell whether two entries have the same energy, or prices with the same mean."""
    if isinstance(stored, Slots) and isinstance(new, Slots):
        return abs(_total(stored.wh) - _total(new.wh)) <= 1
    if isinstance(stored, Steps) and isinstance(new, Steps):
        return abs(_mean(stored.price) - _mean(new.price)) <= PRICE_ROUNDING
    return False


def total_kwh(slots: Slots) -> float:
    """Return the energy of a day's slots in kWh."""
    return _total(slots.wh) / WH


def agrees(slots: Slots, day: Value | None) -> bool:
    """Tell whether a day's slots have the energy that the files have of that day.

    If not, the day was corrected, or is better known from elsewhere, and its slots do not count.
    """
    kwh = None if day is None else energy(day)
    if day is None or kwh is None or abs(_total(slots.wh) / WH - kwh) > KWH_APART:
        return False
    if slots.back is None:
        back = 0.0
    elif slots.back.count(None) > slots.wh.count(None):
        return True  # what flowed back is not known
    else:
        back = _total(slots.back) / WH
    return day.backward is None or abs(back - day.backward) <= KWH_APART


def _total(wh: Iterable[int | None]) -> int:
    return sum(part for part in wh if part is not None)


def _mean(prices: Iterable[float | None]) -> float:
    known = [price for price in prices if price is not None]
    return fsum(known) / len(known) if known else 0.0
