"""powerstats against a real Home Assistant: its answers, its own statistics, its failures."""

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from powerstats_cli import settings
from powerstats_cli.cli.main import main
from powerstats_cli.core.buckets import Value, measure
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import micros
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant as Demo
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.jobs.machine import Machine
from tests.browser.chromium import Opener
from tests.browser.pages import TABS, check
from tests.browser.sites import Site, served
from tests.github.fake import GitHub
from tests.real.home import (
    ENERGY,
    EXCLUDED,
    FACTOR,
    HOUR,
    INTERVAL,
    MICROSECOND,
    MINUTE,
    POWER,
    RECORDED,
    SECOND,
    SOLAR,
    VOLTAGE,
    ZONE,
    Past,
    RealHome,
    States,
    Truth,
    at,
    eventually,
    get,
    tool,
)
from tests.support.installation import TOKEN, Installation, Result
from tests.support.machines import machine_of
from tests.support.terminal import Terminal

pytestmark = pytest.mark.homeassistant

ENTITIES = {
    "power": POWER,
    "voltage": VOLTAGE,
    "energy": ENERGY,
    "solar": SOLAR,
    "factor": FACTOR,
}
MEASURED = {"power": POWER, "voltage": VOLTAGE, "solar": SOLAR, "factor": FACTOR}
FACTORS = {"power": 1.0, "voltage": 1.0, "solar": 1000.0, "factor": 1.0}  # the solar one is in kW
POWERS = {"power": POWER, "solar": SOLAR}
# When collect runs, since the first midnight, before it runs now: in the quiet night, in the middle
# of a low of the counter and just after its reset, in a power cut, right after it, and on a bound.
RUNS = (
    *(at(6, 3), at(6, 13), at(21, 37), at(33, 41), at(40, 41)),
    *(at(43, 20), at(44, 44), at(44, 54), at(52), at(66, 30, 7)),
)
PERIOD = timedelta(minutes=5)  # of Home Assistant's short-term statistics
LAST_LOAD = 2000.0

Points = Mapping[datetime, Mapping[str, Value]]


class Seen(NamedTuple):
    """A Home Assistant with a past, and what is true of it."""

    home: RealHome
    past: Past
    truth: Truth
    restarted: datetime


@pytest.fixture(autouse=True)
def only_the_configured_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment's token out of the tests."""
    monkeypatch.delenv("POWERSTATS_HOMEASSISTANT_TOKEN", raising=False)


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Return a running Home Assistant with the past in its recorder, and its own statistics."""
    tool()
    past = Past(datetime.now(ZONE).date())
    home = RealHome(tmp_path_factory.mktemp("real") / "home")
    try:
        home.start()
        home.seed(past.states)
        restarted = datetime.now(UTC)
        home.rebuild_statistics()
        yield Seen(home, past, Truth(past.states, past.gone), restarted)
    finally:
        home.stop()


def installed(folder: Path, home: RealHome, entities: Mapping[str, str]) -> Installation:
    """Return a powerstats that asks a home with the token of a plain user."""
    return Installation(folder, home.url, entities, timezone=ZONE.key, token=home.reader_token)


@pytest.fixture(scope="session")
def collected(seen: Seen, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation after some runs of collect, one now, and the nightly steps."""
    installation = installed(tmp_path_factory.mktemp("collected"), seen.home, ENTITIES)
    for run in RUNS:
        installation.run_well("collect", at=seen.past.start + run)
    installation.run_well("collect")
    installation.run_well("rotate")
    for tier in ("weekly", "monthly", "yearly"):
        installation.run_well("aggregate", tier)
    return installation


