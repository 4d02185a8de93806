"""Health for people: a few tables that say at one look whether all is well."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from powerstats_cli.clock import in_words
from powerstats_cli.core.findings import Finding, Level
from powerstats_cli.core.health import FileHealth, GitHubHealth, Health, StepHealth
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import PowerstatsError

# The highest leaves a gap to the row above.
LEVELS: Final = "▁▂▃▄▅▆▇"
ASCII_LEVELS: Final = "123456#"
GOOD, FAIR, BAD = "green", "yellow", "red"
AREA_WIDTH: Final = 23
WELL_KNOWN: Final = 0.99
HALF_KNOWN: Final = 0.5


def show(console: Console, health: Health, problems: Sequence[PowerstatsError]) -> None:
    """Print the tables, and the troubles below them; a pipe gets each on one line."""
    view = _View(health, is_ascii=is_ascii(console))
    complaints = [*map(str, problems), *view.complaints()]
    console.print(view.title(len(complaints)))
    if health.pause is not None:
        paused = Text(health.pause.in_words(view.zone), style=f"bold {FAIR}")
        console.print(paused, soft_wrap=not console.is_terminal)
    console.print()
    for part in (view.series(), view.files(), view.steps()):
        console.print(part)
        console.print()
    if health.github is not None:
        console.print(Text(view.public(health.github), style="dim"))
        console.print()
    for complaint in complaints:
        console.print(
            Text(f"{view.cross} {complaint}", style=BAD), soft_wrap=not console.is_terminal
        )


def is_ascii(console: Console) -> bool:
    """Tell whether a console has no characters but ASCII's."""
    return not console.encoding.startswith("utf")


class _View:
    """Health in the home's local time and the console's characters."""

    def __init__(self, health: Health, *, is_ascii: bool) -> None:
        self.health = health
        self.zone = ZoneInfo(health.timezone)
        self.is_ascii = is_ascii
        self.cross = "x" if is_ascii else "✗"
        self.nothing = "-" if is_ascii else "–"

    def title(self, troubles: int) -> RenderableType:
        now = self.health.now.astimezone(self.zone)
        grid = Table.grid(expand=True)
        grid.add_column()
        grid.add_column(justify="right")
        left = Text.assemble(("powerstats", "bold"), f"  {now:%a %d %b %Y %H:%M}  {now.tzname()}")
        state = self._state(troubles)
        state.stylize("bold")
        grid.add_row(left, state)
        return grid

    def _state(self, troubles: int) -> Text:
        if troubles:
            return Text(f"{troubles} {'thing needs' if troubles == 1 else 'things need'} you", BAD)
        if self.health.pause is not None:
            return Text("paused", FAIR)
        return Text("all is well", GOOD)

    def series(self) -> RenderableType:
        table = self._table("Series", "Now", ">At", ">Today", "Known today")
        for one in self.health.series:
            latest = one.latest
            table.add_row(
                one.name,
                f"{latest.value:.10g} {one.unit}" if latest else self.nothing,
                self._moment(latest.timestamp) if latest else self.nothing,
                f"{one.energy:.2f} kWh" if one.energy is not None else "",
                Text("never read", BAD) if one.until is None else self._share(one.known),
            )
        return table

    def files(self) -> RenderableType:
        table = self._table("File", "Span", ">Points", "Known", ">Age", ">Size")
        for one in self.health.files:
            table.add_row(
                one.name,
                self._span(one),
                str(one.points) if one.span else self.nothing,
                self._bar(one) if one.span else "",
                _age(self.health.now - one.span.end) if one.span else "",
                _size(one.size),
            )
        archive = self.health.archive
        table.add_row(
            "archive",
            self._span(archive),
            f"{archive.points} day{'' if archive.points == 1 else 's'}",
            "",
            "",
            _size(archive.size),
        )
        return table

    def steps(self) -> RenderableType:
        table = self._table("Step", "Last run", "Result", ">Next")
        for one in self.health.steps:
            last = one.last
            table.add_row(
                one.name,
                self._moment(last.ended) if last else self.nothing,
                self._result(one),
                self._moment(one.due) if one.due else self.nothing,
            )
        return table

    def public(self, github: GitHubHealth) -> str:
        files = joined(f"{tier}.json" for tier in github.public)
        return (
            f"Anyone may see {files}: {github.repository}, branch {github.branch}. "
            f"publish.tiers says which."
        )

    def complaints(self) -> Iterator[str]:
        """Yield what is overdue, since when and why; and what fails without being overdue yet."""
        for one in self.health.steps:
            since = f" since {self._moment(one.stale_since)}" if one.stale_since else ""
            if one.is_stale:
                yield f"{one.name} is overdue{since}: {one.why}"
            elif one.last and one.last.exit_code:
                begun = one.last.failing_since or one.last.ended
                yield f"{one.name} fails since {self._moment(begun)}: {one.last.message}"
        if expires := self.health.token_expires:
            verb = "expires" if expires > self.health.now else "expired"
            yield (
                f"the token for GitHub {verb} {self._moment(expires)}: make a new one and put it "
                f"in its place"
            )
        for name in self.health.aside:
            yield f"{name} was set aside: mend it and put it back, or delete it"

    def _table(self, *columns: str) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for column in columns:
            name = column.removeprefix(">")
            table.add_column(
                name,
                justify="right" if name != column else "left",
                no_wrap=True,
                overflow="ellipsis",
            )
        return table

    def _result(self, step: StepHealth) -> Text:
        if step.last is None:
            return Text("overdue" if step.is_stale else "never ran", BAD if step.is_stale else "")
        if step.last.exit_code:
            return Text(f"failed ({step.last.exit_code})", BAD)
        return Text("overdue", BAD) if step.is_stale else Text("ok", GOOD)

    def _bar(self, file: FileHealth) -> Text:
        bar = Text()
        for cell in file.cells:
            bar.append(self._cell(cell), _colour(cell))
        return bar.append(" ").append_text(self._share(file.known))

    def _cell(self, share: float) -> str:
        if share <= 0:
            return "." if self.is_ascii else "·"
        levels = ASCII_LEVELS if self.is_ascii else LEVELS
        return levels[min(int(share * len(levels)), len(levels) - 1 - (share < 1))]

    def _share(self, share: float | None) -> Text:
        if share is None:
            return Text(self.nothing)
        # Cut, not rounded: only what is known throughout is 100 %.
        percent = math.floor(share * 1000) / 10
        return Text(f"{percent:.3g}%".rjust(5), _colour(share))

    def _span(self, file: FileHealth) -> str:
        if file.span is None:
            return "not there yet"
        start = file.span.start.astimezone(self.zone)
        if file.name == "daily.json":
            return f"{start:%d %b}, to {file.span.end.astimezone(self.zone):%H:%M}"
        last = (file.span.end - timedelta(seconds=1)).astimezone(self.zone)
        if start.date() == last.date():
            return f"{start:%d %b}"
        form = "%d %b" if last - start < timedelta(days=300) else "%b %Y"
        dash = "-" if self.is_ascii else "–"
        return f"{start.strftime(form)} {dash} {last.strftime(form)}"

    def _moment(self, instant: datetime) -> str:
        local, now = instant.astimezone(self.zone), self.health.now.astimezone(self.zone)
        if local.date() == now.date():
            return f"{local:%H:%M}"
        return (
            f"{local:%d %b %H:%M}"
            if abs(now - local) < timedelta(days=300)
            else f"{local:%d %b %Y}"
        )


