"""All data files as they are at one moment: their bytes, and what was left over beside them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.locking import locked
from powerstats_cli.files.store import Store
from powerstats_cli.files.survey import listing
from powerstats_cli.files.wholefiles import read_bytes

_ASIDE: Final = re.compile(r".+\.unreadable-.+")
_UNFINISHED: Final = re.compile(r"\..+\.tmp")


class Snapshot(msgspec.Struct, frozen=True):
    """The bytes of the data files, and of those that were set aside, by name.

    `unfinished` are the names of the files that a killed step has left, `problems` has what could
    not be read.
    """

    raw: Mapping[str, bytes] = {}
    aside: Mapping[str, bytes] = {}
    unfinished: tuple[str, ...] = ()
    problems: tuple[PowerstatsError, ...] = ()


def snapshot(files: Store) -> Snapshot:
    """Return all data files, none if there is no directory; no step writes meanwhile."""
    if not files.data_dir.is_dir():
        return Snapshot()
    with locked(files.data_dir):
        return snapshot_under_lock(files)


def snapshot_under_lock(files: Store) -> Snapshot:
    """Return all data files as they are; the lock is held."""
    paths, problems = listing(files)
    aside = [path for path in paths if _ASIDE.fullmatch(path.name)]
    return Snapshot(
        _read(files, [path for path in (*files.paths(), files.ledger) if path in paths], problems),
        _read(files, aside, problems),
        tuple(files.name(path) for path in paths if _UNFINISHED.fullmatch(path.name)),
        tuple(problems),
    )


def _read(files: Store, paths: list[Path], problems: list[PowerstatsError]) -> dict[str, bytes]:
    raw: dict[str, bytes] = {}
    for path in paths:
        try:
            content = read_bytes(path)
        except PowerstatsError as problem:
            problems.append(problem)
            continue
        if content is not None:
            raw[files.name(path)] = content
    return raw
