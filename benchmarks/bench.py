"""What the commands cost, against their limits: `python -m benchmarks.bench [--catch-up] [--json]`.

Each row is a whole process, run in rounds in which every row has its turn, in another order each
time, so that what else the machine does hits all alike. Shown are medians; a ratio is the median of
the rounds' ratios. Exits with 1 where something is over its limit.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.board import (
    ENTITIES,
    EVENING,
    MIDNIGHT,
    TODAY,
    TOKEN,
    ZONE,
    Board,
    fill,
    home_of_minutes,
)
from benchmarks.processes import Command, Cost, Launcher, imported, powerstats, python
from powerstats_cli.cli import main as cli
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.demo.server import HomeAssistant

ROUNDS: Final = 15
YEAR_ON: Final = "a year on"
FLOOR: Final = "floor: import typer, httpx"
# Where click is installed, and only there, httpx imports it and rich for a command line of its own.
FLOOR_IMPORTS: Final = "import sys; sys.modules['httpx._main'] = None; import typer, httpx"
TICK: Final = "collect"
IMPORTS: Final = "imports: those of aggregate"
# All that `aggregate` imports, a few small modules left out.
AGGREGATE_IMPORTS: Final = (
    "import powerstats_cli.cli.main, powerstats_cli.commands.aggregate, tomllib"
)
OF_PUBLISH: Final = "imports: those of publish"
PUBLISH_IMPORTS: Final = "import powerstats_cli.cli.main, powerstats_cli.commands.publish, tomllib"
POLL: Final = """
import sys, requests
url, token, *entities = sys.argv[1:]
with requests.Session() as session:
    session.headers["Authorization"] = f"Bearer {token}"
    for entity in entities:
        answer = session.get(f"{url}/api/states/{entity}", timeout=10)
        answer.raise_for_status()
        float(answer.json()["state"])
"""
MOST_BYTES: Final = {"daily": 80_000, "weekly": 100_000, "monthly": 20_000, "yearly": 220_000}
MOST_BYTES_IN_ALL: Final = 1_000_000
CATCH_UP: Final = 10 * DAY
CATCH_UP_END: Final = day_start(TODAY, ZONE) + timedelta(hours=20, seconds=30)
MOST_RUNS: Final = 20
STOPS_AFTER: Final = 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """A process to measure, and what it may cost: CPU against another row, and peak MiB."""

    name: str
    command: Command
    prepare: Callable[[], object] = lambda: None
    against: str = FLOOR
    most_cpu: float | None = None
    most_peak: float | None = None


@dataclass(slots=True)
class Measured:
    """A row's costs, one a round."""

    row: Row
    costs: list[Cost] = field(default_factory=list)

    @property
    def middle(self) -> Cost:
        """The medians."""
        return Cost(
            cpu=median(cost.cpu for cost in self.costs),
            wall=median(cost.wall for cost in self.costs),
            peak=median(cost.peak for cost in self.costs),
        )

    def ratio(self, other: "Measured") -> float:
        """Return the CPU against another row's, round by round."""
        pairs = zip(self.costs, other.costs, strict=True)
        return median(mine.cpu / its.cpu for mine, its in pairs)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something counted once, and its limit; `is_fine` tells whether it keeps it."""

    name: str
    found: str
    limit: str
    is_fine: bool


# --- what is measured -------------------------------------------------------------------------


def rows(board: Board, server: HomeAssistant) -> list[Row]:
    """Return all rows, each with what it starts from."""

    def restored(name: str, at: datetime) -> Callable[[], None]:
        def prepare() -> None:
            board.restore(name)
            clock.now = at

        return prepare

    def command(*arguments: str, at: datetime) -> Command:
        return powerstats(*board.arguments(*arguments, at=at))

    def published() -> None:
        restored(later, EVENING)()
        cli.main(board.arguments("publish", at=EVENING))

    clock = _clock_of(server)
    night = MIDNIGHT + timedelta(minutes=2)
    evening, later = "evening", f"evening, {YEAR_ON}"
    return [
        Row(FLOOR, python(FLOOR_IMPORTS)),
        Row(
            "five states by requests",
            python(POLL, server.url, TOKEN, *ENTITIES.values()),
            restored(evening, EVENING),
        ),
        Row(
            TICK,
            command("collect", at=EVENING),
            restored(evening, EVENING),
            most_cpu=1.5,
            most_peak=32,
        ),
        Row(
            f"{TICK}, {YEAR_ON}",
            command("collect", at=EVENING),
            restored(later, EVENING),
            against=TICK,
            most_cpu=1.15,
            most_peak=32,
        ),
        Row(IMPORTS, python(AGGREGATE_IMPORTS)),
        *(
            Row(
                f"aggregate {tier}",
                command("aggregate", tier, at=night),
                restored(f"night, {YEAR_ON}", night),
                against=IMPORTS,
                most_cpu=1.3,
            )
            for tier in TIERS
        ),
        Row(
            "rotate, at midnight",
            command("rotate", at=MIDNIGHT + DAY),
            restored(later, MIDNIGHT + DAY),
        ),
        Row(OF_PUBLISH, python(PUBLISH_IMPORTS)),
        Row(
            "publish, nothing changed",
            command("publish", at=EVENING),
            published,
            against=OF_PUBLISH,
            most_cpu=1.3,
        ),
        Row("status", command("status", at=EVENING), restored(later, EVENING)),
        Row("status --json", command("status", "--json", at=EVENING), restored(later, EVENING)),
        Row("--help", powerstats("--help")),
        Row("completion in bash", completion()),
    ]


def completion() -> Command:
    """Return what bash runs when Tab is pressed after `powerstats`."""
    return powerstats(
        _POWERSTATS_COMPLETE="complete_bash", COMP_WORDS="powerstats ", COMP_CWORD="1"
    )


@dataclass(slots=True)
class SimulatedClock:
    """The clock of the simulated home."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self.now


