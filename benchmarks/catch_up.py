"""The cost of catching up ten days of busy sensors."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.board import ENTITIES, TODAY, ZONE, Board
from benchmarks.counted import Fact, exactly
from benchmarks.processes import Cost, Launcher, powerstats
from powerstats_cli.core.periods import DAY, day_start

CATCH_UP: Final = 10 * DAY
CATCH_UP_END: Final = day_start(TODAY, ZONE) + timedelta(hours=20, seconds=30)
MOST_RUNS: Final = 20
STOPS_AFTER: Final = 120.0


def catch_up(folder: Path, launcher: Launcher) -> Iterator[Fact]:
    """Yield the cost of the runs that read ten days of five sensors at a state a second."""
    board = Board(folder)
    states = round(CATCH_UP.total_seconds()) * len(ENTITIES)
    with _busy_home(CATCH_UP_END) as url:
        board.configure(url)
        board.run("collect", at=CATCH_UP_END - CATCH_UP)
        command = powerstats(*board.arguments("collect", at=CATCH_UP_END))
        costs: list[Cost] = []
        while not _is_caught_up(board) and len(costs) < MOST_RUNS:
            costs.append(launcher.run(command))
    wall, cpu = sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs)
    peak, longest = max(cost.peak for cost in costs), max(cost.wall for cost in costs)
    stored = "all" if _is_caught_up(board) else "not all"
    yield exactly(f"catch-up of {states / 1e6:.1f} million states", stored, "all")
    yield Fact("catch-up: runs", str(len(costs)), "", is_fine=True)
    yield Fact("catch-up: time in all", f"{wall:.1f} s", "", is_fine=True)
    yield Fact("catch-up: CPU in all", f"{cpu:.1f} s", "", is_fine=True)
    yield Fact("catch-up: longest run", f"{longest:.1f} s", "< 120 s", longest < STOPS_AFTER)
    yield Fact("catch-up: peak memory", f"{peak:.1f} MiB", "< 64 MiB", peak < 64)


def _is_caught_up(board: Board) -> bool:
    daily = board.files.read(board.files.daily)
    stored_to = CATCH_UP_END - timedelta(seconds=30)
    return daily is not None and all(series.until == stored_to for series in daily.series.values())


@contextlib.contextmanager
def _busy_home(now: datetime) -> Iterator[str]:
    """Run a busy home in a process of its own, whose cost is not measured."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.busy_home", now.isoformat()],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None:
            message = "the busy home has no pipes"
            raise RuntimeError(message)
        yield process.stdout.readline().strip()
    finally:
        process.communicate()
