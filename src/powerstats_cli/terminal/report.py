"""The health of a home as a few tables, which show at one look whether all is well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from powerstats_cli.clock import in_words
from powerstats_cli.core import zones
from powerstats_cli.core.energy.running import RunningBill
from powerstats_cli.core.health import FileHealth, GitHubHealth, Health, StepHealth
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.lines import one_line
from powerstats_cli.terminal import labels
from powerstats_cli.terminal.flows import flow_table
from powerstats_cli.terminal.labels import ALL_KNOWN
from powerstats_cli.terminal.screen import fitting
from powerstats_cli.terminal.words import ALL_IS_WELL, BAD, FAIR, GOOD, count, is_ascii

# The highest one is not the full block, which would touch the row above.
LEVELS: Final = "▁▂▃▄▅▆▇"
ASCII_LEVELS: Final = "123456#"
WELL_KNOWN: Final = 0.99
HALF_KNOWN: Final = 0.5
# Days that are further apart are written with their year.
SAME_YEAR: Final = timedelta(days=300)


def show(
    console: Console,
    health: Health,
    problems: Sequence[PowerstatsError],
    bill: RunningBill | None = None,
) -> None:
    """Print the tables, and below them what is wrong; in a pipe each complaint is one line."""
    form = _Form(zones.zone(health.timezone), health.now, is_ascii(console))
    wrong = [one_line(line) for line in (*map(str, problems), *complaints(health, form))]
    console.print(_title(health, form, len(wrong), is_wide=console.is_terminal))
    if health.pause is not None:
        paused = Text(health.pause.in_words(form.zone), style=f"bold {FAIR}")
        console.print(paused)
    console.print()
    today = [flow_table(health.today, form.nothing)] if health.today else []
    for table in (_series(health, form), *today, _files(health, form), _steps(health, form)):
        console.print(fitting(table, console))
        console.print()
    if bill is not None:
        console.print(Text(_bill(bill, form)))
        console.print()
    if health.corrected:
        console.print(Text(_corrected(health, form), style="dim"))
        console.print()
    if health.github is not None:
        console.print(Text(_public(health.github), style="dim"))
        console.print()
    for line in wrong:
        console.print(Text(f"{form.cross} {line}", style=BAD))


def complaints(health: Health, form: "_Form") -> Iterator[str]:
    """Yield what is overdue, since when and why; and what fails without being overdue yet."""
    for step in health.steps:
        if step.is_stale and step.stale_since:
            since = form.moment(step.stale_since)
            yield f"{step.name} has been overdue since {since}: {step.why}"
        elif step.is_stale:
            yield f"{step.name} is overdue: {step.why}"
        elif step.last and step.last.exit_code:
            begun = step.last.failing_since or step.last.ended
            yield f"{step.name} has failed since {form.moment(begun)}: {step.last.message}"
    if health.pause and health.is_paused_long:
        yield health.pause.complaint(form.zone)
    if health.silent_since:
        yield (
            f"no sensor has had a number since {form.moment(health.silent_since)}: find out in "
            f"Home Assistant why"
        )
    if expires := health.token_expires:
        verb = "expires" if expires > health.now else "expired"
        yield (
            f"the token for GitHub {verb} {form.moment(expires)}: make a new one and put it "
            f"in its place"
        )
    for name in health.aside:
        yield f"{name} was set aside: `powerstats repair` takes what is whole of it"


@dataclass(frozen=True, slots=True)
class _Form:
    """How values are written: in the home's local time, seen from `now`, perhaps in ASCII."""

    zone: ZoneInfo
    now: datetime
    is_ascii: bool

    @property
    def cross(self) -> str:
        """The mark of something wrong."""
        return "x" if self.is_ascii else "✗"

    @property
    def nothing(self) -> str:
        """The mark of a value that does not exist."""
        return "-" if self.is_ascii else "–"

    def moment(self, instant: datetime) -> str:
        """Return an instant: the time if it is of today, else the day, else the year, too."""
        local, now = instant.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == now.date():
            return f"{local:%H:%M}"
        is_near = abs(now - local) < SAME_YEAR
        return f"{local:%d %b %H:%M}" if is_near else f"{local:%d %b %Y}"

    def share(self, share: float | None) -> Text:
        """Return a known share in percent."""
        if share is None:
            return Text(self.nothing)
        return Text(labels.share(share, self.nothing).rjust(5), _colour(share))

    def bar(self, file: FileHealth) -> Text:
        """Return the known shares of a file's parts as a bar of characters, and of all of it."""
        bar = Text()
        for share in file.cells:
            bar.append(self._cell(share), _colour(share))
        return bar.append(" ").append_text(self.share(file.known))

    def _cell(self, share: float) -> str:
        if share <= 0:
            return "." if self.is_ascii else "·"
        levels = ASCII_LEVELS if self.is_ascii else LEVELS
        return levels[min(int(share * len(levels)), len(levels) - 1 - (share < 1))]

    def span(self, file: FileHealth) -> str:
        """Return the first and the last day of a file; for today's, the time it reaches to."""
        if file.span is None:
            return "not there yet"
        start = file.span.start.astimezone(self.zone)
        if file.name == "daily.json":
            return f"{start:%d %b}, to {file.span.end.astimezone(self.zone):%H:%M}"
        last = (file.span.end - timedelta(seconds=1)).astimezone(self.zone)
        if start.date() == last.date():
            return f"{start:%d %b}"
        form = "%d %b" if last - start < SAME_YEAR else "%b %Y"
        dash = "-" if self.is_ascii else "–"
        return f"{start.strftime(form)} {dash} {last.strftime(form)}"


