"""Past states for the recorder: three eventful days of a home, 60 even ones of a pump."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final, NamedTuple

from tests.real.server import (
    ENERGY,
    FACTOR,
    POWER,
    PUMP_ENERGY,
    PUMP_POWER,
    SOLAR,
    VOLTAGE,
    ZONE,
)

MICROSECOND: Final = timedelta(microseconds=1)
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
INTERVAL: Final = 10 * MINUTE
PUMP_DAYS: Final = 60
PUMP_SEEDED_DAYS: Final = 12
FIRST_STATE: Final = 2000.0  # of the counter, in kWh


class Lost(NamedTuple):
    """A sensor says `word`, no number, from `gone` until `back`; both since the first midnight."""

    gone: timedelta
    back: timedelta
    word: str


def at(hour: int, minute: int = 0, second: int = 0) -> timedelta:
    """Return a time of the three days, since their first midnight; day 2's noon is hour 36."""
    return timedelta(hours=hour, minutes=minute, seconds=second)


# No sensor has a state from the first time until the second; then each says the word and returns.
SILENCES: Final = (
    (at(20), at(27), ""),  # a quiet night: nothing changes, all stays known
    (at(42, 5, 24), at(44, 40, 10), "unavailable"),  # a power cut
    (at(48, 30), at(57, 10, 3), "unknown"),  # longer than one request of a catch-up
)
POWER_LOST: Final = (
    Lost(at(10, 10), at(10, 35), "unavailable"),
    Lost(at(15, 1), at(15, 59, 59), "unavailable"),
    *(Lost(at(37, minute), at(37, minute, 20), "unknown") for minute in range(10)),
    Lost(at(62), at(64), "unavailable"),
)
SOLAR_LOST: Final = (Lost(at(9, 1), at(9, 59, 59), "unknown"),)
VOLTAGE_LOST: Final = (Lost(at(65), at(65, 3), "unknown"),)
VOLTAGE_CONSTANT_FROM: Final = at(66)
FACTOR_LOST: Final = (
    Lost(at(13, 5), at(13, 11), "nan"),
    Lost(at(13, 20), at(13, 26), "inf"),
    Lost(at(34, 20), at(34, 26), ""),
    Lost(at(35), at(36), "null"),
    Lost(at(61, 40), at(61, 42), "faulty"),
)
ENERGY_LOST: Final = (Lost(at(14), at(14, 25), "unavailable"),)
NO_NUMBERS: Final = {"unavailable", "unknown", "nan", "inf", "", "null", "faulty"}

GLITCH: Final = (at(32), at(32, 0, 40))
LOW: Final = (at(33, 20), at(34, 5))
DIP: Final = at(36)
RESET: Final = at(40, 30)


