"""An empty folder and a Home Assistant, and `init` run there as by a script or by a person."""

import io
import stat
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from powerstats_cli import settings
from powerstats_cli.cli import main as cli
from powerstats_cli.demo.server import HomeAssistant
from tests.support.installation import Result
from tests.support.terminal import Terminal

TOKEN = "s3ntinel-T0ken.of_the-home"
GITHUB_TOKEN = "github_pat_s3ntinel_of_the_repository"
HOUSE = {
    "power": "sensor.house_power",
    "voltage": "sensor.house_voltage",
    "energy": "sensor.house_energy",
}
PLUG = "sensor.fridge_plug_power"
OUTDOOR = "sensor.outdoor"
SENSORS: Mapping[str, Mapping[str, object]] = {
    OUTDOOR: {"unit_of_measurement": "°C", "friendly_name": "Out\x1b[31mdoor"},
    PLUG: {"unit_of_measurement": "W", "device_class": "power", "state_class": "measurement"},
    HOUSE["power"]: {
        "unit_of_measurement": "kW",
        "device_class": "power",
        "state_class": "measurement",
        "friendly_name": "[bold]House[/bold] \x1b[2Jpower",
    },
    HOUSE["voltage"]: {
        "unit_of_measurement": "V",
        "device_class": "voltage",
        "state_class": "measurement",
    },
    HOUSE["energy"]: {
        "unit_of_measurement": "kWh",
        "device_class": "energy",
        "state_class": "total_increasing",
    },
}


def now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


@dataclass
class Place:
    """An empty folder, and a Home Assistant to set powerstats up for there."""

    folder: Path
    server: HomeAssistant

    @property
    def config(self) -> Path:
        """The file of the configuration."""
        return self.folder / "config" / "config.toml"

    @property
    def token_file(self) -> Path:
        """The file of Home Assistant's token."""
        return self.config.with_name("homeassistant.token")

    @property
    def data_dir(self) -> Path:
        """The folder of the data."""
        return self.folder / "data"

    def file(self, text: str = TOKEN) -> str:
        """Return the path of a file with a token outside of the folder."""
        path = self.folder.parent / "given"
        path.write_text(f"{text}\n")
        return str(path)

    def arguments(self, *options: str) -> list[str]:
        """Return init's command line."""
        return ["--config", str(self.config), "init", "--data-dir", str(self.data_dir), *options]

    def run(self, *options: str) -> Result:
        """Run init as a script does."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            exit_code = cli.main(self.arguments("--no-input", *options))
        return self.checked(Result(exit_code, out.getvalue(), err.getvalue()))

    def run_with_home(self, *options: str) -> Result:
        """Run init as a script does, with the address and the token."""
        return self.run("--url", self.server.url, "--token-file", self.file(), *options)

    def sit_down(self, *options: str) -> Terminal:
        """Run init at a terminal."""
        return Terminal(self.arguments(*options), {"HOME": str(self.folder)}, self.folder)

    def checked(self, result: Result) -> Result:
        """Return a result that shows no token."""
        assert TOKEN not in result.out + result.err
        assert GITHUB_TOKEN not in result.out + result.err
        return result

    def settings(self) -> settings.Settings:
        """Return what was written, as every command reads it."""
        return settings.load(self.config)

    def is_untouched(self) -> bool:
        """Tell whether nothing was written."""
        return not any(self.folder.iterdir())


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def names_in(path: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(file.name for file in path.iterdir())