def closed_days(installation: Installation, past: Past) -> dict[datetime, dict[str, Value]]:
    """Return all points of the three archived days."""
    documents = [installation.archived(day) for day in past.days]
    return {start: point for document in documents for start, point in document.points.items()}


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MEASURED)
def test_each_interval_is_exact(name: str, seen: Seen, collected: Installation) -> None:
    """Each 10-minute bucket is what numbers.md defines, and is absent where nothing is known."""
    points, factor = closed_days(collected, seen.past), FACTORS[name]
    present = 0
    for start, end in seen.past.spans(INTERVAL):
        value = points.get(start, {}).get(name)
        exact = seen.truth.over(MEASURED[name], start, end)
        assert (value is None) == (exact is None), start
        if value is None or exact is None:
            continue
        present += 1
        assert value.mean == pytest.approx(exact.mean * factor, abs=0.00051), start
        assert value.min == pytest.approx(exact.low * factor, abs=0.00051), start
        assert value.max == pytest.approx(exact.high * factor, abs=0.00051), start
        assert value.coverage == pytest.approx(exact.known / 600, abs=0.0001), start
        if name in POWERS:
            assert value.kwh == pytest.approx(exact.integral * factor / 3.6e6, abs=6e-7), start
    assert 0 < present < len(seen.past.spans(INTERVAL))


def test_each_interval_of_the_counter_is_exact(seen: Seen, collected: Installation) -> None:
    """Its changes are the seeded increments, whatever glitch, dip or reset is among them."""
    points, past = closed_days(collected, seen.past), seen.past
    for start, end in past.spans(INTERVAL):
        value = points.get(start, {}).get("energy")
        exact = seen.truth.over(ENERGY, start, end)
        assert (value is None) == (exact is None), start
        if value is None or exact is None:
            continue
        change = sum(wh for when, wh in past.increments if start <= when < end)
        state = [wh for when, wh in past.accepted if when < end][-1]
        assert (value.change, value.state) == (change / 1000, state / 1000), start
        assert value.coverage == pytest.approx(exact.known / 600, abs=0.0001), start


def test_hours_of_the_counter_are_the_seeded_increments(
    seen: Seen, collected: Installation
) -> None:
    """No increment is lost in rolling up, nor counted twice."""
    weekly = collected.document("weekly.json").points
    for start, end in seen.past.spans(HOUR):
        change = sum(wh for when, wh in seen.past.increments if start <= when < end) / 1000
        value = weekly.get(start, {}).get("energy")
        assert (value.change if value else 0.0) == pytest.approx(change, abs=1e-6), start


def full_hours(seen: Seen, name: str) -> list[datetime]:
    """Return the hours in which a series was a number all the time and Home Assistant saw it.

    Home Assistant asks itself for what comes after the microsecond before a 5-minute period, and
    for what held before that: it loses a state of that very microsecond until the next period. The
    past has such states, and the exact tests see to them.
    """
    entity_id = MEASURED[name]
    lost = [
        when + MICROSECOND
        for when, _ in seen.past.states[entity_id]
        if not (when + MICROSECOND - seen.past.start) % PERIOD
    ]
    return [
        start
        for start, end in seen.past.spans(HOUR)
        if (exact := seen.truth.over(entity_id, start, end)) is not None
        and exact.known == 3600
        and not any(start <= when < end for when in lost)
    ]


@pytest.fixture(scope="session")
def its_own(seen: Seen) -> dict[str, dict[datetime, dict[str, float]]]:
    """Return Home Assistant's own hours by entity and start."""
    answer = seen.home.hourly_statistics(seen.past.start, seen.past.end)
    return {
        entity_id: {datetime.fromtimestamp(hour["start"] / 1000, UTC): hour for hour in hours}
        for entity_id, hours in answer.items()
    }


Own = dict[str, dict[datetime, dict[str, float]]]


@pytest.mark.parametrize("name", MEASURED)
def test_full_hours_are_home_assistants_own(
    name: str, seen: Seen, collected: Installation, its_own: Own
) -> None:
    """An hour that was a number throughout is Home Assistant's own, to rounding, in the file."""
    weekly, factor = collected.document("weekly.json").points, FACTORS[name]
    full = full_hours(seen, name)
    assert len(full) > 20
    changes = {when for when, _ in seen.past.states[MEASURED[name]]}
    for start in full:
        value, own = weekly[start][name], its_own[MEASURED[name]][start]
        assert value.mean == pytest.approx(own["mean"] * factor, abs=0.001), start
        low, high = own["min"] * factor, own["max"] * factor
        if start in changes:  # Home Assistant counts the value that just ended as well
            assert low - 0.001 <= (value.min or 0.0) <= (value.max or 0.0) <= high + 0.001, start
        else:
            assert (value.min, value.max) == pytest.approx((low, high), abs=0.001), start
        assert value.coverage == 1.0, start


