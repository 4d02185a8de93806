"""Random mutations of bytes, of JSON and of HTTP answers. Each returns its kind, too."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

Mutated = tuple[str, bytes]

ESCAPE: Final = "V\n\x1b[2J\x1b]0;title\x07\u202e"
NASTY: Final[Sequence[Any]] = (
    None, True, False, 0, -1, 1, 1.5, -1e308, 1e308, 1e-320, 10**40, -(2**63), 2**63 - 1,
    float("nan"), float("inf"), "", " ", "nan", "-inf", "1e999", "0x10", "unavailable", "5" * 400,
    "x" * 5000, ESCAPE, "[bold]/[red]", "\x00", "\ud800", [], [[]], [None], {}, {"": None},
    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-18:00", "2025-11-20T10:00:00",
    "2025-11-20T10:00:00+99:99", "2025-02-30T10:00:00+01:00", "Mars/Olympus", "../../etc/passwd",
)  # fmt: skip


def broken_bytes(random: Random, raw: bytes) -> Mutated:
    """Return bytes with damage as disks and half writes do it."""
    at, to = sorted((random.randrange(len(raw) + 1), random.randrange(len(raw) + 1)))
    lines = raw.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    return random.choice(
        [
            ("bit flipped", _flipped(random, raw)),
            ("cut off", raw[:at]),
            ("empty", b""),
            ("zeros inside", raw[:at] + bytes(to - at) + raw[to:]),
            ("a part is missing", raw[:at] + raw[to:]),
            ("a part comes twice", raw[:to] + raw[at:]),
            ("garbage", random.randbytes(random.randrange(1, 4000))),
            ("garbage at the end", raw + random.randbytes(20)),
            ("a line is missing", b"\n".join(lines[:one] + lines[one + 1 :])),
            ("a line comes twice", b"\n".join(lines[: one + 1] + lines[one:])),
            ("two lines are swapped", b"\n".join(swapped)),
            ("another encoding", raw.decode("utf-8", "replace").encode("utf-16")),
            ("a byte order mark", b"\xef\xbb\xbf" + raw),
        ]
    )


def _flipped(random: Random, raw: bytes) -> bytes:
    if not raw:
        return raw
    at = random.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]


def broken_json(random: Random, raw: bytes) -> Mutated:
    """Return the JSON with another value, key, order or nesting somewhere; it still parses."""
    holder: list[Any] = [json.loads(raw)]
    place, key = _place(random, holder)
    kind, change = random.choice(_CHANGES)
    change(random, place, key)
    return kind, _written(holder[0])


def _place(random: Random, holder: list[Any]) -> tuple[Any, Any]:
    """Return a container and a key or index of it, at a random depth."""
    place: Any = holder
    key: Any = 0
    while isinstance(place[key], (list, dict)) and place[key] and random.random() < 0.85:
        place = place[key]
        key = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
    return place, key


def _another_value(random: Random, place: Any, key: Any) -> None:
    place[key] = random.choice(NASTY)


def _wrapped(_random: Random, place: Any, key: Any) -> None:
    place[key] = [place[key]]


def _nested(random: Random, place: Any, key: Any) -> None:
    deep: Any = 1
    for _ in range(random.choice([50, 900])):
        deep = [deep]
    place[key] = deep


def _gone(_random: Random, place: Any, key: Any) -> None:
    del place[key]
    if isinstance(place, list) and not place:
        place.append(None)


def _another_key(random: Random, place: Any, key: Any) -> None:
    if isinstance(place, dict):
        place[random.choice(["", "x" * 300, ESCAPE, str(key) + " "])] = place.pop(key)
    else:
        place.insert(0, place.pop(key))


def _doubled(_random: Random, place: Any, key: Any) -> None:
    if isinstance(place, list):
        place.insert(key, place[key])
    else:
        place[f"{key}2"] = place[key]


def _shuffled(random: Random, place: Any, key: Any) -> None:
    if isinstance(place[key], list):
        random.shuffle(place[key])
    else:
        place[key] = str(place[key])


_CHANGES: Final[Sequence[tuple[str, Callable[[Random, Any, Any], None]]]] = (
    ("another value", _another_value),
    ("another value", _another_value),
    ("another value", _another_value),
    ("in a list", _wrapped),
    ("deeply nested", _nested),
    ("missing", _gone),
    ("another key", _another_key),
    ("comes twice", _doubled),
    ("another order", _shuffled),
)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def broken(random: Random, raw: bytes) -> Mutated:
    """Return a broken file or body, by its bytes or by its JSON."""
    if random.random() < 0.4:
        return broken_bytes(random, raw)
    try:
        return broken_json(random, raw)
    except ValueError:
        return broken_bytes(random, raw)


HEADERS: Final[Sequence[tuple[str, str]]] = (
    ("Date", "Mon, 99999999999999999999 Jan 2025 10:00:00 GMT"),
    ("Date", "Thu, 20 Nov 2025 10:00:00 +99999999999999"),
    ("Date", "Fri, 31 Dec 9999 23:59:59 -1800"),
    ("Date", "gestern"),
    ("Content-Type", "text/html"),
    ("Content-Type", "\x7f"),
    ("Content-Encoding", "gzip"),
    ("Content-Encoding", "br, zstd"),
    ("Content-Length", "-1"),
    ("Content-Length", "99999999999999999999"),
    ("Transfer-Encoding", "chunked"),
    ("Location", "http://[::1"),
    ("Retry-After", "-1"),
    ("Retry-After", "Woe, 05 Mei 2027 10:00:00 GMT"),
    ("Retry-After", "9" * 30),
    ("Set-Cookie", "a=b; Expires=Woe, 05 Mei 2027 10:00:00 GMT"),
    ("X-RateLimit-Reset", "9" * 30),
    ("X-RateLimit-Remaining", "none"),
    ("github-authentication-token-expiration", "0001-01-01 00:00:00 UTC"),
    ("github-authentication-token-expiration", "9999-12-31 23:59:59 -1800"),
    ("ETag", '"' + "e" * 4000 + '"'),
    ("WWW-Authenticate", "Basic realm=\x1b[2J"),
    ("X-Long", "x" * 70_000),
)
STATUSES: Final = (100, 199, 200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 405, 408,
                   409, 413, 418, 422, 429, 451, 500, 502, 503, 504, 524, 599)  # fmt: skip
