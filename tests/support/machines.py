"""Machines whose crontabs and units are files of a test."""

import os
import pwd
import shlex
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from powerstats_cli.jobs.machine import Machine
from tests.support.installation import Installation, Result

NAME = pwd.getpwuid(os.geteuid()).pw_name
CRONTAB = """#!/bin/sh
# Does what Debian's crontab does, with one crontab for all users.
case "$1" in
    -l) cat "$0.tab" 2>/dev/null || { echo "no crontab for someone" >&2; exit 1; } ;;
    -r) rm "$0.tab" ;;
    -) cat > "$0.new"
       if [ -n "$(tail -c 1 "$0.new")" ]; then
           echo "new crontab file is missing newline before EOF, can't install." >&2; exit 1
       fi
       mv "$0.new" "$0.tab" ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
# Writes its arguments to a log, and makes and deletes the links of enable and disable. What is
# switched on is active, unless its name is in a file.
all="$*"
folder="$0.system"
if [ "$1" = --user ]; then folder="$0.user"; shift; fi
verb="$1"; shift
if [ "$verb" = is-active ]; then
    for unit in "$@"; do grep -qsx "$unit" "$0.stopped" && echo inactive || echo active; done
    exit 0
fi
[ "$verb" = show-environment ] && exit 0
echo "$all" >> "$0.log"
for unit in "$@"; do
    wanted=$(sed -n 's/^WantedBy=//p' "$folder/$unit" 2>/dev/null).wants
    case "$verb $unit" in
        *--now) ;;
        enable*) test -f "$folder/$unit" || { echo "Unit $unit does not exist." >&2; exit 1; }
                 mkdir -p "$folder/$wanted"; ln -sf "../$unit" "$folder/$wanted/$unit" ;;
        disable*) rm -f "$folder/$wanted/$unit" ;;
    esac
done
"""


def machine_of(folder: Path) -> Machine:
    """Return root's machine in a new folder: with a cron of its own, and without systemd.

    The crontab is empty.
    """
    folder.mkdir()
    crontab = folder / "crontab"
    crontab.write_text("#!/bin/sh\necho no crontab for me >&2\nexit 1\n")
    systemctl = folder / "systemctl"
    systemctl.write_text(SYSTEMCTL)
    for program in (crontab, systemctl):
        program.chmod(0o755)
    return Machine(
        systemd_user=folder / "systemctl.user",
        is_root=True,
        cron_file=folder / "cron",
        system_crontab=folder / "crontab.system",
        spools=(),
        systemd_system=folder / "systemctl.system",
        systemd_runs=folder / "runs",
        lingering=folder / "linger",
        proc=processes(folder / "proc", "/sbin/init", "/usr/sbin/cron\0-f"),
        crontab=str(crontab),
        systemctl=str(systemctl),
    )


def processes(proc: Path, *commands: str) -> Path:
    """Make a /proc with processes of these command lines, whose words NUL separates."""
    for number, command in enumerate(commands, start=1):
        (proc / str(number)).mkdir(parents=True)
        (proc / str(number) / "cmdline").write_text(f"{command}\0")
    return proc


@dataclass
class FakeMachine:
    """A machine of folders, and of programs that replace `crontab` and `systemctl`.

    An installation of powerstats is on it; `schedule` runs as if it were on that machine.
    """

    installation: Installation
    machine: Machine
    programs: Path
    patch: pytest.MonkeyPatch

    def run(self, *arguments: str, of: Installation | None = None) -> Result:
        """Run `powerstats schedule` of an installation on this machine."""
        self.patch.setattr(Machine, "this", classmethod(lambda _cls, _environment: self.machine))
        return (of or self.installation).run("schedule", *arguments)

    def well(self, *arguments: str, of: Installation | None = None) -> str:
        """Run `powerstats schedule`, which must succeed; return its output."""
        result = self.run(*arguments, of=of)
        assert (result.exit_code, result.err) == (0, ""), result
        return result.out

    def change(self, **changes: object) -> None:
        """Change attributes of the machine."""
        self.machine = msgspec.structs.replace(self.machine, **changes)

    @property
    def tab(self) -> Path:
        """The current user's crontab."""
        return self.programs / "crontab.tab"

    def calls(self) -> list[str]:
        """Return the arguments of each call of systemctl since the last call of this method."""
        log = self.programs / "systemctl.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


def fake_machine(folder: Path, patch: pytest.MonkeyPatch) -> FakeMachine:
    """Return a machine in a folder: it has cron and systemd, and root is its user."""
    programs = folder / "programs"
    for path in (programs, folder / "cron.d", folder / "run", folder / "linger"):
        path.mkdir()
    (folder / "linger" / NAME).touch()
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    installation = Installation(folder / "home", "http://127.0.0.1:1", {"power": "sensor.power"})
    installation.data_dir.mkdir()
    machine = Machine(
        systemd_user=programs / "systemctl.user",
        is_root=True,
        cron_file=folder / "cron.d" / "powerstats",
        system_crontab=folder / "crontab",
        spools=(folder / "spool",),
        lingering=folder / "linger",
        proc=processes(folder / "proc", "/sbin/init", "/usr/sbin/cron\0-f"),
        systemd_system=programs / "systemctl.system",
        systemd_runs=folder / "run",
        crontab=str(programs / "crontab"),
        systemctl=str(programs / "systemctl"),
    )
    return FakeMachine(installation, machine, programs, patch)


def commands(crontab: str, *, fields: int) -> list[list[str]]:
    """Return the words of each command in a crontab; `fields` come before it in a line."""
    lines = [line for line in crontab.splitlines() if line and not line.startswith("#")]
    return [shlex.split(line)[fields:] for line in lines]