@pytest.mark.parametrize("name", MEASURED)
def test_the_pure_function_is_home_assistants_own(name: str, seen: Seen, its_own: Own) -> None:
    """`measure` over the client's states gives Home Assistant's hourly means to 1e-6."""
    full = full_hours(seen, name)
    with HomeAssistant(seen.home.url, seen.home.reader_token, seconds=30) as client:
        found = client.history(RECORDED, seen.past.start, seen.past.end)[MEASURED[name]]
    deviations = {}
    for start in full:
        whole = measure(found.history, micros(start), micros(start + HOUR), is_power=False)
        assert whole is not None
        assert whole.mean is not None
        own = its_own[MEASURED[name]][start]["mean"] * FACTORS[name]
        deviations[start] = abs(whole.mean - own)
    assert max(deviations.values()) < 1e-6


@pytest.mark.parametrize("name", MEASURED)
def test_other_hours_are_exact(name: str, seen: Seen, collected: Installation) -> None:
    """An hour with a gap is the mean of what is known in it, whatever Home Assistant says.

    Its intervals are weighted by their written coverage, of 4 decimals: that much may be missed.
    """
    weekly, factor = collected.document("weekly.json").points, FACTORS[name]
    full = full_hours(seen, name)
    partly = 0
    for start, end in seen.past.spans(HOUR):
        exact = seen.truth.over(MEASURED[name], start, end)
        value = weekly.get(start, {}).get(name)
        assert (value is None) == (exact is None), start
        if value is None or exact is None or start in full:
            continue
        partly += 1
        missed = 6 * 0.5e-4 * 600 / exact.known * (exact.high - exact.low) * factor
        assert value.mean == pytest.approx(exact.mean * factor, abs=0.0011 + missed), start
        assert value.min == pytest.approx(exact.low * factor, abs=0.00051), start
        assert value.max == pytest.approx(exact.high * factor, abs=0.00051), start
        assert value.coverage == pytest.approx(exact.known / 3600, abs=0.00011), start
    assert partly > 1


@pytest.mark.parametrize("name", POWERS)
def test_energy_in_all(name: str, seen: Seen, collected: Installation) -> None:
    """The energy of three days is that of the true step function; 0.1 % would be allowed."""
    true = seen.truth.kwh(POWERS[name], seen.past.start, seen.past.end) * FACTORS[name]
    found = fsum(kwh_of(collected.document("monthly.json"), name).values())
    assert found == pytest.approx(true, rel=1e-5)


def kwh_of(document: Document, name: str) -> dict[datetime, float]:
    """Return a series's energies in a document."""
    return {
        start: point[name].kwh or 0.0 for start, point in document.points.items() if name in point
    }


def test_hours_add_up_to_days(seen: Seen, collected: Installation) -> None:
    """Hours, days in monthly and days in yearly say the same energies and changes."""
    weekly, monthly, yearly = (
        collected.document(f"{tier}.json").points for tier in ("weekly", "monthly", "yearly")
    )
    assert len(monthly) == len(yearly) == len(seen.past.days)
    assert monthly == yearly
    day_starts = sorted(monthly)
    for start, end in zip(day_starts, [*day_starts[1:], seen.past.end], strict=True):
        of_day = [point for when, point in weekly.items() if start <= when < end]
        for name in ("power", "solar"):
            hours = fsum(point[name].kwh or 0.0 for point in of_day if name in point)
            assert monthly[start][name].kwh == pytest.approx(hours, abs=1e-5)
        changes = fsum(point["energy"].change or 0.0 for point in of_day if "energy" in point)
        assert monthly[start]["energy"].change == pytest.approx(changes, abs=1e-5)