def _colour(share: float) -> str:
    if share >= WELL_KNOWN:
        return GOOD
    return FAIR if share >= HALF_KNOWN else BAD


def _age(age: timedelta) -> str:
    """Return an age in its largest unit, for a narrow column."""
    return in_words(age).partition(" h ")[0] + (" h" if " h " in in_words(age) else "")


def _size(size: int) -> str:
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} B"


MARKS: Final = {
    Level.OK: ("✓", "+", GOOD),
    Level.WARNING: ("!", "!", FAIR),
    Level.ERROR: ("✗", "x", BAD),
    Level.SKIPPED: ("·", ".", "dim"),
}


def show_findings(console: Console, findings: Iterable[Finding]) -> list[Finding]:
    """Print each finding as it comes, with what to do below it, then how many need something."""
    shown = []
    for finding in findings:
        mark, plain, colour = MARKS[finding.level]
        grid = Table.grid(padding=(0, 1))
        grid.add_row(
            Text(plain if is_ascii(console) else mark, colour),
            Text(finding.area, "bold"),
            Text(finding.text),
        )
        if finding.remedy:
            grid.add_row("", "", Text(finding.remedy, colour))
        grid.columns[1].min_width = AREA_WIDTH
        console.print(grid, soft_wrap=not console.is_terminal)
        shown.append(finding)
    broken, doubtful = (
        sum(finding.level is level for finding in shown) for level in (Level.ERROR, Level.WARNING)
    )
    console.print()
    if broken or doubtful:
        told = f"{_count(broken, 'error')}, {_count(doubtful, 'warning')}"
        console.print(Text(told, BAD if broken else FAIR))
    else:
        console.print(Text("all is well", GOOD))
    return shown


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
