"""A real Home Assistant for tests, a past for its recorder, and what is true of that past.

The Home Assistant is run by the tool that $POWERSTATS_REAL_HA names. What is true is computed here
from the states themselves and by the words of the specification, with nothing of the package.
"""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

TOOL: Final = "POWERSTATS_REAL_HA"
ZONE: Final = ZoneInfo("Europe/Vienna")
TOOL_SECONDS: Final = 240  # of which installing takes most, the first time
SOON: Final = 20.0

POWER, VOLTAGE, ENERGY = "sensor.house_power", "sensor.mains_voltage", "sensor.daily_energy"
SOLAR, FACTOR = "sensor.solar_power", "sensor.power_factor"
EXCLUDED: Final = "sensor.excluded_power"
RECORDED: Final = (POWER, VOLTAGE, ENERGY, SOLAR, FACTOR)

CONFIGURATION: Final = """\
homeassistant:
  name: Test home
  latitude: 48.2
  longitude: 16.37
  elevation: 170
  unit_system: metric
  currency: EUR
  country: AT
  time_zone: Europe/Vienna
http:
  server_host: 127.0.0.1
  server_port: !env_var REAL_HA_PORT
api:
history:
recorder:
  commit_interval: 1
  auto_purge: false
  purge_keep_days: 60
  exclude:
    entities: [sensor.excluded_power]
template:
  - sensor:
"""
SENSOR: Final = """\
      - name: "{}"
        unit_of_measurement: "{}"
        device_class: {}
        state_class: {}
        state: "0"
        availability: "{{{{ false }}}}"
"""
SENSORS: Final = (
    ("House power", "W", "power", "measurement"),
    ("Mains voltage", "V", "voltage", "measurement"),
    ("Daily energy", "kWh", "energy", "total_increasing"),
    ("Solar power", "kW", "power", "measurement"),
    ("Power factor", "%", "power_factor", "measurement"),
    ("Excluded power", "W", "power", "measurement"),
)

States = Sequence[tuple[datetime, str]]

MICROSECOND: Final = timedelta(microseconds=1)
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
INTERVAL: Final = 10 * MINUTE


# --- the server ---------------------------------------------------------------------------------


