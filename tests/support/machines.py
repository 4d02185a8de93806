"""Machines whose crontabs are files of a test."""

from pathlib import Path

from powerstats_cli.jobs.machine import Machine


def machine_of(folder: Path) -> Machine:
    """Return root's machine in a new folder: a cron of its own, no systemd, an empty crontab."""
    folder.mkdir()
    crontab = folder / "crontab"
    crontab.write_text("#!/bin/sh\necho no crontab for me >&2\nexit 1\n")
    crontab.chmod(0o755)
    return Machine(
        systemd_user=folder / "user",
        is_root=True,
        cron_file=folder / "cron",
        systemd_system=folder / "system",
        systemd_runs=folder / "runs",
        crontab=str(crontab),
    )
