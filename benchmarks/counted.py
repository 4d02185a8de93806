"""Figures that are counted once: requests, files, imports and sizes, with their limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.board import Board
from benchmarks.processes import imported
from benchmarks.rows import TICK, YEAR_ON, Row, completion
from powerstats_cli.demo.server import HomeAssistant

MOST_BYTES: Final = {"daily": 80_000, "weekly": 100_000, "monthly": 20_000, "yearly": 220_000}
MOST_BYTES_IN_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that is counted once, and its limit; `is_fine` tells whether it is within it."""

    name: str
    found: str
    limit: str
    is_fine: bool


def facts(board: Board, server: HomeAssistant, by_name: dict[str, Row]) -> Iterator[Fact]:
    """Yield the requests, the files written, the imports and the sizes of files."""
    tick = by_name[f"{TICK}, {YEAR_ON}"]
    tick.prepare()
    before = board.state_of_files()
    requests, connections = len(server.requests), server.connections
    modules = imported(tick.command)
    after = board.state_of_files()
    written = sorted(name for name in after if after[name] != before.get(name))
    daily = board.files.read(board.files.daily)
    points = len(daily.points) if daily else 0
    yield exactly("collect: points in daily.json", points, 143)
    yield exactly("collect: requests", len(server.requests) - requests, 1)
    yield exactly("collect: connections", server.connections - connections, 1)
    yield exactly("collect: data files written", " ".join(written), "daily.json")
    yield _without("collect", modules, "rich", "pydantic")
    yield _without("completion", imported(completion()), "httpx", "rich", "pydantic")

    archived = [board.files.archived(day) for day in board.files.archived_days()]
    yield exactly("archived days", len(archived), 7)
    for name, most in MOST_BYTES.items():
        paths = [board.files.tier(name), *(archived if name == "daily" else [])]
        size = max(path.stat().st_size for path in paths)
        yield Fact(f"{name}.json, full", _kb(size), f"≤ {_kb(most)}", size <= most)
    # The ledger has limits of its own, for each series.
    counted = (path for path in board.data_dir.rglob("*") if path != board.files.ledger)
    whole = sum(path.stat().st_size for path in counted if path.is_file())
    limit = f"< {_kb(MOST_BYTES_IN_ALL)}"
    yield Fact("data directory, full", _kb(whole), limit, whole < MOST_BYTES_IN_ALL)


def exactly(name: str, found: int | str, expected: int | str) -> Fact:
    """Return a figure whose limit is one value."""
    return Fact(name, str(found), str(expected), found == expected)


def _without(name: str, modules: set[str], *unwanted: str) -> Fact:
    found = [module for module in unwanted if module in modules]
    return Fact(
        f"{name}: heavy imports", " ".join(found) or "none", f"no {', '.join(unwanted)}", not found
    )


def _kb(size: int) -> str:
    return f"{size / 1000:.1f} kB"
