"""Certificates made at home: the usual ones are accepted, of the others a line says what to do."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.cli.main import main
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.errors import ConfigError
from powerstats_cli.homeassistant.websocket import LongTerm
from powerstats_cli.web import Web
from tests.support.homes import ENERGY, ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation, Result
from tests.support.longterm_server import LongTermHome, Statistics, about
from tests.support.tls import Certificate, certificate, from_tomorrow, shown

NOW = datetime(2025, 11, 21, 12, 0, 10, tzinfo=UTC)
HERE = "subjectAltName=IP:127.0.0.1,DNS:localhost"
ELSEWHERE = "subjectAltName=DNS:home.example.org,DNS:*.example.net,IP:192.168.1.5"
KEYS = ("subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid")
AUTHORITY = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")


@pytest.fixture(autouse=True)
def python_3_13(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Python check certificates as strictly as 3.13 and later do by themselves."""
    usual = ssl.create_default_context

    def strict(*args: object, **kwargs: object) -> ssl.SSLContext:
        context = usual(*args, **kwargs)  # type: ignore[arg-type]
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)


class Home:
    """A Home Assistant behind a certificate, and an installation that asks it."""

    def __init__(self, folder: Path, server: HomeAssistant) -> None:
        """Take the folder of the files, and the plain server."""
        self.folder = folder
        self.server = server
        self.installation = Installation(folder / "installation", server.url, ENTITIES)

    @contextmanager
    def behind(
        self, made: Certificate, ca_file: Path | None, host: str = "127.0.0.1"
    ) -> Iterator[str]:
        """Serve with a certificate, and configure that address; yield it."""
        with shown(made, self.server.url) as port:
            url = f"https://{host}:{port}"
            self.installation.configure(url=url)
            if ca_file:
                config = self.installation.config
                written = config.read_text()
                config.write_text(
                    written.replace("token_file", f'ca_file = "{ca_file}"\ntoken_file')
                )
            yield url

    def collect(
        self, made: Certificate, ca_file: Path | None = None, host: str = "127.0.0.1"
    ) -> Result:
        """Collect from behind a certificate."""
        with self.behind(made, ca_file, host):
            return self.installation.run("collect", at=NOW)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Return a home."""
    past = steady_home(NOW - timedelta(days=1), timedelta(days=2))
    with HomeAssistant(past, token=TOKEN, clock=lambda: NOW) as server:
        yield Home(tmp_path, server)


Maker = Callable[[Path], tuple[Certificate, Path | None]]
"""Makes a certificate; returns it, and the file for `ca_file`."""


def self_signed(*extensions: str, is_trusted: bool = True, days: int = 30) -> Maker:
    """Make a certificate that signs itself."""

    def make(folder: Path) -> tuple[Certificate, Path | None]:
        made = certificate(folder, "home", *extensions, days=days)
        return made, made.file if is_trusted else None

    return make


def signed(
    *extensions: str, by: tuple[str, ...] = AUTHORITY, trusts: str | None = "authority"
) -> Maker:
    """Make a certificate that an authority signs; `trusts` names the one in the file."""

    def make(folder: Path) -> tuple[Certificate, Path | None]:
        authority = certificate(folder, "authority", *by)
        certificate(folder, "another", *by)
        made = certificate(folder, "home", *extensions, signer=authority)
        return made, folder / f"{trusts}.pem" if trusts else None

    return make


GOOD: dict[str, Maker] = {
    "an authority and a leaf with key identifiers": signed(HERE, *KEYS, by=(*AUTHORITY, KEYS[0])),
    "a leaf without": signed(HERE, by=(*AUTHORITY, KEYS[0])),
    "an authority without": signed(HERE, "subjectKeyIdentifier=hash"),
    "both without": signed(HERE),
    "an authority of version 1": signed(HERE, by=()),
    "an authority whose constraints are not critical": signed(
        HERE, by=("basicConstraints=CA:TRUE",)
    ),
    "one that signs itself, with key identifiers": self_signed(HERE, *KEYS),
    "one that signs itself": self_signed(HERE),
    "one that signs itself and is an authority": self_signed(
        HERE, AUTHORITY[0], "keyUsage=critical,digitalSignature,keyCertSign"
    ),
    "the file has the leaf only": signed(HERE, trusts="home"),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_certificates_of_a_home(home: Home, make: Maker) -> None:
    """They are accepted if `ca_file` has them, though Python by itself would refuse most."""
    assert home.collect(*make(home.folder)) == Result(0, "", "")


BAD: dict[str, tuple[Maker, int, tuple[str, ...]]] = {
    "no subjectAltName": (
        self_signed(),
        78,
        ("no subjectAltName", "make one with subjectAltName=IP:127.0.0.1"),
    ),
    "no subjectAltName, and not trusted": (
        self_signed(is_trusted=False),
        78,
        ("subjectAltName=IP:127.0.0.1, and set homeassistant.ca_file",),
    ),
    "no subjectAltName, signed": (
        signed(*KEYS, by=(*AUTHORITY, KEYS[0])),
        78,
        ("no subjectAltName", "subjectAltName=IP:127.0.0.1"),
    ),
    "another name": (
        self_signed(ELSEWHERE),
        78,
        (
            "is for home.example.org, *.example.net, 192.168.1.5: set homeassistant.url to one",
            "subjectAltName=IP:127.0.0.1",
        ),
    ),
    "another name, and not trusted": (
        signed(ELSEWHERE, trusts=None),
        78,
        ("is for home.example.org", "subjectAltName=IP:127.0.0.1"),
    ),
    "signs itself, and not trusted": (
        self_signed(HERE, is_trusted=False),
        78,
        ("signed by itself", "set homeassistant.ca_file", "--ca-file"),
    ),
    "unknown authority": (
        signed(HERE, trusts=None),
        78,
        ("signed by authority, which", "set homeassistant.ca_file", "whole chain"),
    ),
    "another authority": (
        signed(HERE, trusts="another"),
        78,
        ("signed by authority, which is not in", "another.pem: set homeassistant.ca_file"),
    ),
    "expired": (self_signed(HERE, days=-1), 78, ("expired on ", "renew it")),
    "expired, and not trusted": (
        self_signed(HERE, is_trusted=False, days=-1),
        78,
        ("expired on ", "renew it"),
    ),
    "for clients only": (
        self_signed(HERE, "extendedKeyUsage=clientAuth"),
        78,
        ("is not accepted (", "make a new one"),
    ),
}


@pytest.mark.parametrize(("make", "code", "words"), BAD.values(), ids=BAD)
def test_what_to_do_about_a_certificate(
    home: Home, make: Maker, code: int, words: tuple[str, ...]
) -> None:
    """One line names the cause and the remedy; nothing was sent to that server."""
    result = home.collect(*make(home.folder))
    assert (result.exit_code, result.out) == (code, "")
    assert len(result.err.splitlines()) == 1
    assert "the certificate of 127.0.0.1:" in result.err
    for word in words:
        assert word in result.err
    assert not home.server.requests
    assert not home.installation.snapshot()


def test_a_name_that_is_not_in_the_certificate(home: Home) -> None:
    """The name to put into a certificate is the one in the address."""
    made = certificate(home.folder, "home", ELSEWHERE)
    result = home.collect(made, made.file, host="localhost")
    assert result.exit_code == 78
    assert "subjectAltName=DNS:localhost" in result.err


def test_a_certificate_of_tomorrow(home: Home) -> None:
    """A board without a battery may be behind: the next run may succeed."""
    made = from_tomorrow(home.folder, "home", HERE)
    result = home.collect(made, made.file)
    assert result.exit_code == 75
    assert "is valid from Jan  1 00:00:00 2099 GMT on: is this machine's clock right?" in result.err


def test_an_authority_of_the_machine(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own rules hold for those: `ca_file` is the way around them."""
    made, ca_file = signed(HERE)(home.folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    result = home.collect(made)
    assert result.exit_code == 78
    assert "breaks a rule (Missing " in result.err
    assert "set homeassistant.ca_file" in result.err
    assert home.collect(made, ca_file) == Result(0, "", "")


def test_a_file_in_the_home_folder(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` is the home folder in the key, as it is for a token's file."""
    made, _ = self_signed(HERE)(home.folder)
    monkeypatch.setenv("HOME", str(home.folder))
    assert home.collect(made, Path("~/home.pem")) == Result(0, "", "")


def test_init(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The option for the file stands in the line, and does what it says."""
    made = certificate(home.folder, "home", HERE)
    there = home.folder / "new"
    with shown(made, home.server.url) as port:
        options = [
            *("--config", str(there / "config.toml"), "init", "--no-input", "--no-collect"),
            *("--url", f"https://127.0.0.1:{port}", "--data-dir", str(there / "data")),
            *("--token-file", str(home.installation.token_file)),
        ]
        assert main(options) == 78
        assert "set homeassistant.ca_file (init: --ca-file) to" in capsys.readouterr().err
        assert main([*options, "--ca-file", str(made.file)]) == 0


def test_the_websocket(home: Home) -> None:
    """Statistics come through the same certificate, and the same line is said of it."""
    made = certificate(home.folder, "home", HERE)
    statistics = Statistics({ENERGY: about("kWh", "energy", is_counter=True)}, lambda *_: None)
    with (
        LongTermHome(home.server.home, statistics, TOKEN, lambda: NOW) as server,  # type: ignore[arg-type]
        shown(made, server.url) as port,
    ):
        url = f"https://127.0.0.1:{port}"
        with LongTerm(url, TOKEN, ca_file=str(made.file)) as connection:
            assert connection.statistics([ENERGY]).keys() == {ENERGY}
        with pytest.raises(ConfigError) as refused, LongTerm(url, TOKEN):
            pass
    assert "set homeassistant.ca_file" in str(refused.value)
    assert server.exchanges == ["/api/websocket", "recorder/get_statistics_metadata"]


def test_https_is_configured_and_http_is_spoken(home: Home) -> None:
    """The line says so; Home Assistant may speak https after its next start."""
    home.installation.configure(url=home.server.url.replace("http:", "https:"))
    result = home.installation.run("collect", at=NOW)
    assert result.exit_code == 75
    assert "cannot be reached: it does not speak https" in result.err


def test_http_is_configured_and_https_is_spoken(home: Home) -> None:
    """The line has the address that is right."""
    made = certificate(home.folder, "home", HERE)
    with home.behind(made, None) as url:
        home.installation.configure(url=url.replace("https:", "http:"))
        result = home.installation.run("collect", at=NOW)
    assert result.exit_code == 78
    assert f"speaks https only: set homeassistant.url to {url}" in result.err


def test_another_server(home: Home) -> None:
    """A line about GitHub does not name Home Assistant's keys."""
    made = certificate(home.folder, "home", HERE)
    with shown(made, home.server.url) as port:
        web = Web(f"https://127.0.0.1:{port}", {}, ca_file=None, seconds=10)
        with web, pytest.raises(ConfigError) as refused:
            web.get("/")
    assert "update-ca-certificates" in str(refused.value)
    assert "homeassistant" not in str(refused.value)
