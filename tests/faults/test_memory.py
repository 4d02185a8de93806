"""An answer that is made to fill the memory, as JSON that is valid, takes less than 200 MB."""

import zlib
from collections.abc import Iterable
from itertools import chain, repeat

import pytest

from powerstats_cli.demo.listener import Reply, Request
from tests.demo import faults
from tests.faults.answers import EVENING
from tests.faults.life import Life
from tests.faults.place import Place, lost, one_line

MOST_MIB = 190
SIZE = 64_000_000
POWER = b'"entity_id":"sensor.house_power"'
TIME = b'"last_changed":"2025-11-20T22:41:00+00:00"'
# The beginning, what is repeated, and the end.
BODIES: dict[str, tuple[bytes, bytes, bytes]] = {
    "short states": (b"[[{" + POWER + b',"state":"1"}', b',{"state":"12"}', b"]]"),
    "states with times": (
        b"[[{" + POWER + b',"state":"1"}',
        b',{"state":"12",' + TIME + b"}",
        b"]]",
    ),
    "states with attributes": (
        b"[[{" + POWER + b',"state":"1"}',
        b',{"state":"12","attributes":{"unit_of_measurement":"Wh","friendly_name":"ab"}}',
        b"]]",
    ),
    "lists as a unit": (
        b"[[{" + POWER + b',"state":"1","attributes":{"unit_of_measurement":[[]',
        b",[]",
        b"]}}]]",
    ),
    "objects as a name": (
        b"[[{" + POWER + b',"state":"1","attributes":{"friendly_name":[{}',
        b",{}",
        b"]}}]]",
    ),
    "one long state": (b"[[{" + POWER + b',"state":"\xf0\x9f\x94\x8c', b"1" * 64, b'"}]]'),
    "many entities": (
        b"[[]",
        b',[{"entity_id":"sensor.a","state":"12",' + TIME + b"}]",
        b"]",
    ),
    "the same entity": (b"[[]", b",[{" + POWER + b',"state":"12",' + TIME + b"}]", b"]"),
    "empty lists": (b"[[]", b",[]", b"]"),
    "numbers": (b"[0", b",0", b"]"),
    "spaces": (b"[[]", b" " * 64, b"]"),
}


def made_of(parts: tuple[bytes, bytes, bytes], size: int) -> Iterable[bytes]:
    """Return chunks of a body that has about `size` bytes."""
    first, more, last = parts
    block = more * (1 + 50_000 // len(more))
    return chain([first], repeat(block, size // len(block)), [last])


def of_size(parts: tuple[bytes, bytes, bytes], size: int) -> object:
    """Answer with such a body."""
    return lambda _request, _reply: Reply(200, made_of(parts, size))


def run(place: Place, answer: object, path: str, *command: str) -> tuple[int, str]:
    """Run a command while requests for a path get an answer; check its memory."""
    place.server.answer = faults.only(path, answer)  # type: ignore[arg-type]
    ended = place.step(*command, at=EVENING)
    assert ended.peak_mib < MOST_MIB, ended
    return ended.exit_code, ended.err


@pytest.mark.parametrize("size", [2_000_000, 11_900_000])
@pytest.mark.parametrize("parts", BODIES.values(), ids=BODIES)
def test_a_history(place: Place, life: Life, parts: tuple[bytes, bytes, bytes], size: int) -> None:
    """It is read, or one line says why it is not; nothing that is stored is lost."""
    place.restore(life.before_evening)
    code, said = run(place, of_size(parts, size), "/api/history", "collect")
    assert code in {0, 69, 75}  # 69: the other sensors are missing in this answer
    assert all(line.startswith("powerstats: collect: ") for line in said.splitlines())
    assert not lost(life.before_evening, place.snapshot())


@pytest.mark.parametrize("parts", BODIES.values(), ids=BODIES)
def test_all_states(place: Place, life: Life, parts: tuple[bytes, bytes, bytes]) -> None:
    """The states of all entities are limited as well, to other bytes."""
    place.restore(life.before_evening)
    whole = (parts[0].removeprefix(b"["), parts[1], parts[2].removesuffix(b"]"))
    config = str(place.installation.folder / "new.toml")
    arguments = ["--config", config, "init", "--no-input", "--no-collect"]
    arguments += ["--url", place.server.url, "--token-file", str(place.installation.token_file)]
    place.server.answer = faults.only("/api/states", of_size(whole, SIZE))  # type: ignore[arg-type]
    job = place.job("status")
    ended = place.runner.run(type(job)(arguments=tuple(arguments)))[0]
    assert ended.peak_mib < MOST_MIB, ended
    assert ended.exit_code == 75, ended
    assert "memory" in one_line(ended.err) or "MB" in one_line(ended.err), ended


def test_a_packed_answer(place: Place, life: Life) -> None:
    """Packed, 64 MB are a few thousand bytes; they are unpacked in pieces."""
    place.restore(life.before_evening)
    packed = zlib.compress(b"".join(made_of(BODIES["empty lists"], SIZE)))

    def answer(_request: Request, _reply: Reply) -> Reply:
        return Reply(200, packed, headers={"Content-Encoding": "deflate"})

    code, said = run(place, answer, "/api/history", "collect")
    assert code == 75
    assert "memory" in one_line(said)
