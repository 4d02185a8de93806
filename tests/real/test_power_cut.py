"""A power cut: Home Assistant dies and starts again, and collect runs all the while."""

import os
import signal
import socket
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import fsum
from pathlib import Path
from typing import NamedTuple

import pytest

from powerstats_cli.core.buckets import Value
from tests.real.installed import FACTORS, MEASURED, POWERS, installed
from tests.real.past import HOUR, INTERVAL, MINUTE, SECOND
from tests.real.server import (
    ENERGY,
    EXCLUDED,
    FACTOR,
    POWER,
    SOLAR,
    SOON,
    VOLTAGE,
    RealHome,
    States,
    eventually,
    tool,
)
from tests.real.truth import Truth
from tests.support.installation import Installation, Result

pytestmark = pytest.mark.homeassistant

LAST_LOAD = 2000.0

Points = Mapping[datetime, Mapping[str, Value]]


class Blind(NamedTuple):
    """An installation whose runs could not see what followed the last value.

    `answered` are the ends of the buckets that its runs had asked for before the cut; `points` are
    the points that were stored after each run.
    """

    installation: Installation
    answered: list[datetime]
    points: list[Points]


class PowerCut(NamedTuple):
    """A Home Assistant that died half an hour after its last state, and the runs of collect then.

    `refused` is a run while it was down. While it started, `attempts` are the runs of `hasty`, and
    `other_attempts` those of an installation that asks for an entity that is not recorded. After
    all these runs the start was made 12 minutes older, so that a bucket ends after it.
    """

    home: RealHome
    last: datetime
    states: Mapping[str, States]
    hasty: Installation
    refused: Result
    attempts: list[Result]
    other_attempts: list[Result]
    at_once: Points
    unasked: Blind
    asked: Blind

    def truth(self, answered: Sequence[datetime] = ()) -> Truth:
        """Return the truth, if runs were answered up to these instants."""
        return Truth(self.states, self.home.first_start, answered)


def before_the_cut(last: datetime) -> dict[str, States]:
    """Return two hours of states; the power ends with a big load at `last`, the others earlier."""
    return {
        POWER: [
            (last - number * 70 * SECOND, f"{LAST_LOAD - 3 * number:.1f}")
            for number in range(100, -1, -1)
        ],
        VOLTAGE: [(last - 2 * HOUR, "231.5"), (last - 45 * MINUTE, "229.0")],
        ENERGY: [(last - 2 * HOUR, "12.5"), (last - 3 * MINUTE, "16.25")],
        SOLAR: [(last - 2 * HOUR, "0.2"), (last - 20 * MINUTE, "0.55")],
        FACTOR: [(last - 2 * HOUR, "88"), (last - MINUTE, "91")],
    }


@pytest.fixture(scope="session")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerCut]:
    """Kill a Home Assistant and start it again; collect before, in between and afterwards."""
    tool()
    folder = tmp_path_factory.mktemp("cut")
    home = RealHome(folder / "home")
    last = home.first_start.replace(microsecond=250_000) - 30 * MINUTE
    states = before_the_cut(last)
    try:
        home.start()
        home.seed(states)
        home.stop()  # a kill so soon would lose its users, too
        forget_since(home, last)
        home.start()
        hasty = installed(folder / "hasty", home)
        hasty.run_well("collect", at=last - 30 * MINUTE)
        other = installed(folder / "other", home, {"hidden": EXCLUDED})
        kill(home)
        forget_since(home, last)
        refused = hasty.run("collect")
        attempts, other_attempts = collect_while_starting(home, hasty, other)
        at_once = all_points(hasty)
        unasked = collect_blindly(installed(folder / "unasked", home), last, [])
        asked = collect_blindly(installed(folder / "asked", home), last, [5])
        home.stop()
        age(home, last, by=12 * MINUTE)
        home.start()
        yield PowerCut(
            home,
            last,
            states,
            hasty,
            refused,
            attempts,
            other_attempts,
            at_once,
            unasked,
            asked,
        )
    finally:
        home.stop()


