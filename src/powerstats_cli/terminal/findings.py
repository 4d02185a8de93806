"""The findings of `doctor`: a line each, what to do below it, and a count at the end."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.findings import Finding, Level
from powerstats_cli.terminal.words import ALL_IS_WELL, BAD, FAIR, GOOD, count, is_ascii

AREA_WIDTH: Final = 23
# A narrower screen shows the text below the area.
LEAST_WIDTH: Final = 60
# A mark, the same in ASCII, and the colour of both.
MARKS: Final = {
    Level.OK: ("✓", "+", GOOD),
    Level.WARNING: ("!", "!", FAIR),
    Level.ERROR: ("✗", "x", BAD),
    Level.SKIPPED: ("·", ".", "dim"),
}


def show_findings(console: Console, findings: Iterable[Finding]) -> list[Finding]:
    """Print each finding as soon as it is there, then a summary; return all findings."""
    shown = []
    for finding in findings:
        console.print(_line(finding, console))
        shown.append(finding)
    console.print()
    console.print(_summary(shown))
    return shown


def _line(finding: Finding, console: Console) -> Table:
    mark, ascii_mark, colour = MARKS[finding.level]
    begin = Text(ascii_mark if is_ascii(console) else mark, colour), Text(finding.area, "bold")
    lines = [Text(finding.text, overflow="fold")]
    if finding.remedy:
        lines.append(Text(finding.remedy, colour, overflow="fold"))
    grid = Table.grid(padding=(0, 1))
    if console.width < LEAST_WIDTH:
        grid.add_row(*begin)
        for line in lines:
            grid.add_row("", line)
    else:
        grid.add_row(*begin, lines[0])
        for line in lines[1:]:
            grid.add_row("", "", line)
        grid.columns[1].min_width = AREA_WIDTH
    return grid


def _summary(findings: Iterable[Finding]) -> Text:
    levels = [finding.level for finding in findings]
    errors, warnings = levels.count(Level.ERROR), levels.count(Level.WARNING)
    if not errors and not warnings:
        return Text(ALL_IS_WELL, GOOD)
    text = f"{count(errors, 'error')}, {count(warnings, 'warning')}"
    return Text(text, BAD if errors else FAIR)