def tool() -> tuple[str, str]:
    """Return the command of the tool; skips the test where it cannot run here."""
    path = os.environ.get(TOOL)
    if not path:
        pytest.skip(f"{TOOL} does not name the tool that runs a real Home Assistant")
    cannot = pytest.fail if os.environ.get("CI") else pytest.skip
    if not Path(path).is_file():
        cannot(f"{TOOL} is {path}, where no file is")
    is_needed_one = sys.version_info[:2] == (3, 11)
    python = sys.executable if is_needed_one else shutil.which("python3.11")
    if python is None:
        cannot("the real Home Assistant needs a python3.11, and there is none")
    return str(python), path


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Ask again and again until a condition holds."""
    deadline = monotonic() + SOON
    while not condition():
        assert monotonic() < deadline, f"{what}: not after {SOON:.0f} s"


@dataclass
class RealHome:
    """A Home Assistant of its own in `folder`, with five recorded sensors and one that is not."""

    folder: Path
    port: int = 0
    admin_token: str = ""
    reader_token: str = ""
    pid: int = 0
    first_start: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Write its configuration, and choose a port that is free."""
        self.folder.mkdir(parents=True)
        sensors = "".join(SENSOR.format(*sensor) for sensor in SENSORS)
        (self.folder / "configuration.yaml").write_text(CONFIGURATION + sensors)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.first_start = datetime.now(UTC)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it runs."""
        self._note(self._tool("start", "--port", str(self.port)))

    def starting(self) -> "subprocess.Popen[str]":
        """Begin to start it; to be ended by `started`."""
        return subprocess.Popen(
            self._command("start", "--port", str(self.port)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def started(self, start: "subprocess.Popen[str]") -> None:
        """Wait until what `starting` began is done."""
        out, err = start.communicate(timeout=TOOL_SECONDS)
        assert start.returncode == 0, err
        self._note(out)

    def stop(self) -> None:
        """Stop it, if it runs."""
        self._tool("stop")

    def kill(self) -> None:
        """End it as a power cut does: it writes nothing any more."""
        os.kill(self.pid, signal.SIGKILL)
        eventually(self._refuses, "Home Assistant is gone")

    def seed(self, states: Mapping[str, States]) -> None:
        """Put past states into its recorder, and wait until they are there."""
        lines = [
            json.dumps({"entity_id": entity_id, "at": at.isoformat(), "state": state})
            for entity_id, them in states.items()
            for at, state in them
        ]
        self._tool("seed", given="\n".join(lines))
        eventually(lambda: self._recorded_states() >= len(lines), "the states are recorded")

    def rebuild_statistics(self) -> None:
        """Have it compute its own statistics over what is recorded; it starts again for that."""
        self._note(self._tool("rebuild-statistics"))

    def hourly_statistics(self, start: datetime, end: datetime) -> dict[str, list[dict[str, Any]]]:
        """Return its own long-term statistics, as the user who is no administrator."""
        message = {
            "type": "recorder/statistics_during_period",
            "start_time": start.isoformat(),
            "end_time": end.isoformat(),
            "statistic_ids": list(RECORDED),
            "period": "hour",
        }
        answer: dict[str, list[dict[str, Any]]] = json.loads(self.ask(message))
        return answer

    def ask(self, command: Mapping[str, Any]) -> str:
        """Return the result of a websocket command, as the user who is no administrator."""
        return self._tool("ask", "--as-reader", json.dumps(command))

    def get(self, path: str) -> tuple[int, str, Any]:
        """Return the status, content type and body of an answer to the reader's token."""
        return get(self.url, path, self.reader_token)

    def set_state(self, entity_id: str, state: str) -> None:
        """Have a sensor report a state now."""
        _, _, present = self.get(f"/api/states/{entity_id}")
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=SOON)
        body = json.dumps({"state": state, "attributes": present["attributes"]})
        try:
            headers = {"Authorization": f"Bearer {self.admin_token}"}
            connection.request("POST", f"/api/states/{entity_id}", body, headers)
            assert connection.getresponse().status == 200
        finally:
            connection.close()

    def age(self, instant: datetime, by: timedelta) -> None:
        """Have a stopped one's recorder look as if all it wrote after `instant` were older."""
        with sqlite3.connect(self.database) as db:
            db.execute(
                "UPDATE states SET last_updated_ts = last_updated_ts - ?, "
                "last_changed_ts = last_changed_ts - ? WHERE last_updated_ts > ?",
                [by.total_seconds(), by.total_seconds(), instant.timestamp()],
            )
        db.close()

    def forget_since(self, instant: datetime, *, began: datetime) -> None:
        """Have a stopped one's recorder look as if it had run since `began`, quiet from `instant`.

        What it wrote itself when it was started for this test is taken out.
        """
        with sqlite3.connect(self.database) as db:
            late = "SELECT state_id FROM states WHERE last_updated_ts > ?"
            when = [instant.timestamp()]
            db.execute(
                f"UPDATE states SET old_state_id = NULL WHERE old_state_id IN ({late})", when
            )
            db.execute("DELETE FROM states WHERE last_updated_ts > ?", when)
            db.execute("UPDATE recorder_runs SET start = ?", [f"{began:%Y-%m-%d %H:%M:%S.%f}"])
        db.close()

    @property
    def database(self) -> Path:
        """Its recorder's file."""
        return self.folder / "home-assistant_v2.db"

    def _recorded_states(self) -> int:
        db = sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        try:
            count = "SELECT COUNT(*) FROM states WHERE last_updated_ts < ?"
            return int(db.execute(count, [self.first_start.timestamp()]).fetchone()[0])
        finally:
            db.close()

    def _refuses(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=SOON).close()
        except OSError as error:
            return isinstance(error, ConnectionRefusedError)
        return False

    def _note(self, printed: str) -> None:
        server = json.loads(printed)
        self.admin_token, self.reader_token = server["admin_token"], server["reader_token"]
        self.pid = server["pid"]

    def _command(self, *command: str) -> list[str]:
        name, *arguments = command
        return [*tool(), name, "--config-dir", str(self.folder), *arguments]

    def _tool(self, *command: str, given: str = "") -> str:
        ended = subprocess.run(
            self._command(*command),
            input=given,
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


def get(url: str, path: str, token: str, agent: str = "test") -> tuple[int, str, Any]:
    """Return the status, content type and body of an answer; one in JSON is decoded."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=SOON)
    try:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": agent}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        content_type = str(response.headers["Content-Type"])
    finally:
        connection.close()
    is_json = content_type == "application/json"
    return response.status, content_type, json.loads(text) if is_json else text


# --- a past -------------------------------------------------------------------------------------


class Lost(NamedTuple):
    """A sensor says `word`, no number, from `gone` until `back`; both since the first midnight."""

    gone: timedelta
    back: timedelta
    word: str


def at(hour: int, minute: int = 0, second: int = 0) -> timedelta:
    """Return a time of the three days, since their first midnight; day 2's noon is hour 36."""
    return timedelta(hours=hour, minutes=minute, seconds=second)


# No sensor has a state from the first until the second; then each says the word, and returns.
SILENCES: Final = (
    (at(20), at(27), ""),  # a quiet night: nothing changes, all stays known
    (at(42, 5, 24), at(44, 40, 10), "unavailable"),  # a power cut
    (at(48, 30), at(57, 10, 3), "unknown"),  # one that is longer than a piece of a catch-up
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
    """Return a day's first instant in Vienna, where it always exists."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


class Past:
    """Three whole local days before `today`, with whatever a real home's sensors do.

    `increments` are the counter's, in Wh, each with when it shows; `accepted` are its readings but
    for glitches and dips.
    """

    def __init__(self, today: date) -> None:
        """Make the states up; the same ones each time."""
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
        for them in self.states.values():
            them.append((self.gone, "unavailable"))

    def spans(self, length: timedelta) -> list[tuple[datetime, datetime]]:
        """Return the hours or intervals of the three days; Vienna's begin as those of UTC do."""
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
        del plan[self.start]  # the first reading there is adds nothing
        plan = {when: what for when, what in plan.items() if not glitch < when < back_from_glitch}
        plan |= {glitch: "glitch", back_from_glitch: "counts"}
        plan |= {low: "low", back_from_low: "counts"}
        plan |= {self.start + DIP: "dips", self.start + RESET: "resets"}
        plan = {when: "low" if low <= when < back_from_low else plan[when] for when in plan}
        states, reading = [], 40_000
        for when, what in self._losing(plan, ENERGY_LOST, 4, back="counts"):
            increment = self._random.randrange(5, 250)
            match what:
                case "counts" | "resets":
                    reading = increment if what == "resets" else reading + increment
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
                    states.append((when, what))
        return states

    def _times(self, mean_gap: float, begin: datetime) -> list[datetime]:
        """Return irregular times, some of them just at the bounds of buckets, none in SILENCES."""
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
        """Return states without those in lost spans, which begin with a word and end with a state.

        After a power cut the sensors are found unavailable and return one by one, by their `place`.
        """
        found = [
            Lost(end + place * SECOND / 10, end + (2 + 4 * place) * SECOND, word)
            for _, end, word in SILENCES
            if word
        ]
        result = dict(states)
        for each in [*lost, *found]:
            gone, returns = self.start + each.gone, self.start + each.back
            covered = [state for when, state in result.items() if gone <= when <= returns]
            result = {when: state for when, state in result.items() if not gone <= when <= returns}
            later = min((when for when in result if when > returns), default=None)
            result[gone] = each.word
            result[returns] = back or (covered[-1] if covered else result[later or gone])
        return sorted(result.items())


# --- what is true of it -------------------------------------------------------------------------


class Exact(NamedTuple):
    """A measurement over a span: what numbers.md defines, the integral in value seconds."""

    mean: float
    low: float
    high: float
    integral: float
    known: float


class Truth:
    """The step functions of a past, each cut an interval after the last sign of life.

    `gone` is when all sensors were found unavailable, after the last state; `answered` are the ends
    of buckets up to which runs were answered. `ends` is when the last value ceases to be known.
    """

    def __init__(
        self, states: Mapping[str, States], gone: datetime, answered: Sequence[datetime] = ()
    ) -> None:
        """Find what is known."""
        steps = {
            entity_id: _without_repeats([*them, (gone, "unavailable")])
            for entity_id, them in states.items()
        }
        signs = sorted(
            when
            for them in steps.values()
            for (_, before), (when, after) in pairwise(them)
            if before is not None and after is not None
        )
        signs = sorted([*signs, *answered])
        self._held = {entity_id: _known(them, signs) for entity_id, them in steps.items()}
        self.ends = max(until for held in self._held.values() for _, until, _ in held)

    def over(self, entity_id: str, start: datetime, end: datetime) -> Exact | None:
        """Return what is true over a span, None where nothing is known."""
        held = [
            (value, min(until, end) - max(since, start))
            for since, until, value in self._held[entity_id]
            if since < end and until > start
        ]
        if not held:
            return None
        known = sum((length for _, length in held), timedelta()) / SECOND
        integral = sum(value * (length / SECOND) for value, length in held)
        values = [value for value, _ in held]
        return Exact(integral / known, min(values), max(values), integral, known)

    def kwh(self, entity_id: str, start: datetime, end: datetime) -> float:
        """Return the energy of a power in W over a span."""
        exact = self.over(entity_id, start, end)
        return exact.integral / 3.6e6 if exact else 0.0


def _without_repeats(states: States) -> list[tuple[datetime, float | None]]:
    numbers = [(when, None if state in NO_NUMBERS else float(state)) for when, state in states]
    return [
        (when, number)
        for index, (when, number) in enumerate(numbers)
        if index == 0 or number != numbers[index - 1][1]
    ]


def _known(
    steps: Sequence[tuple[datetime, float | None]], signs: Sequence[datetime]
) -> list[tuple[datetime, datetime, float]]:
    held = []
    for (since, value), (until, following) in pairwise(steps):
        if value is None:
            continue
        known_until = until
        if following is None:
            last = max([since, *signs[: bisect_left(signs, until)][-1:]])
            known_until = min(until, last + INTERVAL)
        held.append((since, known_until, value))
    return held
