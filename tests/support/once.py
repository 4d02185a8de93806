"""Folders that are made once for all workers of a run of the tests."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that one worker makes and every worker reads; the others wait for it."""
    base = factory.getbasetemp()
    # A worker's own folder is in that of the whole run.
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, finished = root / name, root / f"{name}.finished"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder
