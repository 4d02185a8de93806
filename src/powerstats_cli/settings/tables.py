"""The tables of the configuration file, with the defaults of their keys."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.documents import PublicName, TierName
from powerstats_cli.core.series import StateClass
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.places import whole


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file, in which an unknown key is an error."""


class HomeAssistantSettings(_Table, frozen=True):
    """The address of Home Assistant, its token, and the entity id of each series.

    `plausible` has a series' lowest and highest number, of a counter in kW; `state_class` overrides
    the sensor's own. `renamed` has the present name of a series by each earlier name.
    """

    url: str
    token: str | None = None
    token_file: str | None = None
    ca_file: str | None = None
    entity_id: str | None = None
    entities: dict[str, str] = {}
    plausible: dict[str, tuple[float, float]] = {}
    state_class: dict[str, StateClass] = {}
    renamed: dict[str, str] = {}


class FlowSettings(_Table, frozen=True):
    """The series of each role in the home's energy; a leading `-` turns a power around.

    `within` has the device that a device is part of.
    """

    grid: str | None = None
    imports: str | tuple[str, ...] = msgspec.field(default=(), name="import")
    export: str | tuple[str, ...] = ()
    solar: str | tuple[str, ...] = ()
    battery: str | None = None
    charge: str | tuple[str, ...] = ()
    discharge: str | tuple[str, ...] = ()
    house: str | tuple[str, ...] = ()
    devices: str | tuple[str, ...] = ()
    within: dict[str, str] = {}

    @property
    def written(self) -> dict[str, tuple[str, ...]]:
        """The series of each role as they are written, by the key of the role."""
        keys = dict(zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True))
        found: dict[str, tuple[str, ...]] = {}
        for field, key in keys.items():
            names = getattr(self, field)
            if field != "within" and names not in {None, ()}:
                found[key] = (names,) if isinstance(names, str) else names
        return found


class PriceSettings(_Table, frozen=True):
    """A series that is a price: the minutes for which it holds, and those that are billed at once.

    `scale` is its factor to money per kWh if its unit does not tell.
    """

    step: int
    billed: int | None = None
    scale: float | None = None


class GitHubSettings(_Table, frozen=True):
    """The repository that keeps the long-term files."""

    repo: str
    branch: str = "main"
    path: str = "data"
    token: str | None = None
    token_file: str | None = None
    api_url: str = "https://api.github.com"
    ca_file: str | None = None


class PublishSettings(_Table, frozen=True):
    """The files that the dashboard shows to anyone, and the branch they are published on.

    `title` is the home's name on the page. The web root has `links` to the data files, or copies
    of them.
    """

    title: str = "powerstats"
    tiers: tuple[PublicName, ...] = get_args(TierName)
    branch: str = "gh-pages"
    path: str = ""
    history: Literal["keep", "squash"] = "keep"
    links: bool = True


class DataSettings(_Table, frozen=True):
    """The length of a bucket, the days the archive keeps, and the wait for the recorder."""

    collection_interval_minutes: int = 10
    retention_days: int = 7
    settle_seconds: int = 6


class MonitoringSettings(_Table, frozen=True):
    """The health check that is told about each run."""

    healthcheck_url: str | None = None
    ca_file: str | None = None


class NetworkSettings(_Table, frozen=True):
    """The proxy between this machine and GitHub and the health check, as companies have one.

    Home Assistant is asked directly: it is in the home's own network.
    """

    proxy: str | None = None


class PathSettings(_Table, frozen=True):
    """The folders and files on this machine; a path is a whole one, or begins with `~/`."""

    data_dir: str = "/var/lib/powerstats"
    web_root: str | None = None
    state_file: str | None = None


class Settings(_Table, frozen=True):
    """The whole configuration, checked, with the values as they are written in the file.

    `money`, `zones`, `holidays` and `tariffs` are not checked here, so that a mistake in them stops
    no step: `settings.money` reads them.
    """

    timezone: str
    homeassistant: HomeAssistantSettings
    flows: FlowSettings | None = None
    prices: dict[str, PriceSettings] = {}
    money: Any = {}
    zones: Any = {}
    holidays: Any = {}
    tariffs: Any = {}
    github: GitHubSettings | None = None
    publish: PublishSettings = PublishSettings()
    data: DataSettings = DataSettings()
    paths: PathSettings = PathSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    network: NetworkSettings = NetworkSettings()

    @property
    def zone(self) -> ZoneInfo:
        """The home's time zone; its name may be an old one (`core.zones`)."""
        return zones.zone(self.timezone)

    @property
    def entities(self) -> Mapping[str, str]:
        """The entity ids, by the name of their series in the data files."""
        if self.homeassistant.entity_id:
            return {"power": self.homeassistant.entity_id}
        return self.homeassistant.entities

    @property
    def currency(self) -> str | None:
        """The currency of money.currency, None if it names none."""
        written = self.money.get("currency") if isinstance(self.money, dict) else None
        return written if isinstance(written, str) else None

    @property
    def known_github(self) -> GitHubSettings:
        """The repository of the long-term files; raises ConfigError if none is configured."""
        if self.github is None:
            message = (
                'the configuration has no [github]: give it repo = "me/powerstats-data" and a '
                "token_file"
            )
            raise ConfigError(message)
        return self.github

    @property
    def data_dir(self) -> Path:
        """The folder of the data files."""
        return whole(self.paths.data_dir)

    @property
    def web_root(self) -> Path:
        """The folder of the dashboard."""
        written = self.paths.web_root
        return whole(written) if written else self.data_dir / "site"

    @property
    def state_file(self) -> Path:
        """The file that remembers how runs went."""
        written = self.paths.state_file
        return whole(written) if written else self.data_dir / "state.json"

    @property
    def settle(self) -> timedelta:
        """How long Home Assistant's recorder may still be writing after the end of a bucket."""
        return timedelta(seconds=self.data.settle_seconds)
