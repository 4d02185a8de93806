"""The measured costs against their limits, as two tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.counted import Fact
from benchmarks.processes import Cost
from benchmarks.rows import FLOOR, Row


@dataclass(slots=True)
class Measured:
    """A row and its costs, one for each round."""

    row: Row
    costs: list[Cost] = field(default_factory=list)

    @property
    def middle(self) -> Cost:
        """The medians of the costs."""
        return Cost(
            cpu=median(cost.cpu for cost in self.costs),
            wall=median(cost.wall for cost in self.costs),
            peak=median(cost.peak for cost in self.costs),
        )

    def ratio(self, other: "Measured") -> float:
        """Return the median of the rounds' ratios of this row's CPU to another row's."""
        pairs = zip(self.costs, other.costs, strict=True)
        return median(mine.cpu / its.cpu for mine, its in pairs)


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is printed: times in ms, memory in MiB, and ratios of CPU."""

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
        """Tell whether the row is within its limits."""
        return (self.most_cpu_ratio is None or self.cpu_ratio <= self.most_cpu_ratio) and (
            self.most_peak_mib is None or self.peak_mib <= self.most_peak_mib
        )


def lines(measured: dict[str, Measured]) -> list[Line]:
    """Return a line for each row."""
    return [
        Line(
            name=name,
            cpu_ms=round(costs.middle.cpu * 1000, 1),
            wall_ms=round(costs.middle.wall * 1000, 1),
            peak_mib=round(costs.middle.peak, 1),
            cpu_against_floor=round(costs.ratio(measured[FLOOR]), 2),
            cpu_against=costs.row.against,
            cpu_ratio=round(costs.ratio(measured[costs.row.against]), 2),
            most_cpu_ratio=costs.row.most_cpu,
            most_peak_mib=costs.row.most_peak,
        )
        for name, costs in measured.items()
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
