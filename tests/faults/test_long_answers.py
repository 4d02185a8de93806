"""What is too much for Home Assistant or a proxy is asked for in shorter pieces, over sockets."""

from datetime import timedelta

import pytest

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer, as_usual
from tests.demo import faults
from tests.faults.life import Life
from tests.faults.place import ENTITIES, Place, content, local, lost
from tests.support.slow import asked_length

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAWN = local("2025-11-17 00:10:10")
END = DAWN + 33 * HOUR
# 0.3 s stand for 30, and all limits are as much shorter.
SCALED = {
    "powerstats_cli.web:REQUEST_TIMEOUT": 0.3,
    "powerstats_cli.homeassistant.reader:REQUEST_TIMEOUT": 0.3,
    "powerstats_cli.homeassistant.pace:GOOD_SECONDS": 0.1,
    "powerstats_cli.commands.collect:STOP_AFTER": 1.0,
}


def beyond(longest: timedelta, fault: Answer) -> Answer:
    """Apply a fault to requests for longer histories."""

    def answer(request: Request, reply: Reply) -> Reply | None:
        is_long = asked_length(request.path) > longest + MINUTE
        return fault(request, reply) if is_long else reply

    return answer


def gateway(status: int) -> Answer:
    """Answer as a proxy that did not get one."""
    page = f"<html><head><title>{status} Gateway Time-out</title></head></html>".encode()
    return lambda _request, _reply: Reply(status, page, "text/html", {"Server": "nginx"})


FAULTS: dict[str, Answer] = {
    "504 over five hours": beyond(5 * HOUR, gateway(504)),
    "504 over an hour": beyond(HOUR, gateway(504)),
    "524 over half an hour": beyond(30 * MINUTE, gateway(524)),
    "408 over ten minutes": beyond(10 * MINUTE, gateway(408)),
    "200 MB over an hour": beyond(HOUR, faults.huge(200_000_000)),
    "200 MB over ten minutes": beyond(10 * MINUTE, faults.huge(200_000_000)),
}


def until(place: Place) -> str:
    """Return up to when all series are stored."""
    series = content(place.snapshot())["daily.json"]["series"]
    return min(str(series[name]["until"]) for name in ENTITIES)


@pytest.mark.parametrize("answer", FAULTS.values(), ids=FAULTS)
def test_shorter_pieces(place: Place, life: Life, answer: Answer) -> None:
    """What is refused is asked for again, shorter; the files are those of a good Home Assistant."""
    place.restore(life.dawn)
    place.well("collect", at=END)
    reference = content(place.snapshot())

    place.restore(life.dawn)
    place.server.answer = answer
    ended = place.step("collect", at=END)
    assert (ended.exit_code, ended.err) == (0, ""), ended
    assert ended.peak_mib < 64
    assert content(place.snapshot()) == reference
    assert "archive/2025-11-17.json" in reference


def test_a_long_piece_hangs(place: Place, life: Life) -> None:
    """A run waits for two answers in vain, and stores what it gets in the rest of its time."""
    place.restore(life.dawn)
    place.server.answer = beyond(40 * MINUTE, faults.hanging)
    ended = place.step("collect", at=END, values=SCALED)
    assert ended.exit_code in {0, 75}
    assert ended.seconds < 10
    assert until(place) > "2025-11-17T01"
    assert not lost(life.dawn, place.snapshot())
    place.server.answer = as_usual
    place.well("collect", at=END)
    assert until(place) == "2025-11-18T09:10:00+01:00"
