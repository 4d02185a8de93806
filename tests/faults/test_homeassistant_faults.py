"""Whatever Home Assistant answers: whole files, the right exit code, one line, and it heals."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from powerstats_cli import web
from powerstats_cli.commands import collect
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer, HomeAssistant
from tests.demo import faults
from tests.faults.conftest import Life
from tests.faults.place import ENTITIES, Place, content, local, lost, one_line
from tests.support.installation import TOKEN

EVENING = local("2025-11-20 23:50:10")
QUICK = {"powerstats_cli.web:REQUEST_TIMEOUT": 0.25}


def history(change: Callable[[list[list[dict[str, Any]]]], object]) -> Answer:
    """Answer with a history that was changed."""

    def answer(_request: Request, reply: Reply) -> Reply:
        assert isinstance(reply.body, bytes)
        lists = json.loads(reply.body)
        changed = change(lists)
        body = changed if isinstance(changed, bytes) else json.dumps(lists).encode()
        return replace(reply, body=body)

    return faults.only("/api/history", answer)


def replaced(old: bytes, new: bytes) -> Answer:
    """Answer with other bytes in the history."""
    return history(lambda lists: json.dumps(lists).encode().replace(old, new))


def every_state(state: object) -> Answer:
    """Answer with every state of the history, the first of each left out, being something else."""

    def change(lists: list[list[dict[str, Any]]]) -> None:
        for states in lists:
            for item in states[1:]:
                item["state"] = state

    return history(change)


def every(key: str, value: object, entity_id: str | None = None) -> Answer:
    """Answer with this under a key of every state, of one entity if one is named."""

    def change(lists: list[list[dict[str, Any]]]) -> None:
        for states in lists:
            if entity_id in {None, states[0]["entity_id"]}:
                for item in states:
                    item[key] = value

    return history(change)


DEEP = b"[" * 200_000
HTML = b"<!DOCTYPE html><html><body><h1>Home</h1>" + b"<p>bla</p>\n" * 1000

# What is answered, the exit code, and a word that the line has.
ANSWERS: dict[str, tuple[Answer, int, str]] = {
    "dropped": (faults.dropped, 75, "cannot be reached"),
    "hanging": (faults.hanging, 75, "did not answer in time"),
    "hanging in the body": (faults.hanging_in_body, 75, "did not answer in time"),
    "dripping": (faults.dripping(0.02), 75, "did not answer in time"),
    "broken off": (faults.broken_off, 75, "cannot be reached"),
    "401": (faults.status(401, b"401: Unauthorized"), 77, "token"),
    "403": (faults.status(403, b"403: Forbidden"), 77, "ip_bans.yaml"),
    "400": (faults.status(400, b'{"message":"Invalid datetime"}'), 75, "Invalid datetime"),
    "404": (faults.status(404, b"404: Not Found"), 75, "404"),
    "429": (faults.status(429), 75, "429"),
    "500": (faults.status(500, b"500 Internal Server Error\nTraceback\n...\n"), 75, "500"),
    "502": (faults.status(502, HTML, "text/html"), 75, "502"),
    "204": (faults.status(204), 75, "204"),
    "redirect": (faults.redirected("https://elsewhere.example/login"), 78, "homeassistant.url"),
    "redirect to nowhere": (faults.status(307), 78, "homeassistant.url"),
    "HTML": (faults.body(HTML, "text/html"), 75, "homeassistant.url"),
    "nothing": (faults.body(b""), 75, "homeassistant.url"),
    "half": (faults.body(b'[[{"entity_id":"sensor.house_power","state":"1'), 75, "not"),
    "another object": (faults.body(b'{"message":"ok"}'), 75, "not Home Assistant's"),
    "a number": (faults.body(b"17"), 75, "not Home Assistant's"),
    "null": (faults.body(b"null"), 75, "not Home Assistant's"),
    "numbers": (every_state(17.5), 75, "not Home Assistant's"),
    "NaN": (replaced(b'"state": "', b'"state": NaN, "x": "'), 75, "not Home Assistant's"),
    "no times": (every("last_changed", "yesterday"), 75, "not Home Assistant's"),
    "times without offset": (every("last_changed", "2025-11-20T23:00:00"), 75, "not Home"),
    "no UTF-8": (replaced(b'"W"', b'"\xff\xfe"'), 75, "not Home Assistant's"),
    "binary": (faults.body(bytes(range(256)) * 100), 75, "not Home Assistant's"),
    "deep": (faults.body(DEEP), 75, "not Home Assistant's"),
    "deep inside": (replaced(b'"W"', DEEP + b"]" * len(DEEP)), 75, "not Home Assistant's"),
    "gzip": (faults.body(b"\x1f\x8b\x08" + b"\0" * 400), 75, "not Home Assistant's"),
}


@pytest.mark.parametrize(("answer", "code", "word"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_of_no_use(
    place: Place, life: Life, answer: Answer, code: int, word: str
) -> None:
    """Nothing but the state file changes, and the next good run makes up for it."""
    place.restore(life.before_evening)
    place.server.answer = faults.only("/api/history", answer)
    is_waited_for = word == "did not answer in time"
    ended = place.step("collect", at=EVENING, values=QUICK if is_waited_for else {})
    assert (ended.exit_code, ended.out) == (code, ""), ended
    line = one_line(ended.err)
    assert word in line
    assert len(line) < 500
    assert place.snapshot() == life.before_evening
    assert not lost(life.before_evening, place.snapshot())
    assert ended.seconds < 10

    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("fault", ["401", "500", "broken off", "HTML"])
def test_in_the_middle_of_a_catch_up(place: Place, life: Life, fault: str, number: int) -> None:
    """What was stored before the fault stays, and the next run goes on from there."""
    end = local("2025-11-18 00:30:10")
    place.restore(life.dawn)
    place.well("collect", at=end)
    reference = place.snapshot()

    place.restore(life.dawn)
    answer, code, _ = ANSWERS[fault]
    place.server.requests.clear()
    place.server.answer = faults.times(number, lambda _request, reply: reply, then=answer)
    ended = place.step("collect", at=end)
    assert ended.exit_code == code
    assert one_line(ended.err)
    assert len(place.server.requests) == number + 1  # none is tried again
    assert place.snapshot() not in (life.dawn, reference)
    assert not lost(life.dawn, place.snapshot())

    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=end)
    assert content(place.snapshot()) == content(reference)


def test_200_megabytes(place: Place, life: Life) -> None:
    """An answer without end is not read to its end, and takes no more memory than is allowed."""
    place.restore(life.before_evening)
    place.server.answer = faults.only("/api/history", faults.huge(200_000_000))
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 75
    assert "12 MB" in one_line(ended.err)
    assert ended.peak_mib < 64
    assert place.snapshot() == life.before_evening
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


@pytest.mark.parametrize(
    "state", ["nan", "NaN", "inf", "-Infinity", "", "unknown", "1e999", "1_000", "12 W", None]
)
def test_states_that_are_no_numbers(place: Place, life: Life, state: str | None) -> None:
    """They are unknown: nothing is stored of them, nothing stored is replaced, and it heals."""
    place.restore(life.before_evening)
    place.server.answer = every_state(state)
    place.well("collect", at=EVENING)
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-21 00:00:10"))
    healed = content(place.snapshot())["archive/2025-11-20.json"]
    undisturbed = content(life.night[1])["archive/2025-11-20.json"]
    # The newest reading of a window all unknown is the one before it.
    assert healed["data_points"] == undisturbed["data_points"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_states_of_no_time_on_earth(place: Place, life: Life, time: str) -> None:
    """They are before or after all that is asked for; the other sensors are stored."""
    place.restore(life.before_evening)
    place.server.answer = every("last_changed", time, ENTITIES["power"])
    place.well("collect", at=EVENING)
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-21 00:00:10"))
    newest = content(place.snapshot())["archive/2025-11-20.json"]["data_points"][-1]
    expected = content(life.night[1])["archive/2025-11-20.json"]["data_points"][-1]
    assert newest["power"] == expected["power"]


@pytest.mark.parametrize("state", ["1e308", "-1.7e308", "3.4e38"])
def test_numbers_too_large_to_add_up(place: Place, life: Life, state: str) -> None:
    """Files that such a reading went into can be read again."""
    place.restore(life.before_evening)
    place.server.answer = every_state(state)
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 0, ended
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    for command in (("collect",), ("rotate",), ("aggregate", "weekly"), ("aggregate", "yearly")):
        place.well(*command, at=local("2025-11-21 00:10:10"))
    assert not lost(life.before_evening, place.snapshot(), life.morning)


# --- its clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "date",
    [
        "",
        "garbage",
        "Thu, 20 Nov 2025 22:50:10 -0000",
        "Thu, 20 Nov 99999 22:50:10 GMT",
        "2025-11-20T22:50:10Z",
        "Thu, 99 Nov 2025 22:50:10 GMT",
        "Thu, 20 Nov 2025 22:50:10 +9900",
    ],
)
def test_a_date_that_is_none(place: Place, life: Life, date: str) -> None:
    """A Date that says nothing stops nothing."""
    place.restore(life.before_evening)
    place.server.answer = faults.headers(Date=date)
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


# --- single entities ----------------------------------------------------------------------------


def gone(entity_id: str) -> Answer:
    """Answer as if an entity had never been there."""

    def answer(request: Request, reply: Reply) -> Reply:
        if request.path == f"/api/states/{entity_id}":
            return Reply(404, b'{"message":"Entity not found."}')
        if isinstance(reply.body, bytes) and request.path.startswith("/api/history"):
            lists = [each for each in json.loads(reply.body) if each[0]["entity_id"] != entity_id]
            return replace(reply, body=json.dumps(lists).encode())
        return reply

    return answer


def starting(request: Request, reply: Reply) -> Reply | None:
    """Answer as Home Assistant does at first after its start."""
    reply_then = gone(ENTITIES["energy"])(request, reply)
    assert reply_then is not None
    return faults.starting(request, reply_then)


def test_404_while_starting(place: Place, life: Life) -> None:
    """An entity that is not there yet is no missing one."""
    place.restore(life.before_evening)
    place.server.answer = starting
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 75
    assert "starting" in one_line(ended.err)
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


def test_one_entity_is_missing(place: Place, life: Life) -> None:
    """The others are stored, the line names it, and when it is back its past is fetched."""
    place.restore(life.before_evening)
    place.server.answer = gone(ENTITIES["energy"])
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 69
    assert f"energy ({ENTITIES['energy']})" in one_line(ended.err)
    found, whole = content(place.snapshot()), content(life.evening)
    newest, expected = (
        found["daily.json"]["data_points"][-1],
        whole["daily.json"]["data_points"][-1],
    )
    assert newest == {name: expected[name] for name in ("timestamp", "power", "voltage")}
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=EVENING)
    assert content(place.snapshot()) == content(life.evening)


def test_one_entity_has_another_unit(place: Place, life: Life) -> None:
    """The line names it, the others are stored, nothing known is replaced, and it goes on."""
    place.restore(life.before_evening)
    place.server.answer = replaced(b'measurement": "W"', b'measurement": "V"')
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 78
    assert "power: now in V, stored as measurement in W" in one_line(ended.err)
    points = content(place.snapshot())["daily.json"]["data_points"]
    before = content(life.before_evening)["daily.json"]["data_points"]
    assert [point["power"] for point in points if "power" in point] == [
        point["power"] for point in before if "power" in point
    ]
    assert "voltage" in points[-1]
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-21 00:00:10"))
    healed = content(place.snapshot())["archive/2025-11-20.json"]["data_points"]
    undisturbed = content(life.night[1])["archive/2025-11-20.json"]["data_points"]
    assert healed[-6:] == undisturbed[-6:]


def test_one_entity_is_not_recorded(place: Place, life: Life) -> None:
    """The line says what to include in the recorder."""
    place.restore(life.before_evening)
    recent = Reply(
        200,
        json.dumps(
            {
                "entity_id": ENTITIES["energy"],
                "state": "5",
                "attributes": {},
                "last_changed": (EVENING - timedelta(minutes=20)).isoformat(),
            }
        ).encode(),
    )

    def answer(request: Request, reply: Reply) -> Reply | None:
        is_asked = request.path.startswith("/api/states/")
        return recent if is_asked else gone(ENTITIES["energy"])(request, reply)

    place.server.answer = answer
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 69
    line = one_line(ended.err)
    assert "recorder" in line
    assert ENTITIES["energy"] in line
    assert "power" in content(place.snapshot())["daily.json"]["data_points"][-1]
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=EVENING)
    assert content(place.snapshot()) == content(life.evening)


# --- no Home Assistant at all -------------------------------------------------------------------


@contextmanager
def speaking(words: bytes) -> Iterator[str]:
    """Listen on loopback and say something to whoever connects."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(words)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "words",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: x\r\n" * 100_000,
    ],
)
def test_something_else_listens_there(place: Place, life: Life, words: bytes, scheme: str) -> None:
    """One line, 75."""
    place.restore(life.before_evening)
    with speaking(words) as host:
        place.installation.configure(url=f"{scheme}://{host}")
        try:
            ended = place.step("collect", at=EVENING)
        finally:
            place.installation.configure(url=place.server.url)
    assert ended.exit_code == 75
    assert host in one_line(ended.err)
    assert place.snapshot() == life.before_evening


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:1", 75),
        ("http://no-such-host.invalid:8123", 75),
        ("http://[::1]:1", 75),
    ],
)
def test_nobody_listens_there(place: Place, life: Life, url: str, code: int) -> None:
    """One line with the reason."""
    place.restore(life.before_evening)
    place.installation.configure(url=url)
    ended = place.step("collect", at=EVENING)
    place.installation.configure(url=place.server.url)
    assert ended.exit_code == code
    assert "cannot be reached: " in one_line(ended.err)
    assert place.snapshot() == life.before_evening