def test_however_the_runs_fall(seen: Seen, collected: Installation, tmp_path: Path) -> None:
    """One run on the first morning and one now give the days that many runs gave."""
    late = installed(tmp_path, seen.home, ENTITIES)
    late.run_well("collect", at=seen.past.start + 20 * MINUTE)
    late.run_well("collect")
    assert closed_days(late, seen.past) == closed_days(collected, seen.past)


# --- the simulated one --------------------------------------------------------------------------


def without_contexts(answer: Any) -> Any:
    """Return an answer without the ids of contexts, which are new in each."""
    if isinstance(answer, list):
        return [without_contexts(each) for each in answer]
    if isinstance(answer, dict):
        return {key: answer[key] for key in answer if key != "context"}
    return answer


@pytest.fixture
def demo(seen: Seen) -> Iterator[Demo]:
    """Return the simulated Home Assistant with the same past."""
    sensors = {
        entity_id: seen.home.get(f"/api/states/{entity_id}")[2]["attributes"]
        for entity_id in (*RECORDED, EXCLUDED)
    }
    gone = Change(seen.home.first_start, "unavailable")
    changes = {
        entity_id: [*(Change(*each) for each in seen.past.states.get(entity_id, [])), gone]
        for entity_id in sensors
    }
    began = seen.past.start - 2 * HOUR
    recorded = RecordedHome(
        sensors,
        changes,
        recorded=RECORDED,
        starts=[began, seen.restarted],
        time_zone=ZONE.key,
    )
    with Demo(recorded, token=TOKEN, clock=lambda: datetime.now(UTC)) as server:
        yield server


def test_the_simulated_one_answers_alike(demo: Demo, seen: Seen, tmp_path: Path) -> None:
    """What powerstats asks is answered by the simulated home as by the real one, byte for byte.

    But for ids and times that are new in each answer. So the files become the same.
    """
    simulated = Installation(tmp_path / "demo", demo.url, ENTITIES, timezone=ZONE.key)
    real = installed(tmp_path / "real", seen.home, ENTITIES)
    for run in RUNS:
        simulated.run_well("collect", at=seen.past.start + run)
        real.run_well("collect", at=seen.past.start + run)
    assert simulated.snapshot() == real.snapshot()
    asked = [path for path in dict.fromkeys(demo.requests) if "/history/" in path]
    assert len(asked) > len(RUNS)
    for path in asked:
        theirs, ours = seen.home.get(path), get(demo.url, path, TOKEN)
        assert ours[:2] == theirs[:2]
        assert without_contexts(ours[2]) == without_contexts(theirs[2]), path


@pytest.mark.parametrize(
    "path",
    [
        f"/api/states/{POWER}",
        f"/api/states/{EXCLUDED}",
        "/api/states/sensor.no_such",
        "/api/core/state",
    ],
)
def test_the_simulated_one_tells_the_present_alike(path: str, demo: Demo, seen: Seen) -> None:
    """Status, type and body are those of the real one, with times of the same form."""
    _, _, theirs = seen.home.get(path)
    answers = [seen.home.get(path), get(demo.url, path, TOKEN)]
    for _, _, body in answers:
        for key in ("last_changed", "last_updated"):
            if key in theirs:
                assert datetime.fromisoformat(body.pop(key)).utcoffset() == timedelta(0)
    assert [(status, kind, list(body)) for status, kind, body in answers[:1]] == [
        (status, kind, list(body)) for status, kind, body in answers[1:]
    ]
    assert without_contexts(answers[0][2]) == without_contexts(answers[1][2])


# --- what is not there --------------------------------------------------------------------------


def test_an_entity_that_does_not_exist(seen: Seen, tmp_path: Path) -> None:
    """It is named, and the others are stored all the same."""
    installation = installed(tmp_path, seen.home, {"power": POWER, "ghost": "sensor.no_such"})
    result = installation.run("collect", at=seen.past.start + RUNS[0])
    assert (result.exit_code, result.out) == (69, "")
    assert result.err.count("\n") == 1
    assert "ghost (sensor.no_such): not in Home Assistant" in result.err
    stored = installation.document("daily.json")
    assert set(stored.series) == {"power"}
    assert len(stored.points) == 36