def _clock_of(server: HomeAssistant) -> SimulatedClock:
    if not isinstance(server.clock, SimulatedClock):
        message = "the server has a clock of its own"
        raise TypeError(message)
    return server.clock


def measure(all_rows: Sequence[Row], launcher: Launcher, rounds: int) -> dict[str, Measured]:
    """Run every row once a round, after a round that warms up; return the costs by name."""
    measured = {row.name: Measured(row) for row in all_rows}
    chance = Random(1)
    for number in track(range(rounds + 1), "", console=Console(stderr=True), transient=True):
        for row in chance.sample(all_rows, len(all_rows)):
            row.prepare()
            cost = launcher.run(row.command)
            if number:
                measured[row.name].costs.append(cost)
    return measured


# --- what is counted --------------------------------------------------------------------------


def facts(board: Board, server: HomeAssistant, by_name: dict[str, Row]) -> Iterator[Fact]:
    """Yield what is counted once: requests, files written, imports, sizes."""
    tick = by_name[f"{TICK}, {YEAR_ON}"]
    tick.prepare()
    before = board.state_of_files()
    requests, connections = len(server.requests), server.connections
    modules = imported(tick.command)
    after = board.state_of_files()
    written = sorted(name for name in after if after[name] != before.get(name))
    daily = board.files.read(board.files.daily)
    points = len(daily.points) if daily else 0
    yield _is("collect: points in daily.json", points, 143)
    yield _is("collect: requests", len(server.requests) - requests, 1)
    yield _is("collect: connections", server.connections - connections, 1)
    yield _is("collect: data files written", " ".join(written), "daily.json")
    yield _without("collect", modules, "rich", "pydantic")
    yield _without("completion", imported(completion()), "httpx", "rich", "pydantic")

    archived = [board.files.archived(day) for day in board.files.archived_days()]
    yield _is("archived days", len(archived), 7)
    for name, most in MOST_BYTES.items():
        paths = [board.files.tier(name), *(archived if name == "daily" else [])]
        size = max(path.stat().st_size for path in paths)
        yield Fact(f"{name}.json, full", _kb(size), f"≤ {_kb(most)}", size <= most)
    whole = sum(path.stat().st_size for path in board.data_dir.rglob("*") if path.is_file())
    limit = f"< {_kb(MOST_BYTES_IN_ALL)}"
    yield Fact("data directory, full", _kb(whole), limit, whole < MOST_BYTES_IN_ALL)


