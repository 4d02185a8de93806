"""This machine: the folders and programs of cron and systemd, and the places they make."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from powerstats_cli.jobs.cron import CronFile, OwnCrontab
from powerstats_cli.jobs.place import Place
from powerstats_cli.jobs.systemd import Units
from powerstats_cli.settings import home


class Machine(msgspec.Struct, frozen=True):
    """A machine's folders for scheduled jobs, and the programs that manage the jobs.

    systemd runs if the folder `systemd_runs` exists.
    """

    systemd_user: Path
    is_root: bool = False
    cron_file: Path = Path("/etc/cron.d/powerstats")
    systemd_system: Path = Path("/etc/systemd/system")
    systemd_runs: Path = Path("/run/systemd/system")
    crontab: str = "crontab"
    systemctl: str = "systemctl"

    @classmethod
    def this(cls, environment: Mapping[str, str]) -> "Machine":
        """Return the machine that this program runs on."""
        config = environment.get("XDG_CONFIG_HOME") or (home() or Path("/")) / ".config"
        folder = Path(config) / "systemd/user"
        return cls(systemd_user=folder, is_root=os.geteuid() == 0)

    @property
    def cron(self) -> Place:
        """The current user's place in cron; root's is the system's."""
        return CronFile(self.cron_file, self.crontab) if self.is_root else OwnCrontab(self.crontab)

    def systemd(self, *, of_user: bool) -> Place:
        """Return the place in the system's systemd, or in the current user's own."""
        return Units(
            self.systemd_user if of_user else self.systemd_system,
            self.systemctl,
            of_user=of_user,
            is_running=self.systemd_runs.is_dir(),
        )

    @property
    def places(self) -> tuple[Place, ...]:
        """All places, those of the current user first."""
        own = (OwnCrontab(self.crontab), self.systemd(of_user=True))
        systems = (CronFile(self.cron_file, self.crontab), self.systemd(of_user=False))
        return (*own, *systems)
