"""The facts about a sensor from which its role is guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.candidates import vocabulary as said
from powerstats_cli.core.candidates.vocabulary import words
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import ENERGY

Way = Literal["forward", "both", "back"]
# In W: a house takes no less, so what does is a meter that the sun can turn.
LEAST_HOUSE: Final = -50.0
# A smaller share of a power's energy proves no second way: it may be a spike, or an idle inverter.
LEAST_SHARE: Final = 0.01
LEAST_HOURS: Final = 20
MOST_HOUSE: Final = 25_000.0
# One of several parts: a phase, a tariff, a string of panels; a number alone says it, too.
_PART: Final = re.compile(
    r" (?:tarif\w*|tariff|tarief\w*|phase|channel|fase|string|mppt|leg|l|t) ([1-9]|[abc])(?= )"
)
_NUMBER: Final = re.compile(r" ([1-9])(?= )")
_SERIAL: Final = re.compile(r" \d{5,}(?= )")


class Clue(msgspec.Struct, frozen=True):
    """The facts about a sensor: a power in W, or a counter in kWh if `is_counter`.

    `key` names it in the answer, `own` are the words of its id, `text` those of all its names.
    `way` is the way that the power was seen to flow, None if that is not known. A silent sensor has
    no number now.
    """

    key: str
    own: str
    text: str
    is_counter: bool
    way: Way | None = None
    is_silent: bool = False

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether a name has one of a pattern's phrases."""
        return pattern.search(self.text) is not None

    @property
    def is_signed(self) -> bool:
        """Tell whether the power is known to flow back, so it is no house's."""
        return self.way in {"both", "back"}

    @property
    def part(self) -> str | None:
        """The number or letter of a phase, a tariff or a string, None of a whole."""
        found = _PART.search(self.own) or _NUMBER.search(self.own)
        return found and found[1]

    @property
    def thing(self) -> tuple[str, ...]:
        """The words that say which thing is measured, without its part and how it is measured."""
        pattern = _PART if _PART.search(self.own) else _NUMBER
        text = _SERIAL.sub("", pattern.sub("", said.PERIOD.sub(" ", self.own), count=1))
        return tuple(word for word in text.split() if not said.QUALIFIERS.search(f" {word} "))


def clues_of(
    entities: Mapping[str, str], kinds: Mapping[str, Kind], ways: Mapping[str, Way]
) -> list[Clue]:
    """Return the powers and counters among the series of a home, by their names and entity ids."""
    clues = []
    for name, entity_id in entities.items():
        kind, own = kinds.get(name), words(entity_id.partition(".")[2])
        if kind and (kind.is_power or (kind.is_counter and kind.unit == ENERGY)):
            text = words(name) + own
            clues.append(Clue(name, own, text, kind.is_counter, ways.get(name)))
    return clues


def ways_of(values: Iterable[tuple[str, Value]]) -> dict[str, Way]:
    """Return the way that each power flowed, from its values in some buckets."""
    forward: dict[str, float] = {}
    back: dict[str, float] = {}
    for name, value in values:
        if value.kwh is not None and (gone := value.backward) is not None:
            forward[name] = forward.get(name, 0.0) + value.kwh + gone
            back[name] = back.get(name, 0.0) + gone
    return {name: _way(forward[name], back[name]) for name in forward}


def way_of(means: Sequence[float]) -> Way | None:
    """Return the way of a power by the means of its hours, in W; None if they are too few.

    In less than a day a power that flows back by day only may not have done so. A mean with a spike
    that no home can have counts as much as a home can have.
    """
    means = [min(max(mean, -MOST_HOUSE), MOST_HOUSE) for mean in means]
    forward = sum(max(mean, 0.0) for mean in means)
    back = sum(max(-mean, 0.0) for mean in means)
    if len(means) < LEAST_HOURS and not back > LEAST_SHARE * (forward + back):
        return None
    return _way(forward, back)


def _way(forward: float, back: float) -> Way:
    if back <= LEAST_SHARE * (forward + back):
        return "forward"
    return "back" if forward <= LEAST_SHARE * (forward + back) else "both"
