"""A slow Home Assistant: each run stores what it gets in its time, and the next one goes on."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from powerstats_cli.commands import collect
from powerstats_cli.demo.homes import RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.homeassistant import client
from powerstats_cli.homeassistant.pace import LONGEST, SHORTEST, Pace
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation
from tests.support.slow import SlowWeb, Speed

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
TICK: Final = 10 * MINUTE
BEGIN: Final = datetime(2025, 11, 20, 12, 0, 10, tzinfo=UTC)
AWAY: Final = 33 * HOUR
TOO_LONG: Final = 1000.0


class Home:
    """A home with a slow Home Assistant, and installations that ask it; time is made up."""

    def __init__(self, folder: Path, home: RecordedHome, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the folder of the installations, and the home."""
        self.speed: Speed = lambda _: 0.0
        self.webs: list[SlowWeb] = []
        self._now = BEGIN
        self._server = HomeAssistant(home, token=TOKEN, clock=lambda: self._now)
        self._folder = folder
        monkeypatch.setattr(client, "Web", self._connected)

    def _connected(self, _url: str, headers: Mapping[str, str], **options: float) -> SlowWeb:
        sent = {key.lower(): value for key, value in headers.items()}
        web = SlowWeb(self._server, sent, options["seconds"], self.speed)
        self.webs.append(web)
        return web

    def close(self) -> None:
        """Close the server."""
        self._server.close()

    def installed(self, name: str) -> Installation:
        """Return an installation that collected for the first time at the beginning."""
        there = Installation(self._folder / name, self._server.url, ENTITIES)
        assert self.run(there, BEGIN) == 0
        return there

    def run(self, there: Installation, at: datetime) -> int:
        """Collect as of a time, and return the exit code."""
        self._now = at
        result = there.run("collect", at=at)
        assert len(result.err.splitlines()) == (1 if result.exit_code else 0)
        assert self.webs[-1].seconds_left >= 0
        return result.exit_code

    @property
    def asked(self) -> list[timedelta]:
        """The lengths of the histories that the newest run has asked for."""
        return [length for length, _ in self.webs[-1].asked]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Return a home."""
    past = steady_home(BEGIN - 12 * HOUR, timedelta(days=4))
    home = Home(tmp_path, past, monkeypatch)
    yield home
    home.close()


def reached(there: Installation) -> datetime:
    """Return up to when all series are stored."""
    daily = there.document("daily.json")
    return min(filter(None, map(daily.until, ENTITIES)))


def up_to(most: timedelta, seconds: float) -> Speed:
    """Answer in so many seconds, but longer histories than `most` not at all."""
    return lambda length: seconds if length <= most + MINUTE else TOO_LONG


def an_hour(seconds: float) -> Speed:
    """Take so many seconds for an hour of history, and a fifth of a second for anything."""
    return lambda length: 0.2 + seconds * (length / HOUR)


# How slow Home Assistant is, and how many runs, ten minutes apart, a catch-up may take.
SPEEDS: dict[str, tuple[Speed, int]] = {
    "6 s an hour": (an_hour(6), 4),
    "12 s an hour": (an_hour(12), 7),
    "20 s an hour": (an_hour(20), 18),
    "not over two hours": (up_to(2 * HOUR, 1), 2),
    "not over an hour": (up_to(HOUR, 1), 4),
    "not over half an hour": (up_to(30 * MINUTE, 1), 7),
    "not over ten minutes": (up_to(10 * MINUTE, 0.5), 12),
    "six hours at once": (lambda _: 2.0, 1),
}


@pytest.mark.parametrize(("speed", "most_runs"), SPEEDS.values(), ids=SPEEDS)
def test_away_for_33_hours(home: Home, speed: Speed, most_runs: int) -> None:
    """Each run comes further; in the end the points are those of a quick Home Assistant."""
    there, quick = home.installed("slow"), home.installed("quick")
    home.speed, now = speed, BEGIN + AWAY
    progress = [reached(there)]
    for run in range(most_runs):
        now = BEGIN + AWAY + run * TICK
        assert home.run(there, now) in {0, 75}
        progress.append(reached(there))
        assert progress[-1] > progress[-2], home.asked
        if now - progress[-1] < MINUTE:
            break
    assert now - progress[-1] < MINUTE, progress
    home.speed = lambda _: 0.0
    for installation in (there, quick):
        assert home.run(installation, now) == 0
    assert there.points() == quick.points()


@pytest.mark.parametrize(
    "speed", [an_hour(30), an_hour(40), up_to(30 * MINUTE, 5), up_to(20 * MINUTE, 5)]
)
def test_as_slow_as_can_be_borne(home: Home, speed: Speed) -> None:
    """A run still gets at least an interval further."""
    there = home.installed("slow")
    home.speed = speed
    progress = [reached(there)]
    for run in range(3):
        assert home.run(there, BEGIN + AWAY + run * TICK) in {0, 75}
        progress.append(reached(there))
    assert all(later > earlier for earlier, later in pairwise(progress)), home.asked


def test_a_regular_run_is_one_request(home: Home) -> None:
    """A run every ten minutes asks once, and waits for a slow answer."""
    there = home.installed("slow")
    home.speed = an_hour(15)
    for number in range(1, 4):
        assert home.run(there, BEGIN + number * TICK) == 0
        assert len(home.asked) == 1


def test_even_an_interval_is_too_much(home: Home) -> None:
    """The run ends in its time, nothing is lost, and a run that is answered catches up."""
    there = home.installed("slow")
    before = there.snapshot()
    home.speed = lambda length: TOO_LONG if length else 0.1
    assert home.run(there, BEGIN + AWAY) == 75
    assert there.snapshot() == before
    home.speed = lambda _: 0.0
    assert home.run(there, BEGIN + AWAY) == 0
    assert reached(there) == BEGIN + AWAY - timedelta(seconds=10)


# --- the pace -----------------------------------------------------------------------------------


def halved(pace: Pace, asked: timedelta) -> Pace:
    """Return the pace after a piece that was refused at once."""
    shorter = pace.shorter(asked, 0.1)
    assert shorter is not None
    return shorter


def test_it_halves_down_to_an_interval() -> None:
    """The shortest piece is an interval; below that there is no other."""
    pace, lengths = Pace.of(3, timedelta(0)), []
    while (shorter := pace.shorter(pace.reach, 0.1)) is not None:
        pace = shorter
        lengths.append(pace.reach)
    assert lengths == [HOUR, HOUR / 2, HOUR / 4, SHORTEST]


def test_a_failure_that_took_long_quarters() -> None:
    """A run has not the time to wait for four answers that do not come."""
    pace = Pace.of(3, timedelta(0)).shorter(2 * HOUR, 30.0)
    assert pace is not None
    assert pace.reach == HOUR / 2
    assert pace.shorter(pace.reach, 30.0) == Pace(SHORTEST, SHORTEST)


def test_what_was_too_much_is_not_asked_for_again() -> None:
    """However quick shorter pieces are, they do not grow to a length that was too much."""
    pace = halved(Pace.of(3, timedelta(0)), 2 * HOUR)
    for _ in range(10):
        pace = pace.after(pace.reach, 1000, 0.1)
    assert pace.reach == HOUR
    pace = halved(pace, pace.reach).at_most(Pace(LONGEST))
    assert pace.after(pace.reach, 1000, 0.1).reach == HOUR / 2


def test_it_learns_from_other_requests() -> None:
    """Another request may make pieces shorter, never longer."""
    pace = Pace.of(3, timedelta(0))
    assert pace.at_most(pace.after(70 * MINUTE, 1000, 0.2)) == pace
    assert pace.at_most(pace.after(HOUR, 1000, 20.0)).reach == HOUR / 2
    assert pace.at_most(None) == pace


def test_a_run_ends_within_two_minutes() -> None:
    """The limits leave time for the last request."""
    assert collect.STOP_AFTER < collect.RUN_SECONDS < 120
