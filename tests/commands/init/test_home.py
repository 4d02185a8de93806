"""Home Assistant's address, and whether it is one."""

import pytest

from powerstats_cli.commands.init.address import address
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer
from powerstats_cli.errors import ConfigError
from tests.commands.init.place import TOKEN, Place


def test_the_address_is_tried_without_the_token(place: Place) -> None:
    """Home Assistant counts a request without a needed token as an attack: none is made."""
    sent: list[tuple[str, str | None]] = []

    def watched(request: Request, reply: Reply) -> Reply:
        sent.append((request.path, request.headers.get("authorization")))
        return reply

    place.server.answer = watched
    assert place.run_with_home("--no-collect").exit_code == 0
    assert [(path.partition("/period")[0], token) for path, token in sent] == [
        ("/manifest.json", None),
        ("/api/config", f"Bearer {TOKEN}"),
        ("/api/states", f"Bearer {TOKEN}"),
        ("/api/websocket", None),
        ("/api/history", f"Bearer {TOKEN}"),
    ]


def saying(status: int, body: bytes, **headers: str) -> Answer:
    """Return what answers every request alike."""
    return lambda _request, _reply: Reply(status, body, headers=headers)


@pytest.mark.parametrize(
    ("answer", "exit_code"),
    [
        (saying(302, b"", Location="https://elsewhere/"), 78),
        (saying(200, b"<html>a router</html>"), 75),
        (saying(200, b'{"version": 1}'), 75),
        (saying(200, b"[]"), 75),
        (saying(404, b"nothing here"), 75),
        (saying(503, b"starting"), 75),
        (saying(403, b"banned"), 77),
    ],
)
def test_no_home_assistant(place: Place, answer: Answer, exit_code: int) -> None:
    """Anything else that answers is a line of an error, and nothing is written."""
    place.server.answer = answer
    result = place.run_with_home()
    assert (result.exit_code, result.out) == (exit_code, "")
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()


@pytest.mark.parametrize("body", [b"{}", b'[{"state": 1}]', b"[1]", b"\xff", b"[" * 100_000])
def test_states_that_are_none(place: Place, body: bytes) -> None:
    """A list of anything else is a line of an error, too."""

    def answer(request: Request, reply: Reply) -> Reply:
        return Reply(200, body) if request.path == "/api/states" else reply

    place.server.answer = answer
    result = place.run_with_home()
    assert (result.exit_code, len(result.err.splitlines())) == (75, 1)
    assert place.is_untouched()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("homeassistant.local", "http://homeassistant.local:8123"),
        (" HomeAssistant.local/ ", "http://homeassistant.local:8123"),
        ("192.168.1.5", "http://192.168.1.5:8123"),
        ("192.168.1.5:80", "http://192.168.1.5:80"),
        ("http://home", "http://home:8123"),
        ("HTTP://home:8123//", "http://home:8123"),
        ("http://home:8123/lovelace/0?edit=1#top", "http://home:8123"),
        ("https://home.example.org", "https://home.example.org"),
        ("https://home.example.org:8443/profile/security", "https://home.example.org:8443"),
        ("[fe80::1]", "http://[fe80::1]:8123"),
    ],
)
def test_an_address(written: str, expected: str) -> None:
    """What is typed or pasted becomes scheme, host and port."""
    assert address(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "http://",
        "ftp://home",
        "home:99999",
        "home:0",
        "two words",
        "me:secret@home",
        "[::1",
        "é",
    ],
)
def test_no_address(written: str) -> None:
    """It is refused, and what may be a password is not shown."""
    with pytest.raises(ConfigError) as refused:
        address(written)
    assert "secret" not in str(refused.value)
