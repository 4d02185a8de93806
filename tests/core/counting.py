"""The rules of counters, written once more and naively, and a collector that works from a list.

Each state of the whole past is judged by all that follows it. The package sees the same past in
windows, a run at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from powerstats_cli.core import archive
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.counters import Jump
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import HOUR, instant, local_day, micros
from powerstats_cli.core.plausible import Range
from powerstats_cli.core.series import Kind, StateClass
from powerstats_cli.core.windows import Answer, next_window
from tests.core.histories import BEGIN, HOUR_US, MINUTE_US, State, history_of, seen_from

KOLKATA = ZoneInfo("Asia/Kolkata")
INTERVAL = 10 * MINUTE_US
NAME = "energy"
Buckets = dict[datetime, Value]
Hour = Sequence[tuple[int, float | None]]
"""Readings and their times (µs), None if unknown."""


# --- the rules, naively -----------------------------------------------------------------------


class Move(NamedTuple):
    """The accepted reading moves at a time: what that adds, and whether it is another meter."""

    time: int
    adds: float
    reading: float
    is_jump: bool = False


class Rules:
    """The moves of a counter, in order, as far as they are certain at `now`."""

    def __init__(
        self, states: Sequence[State], start: int, now: int, state_class: StateClass, most: float
    ) -> None:
        """Take the states, and `most`, which a meter counts in an hour."""
        self.is_signed = state_class == "total"
        self.start, self.now, self.most = start, now, most
        self.states: list[State] = []
        for state in seen_from(states, start, now):
            value = None if state.value is None else round(state.value, 6)
            if value is not None and value < 0 and not self.is_signed:
                value = None
            known = self.states[-1] if self.states else None
            if known is None or (value, state.reset) != (known.value, known.reset):
                self.states.append(state._replace(value=value))
        self.moves: list[Move] = []
        for number, state in enumerate(self.states):
            if state.value is not None:
                self._look_at(number, state, state.value)

    # What is there to judge by.

    @property
    def accepted(self) -> float:
        """The accepted reading."""
        return self.moves[-1].reading

    def before(self, number: int) -> float | None:
        """Return the reading of the state directly before."""
        return self.states[number - 1].value if number else None

    def follows(self, number: int, within: int) -> Hour:
        """Return the later states with how much later they are."""
        begin = self.states[number].time
        return [
            (state.time - begin, state.value)
            for state in self.states[number + 1 :]
            if state.time - begin < within
        ]

    def whole_hour(self, number: int) -> bool:
        """Tell whether the hour after a state is over."""
        return self.states[number].time + HOUR_US <= self.now

    def is_too_fast(self, number: int, energy: float) -> bool:
        """Tell whether no meter counts so much since the accepted reading."""
        time = max(self.states[number].time, self.start)
        since = self._accepted_in(time)
        if since >= self._bucket(time) - INTERVAL:
            since = min(
                state.time
                for state in [*self.states, State(since + INTERVAL, self.accepted)]
                if state.time >= since and state.value == self.accepted
            )
        most = self.most * (time - since) / HOUR_US
        if self.before(number) is not None:
            most = min(most, max(self.most, 1000))
        return abs(energy) > max(most, self.most / 60, 1.0)

    def _accepted_in(self, time: int) -> int:
        """Return the bucket since which the accepted reading is the one at a bucket's end."""
        since = self._bucket(self.moves[-1].time)
        for number in range(len(self.moves) - 1, -1, -1):
            if self.moves[number].reading != self.accepted:
                break
            since = self._bucket(self.moves[number].time)
        while since < self._bucket(time):
            inside = [move for move in self.moves if self._bucket(move.time) == since]
            earlier = [move for move in self.moves if self._bucket(move.time) < since]
            change = round(sum(move.adds for move in inside), 6)
            if not earlier or earlier[-1].reading != self.accepted or change:
                break
            since = self._bucket(earlier[-1].time)
        return since

    def _bucket(self, time: int) -> int:
        return (time - self.start) // INTERVAL * INTERVAL + self.start

    # The cases.

    def _look_at(self, number: int, state: State, reading: float) -> None:
        time = max(state.time, self.start)
        if not self.moves:
            self.moves.append(Move(time, 0.0, reading))
        elif self.is_signed:
            self._signed(number, time, reading)
        elif reading >= self.accepted:
            self._rises(number, time, reading)
        elif reading < 0.9 * self.accepted:
            self._falls(number, time, reading)

    def _rises(self, number: int, time: int, reading: float) -> None:
        rise = reading - self.accepted
        if rise and self._taken_back(number, reading):
            return
        before = self.before(number)
        is_away = before is not None and rise > (before - self.accepted) / 2 > 0
        if rise and (self.is_too_fast(number, rise) or is_away):
            self._quarantine(number, time, reading)
        else:
            self.moves.append(Move(time, rise, reading))

    def _quarantine(self, number: int, time: int, reading: float) -> None:
        half = (self.accepted + reading) / 2
        for _, later in self.follows(number, HOUR_US):
            if later is None or (later <= half) == (reading > half):
                return
        if self.whole_hour(number):
            self.moves.append(Move(time, 0.0, reading, is_jump=True))

    def _taken_back(self, number: int, reading: float) -> bool:
        level, before = self.accepted, self.before(number)
        top = reading
        if before is not None and before > reading > max(
            level + (before - level) / 10, 0.9 * before
        ):
            top = before
        if before is not None and before < level < 0.9 * reading:
            level = before
        tenth, soon = level + (top - level) / 10, 10 * MINUTE_US + 1
        if level < top / 100:
            return self._comes_down(number, level, top, tenth, soon)
        return self._comes_down(
            number, level, top, max(tenth, 0.9 * top), soon
        ) or self._comes_down(number, level, top, tenth, HOUR_US)

    def _comes_down(
        self, number: int, level: float, top: float, at_most: float, within: int
    ) -> bool:
        way = [level, self.states[number].value or 0.0]
        for duration, later in self.follows(number, within):
            if later is not None and later <= at_most:
                is_small = way[1] - way[0] < (max(way) - level) / 10
                if is_small or not by_jumps(way, max(way) - level):
                    return False
                hour = [state for state in self.follows(number, HOUR_US) if state[0] >= duration]
                low = level - (top - level) / 10
                if within == HOUR_US:
                    low = max(low, 0.9 * level)
                elif level <= top / 10:
                    low = 0
                return later >= low or self._recovers(hour, level, at_most)
            if later is not None:
                way.append(later)
        return False

    def _recovers(self, hour: Hour, level: float, at_most: float) -> bool:
        """Tell whether an hour's readings, that begin low, jump back to a level, and no higher."""
        whole = level - (hour[0][1] or 0.0)
        for (_, before), (_, value) in pairwise(hour):
            if value is not None and before is not None and value >= 0.9 * level:
                is_one_jump = value - before > 0.9 * whole
                is_back = comes_back(hour, level, self.most) == "by jumps"
                return is_back and value <= at_most and is_one_jump
        return False

    def _falls(self, number: int, time: int, reading: float) -> None:
        before = self.before(number)
        other = self._first_meter(time)
        is_other = other is not None and (
            0.9 * other <= reading <= other + (self.accepted - other) / 10
        )
        if self._is_reset(number) or is_other:
            self._begins_anew(number, time, reading)
        elif before is None or before >= 0.9 * self.accepted or before > reading:
            hour = [(0, reading), *self.follows(number, HOUR_US)]
            end = comes_back(hour, self.accepted, self.most, is_seen=before is not None)
            if end == "in steps" or (end == "never" and self.whole_hour(number)):
                self._begins_anew(number, time, reading)

    def _begins_anew(self, number: int, time: int, reading: float) -> None:
        adds = reading
        if not self.is_signed and (other := self._first_meter(time)) is not None:
            adds = max(0.0, reading - other) if reading >= 0.9 * other else reading
        if self.is_too_fast(number, adds):
            self.moves.append(Move(time, 0.0, reading, is_jump=True))
        else:
            self.moves.append(Move(time, adds, reading))

    def _first_meter(self, now: int) -> float | None:
        """Return what the meter shows that another took the place of, within a day, until a fall.

        It counts what the other counts.
        """
        for number in range(len(self.moves) - 1, 0, -1):
            move, before = self.moves[number], self.moves[number - 1]
            if move.reading < before.reading:
                return None
            if move.is_jump:
                begin = self._bucket(move.time)
                earlier = [move.reading for move in self.moves if move.time < begin]
                if not earlier or now - begin > 24 * HOUR_US:
                    return None
                inside = [move for move in self.moves if self._bucket(move.time) == begin]
                counted = sum(move.adds for move in inside)
                return self.accepted - round(inside[-1].reading - earlier[-1] - counted, 6)
        return None

    def _is_reset(self, number: int) -> bool:
        reset = self.states[number].reset
        numbers = [state for state in self.states[:number] if state.value is not None]
        return reset is not None and reset != numbers[-1].reset

    def _signed(self, number: int, time: int, reading: float) -> None:
        rise = reading - self.accepted
        before = self.before(number)
        away = 0.0 if before is None else before - self.accepted
        if self._is_reset(number):
            self._begins_anew(number, time, reading)
        elif self.is_too_fast(number, rise) or (away * rise > 0 and abs(rise) > abs(away) / 2):
            self._quarantine(number, time, reading)
        elif not self._returns_too_fast(number, reading):
            self.moves.append(Move(time, rise, reading))

    def _returns_too_fast(self, number: int, reading: float) -> bool:
        half = (self.accepted + reading) / 2
        for duration, later in self.follows(number, HOUR_US):
            if later is None:
                return False
            if later == half or (later < half) == (reading > half):
                most = max(self.most * duration / HOUR_US, self.most / 60, 1.0)
                is_back = abs(later - self.accepted) <= abs(half - self.accepted)
                is_too_fast = abs(later - reading) > most
                return reading != self.accepted and is_back and is_too_fast
        return False