def test_a_redirect_is_not_followed(place: Place, life: Life) -> None:
    """The token goes to no other host."""
    place.restore(life.before_evening)
    with HomeAssistant(place.server.home, token=TOKEN, clock=place.hand) as other:
        place.server.answer = faults.redirected(f"{other.url}/api/history/period")
        ended = place.step("collect", at=EVENING)
        assert ended.exit_code == 78
        assert other.url in one_line(ended.err)
        assert other.connections == 0


# --- how long it may take -----------------------------------------------------------------------


def test_a_run_ends_in_time(place: Place, life: Life) -> None:
    """All requests together are bounded, however many windows there are to ask for.

    Here with a budget of 0.7 s, an answer every 0.2 s, and days to catch up.
    """
    place.restore(life.dawn)
    calls = []

    def slow(request: Request, reply: Reply) -> Reply | None:
        calls.append(request.path)
        request.closing.wait(0.2)
        return reply

    place.server.answer = slow
    values = {
        "powerstats_cli.commands.collect:RUN_SECONDS": 0.7,
        "powerstats_cli.commands.collect:STOP_AFTER": 0.5,
    }
    ended = place.step("collect", at=local("2025-11-20 23:40:10"), values=values)
    assert ended.exit_code in {0, 75}
    assert ended.seconds < 5
    assert 1 <= len(calls) <= 5
    assert not lost(life.dawn, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-20 23:40:10"))
    assert content(place.snapshot())["daily.json"] == content(life.before_evening)["daily.json"]


def test_the_bounds_promised() -> None:
    """10 s to connect, 30 s a request, 64 MB, and a run within two minutes."""
    assert web.CONNECT_TIMEOUT == 10
    assert web.REQUEST_TIMEOUT == 30
    assert web.MOST_BYTES == 64_000_000
    assert collect.STOP_AFTER + collect.LONGEST_WAIT.total_seconds() < collect.RUN_SECONDS < 120
