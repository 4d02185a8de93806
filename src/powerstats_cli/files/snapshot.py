"""All data files as they are at one moment: their bytes, and what was left over beside them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.store import Store, read_bytes
from powerstats_cli.files.survey import listing

LEFTOVER: Final = re.compile(r"\..+\.tmp|.+\.unreadable-.+")


class Snapshot(msgspec.Struct, frozen=True):
    """The bytes of the data files by name, the names of leftovers, and what could not be read.

    A leftover is a file that was set aside, or that a killed step has not finished.
    """

    raw: Mapping[str, bytes]
    leftovers: tuple[str, ...]
    problems: Mapping[str, PowerstatsError]


def snapshot(files: Store) -> Snapshot:
    """Return all data files, none if there is no directory; no step writes meanwhile."""
    if not files.data_dir.is_dir():
        return Snapshot({}, (), {})
    raw: dict[str, bytes] = {}
    problems: dict[str, PowerstatsError] = {}
    with files.lock():
        paths, unlisted = listing(files)
        for path in _data_files(files, paths):
            try:
                content = read_bytes(path)
            except PowerstatsError as problem:
                problems[files.name(path)] = problem
                continue
            if content is not None:
                raw[files.name(path)] = content
    problems |= {str(number): problem for number, problem in enumerate(unlisted)}
    leftovers = tuple(files.name(path) for path in paths if LEFTOVER.fullmatch(path.name))
    return Snapshot(raw, leftovers, problems)


def _data_files(files: Store, paths: list[Path]) -> list[Path]:
    """Return the paths of the tiers and the archived days that are there."""
    tiers = [path for tier in ("daily", *TIERS) if (path := files.tier(tier)) in paths]
    return [*tiers, *map(files.archived, files.archived_days())]