def _title(health: Health, form: _Form, wrong: int, *, is_wide: bool) -> RenderableType:
    """Return the first line; the state stands at the right of a terminal."""
    now = health.now.astimezone(form.zone)
    grid = Table.grid(expand=is_wide, padding=(0, 2, 0, 0))
    grid.add_column()
    grid.add_column(justify="right")
    left = Text.assemble(("powerstats", "bold"), f"  {now:%a %d %b %Y %H:%M}  {now.tzname()}")
    state = _state(health, wrong)
    state.stylize("bold")
    grid.add_row(left, state)
    return grid


def _state(health: Health, wrong: int) -> Text:
    if wrong:
        return Text(f"{count(wrong, 'thing')} need{'s' if wrong == 1 else ''} you", BAD)
    if health.pause is not None:
        return Text("paused", FAIR)
    return Text(ALL_IS_WELL, GOOD)


def _series(health: Health, form: _Form) -> Table:
    table = _table("Series", "Now", ">At", ">Today", "Known today")
    for series in health.series:
        latest = series.latest
        table.add_row(
            series.name,
            f"{latest.value:.10g} {one_line(series.unit)}" if latest else form.nothing,
            form.moment(latest.timestamp) if latest else form.nothing,
            f"{series.energy:.2f} kWh" if series.energy is not None else "",
            Text("never read", BAD) if series.until is None else form.share(series.known),
        )
    return table


def _files(health: Health, form: _Form) -> Table:
    table = _table("File", "Span", ">Points", "Known", ">Age", ">Size")
    for file in health.files:
        _add_file(table, file, str(file.points), health.now, form)
    archive = health.archive
    days, size = count(archive.points, "day"), _size(archive.size)
    table.add_row("archive", form.span(archive), days, "", "", size)
    years = health.years
    if years.points:
        number, size = count(years.points, "year"), _size(years.size)
        table.add_row("years", form.span(years), number, "", "", size)
    if ledger := health.ledger:
        _add_file(table, ledger, count(ledger.points, "day"), health.now, form)
    return table


def _add_file(table: Table, file: FileHealth, points: str, now: datetime, form: _Form) -> None:
    table.add_row(
        file.name,
        form.span(file),
        points if file.span else form.nothing,
        form.bar(file) if file.span else "",
        _age(now - file.span.end) if file.span else "",
        _size(file.size),
    )


def _steps(health: Health, form: _Form) -> Table:
    table = _table("Step", "Last run", "Result", ">Next")
    for step in health.steps:
        table.add_row(
            step.name,
            form.moment(step.last.ended) if step.last else form.nothing,
            _result(step),
            form.moment(step.due) if step.due else form.nothing,
        )
    return table


def _result(step: StepHealth) -> Text:
    if step.last is None:
        return Text("overdue", BAD) if step.is_stale else Text("never ran")
    if step.last.exit_code:
        return Text(f"failed ({step.last.exit_code})", BAD)
    return Text("overdue", BAD) if step.is_stale else Text("ok", GOOD)


def _bill(bill: RunningBill, form: "_Form") -> str:
    days = count((bill.end - bill.first).days, "day")
    known = "" if bill.known >= ALL_KNOWN else f", known {form.share(bill.known).plain.strip()}"
    total = f"{bill.total:.{bill.decimals}f} {bill.currency}"
    return f"Running bill: {total} on {bill.days} of {days}, {bill.name}{known}"


def _corrected(health: Health, form: "_Form") -> str:
    number = count(len(health.corrected), "correction")
    last = "" if len(health.corrected) == 1 else "the last "
    return f"{number}, {last}on {max(health.corrected).astimezone(form.zone):%Y-%m-%d}"


def _public(github: GitHubHealth) -> str:
    files = joined(f"{tier}.json" for tier in github.public)
    return (
        f"Anyone may see {files}: {github.repository}, branch {github.branch}. "
        f"publish.tiers says which."
    )


def _table(*columns: str) -> Table:
    """Return a table without rows; the columns whose name begins with > are set to the right."""
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


def _colour(share: float) -> str:
    if share >= WELL_KNOWN:
        return GOOD
    return FAIR if share >= HALF_KNOWN else BAD


def _age(age: timedelta) -> str:
    """Return an age in its largest unit only, for a narrow column."""
    hours, mark, _ = in_words(age).partition(" h ")
    return f"{hours} h" if mark else hours


def _size(size: int) -> str:
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} B"
