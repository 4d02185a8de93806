"""Mistakes in the configuration: one line with the file and the key, and exit code 78."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.errors import ConfigError
from tests.support.installation import Installation

LONG = "a" * 64
HOSTS = (
    "homeassistant..local",
    ".local",
    f"{LONG}.local",
    "xn--a",
    "xn--",
    "home assistant",
    "home\u202eassistant",
    f"{'a.' * 127}b",
    "[::1",
    "[nonsense]",
    "",
)
PATHS = (
    "",
    "data",
    "./data",
    "../data",
    "$HOME/x",
    "${HOME}/x",
    "~me/x",
    "~nosuchuser/x",
    "~\u202e/x",
    "/tmp/\\u0000x",
    "/tmp/\\u001b[2J",
    f"/tmp/{'ü' * 128}",
    f"/{'a/' * 2048}",
)
PATH_KEYS = (
    "paths.data_dir",
    "paths.web_root",
    "paths.state_file",
    "homeassistant.token_file",
    "homeassistant.ca_file",
    "github.token_file",
)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation whose Home Assistant refuses connections."""
    return Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.house_power"})


def write(path: Path, **keys: str) -> None:
    """Write a configuration with some keys, such as paths__data_dir, in place of the right ones."""
    tables: dict[str, dict[str, str]] = {
        "homeassistant": {"url": '"http://127.0.0.1:1"', "entity_id": '"sensor.power"'},
        "github": {"repo": '"me/data"'},
        "monitoring": {},
        "paths": {},
        "data": {},
    }
    for key, value in keys.items():
        table, _, name = key.partition("__")
        tables[table][name] = value
    lines = ['timezone = "Europe/Amsterdam"']
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{name} = {value}" for name, value in values.items())]
    path.write_text("\n".join(lines), "utf-8")


def complaint(path: Path) -> str:
    """Return what is said about a configuration, on one line that begins with the file."""
    with pytest.raises(ConfigError) as raised:
        settings.load(path)
    line = str(raised.value)
    assert line.isprintable()
    assert line.startswith(str(path))
    return line.removeprefix(f"{path}: ").removeprefix(str(path))


@pytest.mark.parametrize(
    "key", ["homeassistant.url", "github.api_url", "monitoring.healthcheck_url"]
)
@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_cannot_be(tmp_path: Path, key: str, host: str) -> None:
    """It is found before anything is asked, also that of a health check."""
    path = tmp_path / "powerstats.toml"
    write(path, **{key.replace(".", "__"): f'"https://{host}:8123/a"'})
    assert complaint(path).startswith(f"{key}: ")


@pytest.mark.parametrize(
    "host",
    ["homeassistant.local.", "192.168.1.5", "[fe80::1]", "küche.local", "my_ha", "xn--kche-0ra"],
)
def test_a_host_that_can_be(tmp_path: Path, host: str) -> None:
    """A name may have letters of any language, and an IP address is one of either version."""
    path = tmp_path / "powerstats.toml"
    write(path, homeassistant__url=f'"http://{host}:8123"')
    assert settings.load(path).homeassistant.url == f"http://{host}:8123"


@pytest.mark.parametrize("key", PATH_KEYS)
@pytest.mark.parametrize("written", PATHS)
def test_a_path_that_no_run_can_use(tmp_path: Path, key: str, written: str) -> None:
    """A relative path would be other data in each folder; nothing in it is replaced."""
    path = tmp_path / "powerstats.toml"
    write(path, **{key.replace(".", "__"): f'"{written}"'})
    assert complaint(path).startswith(f"{key}: ")


@pytest.mark.parametrize("command", ["collect", "rotate", "aggregate weekly", "status", "sync"])
@pytest.mark.parametrize("data_dir", ["$HOME/x", "x", "~me/x"])
def test_every_step_refuses_it(
    tmp_path: Path, command: str, data_dir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step makes a folder of that name."""
    monkeypatch.chdir(tmp_path)
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"})
    text = installation.config.read_text()
    installation.config.write_text(text.replace(str(installation.data_dir), data_dir))
    before = sorted(tmp_path.rglob("*"))
    result = installation.run(*command.split())
    assert result.exit_code == 78
    assert f"paths.data_dir: {data_dir!r} must be a whole path" in result.err
    assert sorted(tmp_path.rglob("*")) == before


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~/` is the home folder of the user that runs the step."""
    path = tmp_path / "powerstats.toml"
    write(path, paths__data_dir='"~/power"', paths__state_file='"~/run/state.json"')
    monkeypatch.setenv("HOME", "/home/me")
    loaded = settings.load(path)
    assert loaded.data_dir == Path("/home/me/power")
    assert loaded.state_file == Path("/home/me/run/state.json")
    monkeypatch.setenv("HOME", "here")
    assert complaint(path).startswith(
        "paths.data_dir: ~ is the home folder, and this user has none"
    )


VALUES: Mapping[str, tuple[str, str]] = {
    "an endless number": ("data__retention_days", "1" * 5000),
    "a huge number": ("data__retention_days", "9" * 30),
    "not a number": ("data__settle_seconds", "nan"),
    "a float": ("data__settle_seconds", "1e400"),
    "a date": ("data__settle_seconds", "2025-01-01"),
    "a date that is none": ("data__settle_seconds", "2025-02-30"),
    "a deep list": ("publish__tiers", "[" * 5000 + "]" * 5000),
    "a deep table": ("paths__data_dir", "{a=" * 5000 + "1" + "}" * 5000),
    "no UTF-8": ("paths__data_dir", '"\udcff"'),
}


@pytest.mark.parametrize(("key", "value"), VALUES.values(), ids=VALUES)
def test_a_value_that_cannot_be(installation: Installation, key: str, value: str) -> None:
    """No value makes a traceback, or is taken for a mistake in `--at`."""
    table, _, name = key.partition("__")
    raw = f"\n[{table}]\n{name} = {value}\n".encode("utf-8", "surrogateescape")
    text = installation.config.read_bytes().replace(f"\n[{table}]\n".encode(), b"\n[x]\n")
    installation.config.write_bytes(text + raw)
    for command in ("collect", "status", "doctor"):
        result = installation.run(command)
        assert result.exit_code == (1 if command == "doctor" else 78), result
        assert result.out.count("✗") == (command == "doctor")
        assert "--at" not in result.err
        assert "bug" not in result.err


def test_the_address_of_a_health_check_is_not_shown(tmp_path: Path) -> None:
    """Its path is its secret."""
    path = tmp_path / "powerstats.toml"
    for url in ("https://hc-ping.com/5f2c-secret", "https://a..b/5f2c-secret?x", "5f2c/secret"):
        write(path, monitoring__healthcheck_url=f'"{url}#a"')
        assert "secret" not in complaint(path)
