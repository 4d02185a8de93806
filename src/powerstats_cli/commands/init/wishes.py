"""The options of `init`; what they do not say is asked for, or has a default."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, get_args

import msgspec

from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.jobs.machine import Machine

DEFAULT_API: Final = "https://api.github.com"
SCHEDULERS: Final[Mapping[str, Scheduler]] = {name: name for name in get_args(Scheduler)}


class Wishes(msgspec.Struct, frozen=True):
    """The options of `init`.

    `data_dir` is the one of the option, `usual_data_dir` the one without it. `scheduler` is what
    this machine has, and is suggested when the schedule is asked for; `scheduled` are the places
    that run the steps of this configuration already. `backfills` is None if the command line does
    not say it: then the past year is offered if somebody can be asked. `restores` is None likewise:
    then somebody is asked, or else what the repository has is restored.
    """

    config: Path
    usual_data_dir: Path
    data_dir: Path | None = None
    url: str | None = None
    ca_file: Path | None = None
    token_file: str | None = None
    entities: Mapping[str, str] = {}
    timezone: str | None = None
    github_repo: str | None = None
    github_token_file: str | None = None
    github_api_url: str = DEFAULT_API
    proxy: str | None = None
    schedule: Scheduler | None = None
    scheduler: Scheduler = "none"
    scheduled: Sequence[str] = ()
    serves: bool | None = None
    asks: bool = True
    collects: bool = True
    backfills: bool | None = None
    restores: bool | None = None
    overwrites: bool = False

    @property
    def token_path(self) -> Path:
        """The file that Home Assistant's token is written to."""
        return self.config.with_name("homeassistant.token")

    @property
    def github_token_path(self) -> Path:
        """The file that GitHub's token is written to."""
        return self.config.with_name("github.token")


def entities(written: Sequence[str]) -> dict[str, str]:
    """Return entity ids by name, read from NAME=ENTITY_ID; raises ConfigError."""
    ids: dict[str, str] = {}
    for word in written:
        name, _, entity_id = word.rpartition("=")
        if not name or name in ids:
            problem = "names a sensor twice" if name else "is not NAME=ENTITY_ID"
            message = f"--entity {word} {problem}"
            raise ConfigError(message)
        ids[name] = entity_id
    return ids


def scheduler(machine: Machine) -> Scheduler:
    """Return what can run the steps on a machine."""
    if shutil.which(machine.crontab):
        return "cron"
    return "systemd" if machine.systemd_runs.is_dir() else "none"


def scheduled(machine: Machine, config: Path) -> list[str]:
    """Return the places that run the steps of a configuration already."""
    with suppress(PowerstatsError, OSError):  # `schedule` tells what is wrong with one
        return [place.name for place in machine.places(Instance(str(config))) if place.installed()]
    return []