def _is(name: str, found: int | str, expected: int | str) -> Fact:
    return Fact(name, str(found), str(expected), found == expected)


def _without(name: str, modules: set[str], *unwanted: str) -> Fact:
    found = [module for module in unwanted if module in modules]
    return Fact(
        f"{name}: heavy imports", " ".join(found) or "none", f"no {', '.join(unwanted)}", not found
    )


def _kb(size: int) -> str:
    return f"{size / 1000:.1f} kB"


# --- catching up ------------------------------------------------------------------------------


def catch_up(folder: Path, launcher: Launcher) -> Iterator[Fact]:
    """Yield what ten days of five sensors at a state a second cost, in runs until all is there."""
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
    done = "all" if _is_caught_up(board) else "not all"
    yield _is(f"catch-up of {states / 1e6:.1f} million states", done, "all")
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
    """Run a busy home in a process of its own, so that its work is not the benchmark's."""
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


# --- what is shown ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown and printed as JSON: times in ms, memory in MiB, ratios of CPU."""

    name: str
    cpu_ms: float
    wall_ms: float
    peak_mib: float
    cpu_against_floor: float
    cpu_against: str
    cpu_ratio: float
    most_cpu_ratio: float | None
    most_peak_mib: float | None

    @property
    def is_fine(self) -> bool:
        """Tell whether the row keeps its limits."""
        return (self.most_cpu_ratio is None or self.cpu_ratio <= self.most_cpu_ratio) and (
            self.most_peak_mib is None or self.peak_mib <= self.most_peak_mib
        )


def lines(measured: dict[str, Measured]) -> list[Line]:
    """Return what is shown of each row."""
    return [
        Line(
            name=name,
            cpu_ms=round(one.middle.cpu * 1000, 1),
            wall_ms=round(one.middle.wall * 1000, 1),
            peak_mib=round(one.middle.peak, 1),
            cpu_against_floor=round(one.ratio(measured[FLOOR]), 2),
            cpu_against=one.row.against,
            cpu_ratio=round(one.ratio(measured[one.row.against]), 2),
            most_cpu_ratio=one.row.most_cpu,
            most_peak_mib=one.row.most_peak,
        )
        for name, one in measured.items()
    ]


def show(console: Console, shown: Sequence[Line], counted: Sequence[Fact]) -> None:
    """Print the two tables."""
    table = Table(box=box.SIMPLE_HEAD, title="Whole processes, medians", title_justify="left")
    table.add_column("")
    for heading in ("CPU ms", "wall ms", "peak MiB", "÷ floor"):
        table.add_column(heading, justify="right")
    table.add_column("CPU limit")
    table.add_column("memory limit")
    table.add_column("")
    for line in shown:
        table.add_row(
            line.name,
            f"{line.cpu_ms:.0f}",
            f"{line.wall_ms:.0f}",
            f"{line.peak_mib:.1f}",
            f"{line.cpu_against_floor:.2f}",
            _cpu_limit(line),
            f"≤ {line.most_peak_mib:.0f} MiB" if line.most_peak_mib else "",
            _verdict(is_fine=line.is_fine) if line.most_cpu_ratio else "",
        )
    console.print(table)
    table = Table(box=box.SIMPLE_HEAD, title="Counted", title_justify="left")
    for heading, justify in (("", "left"), ("found", "right"), ("limit", "left"), ("", "left")):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    for fact in counted:
        verdict = _verdict(is_fine=fact.is_fine) if fact.limit else ""
        table.add_row(fact.name, fact.found, fact.limit, verdict)
    console.print(table)


def _cpu_limit(line: Line) -> str:
    if line.most_cpu_ratio is None:
        return ""
    against = line.cpu_against.partition(":")[0]
    return f"{line.cpu_ratio:.2f} ≤ {line.most_cpu_ratio:.2f} of {against}"


def _verdict(*, is_fine: bool) -> str:
    return "[green]ok[/]" if is_fine else "[bold red]OVER[/]"


def main() -> int:
    """Measure, show, and return 1 where something is over its limit."""
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
