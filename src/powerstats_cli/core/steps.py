"""A counter's reading beside the accepted one: how far it moved, and how fast."""

from typing import Final

import msgspec

from powerstats_cli.core.history import History
from powerstats_cli.core.periods import HOUR_US
from powerstats_cli.core.plausible import METER, Range, limits
from powerstats_cli.core.readings import Readings
from powerstats_cli.core.series import Kind

# Home Assistant's own bound between a counter's noise and its reset.
RESET_BELOW: Final = 0.9
# A step of less than a tenth of the way up is no jump.
A_TENTH: Final = 0.1
# A small step is mostly followed by so many others before the counter starts anew.
MANY: Final = 60
# How fast a counter counts is not looked at over a shorter time.
SHORTEST_US: Final = HOUR_US // 60
# Some meters count in whole kWh: a step of one is never too fast.
SMALLEST: Final = 1.0


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """A counter's accepted reading; times in µs.

    It was accepted in the bucket that begins at `bucket`, and last read at `seen`; of a stored one
    that is the last moment of its bucket. `replaced` is the bucket in which another meter took the
    place of the first, and by how much the reading jumped up.
    """

    reading: float
    bucket: int
    seen: int
    replaced: tuple[int, float] | None = None


class Counter(msgspec.Struct, frozen=True):
    """A counter's readings; they are judged by those that begin before `known_to` (µs).

    `fastest` is how much it counts in an hour at most, and `at_once` how much it may count in one
    step, however short that is.
    """

    readings: Readings
    known_to: int
    fastest: float
    at_once: float

    @classmethod
    def of(
        cls, kind: Kind, history: History, known_to: int, plausible: Range | None = None
    ) -> "Counter":
        """Return the counter of a history; the range ends with the most that it counts in an hour.

        Without a range that is a megawatt, of a counter in kWh.
        """
        readings = Readings.of(history, is_signed=kind.is_signed)
        fastest = limits(kind, plausible)[1]
        return cls(readings, known_to, fastest, max(fastest * SHORTEST_US / HOUR_US, SMALLEST))

    def is_beyond_doubt(self, index: int, accepted: float) -> bool:
        """Tell whether a reading is one of many small steps from the accepted one upwards.

        Most are, so this is looked at first, and is quick: nothing lower follows within the hour,
        or not before this step is only a small part of the way up.
        """
        values, times = self.readings.values, self.readings.history.times
        step = values[index] - accepted
        if not index or values[index - 1] != accepted or 2 * abs(step) > self.at_once:
            return False
        if self.readings.is_signed:
            return self.readings.history.resets[index] == self.readings.history.resets[index - 1]
        lower = self.readings.lower[index]
        if step > 0 and (lower == len(times) or times[lower] - times[index] > HOUR_US):
            return True
        later = values[min(index + MANY, lower - 1)]
        return 0 < step < A_TENTH * (later - accepted)

    def is_way_too_fast(self, first: int, last: int, energy: float) -> bool:
        """Tell whether no meter counts so much on the way from one state to another."""
        times = self.readings.history.times
        return energy > max(self.fastest * (times[last] - times[first]) / HOUR_US, SMALLEST)


class Step(msgspec.Struct, frozen=True, gc=False):
    """A reading in the bucket `[start, end)` beside the accepted one, to be judged.

    `is_held` says that it is of a state from before the first bucket that is counted, so that what
    came directly before it is not judged.
    """

    counter: Counter
    index: int
    accepted: Accepted
    time: int
    start: int
    end: int
    is_held: bool

    @property
    def readings(self) -> Readings:
        """The counter's readings."""
        return self.counter.readings

    @property
    def reading(self) -> float:
        """The reading itself."""
        return self.readings.values[self.index]

    @property
    def rise(self) -> float:
        """By how much it is above the accepted reading."""
        return self.reading - self.accepted.reading

    @property
    def before(self) -> float:
        """The reading directly before it, UNKNOWN if that is none."""
        return self.readings.before(self.index)

    @property
    def hour(self) -> int:
        """The end of the hour after it."""
        return self.time + HOUR_US

    @property
    def is_reset(self) -> bool:
        """Tell whether it has a new `last_reset`."""
        return self.readings.is_reset_at(self.index, self.accepted.seen)

    @property
    def is_inside_a_fall(self) -> bool:
        """Tell whether it follows a low reading, and is no lower: the lowest is judged."""
        low = RESET_BELOW * self.accepted.reading
        return not self.is_held and self.before < low and self.before <= self.reading

    @property
    def is_still_away(self) -> bool:
        """Tell whether the reading before was away from the accepted one, and this is not back.

        That one was not accepted, or the accepted reading would be another.
        """
        away = self.before - self.accepted.reading
        if self.is_held or away != away or away * self.rise <= 0:
            return False
        return abs(self.rise) > abs(away) / 2

    def is_too_fast(self, energy: float) -> bool:
        """Tell whether no meter counts so much in the time since the accepted reading.

        If it was known all the time before, the step took at most an hour.
        """
        if abs(energy) <= self.counter.at_once:
            return False
        most = self.counter.fastest * self._age / HOUR_US
        if self.before == self.before:
            most = min(most, max(self.counter.fastest, METER[1]))
        return abs(energy) > most

    @property
    def _age(self) -> int:
        """How old the accepted reading is, by its bucket if that ended a bucket ago or longer.

        A run that begins with this bucket has the states of only one bucket before it.
        """
        since, length = self.accepted.bucket, self.end - self.start
        if since >= self.start - length:
            since = self.readings.first_read(self.accepted.reading, since)
        return self.time - since