def by_jumps(way: Sequence[float], whole: float) -> bool:
    """Tell whether three steps are most of a way up, or one is more than half of it."""
    steps = [after - before for before, after in pairwise(way) if after > before]
    return not steps or sum(sorted(steps)[-3:]) >= 0.9 * sum(steps) or max(steps) > whole / 2


def comes_back(hour: Hour, level: float, most: float, *, is_seen: bool = True) -> str:
    """Tell how an hour's readings, that begin low, come back from a fall from a level."""
    way: list[float] = []
    for time, value in hour:
        if value is None:
            return "unknown"
        if way and value >= 0.9 * level:
            is_shallow = is_seen and min(way) > level / 2
            is_too_fast = value - min(way) > max(most * (time - hour[0][0]) / HOUR_US, 1.0)
            is_jump = is_shallow or is_too_fast or by_jumps([*way, value], level - min(way))
            return "by jumps" if is_jump else "in steps"
        if way and value < way[0] and (max(way) < 2 * way[0] or by_jumps(way, level - min(way))):
            return "falls on"
        way.append(value)
    return "never"


def reference(
    states: Sequence[State],
    start: int,
    end: int,
    state_class: StateClass = "total_increasing",
    most: float = 1000.0,
) -> tuple[Buckets, float]:
    """Return every ten minutes of `[start, end)` as the rules have it, and the whole change."""
    rules = Rules(states, start, end, state_class, most)
    buckets: Buckets = {}
    for begin in range(start, end, INTERVAL):
        stop = begin + INTERVAL
        known = _known(rules.states, begin, stop)
        at_end = [move.reading for move in rules.moves if move.time < stop]
        if known and at_end:
            change = sum(move.adds for move in rules.moves if begin <= move.time < stop)
            buckets[instant(begin)] = Value(
                change=round(change, 6) + 0.0,
                state=at_end[-1] + 0.0,
                coverage=max(0.0001, round(known / INTERVAL, 4)),
            )
    return buckets, sum(move.adds for move in rules.moves)


