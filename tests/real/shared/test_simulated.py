"""The demo's server answers as the real Home Assistant does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.releases import V2024_3, V2026_11
from powerstats_cli.demo.server import HomeAssistant as Demo
from tests.real.installed import ENTITIES, installed
from tests.real.past import HOUR
from tests.real.server import EXCLUDED, IS_NEWEST, POWER, RECORDED, ZONE, get
from tests.real.shared.seen import RUNS, Seen
from tests.support.installation import TOKEN, Installation
from tests.support.recordings import lacking

pytestmark = pytest.mark.homeassistant


def without_contexts(answer: Any) -> Any:
    """Return an answer without the ids of contexts, which are new in each."""
    if isinstance(answer, list):
        return [without_contexts(each) for each in answer]
    if isinstance(answer, dict):
        return {key: answer[key] for key in answer if key != "context"}
    return answer


def end_of(path: str) -> datetime:
    """Return the end of the span that a request for history names."""
    return datetime.fromisoformat(parse_qs(urlsplit(path).query)["end_time"][0])


def only_keys_of(other: Any, answer: Any) -> Any:
    """Return an answer without the keys that another one lacks at the same place."""
    if isinstance(other, dict) and isinstance(answer, dict):
        return {key: only_keys_of(other[key], answer[key]) for key in answer if key in other}
    if isinstance(other, list) and isinstance(answer, list) and len(other) == len(answer):
        return [only_keys_of(*each) for each in zip(other, answer, strict=True)]
    return answer


@pytest.fixture
def demo(seen: Seen) -> Iterator[Demo]:
    """Return the simulated Home Assistant with the same past; it imitates the same release."""
    sensors = {
        entity_id: seen.home.get(f"/api/states/{entity_id}")[2]["attributes"]
        for entity_id in (*RECORDED, EXCLUDED)
    }
    gone = Change(seen.home.first_start, "unavailable")
    changes = {
        entity_id: [*(Change(*each) for each in seen.past.states.get(entity_id, [])), gone]
        for entity_id in sensors
    }
    began = seen.pump.begin - 2 * HOUR
    recorded = RecordedHome(
        sensors,
        changes,
        recorded=RECORDED,
        starts=[began, seen.restarted],
        time_zone=ZONE.key,
    )
    release = V2026_11 if IS_NEWEST else V2024_3
    with Demo(recorded, token=TOKEN, clock=lambda: datetime.now(UTC), release=release) as server:
        yield server


def test_the_simulated_one_answers_alike(demo: Demo, seen: Seen, tmp_path: Path) -> None:
    """Both answer each request about the past with the same states, so the files are the same.

    Only the ids of contexts differ. A newer release may have more keys in a state.
    """
    simulated = Installation(tmp_path / "demo", demo.url, ENTITIES, timezone=ZONE.key)
    real = installed(tmp_path / "real", seen.home)
    for run in RUNS:
        simulated.run_well("collect", at=seen.past.start + run)
        real.run_well("collect", at=seen.past.start + run)
    assert simulated.snapshot() == real.snapshot()
    asked = [path for path in dict.fromkeys(demo.requests) if "/history/" in path]
    # A run also asks whether a sensor without states is recorded at all. The states of that last
    # hour are those with which the real one started, and their number is a matter of chance.
    asked = [path for path in asked if end_of(path) <= seen.past.end]
    assert len(asked) >= len(RUNS)
    for path in asked:
        *theirs, their_body = seen.home.get(path)
        *ours, our_body = get(demo.url, path, TOKEN)
        assert ours == theirs
        expected = without_contexts(our_body)
        assert only_keys_of(expected, their_body) == expected, path


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
    *theirs, their_body = seen.home.get(path)
    *ours, our_body = get(demo.url, path, TOKEN)
    assert ours == theirs
    assert not lacking(without_contexts(their_body), without_contexts(our_body))
    for body in (their_body, our_body):
        for key in {"last_changed", "last_reported", "last_updated"} & body.keys():
            assert datetime.fromisoformat(body.pop(key)).utcoffset() == timedelta(0)
    expected = without_contexts(our_body)
    assert only_keys_of(expected, their_body) == expected
