"""The cost of the commands, and their limits: `python -m benchmarks.bench [--catch-up] [--json]`.

Each row is a whole process. Every round runs all rows, in another order each time, so that other
work of the machine affects all rows alike. The figures are medians; a ratio is the median of the
rounds' ratios. The exit code is 1 if a figure is over its limit.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Final

from rich.console import Console
from rich.progress import track

from benchmarks.board import EVENING, TOKEN, Board, fill, home_of_minutes
from benchmarks.catch_up import catch_up
from benchmarks.counted import facts
from benchmarks.processes import Launcher
from benchmarks.report import Measured, lines, show
from benchmarks.rows import Row, SimulatedClock, rows
from powerstats_cli.demo.server import HomeAssistant

ROUNDS: Final = 15


def measure(all_rows: Sequence[Row], launcher: Launcher, rounds: int) -> dict[str, Measured]:
    """Run every row once in each round, after a warm-up round; return the costs by name."""
    measured = {row.name: Measured(row) for row in all_rows}
    chance = Random(1)
    for number in track(range(rounds + 1), "", console=Console(stderr=True), transient=True):
        for row in chance.sample(all_rows, len(all_rows)):
            row.prepare()
            cost = launcher.run(row.command)
            if number:
                measured[row.name].costs.append(cost)
    return measured


def main() -> int:
    """Measure, print, and return 1 if a figure is over its limit."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often (default: 15)")
    parser.add_argument("--catch-up", action="store_true", help="also catch up ten busy days")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="powerstats-bench-") as name:
        folder = Path(name)
        clock = SimulatedClock(EVENING)
        with (
            HomeAssistant(home_of_minutes(), token=TOKEN, clock=clock) as server,
            Launcher(folder) as launcher,
        ):
            board = Board(folder / "board")
            board.configure(server.url)
            fill(board)
            all_rows = rows(board, server)
            shown = lines(measure(all_rows, launcher, options.rounds))
            counted = list(facts(board, server, {row.name: row for row in all_rows}))
            if options.catch_up:
                counted += catch_up(folder / "busy", launcher)
    show(Console(width=None if sys.stdout.isatty() else 120), shown, counted)
    if options.json:
        figures = {
            "processes": [{**asdict(line), "is_fine": line.is_fine} for line in shown],
            "counted": [asdict(fact) for fact in counted],
        }
        print(json.dumps(figures, indent=1, ensure_ascii=False))
    is_fine = all(line.is_fine for line in shown) and all(fact.is_fine for fact in counted)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
