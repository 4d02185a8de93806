"""Writes the man pages in docs/man from the program's own help: `python -m tests.support.manpages`.

A wheel carries them to share/man/man1, where `man` and pipx look for them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Final

from powerstats_cli.cli.help import examples
from powerstats_cli.cli.pages import Page, Row
from tests.support.reference import pages

FOLDER: Final = Path(__file__).parents[2] / "docs/man"
# Of the examples: what a terminal of 80 columns leaves.
WIDTH: Final = 70
# Letters that troff would show as others: a hyphen, and quotes that no shell understands.
SIGNS: Final = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
}


def manpages() -> dict[str, str]:
    """Return the text of each man page by the name of its file."""
    all_pages = list(pages())
    names = [page.name for page in all_pages]
    return {f"{_title(page.name)}.1": _text(page, names) for page in all_pages}


def _text(page: Page, names: list[str]) -> str:
    """Return a man page; `names` are the commands that have one."""
    summary, *others = page.paragraphs
    title = _title(page.name)
    # A hyphen of man's own in a path or a name would be taken for a part of it.
    lines = [f'.TH {title.upper()} 1 "" powerstats "powerstats"', ".nh", ".ad l", ".SH NAME"]
    lines.append(rf"{_plain(title)} \- {_marked(summary.removesuffix('.'))}")
    lines += [".SH SYNOPSIS", rf".B {_plain(page.name)}", _plain(page.usage)]
    if others:
        lines += [".SH DESCRIPTION", *_joined(others, ".PP")]
    for section in page.commands:
        lines += [f".SH {section.title.upper()}", *_rows(section.rows)]
    for section in page.options:
        lines += [f".SH {section.title.upper()}", *_rows(section.rows)]
    if page.examples:
        shown = "\n".join(examples(page.examples, WIDTH))
        lines += [".SH EXAMPLES", ".nf", *map(_plain, dedent(shown).splitlines()), ".fi"]
    related = list(_related(page, names))
    if related:
        lines += [".SH SEE ALSO", *_joined(related, "", ",")]
    return "\n".join(lines) + "\n"


def _title(name: str) -> str:
    return name.replace(" ", "-")


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", rf"\fB{_plain(name)}\fR", _marked(text))


def _related(page: Page, names: list[str]) -> Iterator[str]:
    """Yield the references to the pages above and below a page."""
    above = page.name.rpartition(" ")[0]
    for name in names:
        if name == above or name.rpartition(" ")[0] == page.name:
            yield rf"\fB{_plain(_title(name))}\fR(1)"


def _joined(parts: list[str], between: str, after: str = "") -> Iterator[str]:
    for number, part in enumerate(parts):
        if number and between:
            yield between
        is_last = number == len(parts) - 1
        yield (part if after else _marked(part)) + ("" if is_last else after)


def _marked(text: str) -> str:
    """Return a text in which what stands between backticks is bold."""
    return re.sub(r"\\\(ga(.+?)\\\(ga", r"\\fB\1\\fR", _plain(text))


def _plain(text: str) -> str:
    """Return a text that troff shows as it is."""
    escaped = "".join(SIGNS.get(sign, sign) for sign in text)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


def write() -> None:
    """Write all man pages, and remove those of commands that are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = manpages()
    for path in FOLDER.glob("*.1"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    write()
