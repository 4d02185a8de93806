"""The slots of the ledger: whole Wh, so that it stays small."""

from collections.abc import Iterable, Iterator


def whole(kwh: Iterable[float | None]) -> Iterator[int | None]:
    """Yield a day's slots in whole Wh; None is unknown, and stays so.

    Each is the difference of the rounded running sums, so no sum strays by over half a Wh.
    """
    total, told = 0.0, 0
    for slot in kwh:
        if slot is None:
            yield None
            continue
        total += slot * 1000
        yield round(total) - told
        told = round(total)
