"""Single entities that are missing, changed or not recorded: the others are stored."""

import json
from dataclasses import replace
from datetime import timedelta

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer
from tests.demo import faults
from tests.faults.answers import EVENING, replaced
from tests.faults.life import Life
from tests.faults.place import ENTITIES, Place, content, local, lost, one_line


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
    """Answer as Home Assistant does just after its start."""
    reply_then = gone(ENTITIES["energy"])(request, reply)
    assert reply_then is not None
    return faults.starting(request, reply_then)


def test_404_while_starting(place: Place, life: Life) -> None:
    """While Home Assistant starts, an absent entity does not count as missing."""
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
    """The others are stored, the line names the entity, and its past is fetched when it is back."""
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
    """The line names the entity, the others are stored, and no stored value is replaced."""
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
    """The line says which entity to include in the recorder."""
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
