"""Home Assistant in a folder of a server: its path is part of its address."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.cli.main import main
from powerstats_cli.commands.init.address import address
from powerstats_cli.core.address import above, without_page
from powerstats_cli.errors import ConfigError
from tests.commands.init.place import now
from tests.support.homes import ENERGY, ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics, about

HOME = steady_home(now() - timedelta(hours=30), timedelta(hours=40))
STATISTICS = Statistics({ENERGY: about("kWh", "energy", is_counter=True)}, lambda *_, **__: None)


@pytest.fixture(params=["/core", "/ha", "/smart/home", ""])
def server(request: pytest.FixtureRequest) -> Iterator[LongTermHome]:
    """Return a Home Assistant in a folder; whether it shows its manifest is up to the test."""
    home = LongTermHome(HOME, STATISTICS, TOKEN, now, folder=request.param)
    with home:
        yield home


def init(folder: Path, url: str, *options: str) -> int:
    """Run init for an address, and return its exit code."""
    token = folder / "given"
    token.write_text(TOKEN)
    return main(
        [
            *("--config", str(folder / "config.toml"), "init", "--no-input", "--url", url),
            *("--data-dir", str(folder / "data"), "--token-file", str(token), *options),
        ]
    )


@pytest.mark.parametrize("has_manifest", [True, False])
@pytest.mark.parametrize("rest", ["", "/", "//", "/api", "/lovelace/0?edit=1", "/api/", "/energy"])
def test_init_keeps_the_path(
    tmp_path: Path, server: LongTermHome, rest: str, *, has_manifest: bool
) -> None:
    """What was copied from a browser may have a page behind it; the first run finds the way."""
    server.has_manifest = has_manifest
    options = () if rest == "" else ("--no-collect",)
    assert init(tmp_path, server.url + rest, *options) == 0
    assert settings.load(tmp_path / "config.toml").homeassistant.url == server.url


@pytest.mark.parametrize("page", ["/my-power/0", "/house/ground-floor", "/home/overview"])
def test_init_looks_for_the_place_of_an_unknown_page(
    tmp_path: Path, server: LongTermHome, page: str
) -> None:
    """A dashboard may have any name: Home Assistant shows itself above it."""
    server.has_manifest = True
    assert init(tmp_path, server.url + page, "--no-collect") == 0
    assert settings.load(tmp_path / "config.toml").homeassistant.url == server.url


def test_nothing_is_at_the_path(tmp_path: Path, server: LongTermHome) -> None:
    """Another program at the path is not taken for Home Assistant."""
    server.has_manifest = True
    server.folder = "/ha"
    assert init(tmp_path, f"{server.root}/other") == 75
    assert not (tmp_path / "config.toml").exists()


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_collect_and_backfill(tmp_path: Path, server: LongTermHome, slashes: str) -> None:
    """Both the requests and the websocket go to the path."""
    installation = Installation(tmp_path, server.url + slashes, ENTITIES)
    installation.run_well("collect")
    result = installation.run("backfill", "--yes")
    assert (result.exit_code, result.err) == (0, "")
    assert f"{server.folder}/api/websocket" in server.exchanges
    outside = [path for path in server.exchanges if path.startswith("/")]
    assert all(path.startswith(f"{server.folder}/api/") for path in outside)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("http://supervisor/core", "http://supervisor/core"),
        ("supervisor/core/", "http://supervisor/core"),
        ("https://host.example/ha", "https://host.example/ha"),
        ("https://host.example//ha//", "https://host.example/ha"),
        ("http://host.example:8123/ha/lovelace/0", "http://host.example:8123/ha"),
        ("http://home/lovelace/0", "http://home"),
        ("https://host.example/ha/dashboard-power/solar#top", "https://host.example/ha"),
        ("https://host.example/lovelace-power/0", "https://host.example"),
        ("https://host.example/ha/api/websocket", "https://host.example/ha"),
        ("https://host.example/home", "https://host.example/home"),
        ("http://[fe80::1]/ha/", "http://[fe80::1]/ha"),
    ],
)
def test_an_address_with_a_path(written: str, expected: str) -> None:
    """A path without a port is at the port of http: Home Assistant's own has no path."""
    assert address(written) == expected


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/api", ""),
        ("/api/", ""),
        ("/lovelace/0", ""),
        ("/lovelace", ""),
        ("/ha/api/websocket", "/ha"),
        ("/ha/lovelace/default_view/", "/ha"),
        ("/dashboard-power/0", ""),
        ("/config/dashboard", ""),
        ("/ha/profile/security", "/ha"),
    ],
)
def test_the_configuration_has_a_page(tmp_path: Path, path: str, meant: str) -> None:
    """The line names the address that is meant."""
    installation = Installation(tmp_path, f"http://home.example:8123{path}", ENTITIES)
    with pytest.raises(ConfigError) as refused:
        settings.load(installation.config)
    assert str(refused.value).endswith(
        f"homeassistant.url: 'http://home.example:8123{path}' is the address of a page: "
        f"write http://home.example:8123{meant}"
    )


@pytest.mark.parametrize("path", ["", "/", "/ha", "/ha/", "/core", "/home", "/energy", "//ha"])
def test_the_configuration_has_a_path(tmp_path: Path, path: str) -> None:
    """A place that a proxy may have chosen is left alone."""
    installation = Installation(tmp_path, f"http://home.example:8123{path}", ENTITIES)
    assert settings.load(installation.config).homeassistant.url.endswith(path)


def test_the_addresses_above() -> None:
    """The longest comes first, and the machine itself last."""
    assert list(above("http://home:8123/a/b")) == [
        "http://home:8123/a/b",
        "http://home:8123/a",
        "http://home:8123",
    ]
    assert without_page("/a/energy/b/api") == "/a"