def test_an_entity_that_is_not_recorded(seen: Seen, tmp_path: Path) -> None:
    """Home Assistant has it and does not record it: the line says what to include."""
    installation = installed(tmp_path, seen.home, {"power": POWER, "hidden": EXCLUDED})
    result = installation.run("collect", at=seen.past.start + RUNS[0])
    assert (result.exit_code, result.out) == (69, "")
    assert result.err.count("\n") == 1
    assert f"hidden ({EXCLUDED}): not recorded" in result.err
    assert "include it under recorder: in its configuration.yaml" in result.err
    assert len(installation.document("daily.json").points) == 36


def test_a_wrong_token_is_tried_once(seen: Seen, tmp_path: Path) -> None:
    """Each refusal counts towards a ban: there is one request, and one line without the token."""
    installation = installed(tmp_path, seen.home, ENTITIES)
    installation.configure(token="no-such-token-anywhere")
    log = seen.home.folder / "home-assistant.log"

    def refusals(agent: str) -> int:
        lines = log.read_text().splitlines()
        return sum("invalid authentication" in line and f"({agent}" in line for line in lines)

    result = installation.run("collect")
    get(seen.home.url, "/api/", "wrong", agent="afterwards")
    eventually(lambda: refusals("afterwards") == 1, "the refusals are in the log")
    assert (result.exit_code, result.out) == (77, "")
    assert result.err.count("\n") == 1
    assert "no-such-token-anywhere" not in result.err
    assert refusals("powerstats/") == 1
    assert not installation.snapshot()


# --- a power cut --------------------------------------------------------------------------------


class Blind(NamedTuple):
    """An installation whose runs saw nothing of what followed the last value.

    `answered` are the ends of buckets up to which they came while nothing was odd yet; `points` is
    what was stored after each run.
    """

    installation: Installation
    answered: list[datetime]
    points: list[Points]


class PowerCut(NamedTuple):
    """A Home Assistant that died half an hour after its last state, and what runs made of it.

    `refused` is a run while it was down; `attempts` and `other_attempts` those while it started:
    of `hasty`, and of one that asks for an entity that is not recorded. After these runs that start
    was made 12 minutes older, so there is a bucket after it.
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
        """Return what is true, where runs were answered up to these instants."""
        return Truth(self.states, self.home.first_start, answered)


def before_the_cut(last: datetime) -> dict[str, States]:
    """Return two hours of states that end with a big load; all but one sensor end earlier."""
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
    """Kill a Home Assistant, start it again, and collect all the while."""
    tool()
    folder = tmp_path_factory.mktemp("cut")
    home = RealHome(folder / "home")
    last = home.first_start.replace(microsecond=250_000) - 30 * MINUTE
    states = before_the_cut(last)
    try:
        home.start()
        home.seed(states)
        home.stop()  # one killed so early would lose its users, too
        home.forget_since(last, began=last - 3 * HOUR)
        home.start()
        hasty = installed(folder / "hasty", home, ENTITIES)
        hasty.run_well("collect", at=last - 30 * MINUTE)
        other = installed(folder / "other", home, {"hidden": EXCLUDED})
        home.kill()
        home.forget_since(last, began=last - 3 * HOUR)
        refused = hasty.run("collect")
        attempts, other_attempts = collect_while_starting(home, hasty, other)
        at_once = all_points(hasty)
        unasked = collect_blindly(installed(folder / "unasked", home, ENTITIES), last, [])
        asked = collect_blindly(installed(folder / "asked", home, ENTITIES), last, [5])
        home.stop()
        home.age(last, by=12 * MINUTE)
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


def collect_blindly(installation: Installation, last: datetime, answered: list[int]) -> Blind:
    """Run collect as of times before Home Assistant was back.

    The last are over an interval past the answered ones, wherever the buckets' ends fall: what they
    may believe is decided by what follows only.
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
    """Start a home, and collect until that succeeds; return how each run went."""
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
    """Check each stored bucket against what is true; none lies in the silence."""
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
    """That is one line, and the next run tries again."""
    assert (cut.refused.exit_code, cut.refused.out) == (75, "")
    assert cut.refused.err.count("\n") == 1
    assert "cannot be reached: Connection refused" in cut.refused.err


