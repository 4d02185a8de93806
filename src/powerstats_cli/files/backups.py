"""Copies of all data files, made before a command changes what was stored: `tar xzf` restores one.

A copy is made under the lock. The newest ones stay.
"""

import re
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Final

from powerstats_cli.files.store import Store
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.files.wholefiles import create, listed, sync, sync_folder, temporary_beside

KEPT: Final = 5
_NAME: Final = re.compile(r"\d{8}T\d{6}Z(-\d+)?\.tar\.gz")


def make_copy(files: Store, now: datetime) -> Path | None:
    """Put all data files into a new archive in backups/, and delete the oldest ones.

    Returns its path, None if there is nothing to copy. Raises TryAgainError if the disk is full.
    """
    every = (*files.paths(), files.ledger, files.corrections)
    paths = [path for path in every if path.exists()]
    if not paths:
        return None
    folder = files.data_dir / "backups"
    path = _free(files, now)
    temporary = temporary_beside(path)
    with os_errors(path):
        folder.mkdir(exist_ok=True)
        try:
            _write(files, paths, temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        for name in copies(files)[:-KEPT]:
            (folder / name).unlink(missing_ok=True)
    return path


def copies(files: Store) -> list[str]:
    """Return the names of the copies in backups/, the oldest first."""
    names = filter(_NAME.fullmatch, listed(files.data_dir / "backups"))
    return sorted(names, key=_order)


def _order(name: str) -> tuple[str, int]:
    stamp, _, number = name.removesuffix(".tar.gz").partition("-")
    return stamp, int(number or 1)


def _write(files: Store, paths: list[Path], temporary: Path) -> None:
    with create(temporary) as file:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for path in sorted(paths):
                archive.add(path.resolve(), arcname=files.name(path))
        file.flush()
        sync(file.fileno())


def _free(files: Store, now: datetime) -> Path:
    """Return the path of a new copy; a second one in the same second gets a number."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    numbers = [number for name in copies(files) for at, number in [_order(name)] if at == stamp]
    suffix = f"-{max(numbers) + 1}" if numbers else ""
    return files.data_dir / "backups" / f"{stamp}{suffix}.tar.gz"