def kill(home: RealHome) -> None:
    """End it as a power cut does: it writes nothing any more."""
    os.kill(home.pid, signal.SIGKILL)

    def refuses() -> bool:
        try:
            socket.create_connection(("127.0.0.1", home.port), timeout=SOON).close()
        except OSError as error:
            return isinstance(error, ConnectionRefusedError)
        return False

    eventually(refuses, "Home Assistant is gone")


def forget_since(home: RealHome, last: datetime) -> None:
    """Make a stopped recorder look as if it had run for three hours and been quiet since `last`.

    The states that Home Assistant wrote when it was started for this test are deleted.
    """
    began = last - 3 * HOUR
    with sqlite3.connect(home.database) as db:
        late = "SELECT state_id FROM states WHERE last_updated_ts > ?"
        when = [last.timestamp()]
        db.execute(f"UPDATE states SET old_state_id = NULL WHERE old_state_id IN ({late})", when)
        db.execute("DELETE FROM states WHERE last_updated_ts > ?", when)
        db.execute("UPDATE recorder_runs SET start = ?", [f"{began:%Y-%m-%d %H:%M:%S.%f}"])
    db.close()


def age(home: RealHome, instant: datetime, by: timedelta) -> None:
    """Make a stopped recorder look as if it had written all later than `instant` earlier."""
    with sqlite3.connect(home.database) as db:
        db.execute(
            "UPDATE states SET last_updated_ts = last_updated_ts - ?, "
            "last_changed_ts = last_changed_ts - ? WHERE last_updated_ts > ?",
            [by.total_seconds(), by.total_seconds(), instant.timestamp()],
        )
    db.close()


def collect_blindly(installation: Installation, last: datetime, answered: list[int]) -> Blind:
    """Run collect as of times before Home Assistant was back, first `answered` minutes after last.

    The other runs are more than an interval later: only what follows could tell them how long the
    last value held.
    """
    installation.run_well("collect", at=last - 30 * MINUTE)
    blind = Blind(installation, [], [])
    for minutes in (*answered, 27, 29):
        installation.run_well("collect", at=last + minutes * MINUTE)
        blind.points.append(all_points(installation))
        if minutes in answered:
            blind.answered.append(installation.document("daily.json").series["power"].until)
    return blind


def collect_while_starting(
    home: RealHome, hasty: Installation, other: Installation
) -> tuple[list[Result], list[Result]]:
    """Start a home, and collect until that succeeds; return the results of both installations."""
    attempts: list[Result] = []
    other_attempts: list[Result] = []

    def has_succeeded() -> bool:
        other_attempts.append(other.run("-v", "collect"))
        attempts.append(hasty.run("-v", "collect"))
        return attempts[-1].exit_code == 0

    start = home.starting()
    try:
        eventually(has_succeeded, "collect succeeds")
    finally:
        home.started(start)
    other_attempts.append(other.run("-v", "collect"))
    return attempts, other_attempts


def all_points(installation: Installation) -> Points:
    """Return the points of daily.json and of every archived day."""
    documents = [installation.document(name) for name in installation.snapshot()]
    return {start: point for document in documents for start, point in document.points.items()}


def check_nothing_but_the_truth(truth: Truth, points: Points) -> None:
    """Check each stored bucket against the truth; none lies in the silence."""
    assert points
    assert max(points) < truth.ends
    for start, point in points.items():
        for name, entity_id in MEASURED.items():
            exact = truth.over(entity_id, start, start + INTERVAL)
            value = point.get(name)
            assert (value is None) == (exact is None), start
            if value is not None and exact is not None:
                mean = exact.mean * FACTORS[name]
                assert value.mean == pytest.approx(mean, abs=0.00051), start
                assert value.coverage == pytest.approx(exact.known / 600, abs=0.0001), start