def midnight(day: date) -> datetime:
    """Return a day's first instant in Vienna, whose days all have a midnight."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


class Past:
    """Three whole local days before `today`, with all that a real home's sensors do.

    `states` are by entity. `increments` are the counter's steps in Wh, each with the time at which
    it shows; `accepted` are the counter's readings in Wh without glitches and dips. `last_sign` is
    the last time at which a number changes, `gone` the time at which all become unavailable.
    """

    def __init__(self, today: date) -> None:
        """Make the states up: each time the same ones, counted from the first midnight."""
        self.days = [today - timedelta(days=number) for number in (3, 2, 1)]
        self.start, self.end = midnight(self.days[0]), midnight(today)
        self.last_sign, self.gone = self.end - 4 * MINUTE, self.end - 30 * SECOND
        self.increments: list[tuple[datetime, int]] = []
        self.accepted: list[tuple[datetime, int]] = []
        self._random = Random(20240301)
        self.states: dict[str, list[tuple[datetime, str]]] = {
            POWER: self._power(),
            VOLTAGE: self._voltage(),
            ENERGY: self._energy(),
            SOLAR: self._solar(),
            FACTOR: self._factor(),
        }
        for states in self.states.values():
            states.append((self.gone, "unavailable"))

    def spans(self, length: timedelta) -> list[tuple[datetime, datetime]]:
        """Return the spans of a length that the three days consist of.

        Hours and intervals begin at the same instants in Vienna as in UTC.
        """
        number = (self.end - self.start) // length
        return [(self.start + i * length, self.start + (i + 1) * length) for i in range(number)]

    def _power(self) -> list[tuple[datetime, str]]:
        times = {*self._times(150, self.start - 25 * MINUTE), self.last_sign}
        loads = (90, 240, 800, 2900)
        states = {
            when: f"{self._random.choice(loads) * self._random.uniform(0.9, 1.1):.1f}"
            for when in sorted(times)
        }
        return self._losing(states, POWER_LOST, 0)

    def _voltage(self) -> list[tuple[datetime, str]]:
        begin = self.start + at(1, 17, 30)
        times = self._times(240, begin)
        states = {when: f"{self._random.uniform(225, 241):.1f}" for when in times}
        constant_from = self.start + VOLTAGE_CONSTANT_FROM
        states = {when: state for when, state in states.items() if when < constant_from}
        return self._losing(states, VOLTAGE_LOST, 1)

    def _solar(self) -> list[tuple[datetime, str]]:
        """Return a power in kW, 0 at night."""
        states = {}
        for when in self._times(180, self.start - 10 * MINUTE):
            hour = (when - self.start) / HOUR % 24
            peak = max(0.0, 4.2 - 0.12 * (hour - 12) ** 2)
            states[when] = f"{peak * self._random.uniform(0.2, 1):.3f}"
        return self._losing(states, SOLAR_LOST, 2)

    def _factor(self) -> list[tuple[datetime, str]]:
        times = self._times(360, self.start)
        states = {when: f"{self._random.uniform(45, 100):.2f}" for when in times}
        return self._losing(states, FACTOR_LOST, 3)

    def _energy(self) -> list[tuple[datetime, str]]:
        """Return a counter's states, and keep what they count."""
        glitch, back_from_glitch = (self.start + each for each in GLITCH)
        low, back_from_low = (self.start + each for each in LOW)
        plan = dict.fromkeys(self._times(300, self.start - 25 * MINUTE), "counts")
        del plan[self.start]  # the very first reading adds nothing
        plan = {when: does for when, does in plan.items() if not glitch < when < back_from_glitch}
        plan |= {glitch: "glitch", back_from_glitch: "counts"}
        plan |= {low: "low", back_from_low: "counts"}
        plan |= {self.start + DIP: "dips", self.start + RESET: "resets"}
        plan = {when: "low" if low <= when < back_from_low else plan[when] for when in plan}
        states, reading = [], 40_000
        for when, does in self._losing(plan, ENERGY_LOST, 4, back="counts"):
            increment = self._random.randrange(5, 250)
            match does:
                case "counts" | "resets":
                    reading = increment if does == "resets" else reading + increment
                    self.increments.append((when, increment))
                    self.accepted.append((when, reading))
                    states.append((when, f"{reading / 1000:.3f}"))
                case "glitch":
                    states.append((when, "0.0"))
                case "dips":
                    states.append((when, f"{reading * 0.995 / 1000:.3f}"))
                case "low":
                    states.append((when, f"{(reading * 0.57 + increment) / 1000:.3f}"))
                case _:
                    states.append((when, does))
        return states

    def _times(self, mean_gap: float, begin: datetime) -> list[datetime]:
        """Return irregular times, some exactly at the bounds of buckets, none in SILENCES."""
        times, when = {begin}, begin
        while when < self.last_sign:
            times.add(when)
            gap = self._random.expovariate(1 / mean_gap)
            when += timedelta(seconds=min(max(gap, 5.0), 540.0))
        for number in range(0, 72, 6):
            hour = self.start + at(number)
            times |= {hour, hour + HOUR + MICROSECOND, hour + 2 * HOUR - MICROSECOND}
            times |= {hour + HOUR + INTERVAL, hour + HOUR + 3 * INTERVAL}
        quiet = [(self.start + gone, self.start + back) for gone, back, _ in SILENCES]
        return sorted(
            when
            for when in times
            if begin <= when < self.last_sign
            and not any(gone <= when < back for gone, back in quiet)
        )

    def _losing(
        self, states: Mapping[datetime, str], lost: Sequence[Lost], place: int, back: str = ""
    ) -> list[tuple[datetime, str]]:
        """Return the states without those in lost spans, each of which shows its word instead.

        A lost span ends with the state `back`, or if that is empty with the last state lost in it.
        After a power cut the sensors show the word and return one by one, in the order of `place`.
        """
        after_cuts = [
            Lost(end + place * SECOND / 10, end + (2 + 4 * place) * SECOND, word)
            for _, end, word in SILENCES
            if word
        ]
        result = dict(states)
        for each in [*lost, *after_cuts]:
            gone, returns = self.start + each.gone, self.start + each.back
            covered = [state for when, state in result.items() if gone <= when <= returns]
            result = {when: state for when, state in result.items() if not gone <= when <= returns}
            later = min((when for when in result if when > returns), default=None)
            result[gone] = each.word
            result[returns] = back or (covered[-1] if covered else result[later or gone])
        return sorted(result.items())


class HeatPump:
    """A power and a counter of the last PUMP_DAYS, as hours of statistics and as states.

    `hours` are the rows of statistics until `since`, and `states` are from then on, one every half
    an hour: Home Assistant takes minutes to compute the statistics of so many days. `begin` and
    `end` are the bounds of the whole hours.
    """

    def __init__(self, now: datetime) -> None:
        """Make the hours and states up."""
        random = Random(20250401)
        self.end = now.replace(minute=0, second=0, microsecond=0)
        self.begin = self.end - PUMP_DAYS * 24 * HOUR + HOUR
        self.since = self.end - PUMP_SEEDED_DAYS * 24 * HOUR
        self.hours: dict[str, list[dict[str, object]]] = {PUMP_POWER: [], PUMP_ENERGY: []}
        self.states: dict[str, list[tuple[datetime, str]]] = {PUMP_POWER: [], PUMP_ENERGY: []}
        reading = 1000.0
        for number in range((self.since - self.begin) // HOUR, 0, -1):
            start = (self.since - number * HOUR).isoformat()
            low, mean, high = sorted(random.uniform(80, 3000) for _ in range(3))
            reading += random.uniform(0, 0.8)
            # Home Assistant's own sum begins at 0 with the first state.
            total = {"state": reading, "sum": reading - FIRST_STATE}
            self.hours[PUMP_POWER].append({"start": start, "mean": mean, "min": low, "max": high})
            self.hours[PUMP_ENERGY].append({"start": start, **total})
        reading = FIRST_STATE
        for number in range((self.end - self.since) // (30 * MINUTE)):
            when = self.since + number * 30 * MINUTE + (7 * SECOND if number else 0 * SECOND)
            self.states[PUMP_POWER].append((when, f"{random.uniform(80, 3000):.1f}"))
            self.states[PUMP_ENERGY].append((when, f"{reading:.3f}"))
            reading += random.uniform(0, 0.4)