def _known(states: Sequence[State], start: int, end: int) -> int:
    known = 0
    for number, state in enumerate(states):
        until = states[number + 1].time if number + 1 < len(states) else end
        if state.value is not None:
            known += max(0, min(until, end) - max(state.time, start))
    return known


# --- the package, a run at a time -------------------------------------------------------------


@dataclass
class Collector:
    """Plans and stores like the command, from a list of states and into memory."""

    states: Sequence[State]
    state_class: StateClass = "total_increasing"
    plausible: Range | None = None
    days: dict[date, Document] = field(default_factory=dict)
    earlier: list[Document] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)

    def run(self, now: datetime, *, reach: timedelta = HOUR) -> None:
        """Bring everything up to `now`, the end of a bucket."""
        today = local_day(now, KOLKATA)
        if today not in self.days:
            opened = archive.new_day(today, KOLKATA, 10)
            if self.days:
                opened.series = dict(self.days[max(self.days)].series)
            self.days[today] = opened
        while True:
            until = self.days[today].until(NAME) or BEGIN
            window = next_window({NAME: until}, now, reach=reach, minutes=10, zone=KOLKATA)
            if window is None:
                return
            asked = seen_from(self.states, micros(window.asked_from), micros(window.end))
            # Home Assistant is seen at work all the time: no value outlives it here.
            alive = [range(micros(window.asked_from), micros(window.end), MINUTE_US)]
            answer = Answer(Kind("kWh", self.state_class), history_of(asked))
            shelf = Shelf(self.days, today, KOLKATA, 10, earlier=lambda: self.earlier)
            booking = Booking(NAME, answer, alive, window, window.end, shelf, now, self.plausible)
            self.jumps += booking.book().jumps

    @property
    def buckets(self) -> Buckets:
        """All that is stored, by the start of its bucket."""
        return {
            start: point[NAME]
            for document in self.days.values()
            for start, point in document.points.items()
        }

    @property
    def booked(self) -> float:
        """All that was counted."""
        return sum(value.change or 0.0 for value in self.buckets.values())


def moments(random: Random, hours: int) -> list[datetime]:
    """Return when runs come: at random ends of buckets, sometimes each for a while; then a last."""
    number, found = 0, []
    while number < hours * 6:
        number += random.choice([1, 1, 1, 2, 5, random.randrange(1, 60), random.randrange(1, 200)])
        found.append(min(number, hours * 6))
    return [BEGIN + timedelta(minutes=10 * number) for number in found]