def check_the_stretch_is_unknown(cut: PowerCut, truth: Truth, installation: Installation) -> None:
    """Check that all is known to an interval after the last sign of life, and nothing after."""
    points = all_points(installation)
    check_nothing_but_the_truth(truth, points)
    assert truth.ends <= max(points) + INTERVAL
    for name, entity_id in POWERS.items():
        true = truth.kwh(entity_id, min(points), cut.home.first_start) * FACTORS[name]
        found = fsum(point[name].kwh or 0.0 for point in points.values() if name in point)
        assert found == pytest.approx(true, abs=1e-5)
    changes = fsum(point["energy"].change or 0.0 for point in points.values() if "energy" in point)
    assert changes == pytest.approx(3.75)


def test_home_assistant_is_down(cut: PowerCut) -> None:
    """The failure is one line, and the next run tries again."""
    assert (cut.refused.exit_code, cut.refused.out) == (75, "")
    assert cut.refused.err.count("\n") == 1
    assert "cannot be reached: Connection refused" in cut.refused.err


def test_home_assistant_starts_while_collect_runs(cut: PowerCut) -> None:
    """A run while it starts fails with 75, to be tried again; none takes an entity for deleted."""
    *failed, done = cut.attempts
    assert failed
    assert {attempt.exit_code for attempt in failed} == {75}
    assert all(attempt.err.count("\n") == 1 for attempt in failed)
    assert (done.exit_code, done.err) == (0, "")


def test_an_unrecorded_entity_while_home_assistant_starts(cut: PowerCut) -> None:
    """A run tells that it is not recorded, but not before Home Assistant has started."""
    codes = [attempt.exit_code for attempt in cut.other_attempts]
    assert codes[0] == 75
    assert codes[-1] == 69
    assert set(codes) == {69, 75}
    for attempt in cut.other_attempts:
        assert "not in Home Assistant" not in attempt.err
        assert ("not recorded" in attempt.err) == (attempt.exit_code == 69)


def test_a_cut_is_unknown_at_once_and_later(cut: PowerCut) -> None:
    """Neither a run right after the start nor a later one stores the last load as going on."""
    check_nothing_but_the_truth(cut.truth(), cut.at_once)
    cut.hasty.run_well("collect")
    assert cut.truth().ends == cut.last + INTERVAL
    check_the_stretch_is_unknown(cut, cut.truth(), cut.hasty)


@pytest.mark.parametrize("case", ["unasked", "asked"])
def test_a_cut_is_unknown_if_its_end_comes_after_the_window(case: str, cut: PowerCut) -> None:
    """A run that cannot see what follows the last value takes it for unknown, as a later run does.

    A run that was answered before the cut is a sign of life of its own.
    """
    blind = cut.asked if case == "asked" else cut.unasked
    truth = cut.truth(blind.answered)
    for points in blind.points:
        check_nothing_but_the_truth(truth, points)
    blind.installation.run_well("collect")
    check_the_stretch_is_unknown(cut, truth, blind.installation)


def test_a_cut_is_unknown_when_the_sensors_are_back(cut: PowerCut, tmp_path: Path) -> None:
    """A run long after the start, with numbers after the unknown, stores the same."""
    for entity_id, state in ((POWER, "1500"), (VOLTAGE, "228"), (SOLAR, "0.9"), (ENERGY, "16.3")):
        cut.home.set_state(entity_id, state)
    since = cut.home.first_start.strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/api/history/period/{since}?filter_entity_id={ENERGY}&minimal_response"
    eventually(
        lambda: any(item["state"] == "16.3" for item in cut.home.get(path)[2][0]),
        "the sensors' return is recorded",
    )
    installation = installed(tmp_path, cut.home)
    installation.run_well("collect", at=cut.last - 30 * MINUTE)
    installation.run_well("collect")
    check_the_stretch_is_unknown(cut, cut.truth(), installation)
