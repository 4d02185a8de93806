"""`init` and `doctor` with a real Home Assistant."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli import settings
from powerstats_cli.cli.main import main
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.settings.money import contract_of
from tests.real.server import (
    ENERGY,
    FACTOR,
    IS_NEWEST,
    POWER,
    PUMP_ENERGY,
    SOLAR,
    VOLTAGE,
    ZONE,
)
from tests.real.shared.seen import Seen
from tests.support.machines import machine_of
from tests.support.terminal import Terminal

pytestmark = pytest.mark.homeassistant


def test_init_finds_the_homes_sensors(seen: Seen, tmp_path: Path) -> None:
    """A plain user's token is enough: the roles go to the right sensors, in the home's zone.

    The heat pump's sensors are an appliance's, so they get none. Home Assistant's own statistics
    say that the house's power never flowed back, so the roles are sure.
    """
    token, config, data_dir = tmp_path / "given", tmp_path / "config.toml", tmp_path / "data"
    token.write_text(seen.home.reader_token)
    given = ["--url", seen.home.url, "--token-file", str(token), "--data-dir", str(data_dir)]
    assert main(["--config", str(config), "-q", "init", "--no-input", *given]) == 0
    written = settings.load(config)
    assert written.timezone == ZONE.key
    assert written.entities == {
        "power": POWER,
        "voltage": VOLTAGE,
        "energy": ENERGY,
        "solar": SOLAR,
        "power_factor": FACTOR,
    }
    assert written.flows is not None
    assert written.flows.written == {"solar": ("solar",), "house": ("power", "energy")}
    assert (data_dir / "daily.json").is_file()


COST = {"stat_cost": None, "entity_energy_price": None, "number_energy_price": None}
PUMP = {"stat_consumption": PUMP_ENERGY}


def dashboard(rate: float | None = None) -> dict[str, Any]:
    """Return an Energy dashboard in the form of the release that runs, with a price or without."""
    cost = {**COST, "number_energy_price": rate}
    if not IS_NEWEST:
        flow = {"stat_energy_from": ENERGY, **cost}
        grid = {"type": "grid", "flow_from": [flow], "flow_to": [], "cost_adjustment_day": 0}
        return {"energy_sources": [grid], "device_consumption": [PUMP]}
    grid = {
        "type": "grid",
        "stat_energy_from": ENERGY,
        "stat_energy_to": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        **cost,
        "power_config": {"stat_rate_inverted": POWER},
        "cost_adjustment_day": 0,
    }
    return {"energy_sources": [grid], "device_consumption": [{**PUMP, "name": "Heating"}]}


@pytest.fixture
def with_dashboard(seen: Seen) -> Iterator[Seen]:
    """Return the Home Assistant with an Energy dashboard, for a while."""
    seen.home.save_energy(dashboard())
    yield seen
    seen.home.save_energy({"energy_sources": [], "device_consumption": []})


def test_init_asks_the_energy_dashboard(with_dashboard: Seen, tmp_path: Path) -> None:
    """A plain user may: counters, in the newest release also the power with its sign, a device."""
    token, config, data_dir = tmp_path / "given", tmp_path / "config.toml", tmp_path / "data"
    token.write_text(f'Bearer "{with_dashboard.home.reader_token}"')
    given = ["--url", with_dashboard.home.url, "--token-file", str(token)]
    given += ["--data-dir", str(data_dir), "--no-collect"]
    assert main(["--config", str(config), "-q", "init", "--no-input", *given]) == 0
    written = settings.load(config)
    assert written.flows is not None
    assert written.entities["grid_import"] == ENERGY
    pump = "heating" if IS_NEWEST else "heat_pump"
    assert written.entities[pump] == PUMP_ENERGY
    expected = {"import": ("grid_import",), "devices": (pump,)}
    if IS_NEWEST:
        assert written.entities["grid"] == POWER
        expected["grid"] = ("-grid",)
    assert written.flows.written == expected


def test_init_takes_the_price_of_the_dashboard(with_dashboard: Seen, tmp_path: Path) -> None:
    """It becomes a tariff that the commands accept, in Home Assistant's currency."""
    with_dashboard.home.save_energy(dashboard(0.2735))
    token, config, data_dir = tmp_path / "given", tmp_path / "config.toml", tmp_path / "data"
    token.write_text(with_dashboard.home.reader_token)
    given = ["--url", with_dashboard.home.url, "--token-file", str(token)]
    given += ["--data-dir", str(data_dir), "--no-collect"]
    assert main(["--config", str(config), "-q", "init", "--no-input", *given]) == 0
    contract = contract_of(settings.load(config))
    assert (contract.currency, contract.compared) == ("EUR", ["contract"])
    [line] = contract.lines("contract")
    assert (line.name, line.per, line.rate) == ("Energy", "import", 0.2735)


def test_init_with_a_wrong_token(
    seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command fails with 77, and nothing is written."""
    token, config = tmp_path / "given", tmp_path / "new" / "config.toml"
    token.write_text("wrong")
    given = ["--url", seen.home.url, "--token-file", str(token)]
    assert main(["--config", str(config), "init", "--no-input", *given]) == 77
    assert "refused the token" in capsys.readouterr().err
    assert not config.parent.exists()


@pytest.fixture
def reporting(seen: Seen) -> Iterator[Seen]:
    """Return the Home Assistant with sensors that report a number now; the other tests' do not."""
    states = {POWER: "412", VOLTAGE: "231", ENERGY: "17.5", SOLAR: "0.2", FACTOR: "97"}
    for entity_id, state in states.items():
        seen.home.set_state(entity_id, state)
    yield seen
    for entity_id in states:
        seen.home.set_state(entity_id, "unavailable")


@contextmanager
def local_time(zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the process take a zone for the machine's."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


def test_a_person_sets_it_up_and_all_is_well(
    reporting: Seen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """After a wrong address and a wrong token, all is set up; only the meter is no good."""
    config, data_dir = tmp_path / "config.toml", tmp_path / "data"
    options = ["--config", str(config), "--data-dir", str(data_dir)]
    with Terminal([*options, "init"], {"TZ": ZONE.key}, tmp_path) as terminal:
        terminal.answer("Address", "127.0.0.1:1")
        assert "Connection refused" in terminal.wait_for("Address")
        terminal.wait_for(": ")
        terminal.type(f"{reporting.home.url}/lovelace/0")
        terminal.answer("Token", "wrong")
        assert "refused the token" in terminal.wait_for("Token")
        terminal.wait_for(": ")
        terminal.type(reporting.home.reader_token)
        terminal.answer("Which sensors [")
        terminal.answer("Use GitHub?")
        terminal.answer("cron, systemd or none", "none")
        terminal.answer("Fill this in?", "y")
        assert terminal.end() == 0
    assert reporting.home.reader_token not in terminal.shown
    tier = json.loads((data_dir / "yearly.json").read_bytes())
    assert len(tier["data_points"]) >= len(reporting.past.days)

    machine = machine_of(tmp_path / "machine")
    monkeypatch.setattr(Machine, "this", classmethod(lambda _cls, _environment: machine))
    with local_time(ZONE.key, monkeypatch):
        assert main(["--config", str(config), "-q", "schedule", "install", "--cron"]) == 0
        capsys.readouterr()
        assert main(["--config", str(config), "doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    complaints = [
        finding["text"] for finding in findings if finding["level"] not in {"ok", "skipped"}
    ]
    # The home's meter does not count what its power draws: the two are made up on their own.
    assert [text.partition(" counted ")[0] for text in complaints] == ["house: energy"]
    assert sum(finding["area"].startswith("sensor ") for finding in findings) == 5
