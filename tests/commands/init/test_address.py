"""The address: a machine that is no Home Assistant, http for https, and names that are unknown."""

import socket
from pathlib import Path

import pytest

from powerstats_cli import lookup
from powerstats_cli.commands.init import address
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.errors import PowerstatsError
from tests.commands.init.place import TOKEN, Place
from tests.support.tls import certificate, shown


def told(place: Place, *options: str) -> str:
    """Return the line of an init that fails before anything is written."""
    result = place.run("--token-file", place.file(), *options)
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()
    return result.err


def test_another_program_gets_no_token(place: Place) -> None:
    """It is asked for the signs of a Home Assistant only, and none of them needs a token."""
    sent: list[tuple[str, str | None]] = []

    def answer(request: Request, _reply: Reply) -> Reply:
        sent.append((request.path, request.headers.get("authorization")))
        return Reply(200, b"<html><title>FRITZ!Box</title></html>", "text/html")

    place.server.answer = answer
    assert "a web page of another program (FRITZ!Box)" in told(place, "--url", place.server.url)
    paths = {path for path, _ in sent}
    assert paths == {"/manifest.json", "/auth/providers", "/api/websocket"}
    assert all(token is None for _, token in sent)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/providers", b'{"providers": [{"name": "x", "type": "trusted_networks"}]}'),
        ("/auth/providers", b'[{"name": "Home Assistant Local", "type": "homeassistant"}]'),
        ("/api/websocket", b'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".'),
    ],
)
def test_each_sign_is_enough(place: Place, path: str, body: bytes) -> None:
    """Without its frontend it has no manifest; a proxy may let only /api through."""

    def answer(request: Request, reply: Reply) -> Reply:
        if request.headers.get("authorization"):
            return reply
        return Reply(200, body) if request.path == path else Reply(404, b"404: Not Found")

    place.server.answer = answer
    assert place.run_with_home("--no-collect").exit_code == 0


def test_https_is_named_and_http_is_taken(place: Place) -> None:
    """What is written is the address that answers."""
    url = place.server.url.replace("http:", "https:")
    given = ("--url", url, "--token-file", place.file(), "--no-collect")
    result = place.run(*given)
    assert (result.exit_code, result.err) == (0, "")
    assert "it does not speak https" in result.out
    assert f"{place.server.url} answers, and is taken instead" in result.out
    assert place.settings().homeassistant.url == place.server.url


def test_http_is_named_and_https_is_taken(place: Place, tmp_path: Path) -> None:
    """A certificate that nobody trusts is the error to mend; with it all is well."""
    made = certificate(tmp_path, "home", "subjectAltName=IP:127.0.0.1")
    with shown(made, place.server.url) as port:
        url = f"127.0.0.1:{port}"
        assert "set homeassistant.ca_file (init: --ca-file)" in told(place, "--url", url)
        given = ("--url", url, "--token-file", place.file(), "--ca-file", str(made.file))
        result = place.run(*given, "--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    assert f"https://{url} answers, and is taken instead" in result.out
    assert place.settings().homeassistant.url == f"https://{url}"


@pytest.mark.parametrize(
    ("written", "others"),
    [
        ("http://h:8123", ["https://h:8123"]),
        ("https://h:8123/ha", ["http://h:8123/ha"]),
        ("https://h", ["https://h:8123", "http://h:8123"]),
        ("h.example", ["https://h.example:8123", "https://h.example"]),
        ("192.168.1.5", ["https://192.168.1.5:8123"]),
        ("[fe80::1]", ["https://[fe80::1]:8123"]),
    ],
)
def test_which_addresses_are_tried(
    monkeypatch: pytest.MonkeyPatch, written: str, others: list[str]
) -> None:
    """The one that is typed comes first, and its error is told if all fail."""
    tried: list[str] = []

    def answering(url: str, _wishes: Wishes) -> str:
        tried.append(url)
        message = f"{url} fails"
        raise PowerstatsError(message)

    monkeypatch.setattr(address, "_answering", answering)
    monkeypatch.setattr(lookup, "addresses", lambda *_: ["127.0.0.1"])
    with pytest.raises(PowerstatsError, match=r"fails") as failed:
        address.found(written, Wishes(Path("c"), Path("d")), None)  # type: ignore[arg-type]
    assert tried == [address.address(written), *others]
    assert str(failed.value) == f"{tried[0]} fails"


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("homeassistant.local", "many machines do not know .local names; give Home Assistant's IP"),
        ("nowhere.invalid", "correct the name, or give Home Assistant's IP address"),
    ],
)
def test_a_name_that_nobody_knows(
    place: Place, monkeypatch: pytest.MonkeyPatch, host: str, says: str
) -> None:
    """The hint comes at once, with an example; a second address of the same name is not tried."""
    asked: list[str] = []

    def unknown(name: str, *_: object, **__: object) -> object:
        asked.append(name)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    line = told(place, "--url", host)
    assert f"{host} cannot be found (Name or service not known): {says}" in line
    assert len(asked) == 2  # as an address, and as a name


def test_a_time_zone_that_is_none_is_asked_for(place: Place) -> None:
    """Home Assistant may not know its own; the answers before it are not lost."""
    place.server.home.time_zone = "Mars/Base"  # type: ignore[misc]
    given = ("--url", place.server.url, "--token-file", place.file(), "--schedule", "none")
    with place.sit_down(*given, "--no-collect") as terminal:
        terminal.answer("The home's time zone", "Venus/Base")
        terminal.answer("The home's time zone", "Europe/Vienna")
        terminal.answer("Which sensors")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    assert place.settings().timezone == "Europe/Vienna"


def test_keys_that_are_no_text(place: Place) -> None:
    """An arrow key, and bytes that are no UTF-8, are asked for again."""
    with place.sit_down("--url", place.server.url, "--token-file", place.file()) as terminal:
        terminal.answer("Which sensors", "\x1b[A")
        assert "was not understood" in terminal.wait_for("Which sensors")
        terminal.wait_for(": ")
        terminal.press("Ctrl-D", until="Nothing was written.")
        assert terminal.end() == 130
    assert TOKEN not in terminal.shown
    assert place.is_untouched()


def test_a_folder_that_cannot_be_written_to_is_told_first(place: Place, tmp_path: Path) -> None:
    """Not after all questions: no answer is lost."""
    blocked = tmp_path / "file"
    blocked.touch()
    before = len(place.server.requests)
    result = place.run_with_home("--data-dir", str(blocked / "data"))
    assert result.exit_code == 77
    assert "cannot be written to: give another --data-dir" in result.err
    assert len(place.server.requests) == before


@pytest.mark.parametrize(
    ("proxy", "exit_code"), [("http://proxy.example.com:3128", 0), ("socks5://x", 78), ("x", 78)]
)
def test_a_proxy(place: Place, proxy: str, exit_code: int) -> None:
    """It is for GitHub and the health check: Home Assistant is asked directly."""
    result = place.run_with_home("--proxy", proxy, "--no-collect")
    assert result.exit_code == exit_code
    if exit_code:
        assert "--proxy: that is no proxy" in result.err
    else:
        assert place.settings().network.proxy == proxy
