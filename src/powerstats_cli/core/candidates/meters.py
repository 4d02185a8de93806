"""Which series are of one device: their names are alike without what they measure."""

import re
from collections.abc import Iterable
from typing import Final

from powerstats_cli.core.candidates.vocabulary import words

_QUANTITY: Final = re.compile(
    "power ?factor|apparent ?power|reactive ?power|power|voltage|current|energy|frequency"
    "|cos ?phi|consumption"
)


def meters(names: Iterable[str]) -> list[list[str]]:
    """Return the names of the series of each device that has at least two."""
    devices: dict[str, list[str]] = {}
    for name in names:
        device = _QUANTITY.sub("", words(name)).replace(" ", "")
        devices.setdefault(device, []).append(name)
    return [of_device for of_device in devices.values() if len(of_device) > 1]