def test_home_assistant_starts_while_collect_runs(cut: PowerCut) -> None:
    """Each run while it starts is to be tried again, none takes an entity for deleted."""
    *failed, done = cut.attempts
    assert failed
    assert {attempt.exit_code for attempt in failed} == {75}
    assert all(attempt.err.count("\n") == 1 for attempt in failed)
    assert (done.exit_code, done.err) == (0, "")


def test_an_unrecorded_entity_while_home_assistant_starts(cut: PowerCut) -> None:
    """It is told from one that does not exist, and not before Home Assistant runs."""
    codes = [attempt.exit_code for attempt in cut.other_attempts]
    assert codes[0] == 75
    assert codes[-1] == 69
    assert set(codes) == {69, 75}
    for attempt in cut.other_attempts:
        assert "not in Home Assistant" not in attempt.err
        assert ("not recorded" in attempt.err) == (attempt.exit_code == 69)


def test_a_cut_is_unknown_at_once_and_later(cut: PowerCut) -> None:
    """A run right after the start books nothing at the last load, nor does one after it."""
    check_nothing_but_the_truth(cut.truth(), cut.at_once)
    cut.hasty.run_well("collect")
    assert cut.truth().ends == cut.last + INTERVAL
    check_the_stretch_is_unknown(cut, cut.truth(), cut.hasty)


@pytest.mark.parametrize("case", ["unasked", "asked"])
def test_a_cut_is_unknown_where_its_end_comes_after_the_window(case: str, cut: PowerCut) -> None:
    """A run that cannot see what follows the last value does not believe it; a later one agrees.

    A run that was answered meanwhile is a sign of life of its own.
    """
    blind = cut.asked if case == "asked" else cut.unasked
    truth = cut.truth(blind.answered)
    for points in blind.points:
        check_nothing_but_the_truth(truth, points)
    blind.installation.run_well("collect")
    check_the_stretch_is_unknown(cut, truth, blind.installation)


def test_a_cut_is_unknown_when_the_sensors_are_back(cut: PowerCut, tmp_path: Path) -> None:
    """A run long after the start, with numbers after the unknown, comes to the same."""
    for entity_id, state in ((POWER, "1500"), (VOLTAGE, "228"), (SOLAR, "0.9"), (ENERGY, "16.3")):
        cut.home.set_state(entity_id, state)
    since = cut.home.first_start.strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/api/history/period/{since}?filter_entity_id={ENERGY}&minimal_response"
    eventually(
        lambda: any(item["state"] == "16.3" for item in cut.home.get(path)[2][0]),
        "the sensors' return is recorded",
    )
    installation = installed(tmp_path, cut.home, ENTITIES)
    installation.run_well("collect", at=cut.last - 30 * MINUTE)
    installation.run_well("collect")
    check_the_stretch_is_unknown(cut, cut.truth(), installation)


# --- the whole way ------------------------------------------------------------------------------


def test_from_home_assistant_to_the_page_at_github(
    seen: Seen,
    collected: Installation,
    tmp_path: Path,
    opened: Opener,
) -> None:
    """What Git holds in the end is a page that shows each number of the files, and those files."""
    home = installed(tmp_path / "home", seen.home, ENTITIES)
    shutil.copytree(collected.data_dir, home.data_dir)
    with GitHub(tmp_path / "github", clock=lambda: datetime.now(UTC)) as github:
        repository = github.create("me/power")
        with home.config.open("a") as config:
            config.write(f'[github]\nrepo = "me/power"\napi_url = "{github.url}"\n')
            config.write(f'token = "{github.token}"\n[publish]\npath = "docs"\n')
        home.config.chmod(0o600)
        home.run_well("publish")
        home.run_well("sync", "push")
        repository.fsck()
        page, kept = repository.files("gh-pages", "docs"), repository.files("main", "data")

    data = home.snapshot()
    assert kept == {f"data/{name}": data[name] for name in ("monthly.json", "yearly.json")}
    pages = tmp_path / "pages"
    pages.mkdir()
    for name, content in page.items():
        (pages / name.removeprefix("docs/")).write_bytes(content)
    site = Site(pages, pages, served(pages))
    assert site.documents().keys() == {"daily", "weekly", "monthly", "yearly"}
    tab = opened(site, now=None).go()
    today, *others = TABS
    # Nothing is seeded of today; in its first minutes nothing was asked for, either.
    assert re.search("(Nothing known|No data) yet", tab.panel(today).inner_text())
    for name in others:
        tab.open(name)
        assert check(tab, name)["gaps"]


