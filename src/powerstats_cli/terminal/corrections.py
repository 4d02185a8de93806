"""A correction before it is made, and the corrections that were made, as tables."""

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.entries import Entry
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.periods import Span
from powerstats_cli.core.series import Kind
from powerstats_cli.core.shown import Row, energy
from powerstats_cli.core.units import ENERGY
from powerstats_cli.core.whens import written
from powerstats_cli.lines import one_line
from powerstats_cli.terminal.labels import decimal, share
from powerstats_cli.terminal.words import is_ascii

# Of a longer list only the beginning and the end are shown.
MOST_ROWS: Final = 30
SHOWN_ROWS: Final = 12
FORMS: Final = {
    "bucket": "%Y-%m-%d %H:%M",
    "hour": "%Y-%m-%d %H:%M hour",
    "day": "%Y-%m-%d day",
    "month": "%Y-%m month",
}


def show_proposal(
    console: Console, name: str, kind: Kind, rows: Sequence[Row], zone: ZoneInfo
) -> None:
    """Print what a correction of a series changes."""
    nothing = "-" if is_ascii(console) else "–"
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column(one_line(name), no_wrap=True, overflow="ellipsis")
    table.add_column("Before", justify="right", no_wrap=True)
    table.add_column("After", justify="right", no_wrap=True)
    for group in FORMS:
        inside = [row for row in rows if row.group == group]
        for row in _shortened(inside):
            if row is None:
                table.add_row(f"... {len(inside) - 2 * SHOWN_ROWS} more", "", "")
                continue
            table.add_row(
                f"{row.start.astimezone(zone):{FORMS[group]}}",
                _told(row.before, kind, nothing, is_sum=group != "bucket"),
                _told(row.after, kind, nothing, is_sum=group != "bucket"),
            )
        if inside:
            table.add_section()
    console.print(table)


def _shortened(rows: Sequence[Row]) -> Iterator[Row | None]:
    """Yield rows, with None in the place of those in the middle of a long list."""
    if len(rows) <= MOST_ROWS:
        yield from rows
        return
    yield from rows[:SHOWN_ROWS]
    yield None
    yield from rows[-SHOWN_ROWS:]


def _told(value: Value | None, kind: Kind, nothing: str, *, is_sum: bool) -> str:
    """Return a value: its energy if it has one, else its mean, and how much is known of it."""
    if value is None:
        return nothing
    unit = one_line(kind.unit)
    amount = energy(value)
    parts = []
    if value.mean is not None and not (is_sum and amount is not None):
        parts.append(f"{decimal(value.mean, kind, 1)} {unit}".rstrip())
    if amount is not None:
        parts.append(f"{amount:.3f} {ENERGY if kind.is_power else unit}".rstrip())
    if value.coverage < 1:
        parts.append(f"({share(value.coverage, nothing)})")
    return " ".join(parts)


def show_corrections(
    console: Console, entries: Sequence[Entry], journal: Journal, zone: ZoneInfo
) -> None:
    """Print the corrections that were made, the oldest first."""
    if not entries:
        console.print(Text("Nothing was corrected."))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("Id", "Made", "Series"):
        table.add_column(name, no_wrap=True)
    table.add_column("What, and why", overflow="fold")
    for entry in entries:
        is_over = entry.do == "undo" or entry.id in journal.undone
        what = _done(entry) if entry.do == "undo" else f"{entry.do} {told_span(entry, zone)}"
        why = f"\n{one_line(entry.why)}" if entry.why else ""
        made = f"{entry.at.astimezone(zone):%Y-%m-%d}"
        table.add_row(
            entry.id,
            made,
            one_line(entry.series),
            what + why,
            style="dim" if is_over else "",
        )
    console.print(table)


def _done(entry: Entry) -> str:
    return f"undo of {entry.of}"


def told_span(entry: Entry, zone: ZoneInfo) -> str:
    """Return the span of an entry as it can be typed."""
    is_one = sum(change.bucket.endswith("min") for change in entry.changes) == 1
    return written(Span(entry.start, entry.end), zone, is_one=is_one)
