"""Answers that a proxy has compressed, though powerstats asks it not to."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer, as_usual
from powerstats_cli.reply import unpacked
from tests.faults.answers import EVENING
from tests.faults.life import Life
from tests.faults.place import Place, one_line

Pack = Callable[[bytes], bytes]


def bare(content: bytes) -> bytes:
    """Return deflate as some servers send it, without its head and its checksum."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def in_parts(content: bytes) -> bytes:
    """Return gzip in two parts, filled up with zeros."""
    half = len(content) // 2
    return gzip.compress(content[:half]) + gzip.compress(content[half:]) + b"\0" * 30


FORMS: dict[str, tuple[str, Pack]] = {
    "gzip": ("gzip", gzip.compress),
    "an old name": ("x-gzip", gzip.compress),
    "in capitals": ("GZIP", gzip.compress),
    "gzip in parts": ("gzip", in_parts),
    "not compressed at all": ("gzip", lambda content: gzip.compress(content, 0)),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare),
    "as it is": ("identity", bytes),
}


def compressed(coding: str, pack: Pack) -> Answer:
    """Answer as usual, compressed."""

    def answer(_request: Request, reply: Reply) -> Reply:
        assert isinstance(reply.body, bytes)
        headers = {**reply.headers, "Content-Encoding": coding}
        return replace(reply, body=pack(reply.body), headers=headers)

    return answer


@pytest.mark.parametrize(("coding", "pack"), FORMS.values(), ids=FORMS)
def test_it_is_unpacked(place: Place, life: Life, coding: str, pack: Pack) -> None:
    """The files are those of an answer that is not compressed."""
    place.restore(life.before_evening)
    place.server.answer = compressed(coding, pack)
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


@pytest.mark.parametrize(
    ("coding", "pack", "code", "words"),
    [
        ("gzip", lambda content: gzip.compress(content)[:-20], 75, "wrongly (it ends too early)"),
        ("gzip", bytes, 75, "compresses its answers, and wrongly ("),
        ("gzip", lambda content: gzip.compress(content)[:-8] + b"checksum", 75, "wrongly ("),
        ("deflate", lambda content: bare(content)[:-3], 75, "wrongly ("),
        ("br", bytes, 78, "compresses its answers (br), though powerstats asks it not to"),
        ("zstd", bytes, 78, "compresses its answers (zstd)"),
        ("gzip, br", bytes, 78, "compresses its answers (gzip, br)"),
    ],
)
def test_it_cannot_be_unpacked(
    place: Place, life: Life, coding: str, pack: Pack, code: int, words: str
) -> None:
    """One line says so, and nothing is stored."""
    place.restore(life.before_evening)
    place.server.answer = compressed(coding, pack)
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == code
    assert words in one_line(ended.err)
    assert place.snapshot() == life.before_evening
    place.server.answer = as_usual
    place.well("collect", at=EVENING)
    assert place.snapshot() == life.evening


def bomb(size: int) -> Answer:
    """Answer with so many spaces, which gzip packs into a thousandth."""

    def packed() -> Iterator[bytes]:
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        for _ in range(size // 1_000_000):
            yield packer.compress(b" " * 1_000_000)
        yield packer.flush()

    body = b"".join(packed())

    def answer(_request: Request, reply: Reply) -> Reply:
        return replace(reply, body=body, headers={**reply.headers, "Content-Encoding": "gzip"})

    return answer


def test_what_it_unpacks_to_is_bounded(place: Place, life: Life) -> None:
    """200 MB in 200 kB are not unpacked to their end, and take no more memory than is allowed."""
    place.restore(life.before_evening)
    place.server.answer = bomb(200_000_000)
    ended = place.step("collect", at=EVENING)
    assert ended.exit_code == 75
    assert "answers with over 12 MB" in one_line(ended.err)
    assert ended.peak_mib < 64
    assert place.snapshot() == life.before_evening


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 100_000])
@pytest.mark.parametrize(("coding", "pack"), list(FORMS.values())[:7], ids=list(FORMS)[:7])
def test_it_comes_in_pieces(coding: str, pack: Pack, size: int) -> None:
    """The network may cut an answer anywhere, and each piece stays small."""
    content = b"".join(number.to_bytes(3) for number in range(3000)) + b"\0" * 200_000
    packed = pack(content)
    if (coding, size) == ("deflate", 1) and pack is bare:
        return  # its form shows in the second byte
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    found = list(unpacked(pieces, coding.lower()))
    assert b"".join(found) == content
    assert max(map(len, found)) <= 65_536
