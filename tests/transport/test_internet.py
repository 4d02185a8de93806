"""Addresses of machines in the internet."""

import httpx
import pytest

from powerstats_cli.transport.internet import InternetTransport


@pytest.mark.parametrize(
    ("url", "host", "named"),
    [
        ("http://münchen.lan:8123", "xn--mnchen-3ya.lan", "xn--mnchen-3ya.lan:8123"),
        ("http://home_assistant:8123", "home_assistant", "home_assistant:8123"),
        ("http://home.lan:80", "home.lan", "home.lan"),
        ("http://[::1]:8123", "::1", "[::1]:8123"),
    ],
)
def test_names_of_hosts(url: str, host: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may have any letters, and a port that is the usual one is not named."""
    asked: list[httpx.Request] = []

    def handle(_transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"ok"))

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    with InternetTransport(None, None).exchange("GET", url, {}, None) as response:
        assert b"".join(response.chunks) == b"ok"
    assert asked[0].url.raw_host.decode() == host
    assert asked[0].headers["host"] == named
