"""The processes that are measured, and the limits of their cost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from benchmarks import money
from benchmarks.board import ENTITIES, EVENING, MIDNIGHT, TOKEN, Board
from benchmarks.processes import Command, powerstats, python
from powerstats_cli.cli import main as cli
from powerstats_cli.core.periods import DAY
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.demo.server import HomeAssistant

YEAR_ON: Final = "a year on"
# A program that uses the two libraries costs at least this; `collect` needs a part of httpx only.
FLOOR: Final = "floor: import typer, httpx"
# If click is installed, httpx imports it and rich for a command line of its own.
FLOOR_IMPORTS: Final = "import sys; sys.modules['httpx._main'] = None; import typer, httpx"
TICK: Final = "collect"
AGGREGATE: Final = "imports: those of aggregate"
# The imports of `aggregate`, and of `publish` without GitHub, except a few small modules.
AGGREGATE_IMPORTS: Final = (
    "import powerstats_cli.cli.main, powerstats_cli.cli.steps, "
    "powerstats_cli.commands.aggregate, tomllib"
)
PUBLISH: Final = "imports: those of publish"
PUBLISH_IMPORTS: Final = (
    "import powerstats_cli.cli.main, powerstats_cli.cli.steps, "
    "powerstats_cli.commands.render, tomllib"
)
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


@dataclass(frozen=True, slots=True)
class Row:
    """A process to measure, and its limits: CPU as a ratio to another row, peak memory in MiB."""

    name: str
    command: Command
    prepare: Callable[[], object] = lambda: None
    against: str = FLOOR
    most_cpu: float | None = None
    most_peak: float | None = None


def rows(board: Board, server: HomeAssistant) -> list[Row]:
    """Return all rows; each one restores the files that it starts from."""

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
            most_cpu=1.2,
            most_peak=29,
        ),
        Row(
            f"{TICK}, {YEAR_ON}",
            command("collect", at=EVENING),
            restored(later, EVENING),
            against=TICK,
            most_cpu=1.15,
            most_peak=29,
        ),
        Row(AGGREGATE, python(AGGREGATE_IMPORTS)),
        *(
            Row(
                f"aggregate {tier}",
                command("aggregate", tier, at=night),
                restored(f"night, {YEAR_ON}", night),
                against=AGGREGATE,
                most_cpu=1.3,
            )
            for tier in TIERS
        ),
        Row(
            "rotate, at midnight",
            command("rotate", at=MIDNIGHT + DAY),
            restored(later, MIDNIGHT + DAY),
        ),
        Row(PUBLISH, python(PUBLISH_IMPORTS)),
        Row(
            "publish, nothing changed",
            command("publish", at=EVENING),
            published,
            against=PUBLISH,
            most_cpu=1.3,
        ),
        Row("status", command("status", at=EVENING), restored(later, EVENING)),
        Row("status --json", command("status", "--json", at=EVENING), restored(later, EVENING)),
        *_of_money(board, later),
        Row("--help", powerstats("--help")),
        Row("completion in bash", completion()),
    ]


def _of_money(board: Board, later: str) -> list[Row]:
    """Return the rows of a year that is priced; `later` are the files a year on."""
    board.restore(later)
    money.fill(board)
    name = "a year in the ledger"
    board.save(name)

    def row(label: str, *arguments: str, most_cpu: float) -> Row:
        return Row(
            label,
            money.command(board, *arguments, at=EVENING),
            lambda: board.restore(name),
            most_cpu=most_cpu,
            most_peak=64,
        )

    return [
        row("bill of a year", "bill", most_cpu=3.0),
        row("compare, five tariffs, a year", "compare", most_cpu=10.0),
        row("cost of a year", "cost", "--by", "month", most_cpu=3.5),
        row("status, with its bill", "status", most_cpu=4.0),
    ]


def completion() -> Command:
    """Return the command that bash runs after `powerstats` and a Tab."""
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
