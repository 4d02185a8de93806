"""The help of a command on a terminal, or in a pipe: no name is cut off, however narrow it is.

rich would cut off names that are longer than a column, take [words] in brackets for its own, and
take twice the time.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import Final

import typer

from powerstats_cli.cli.pages import Example, Page, Row, Section, page

INDENT: Final = "  "
# Longer lines are hard to read.
WIDEST: Final = 100
# A name that is longer stands on a line of its own.
LONGEST_NAME: Final = 28
# If less is left for the texts beside the names, they stand below them.
LEAST_TEXT: Final = 36
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def shown(context: typer.Context) -> str:
    """Return the help of the command that a context is of, for this terminal or pipe."""
    width = min(shutil.get_terminal_size().columns, WIDEST)
    is_bold = sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}
    return layout(page(context), width, is_bold=is_bold)


def layout(page: Page, width: int, *, is_bold: bool = False) -> str:
    """Return a page as text with lines of at most `width`, but a longer word stays whole."""
    begin, end = (BOLD, PLAIN) if is_bold else ("", "")
    blocks = [_wrapped(f"Usage: {page.name} {page.usage}", width, others=INDENT * 4)]
    blocks += [_wrapped(paragraph, width) for paragraph in page.paragraphs]
    for sections in (page.commands, page.options):
        column = _column(sections)
        for title, rows in sections:
            blocks.append([begin + title + end, *_rows(rows, width, column, (begin, end))])
    if page.examples:
        blocks.append([f"{begin}Examples{end}", *examples(page.examples, width)])
    return "\n\n".join(map("\n".join, blocks)) + "\n"


def _column(sections: tuple[Section, ...]) -> int:
    """Return the column in which the texts of some sections begin if they stand beside names."""
    names = [name for section in sections for name, _ in section.rows]
    fitting = [len(name) for name in names if len(name) <= LONGEST_NAME]
    return len(INDENT) * 2 + max(fitting, default=0)


def _rows(rows: tuple[Row, ...], width: int, column: int, style: tuple[str, str]) -> Iterator[str]:
    """Yield the lines of rows: the texts beside the names, or below them."""
    is_beside = width - column >= LEAST_TEXT
    margin = " " * column if is_beside else INDENT * 3
    for name, text in rows:
        shown = INDENT + name.join(style)
        lines = _wrapped(text, width, margin, margin)
        if is_beside and len(name) <= LONGEST_NAME and lines:
            shown += lines.pop(0)[len(INDENT + name) :]
        yield from (shown, *lines)


def examples(shown: tuple[Example, ...], width: int) -> Iterator[str]:
    """Yield the examples with their notes beside them, or above them if that is too wide."""
    longest = max(len(line) for line, _ in shown)
    beside = [f"{INDENT}{line:<{longest}}  # {note}" for line, note in shown if note]
    is_beside = all(len(line) <= width for line in beside)
    for line, note in shown:
        if note and is_beside:
            yield f"{INDENT}{line:<{longest}}  # {note}"
            continue
        if note:
            yield from _wrapped(note, width, f"{INDENT}# ", f"{INDENT}# ")
        # A shell takes lines that end so for one.
        *firsts, last = _wrapped(line, width - 2, INDENT, INDENT * 3)
        yield from (f"{first} \\" for first in firsts)
        yield last


def _wrapped(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 1),
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
