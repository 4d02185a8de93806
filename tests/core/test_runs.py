"""The state file: whatever is in it, no step and no `status` stops because of it."""

import json
from datetime import UTC, datetime

import pytest

from powerstats_cli.core import runs
from powerstats_cli.core.runs import Run, Runs

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
ONE = Runs({"collect": Run(ended=NOW, message="x")}, token_expires=NOW, pause=runs.Pause(NOW, NOW))


def test_it_comes_back() -> None:
    """What is written is read again."""
    assert runs.decode(runs.encode(ONE)) == ONE


@pytest.mark.parametrize(
    "time",
    [
        "2025-11-21T12:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2200-01-01T00:00:00Z",
        "",
        None,
        1e308,
        [],
    ],
)
@pytest.mark.parametrize("place", ["ended", "succeeded", "token_expires", "since", "until"])
def test_a_time_that_is_none(place: str, time: object) -> None:
    """A time without an offset or of another age empties it: nothing can be reckoned with it."""
    content = json.loads(runs.encode(ONE))
    {
        "ended": content["steps"]["collect"],
        "succeeded": content["steps"]["collect"],
        "token_expires": content,
        "since": content["pause"],
        "until": content["pause"],
    }[place][place] = time
    allowed = [Runs()]
    if time is None:
        allowed += [ONE, Runs(ONE.steps, None, ONE.pause), Runs(ONE.steps, NOW, runs.Pause(NOW))]
    assert runs.decode(json.dumps(content).encode()) in allowed


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 9999, b'{"steps":1}'])
def test_no_state_file(raw: bytes) -> None:
    """Other bytes count as no file."""
    assert runs.decode(raw) == Runs()
