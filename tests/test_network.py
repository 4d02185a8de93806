"""Networks as companies have them: a proxy, certificates of their own, a dead name server."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from powerstats_cli.errors import ConfigError, RefusedError, TryAgainError
from powerstats_cli.web import Web
from tests.faults.place import one_line
from tests.github.fake import GitHub
from tests.github.fixtures import device, github, repo
from tests.github.homes import Device
from tests.support.installation import Installation
from tests.support.proxies import Proxy, proxied
from tests.support.tls import certificate, shown
from tests.test_monitoring import Checks, checks

__all__ = ["checks", "device", "github", "repo"]  # fixtures

USER = "me:p%40ss-w0rd-of-mine"


@pytest.fixture(params=["", USER], ids=["open", "password"])
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """Return a proxy, which may want a password."""
    with proxied(request.param.replace("%40", "@")) as proxy:
        yield proxy


def address(proxy: Proxy, user: str | None = None) -> str:
    """Return what the configuration says of a proxy."""
    user = (USER if proxy.wanted else "") if user is None else user
    return f"http://{user}{'@' if user else ''}{proxy.host}"


def configure(config: Path, *lines: str) -> None:
    """Add tables to a configuration."""
    with config.open("a") as file:
        file.write("".join(f"\n{line}\n" for line in lines))


@pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")
@pytest.mark.usefixtures("repo")
def test_github_behind_a_proxy(github: GitHub, device: Device, proxy: Proxy) -> None:
    """All requests go through it, and its password is not sent to GitHub."""
    configure(device.config, f'[network]\nproxy = "{address(proxy)}"')
    device.config.chmod(0o600)
    device.run_well("sync")
    assert len(proxy.targets) == len(github.log)
    assert all(target.startswith(github.url) for target in proxy.targets)
    assert not [each for each in github.log if "proxy-authorization" in each.request.headers]


def test_a_health_check_behind_both(tmp_path: Path, checks: Checks, proxy: Proxy) -> None:
    """A tunnel leads through the proxy to a server whose certificate is the company's own."""
    made = certificate(tmp_path, "company", "subjectAltName=IP:127.0.0.1")
    installation = Installation(tmp_path / "home", "http://127.0.0.1:1", {"power": "sensor.a"})
    installation.data_dir.mkdir()
    with shown(made, checks.url) as port:
        url = checks.url.replace("http", "https").replace(str(checks.server_port), str(port))
        configure(
            installation.config,
            f'[monitoring]\nhealthcheck_url = "{url}"\nca_file = "{made.file}"',
            f'[network]\nproxy = "{address(proxy)}"',
        )
        installation.config.chmod(0o600)
        installation.run_well("rotate")
        assert [event for event, *_ in checks.pings] == ["start", "0"]
        assert proxy.targets == [f"127.0.0.1:{port}"] * 2


def test_home_assistant_is_asked_directly(tmp_path: Path, proxy: Proxy) -> None:
    """It is in the home's own network."""
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.a"})
    configure(installation.config, f'[network]\nproxy = "{address(proxy)}"')
    assert "Connection refused" in installation.run("collect").err
    assert proxy.targets == []


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "http://127.0.0.1:1"])
def test_no_proxy_there(url: str) -> None:
    """The line names the proxy, without the user and the password."""
    for way in ("http://127.0.0.1:9", "http://me:secret-word@127.0.0.1:9"):
        with (
            pytest.raises(TryAgainError, match=r"through the proxy 127\.0\.0\.1:9: ") as raised,
            Web(url, {}, ca_file=None, seconds=5, proxy=way) as web,
        ):
            web.get("/")
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize("user", ["", "me:another-word"])
def test_a_proxy_that_refuses(user: str) -> None:
    """407 and 403 are refusals, which no other try helps."""
    with (
        proxied(USER) as proxy,
        pytest.raises(RefusedError, match=r"the proxy 127.* refused the way to .* \(407 "),
        Web("https://a.invalid", {}, ca_file=None, seconds=5, proxy=address(proxy, user)) as web,
    ):
        web.get("/")
    with proxied() as proxy:
        proxy.refuses = True
        with (
            pytest.raises(RefusedError, match=r"\(403 "),
            Web("https://a.invalid", {}, ca_file=None, seconds=5, proxy=address(proxy)) as web,
        ):
            web.get("/")


def test_a_certificate_that_is_unknown(tmp_path: Path, checks: Checks) -> None:
    """The line names the key that helps; a file that is not there is named by its key."""
    made = certificate(tmp_path, "company", "subjectAltName=IP:127.0.0.1")
    with shown(made, checks.url) as port:
        url = f"https://127.0.0.1:{port}"
        with (
            pytest.raises(ConfigError, match=r"set github\.ca_file to its certificate"),
            Web(url, {}, ca_file=None, table="github", seconds=5) as web,
        ):
            web.get("/")
    with pytest.raises(ConfigError, match=r"github\.ca_file: /nowhere: No such file"):
        Web("https://a.invalid", {}, ca_file="/nowhere", table="github", seconds=5)


@pytest.mark.parametrize(
    "written",
    [
        "proxy:3128",
        "socks5://proxy",
        "http://",
        "http://proxy/x",
        "http://a..b",
        "http://u:p@",
        "http://a/b@c",
    ],
)
def test_a_proxy_that_cannot_be(tmp_path: Path, written: str) -> None:
    """It is found before anything is asked."""
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.a"})
    configure(installation.config, f'[network]\nproxy = "{written}"')
    result = installation.run("rotate")
    assert result.exit_code == 78
    assert "network.proxy: " in one_line(result.err)


VIEW = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root")
def test_a_dead_name_server(tmp_path: Path) -> None:
    """It holds a step up by no more than a dead health check does."""
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file system view of its own can be made here")
    installation = Installation(tmp_path / "home", "http://127.0.0.1:1", {"power": "sensor.a"})
    installation.data_dir.mkdir()
    configure(
        installation.config, '[monitoring]\nhealthcheck_url = "http://checks.example.org/5f2c"'
    )
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
        silent.bind(("127.0.0.153", 53))
        resolv = tmp_path / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.153\n")
        program = [sys.executable, "-m", "powerstats_cli", *installation.arguments("rotate")]
        begun = time.monotonic()
        done = subprocess.run(
            ["unshare", "--mount", "/bin/sh", "-c", VIEW, str(resolv), *program],
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert time.monotonic() - begun < 9
        assert silent.recv(512)
