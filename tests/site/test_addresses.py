"""The addresses of the dashboard, and the names that it answers to."""

import socket
from pathlib import Path

import pytest

from powerstats_cli.site import addresses


def test_every_address_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone finds this machine by its name, or by its address if it knows no mDNS."""
    monkeypatch.setattr(socket, "gethostname", lambda: "pi.fritz.box")
    monkeypatch.setattr(addresses, "_own_address", lambda: "192.168.1.5")
    told = "http://pi.local:8129/ or http://192.168.1.5:8129/"
    assert {addresses.in_words(bind, 8129) for bind in ("::", "0.0.0.0")} == {told}
    assert addresses.in_words("127.0.0.1", 80) == "http://127.0.0.1:80/"
    assert addresses.in_words("fd00::5", 80) == "http://[fd00::5]:80/"
    monkeypatch.setattr(addresses, "_own_address", lambda: "")
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
    assert addresses.in_words("::", 80) == "http://127.0.0.1:80/"


def test_names_with_a_domain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A router's domain is at the end of this machine's own name, and of no other."""
    monkeypatch.setattr(socket, "gethostname", lambda: "Pi.home.example")
    resolver = tmp_path / "resolv.conf"
    assert addresses.own_names(resolver) == {"pi.home.example"}
    resolver.write_text("# by DHCP\n\nnameserver 192.168.178.1\nsearch fritz.box lan.example.\n")
    names = addresses.own_names(resolver)
    assert names == {"pi.home.example", "pi.fritz.box", "pi.lan.example"}
    assert addresses.is_own("pi.fritz.box:8129", names)
    assert not addresses.is_own("evil.fritz.box", names)
    resolver.write_bytes(b"\xff")
    assert addresses.own_names(resolver) == {"pi.home.example"}


OWN = [
    None,
    "",
    "raspberrypi",
    "raspberrypi:8129",
    "RaspberryPi.local:8129",
    "pi.lan",
    "pi.home.arpa.",
    "pi.internal:80",
    "localhost:8129",
    "192.168.1.5:8129",
    "127.0.0.1",
    "[::1]:8129",
    "[fe80::1%eth0]:80",
    "power.example.com",
    "Power.Example.com:443",
]
FOREIGN = [
    "evil.example",
    "evil.example:8129",
    "raspberrypi.evil.example",
    "192.168.1.5.evil.example",
    "local.evil.example",
    "evillocal.example",
    "power.example.com.evil.example",
    "[evil.example]:80",
]


@pytest.mark.parametrize("host", OWN)
def test_own_names(host: str | None) -> None:
    """Addresses, names of a home's own network, and names that were given are answered."""
    assert addresses.is_own(host, {"power.example.com"})


@pytest.mark.parametrize("host", FOREIGN)
def test_names_of_strangers(host: str) -> None:
    """A name that a stranger can register is not answered, wherever it leads to."""
    assert not addresses.is_own(host, {"power.example.com"})
