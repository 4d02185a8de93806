"""Wrong answers of Home Assistant: files stay whole, and one line says why; the next run works."""

from random import Random
from typing import Any

import pytest

from powerstats_cli.demo.server import Answer
from tests.demo import faults
from tests.faults.answers import EVENING, every, every_state, history, moved, replaced
from tests.faults.life import Life
from tests.faults.place import ENTITIES, Place, content, local, lost, one_line

QUICK = {"powerstats_cli.web:REQUEST_TIMEOUT": 0.25}
DEEP = b"[" * 200_000
HTML = b"<!DOCTYPE html><html><body><h1>Home</h1>" + b"<p>bla</p>\n" * 1000
# The answer, the exit code, and a word of the line.
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
    "backwards": (moved(lambda states: states.reverse()), 75, "follows a later one"),
    "one too early": (moved(lambda states: states.append(states[0])), 75, "not Home Assistant's"),
    "shuffled": (moved(Random(7).shuffle), 75, "not Home Assistant's"),
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
    """Only the state file changes, and the next good run stores everything."""
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


@pytest.mark.parametrize("number", range(3, 7))
@pytest.mark.parametrize("fault", ["401", "500", "broken off", "HTML"])
def test_in_the_middle_of_a_catch_up(place: Place, life: Life, fault: str, number: int) -> None:
    """The buckets that were stored before the fault stay, and the next run goes on from there."""
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
    assert len(place.server.requests) == number + 1  # no request is repeated
    assert place.snapshot() not in (life.dawn, reference)
    assert not lost(life.dawn, place.snapshot())

    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=end)
    assert content(place.snapshot()) == content(reference)


def test_200_megabytes(place: Place, life: Life) -> None:
    """A too long answer is not read to its end, and takes no more memory than is allowed."""
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
    """They are unknown: nothing is stored or replaced, and the next good run stores the numbers."""
    place.restore(life.before_evening)
    place.server.answer = every_state(state)
    place.well("collect", at=EVENING)
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-21 00:00:10"))
    healed = content(place.snapshot())["archive/2025-11-20.json"]
    undisturbed = content(life.night[1])["archive/2025-11-20.json"]
    # If a whole window is unknown, its newest reading is the one before it.
    assert healed["data_points"] == undisturbed["data_points"]


@pytest.mark.parametrize(
    ("time", "code", "says"),
    [
        ("0001-01-01T00:00:00+14:00", 69, "power (sensor.house_power): not recorded"),
        ("9999-12-31T23:59:59-14:00", 0, ""),
    ],
)
def test_states_of_no_time_on_earth(
    place: Place, life: Life, time: str, code: int, says: str
) -> None:
    """Such states are before or after the window; the other sensors are stored.

    If all are before it, and the present one is not, the sensor is not recorded.
    """
    place.restore(life.before_evening)
    place.server.answer = every("last_changed", time, ENTITIES["power"])
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == code
    assert says in ended.err
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-21 00:00:10"))
    newest = content(place.snapshot())["archive/2025-11-20.json"]["data_points"][-1]
    expected = content(life.night[1])["archive/2025-11-20.json"]["data_points"][-1]
    assert newest["power"] == expected["power"]


@pytest.mark.parametrize(
    ("state", "code", "says"),
    [("1e308", 0, ""), ("-1.7e308", 0, ""), ("3.4e38", 65, "energy jumped by 3.4e+38 kWh at ")],
)
def test_numbers_too_large_to_add_up(
    place: Place, life: Life, state: str, code: int, says: str
) -> None:
    """Files with such readings can be read again; what fits a file is taken for another meter."""
    place.restore(life.before_evening)
    place.server.answer = every_state(state)
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == code, ended
    assert says in ended.err
    assert not lost(life.before_evening, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    at = local("2025-11-21 00:10:10")
    assert place.step("collect", at=at).exit_code == code
    for command in (("rotate",), ("aggregate", "weekly"), ("aggregate", "yearly")):
        place.well(*command, at=at)
    assert not lost(life.before_evening, place.snapshot(), life.morning)


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
        "Thu, 99999999999999999999 Nov 2025 22:50:10 GMT",
        "Thu, 20 Nov 2025 22:50:10 +99999999999999",
        "Fri, 31 Dec 9999 23:59:59 -1400",
    ],
)
def test_a_date_that_is_none(place: Place, life: Life, date: str) -> None:
    """A Date that is no time does not stop the run."""
    place.restore(life.before_evening)
    place.server.answer = faults.headers(Date=date)
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


@pytest.mark.parametrize(
    "cookie",
    ["a=b; Expires=Woe, 05 Mei 2027 10:00:00 GMT", "a=b; Max-Age=x", "=; Domain=..", "\xff=\xfe"],
)
def test_a_cookie_of_another_language(place: Place, life: Life, cookie: str) -> None:
    """Cookies are not read: nothing is printed about one with nonsense in it."""
    place.restore(life.before_evening)
    place.server.answer = faults.headers(Set_Cookie=cookie)
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


@pytest.mark.parametrize("unit", [[], ["W"], {"W": 1}, [[]] * 9, 1e308, True, "V\n\x1b[2J"])
@pytest.mark.parametrize("key", ["unit_of_measurement", "state_class", "last_reset"])
def test_attributes_that_are_none(place: Place, life: Life, key: str, unit: object) -> None:
    """An attribute may be anything: what is no text counts as missing, and rules no terminal."""

    def change(lists: list[list[dict[str, Any]]]) -> None:
        for states in lists:
            for item in states:
                item.setdefault("attributes", {})[key] = unit

    place.restore(life.before_evening)
    place.server.answer = history(change)
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code in {0, 78}
    assert "bug" not in ended.err
    assert "\x1b" not in ended.err
    assert not lost(life.before_evening, place.snapshot())
