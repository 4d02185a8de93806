"""This machine: the folders and programs of cron and systemd, and the places they make."""

import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.jobs.accounts import own_name
from powerstats_cli.jobs.cron import CronFile, Daemons, OwnCrontab, reads_files
from powerstats_cli.jobs.daemons import cron_daemons
from powerstats_cli.jobs.place import Place
from powerstats_cli.jobs.systemd import Units
from powerstats_cli.settings import home


class Machine(msgspec.Struct, frozen=True):
    """A machine's folders for scheduled jobs, and the programs that manage the jobs.

    systemd runs if the folder `systemd_runs` exists, and keeps a user's own systemd running if
    `lingering` has a file of the user's name. `spools` are the folders that have a crontab for each
    user, `proc` tells which processes run.
    """

    systemd_user: Path
    is_root: bool = False
    cron_file: Path = Path("/etc/cron.d/powerstats")
    system_crontab: Path = Path("/etc/crontab")
    spools: tuple[Path, ...] = (
        Path("/var/spool/cron/crontabs"),
        Path("/var/spool/cron"),
        Path("/etc/crontabs"),
    )
    systemd_system: Path = Path("/etc/systemd/system")
    systemd_runs: Path = Path("/run/systemd/system")
    lingering: Path = Path("/var/lib/systemd/linger")
    proc: Path = Path("/proc")
    crontab: str = "crontab"
    systemctl: str = "systemctl"

    @classmethod
    def this(cls, environment: Mapping[str, str]) -> "Machine":
        """Return the machine that this program runs on."""
        config = environment.get("XDG_CONFIG_HOME") or (home() or Path("/")) / ".config"
        folder = Path(config) / "systemd/user"
        return cls(systemd_user=folder, is_root=os.geteuid() == 0)

    def cron(self, instance: Instance, user: str) -> Place:
        """Return the place in cron for an instance whose steps a user runs.

        Root's is a file of the system's cron, or the user's crontab if cron reads no such file.
        """
        if self.is_root and self.cron_file.parent.is_dir() and reads_files(self.crontab):
            return self._file(self.cron_file, instance, self._daemons())
        of_user = user if self.is_root and user != own_name() else None
        return OwnCrontab(self.crontab, instance, self._daemons(), of_user)

    def systemd(self, instance: Instance, *, of_user: bool) -> Place:
        """Return the place in the system's systemd, or in the current user's own."""
        return Units(
            self.systemd_user if of_user else self.systemd_system,
            self.systemctl,
            instance,
            lingering=self.lingering / own_name() if of_user else None,
            is_running=self.systemd_runs.is_dir(),
        )

    def places(self, instance: Instance) -> tuple[Place, ...]:
        """Return all places of an instance, those of the current user first."""
        daemons = self._daemons()
        return (
            OwnCrontab(self.crontab, instance, daemons),
            self.systemd(instance, of_user=True),
            self._file(self.cron_file, instance, daemons),
            self._file(self.system_crontab, instance, daemons),
            self.systemd(instance, of_user=False),
            *(OwnCrontab(self.crontab, instance, daemons, name) for name in self._others()),
        )

    def _file(self, path: Path, instance: Instance, daemons: Daemons) -> Place:
        return CronFile(path, self.crontab, instance, daemons, is_root=self.is_root)

    def _others(self) -> Iterator[str]:
        """Yield the other users that have a crontab, which only root can see."""
        names = set()
        for spool in self.spools if self.is_root else ():
            with suppress(OSError):
                names |= {path.name for path in spool.iterdir()}
        for name in sorted(names - {own_name()}):
            with suppress(KeyError):
                yield pwd.getpwnam(name).pw_name

    def _daemons(self) -> Daemons:
        return cron_daemons(self.proc)
