"""The present states that the recorder lacks, also of a sensor that changes all the time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from powerstats_cli.clock import Clock, utc_now
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import HomeAssistant as Server
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.recorder import Sighting, unwritten

SENSOR = "sensor.house_power"
SECOND = timedelta(seconds=1)
SETTLE = 6 * SECOND
TOKEN = "t"


def written(_request: Request, usual: Reply) -> Reply | None:
    """Answer as usual: the recorder writes."""
    return usual


def dead(request: Request, usual: Reply) -> Reply | None:
    """Answer as a recorder that has written nothing in the window."""
    return Reply(200, b"[]") if request.path.startswith("/api/history") else usual


@pytest.mark.parametrize(
    ("answer", "newest", "changed", "lacks", "waits"),
    [
        (written, 20, 20, False, False),
        (dead, 900, 20, True, False),
        (dead, 30, 20, True, False),
        (dead, 900, 1, True, True),
        (written, 900, 1, False, True),
        # A row of half a minute ago: the recorder is well, and nobody waits for it.
        (dead, 30, 1, False, False),
    ],
    ids=["has it", "lacks it", "lacks one change", "always a newer one", "just now", "lively"],
)
def test_what_is_lacking(
    answer: object, newest: int, changed: int, *, lacks: bool, waits: bool
) -> None:
    """The recorder has six seconds to write a state; only then the state counts as lacking."""
    now = utc_now()
    changes: Mapping[str, Sequence[Change]] = {
        SENSOR: [Change(now - ago * SECOND, str(ago)) for ago in (newest, changed)]
    }
    waited: list[float] = []
    with (
        Server(
            RecordedHome({SENSOR: {"unit_of_measurement": "W"}}, changes),
            token=TOKEN,
            clock=lambda: datetime.now(UTC),
            answer=answer,  # type: ignore[arg-type]
        ) as server,
        HomeAssistant(server.url, TOKEN, seconds=30) as home,
    ):
        present = home.present(SENSOR)
        assert present is not None
        sighting = Sighting(SENSOR, now - newest * SECOND, present.last_changed)
        found = unwritten(home, {"power": sighting}, Clock(sleep=waited.append), SETTLE)
    assert (set(found) == {"power"}) == lacks
    assert [4 < seconds < 8 for seconds in waited] == [True] * waits