# --- setting up -----------------------------------------------------------------------------------


def test_init_finds_the_homes_sensors(seen: Seen, tmp_path: Path) -> None:
    """A plain user's token is enough: the roles go to the right sensors, in the home's zone."""
    token, config, data_dir = tmp_path / "given", tmp_path / "config.toml", tmp_path / "data"
    token.write_text(seen.home.reader_token)
    given = ["--url", seen.home.url, "--token-file", str(token), "--data-dir", str(data_dir)]
    assert main(["--config", str(config), "-q", "init", "--no-input", *given]) == 0
    written = settings.load(config)
    assert written.timezone == ZONE.key
    assert written.entities == {
        "power": POWER,
        "voltage": VOLTAGE,
        "energy": ENERGY,
        "solar": SOLAR,
        "power_factor": FACTOR,
    }
    assert (data_dir / "daily.json").is_file()


def test_init_with_a_wrong_token(
    seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """77, and nothing is written."""
    token, config = tmp_path / "given", tmp_path / "new" / "config.toml"
    token.write_text("wrong")
    given = ["--url", seen.home.url, "--token-file", str(token)]
    assert main(["--config", str(config), "init", "--no-input", *given]) == 77
    assert "refused the token" in capsys.readouterr().err
    assert not config.parent.exists()


def test_a_person_sets_it_up_and_all_is_well(
    seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong address and a wrong token first; in the end `doctor` has nothing to complain of."""
    states = {POWER: "412", VOLTAGE: "231", ENERGY: "17.5", SOLAR: "0.2", FACTOR: "97"}
    for entity_id, state in states.items():
        seen.home.set_state(entity_id, state)
    monkeypatch.setenv("TZ", ZONE.key)
    config, data_dir = tmp_path / "config.toml", tmp_path / "data"
    options = ["--config", str(config), "--data-dir", str(data_dir)]
    with Terminal([*options, "init"], {}, tmp_path) as terminal:
        terminal.answer("Address", "127.0.0.1:1")
        assert "Connection refused" in terminal.wait_for("Address")
        terminal.wait_for(": ")
        terminal.type(f"{seen.home.url}/lovelace/0")
        terminal.answer("Token", "wrong")
        assert "refused the token" in terminal.wait_for("Token")
        terminal.wait_for(": ")
        terminal.type(seen.home.reader_token)
        terminal.answer("Which sensors [")
        terminal.answer("Use GitHub?")
        terminal.answer("cron, systemd or none", "none")
        terminal.answer("Fill this in?", "y")
        assert terminal.end() == 0
    assert seen.home.reader_token not in terminal.shown
    tier = json.loads((data_dir / "yearly.json").read_bytes())
    assert len(tier["data_points"]) >= len(seen.past.days)

    machine = machine_of(tmp_path / "machine")
    monkeypatch.setattr(Machine, "this", classmethod(lambda _cls, _environment: machine))
    time.tzset()
    try:
        assert main(["--config", str(config), "-q", "schedule", "install", "--cron"]) == 0
        capsys.readouterr()
        assert main(["--config", str(config), "doctor", "--json"]) == 0
    finally:
        monkeypatch.undo()
        time.tzset()
    findings = json.loads(capsys.readouterr().out)["findings"]
    wrong = [one for one in findings if one["level"] not in {"ok", "skipped"}]
    assert not wrong
    assert sum(one["area"].startswith("sensor ") for one in findings) == len(states)
