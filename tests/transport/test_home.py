"""Addresses of machines in the home."""

import pytest

from powerstats_cli.transport.home import addressed


@pytest.mark.parametrize(
    ("url", "host", "named"),
    [
        ("http://münchen.lan:8123", b"xn--mnchen-3ya.lan", "xn--mnchen-3ya.lan:8123"),
        ("http://home_assistant:8123", b"home_assistant", "home_assistant:8123"),
        ("https://home.lan.:443", b"home.lan.", "home.lan."),
        ("http://home.lan:80", b"home.lan", "home.lan"),
        ("https://home.lan:80", b"home.lan", "home.lan:80"),
        ("http://[fe80::1%eth0]", b"fe80::1%eth0", "[fe80::1%eth0]"),
    ],
)
def test_names_of_hosts(url: str, host: bytes, named: str) -> None:
    """A name may have any letters, and a port that is the usual one is not named."""
    target, header = addressed(url)
    assert (target.host, header) == (host, named)
