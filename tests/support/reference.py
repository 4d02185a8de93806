"""Writes docs/commands.md from the program's own help: `python -m tests.support.reference`."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import typer
import typer.main

from powerstats_cli.cli import app
from powerstats_cli.cli.help import examples
from powerstats_cli.cli.pages import Page, Row, page

PLACE: Final = Path(__file__).parents[2] / "docs/commands.md"
HEAD: Final = """\
# Commands

`make reference` writes this page from the program's help. `powerstats help COMMAND`,
`powerstats COMMAND --help` and `man powerstats-COMMAND` say the same.
`powerstats --install-completion` lets bash, zsh or fish complete the commands.

With `--json` a command prints one object. Its `version` becomes higher if a
key goes away, or if its values mean something else or have another type. A release may add keys,
and values of a list, without a higher version: a program has to ignore what it does not know.
"""
# Of the examples.
WIDTH: Final = 100
# Each command has them.
COMMON: Final = {"--help, -h", "--install-completion", "--show-completion"}


def pages() -> Iterator[Page]:
    """Yield the help of all commands, each before its own commands."""
    yield from map(page, contexts())


def contexts() -> Iterator[typer.Context]:
    """Yield a context of each command, before those of its own commands."""
    yield from _contexts("powerstats", typer.main.get_command(app), None)


def _contexts(name: str, command: Any, parent: typer.Context | None) -> Iterator[typer.Context]:
    context = typer.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield context
    for child in getattr(command, "commands", ()):
        yield from _contexts(child, command.resolve_command(context, [child])[1], context)


def reference() -> str:
    """Return the reference as Markdown: usage, help, arguments, options, examples of each."""
    return "\n".join([HEAD, *(block for each in pages() for block in _blocks(each))])


def _blocks(page: Page) -> Iterator[str]:
    yield f"## {page.name}\n"
    yield f"```\n{page.name} {page.usage}\n```\n"
    for paragraph in page.paragraphs:
        yield f"{paragraph}\n"
    for title, rows in page.commands:
        links = (
            Row(f"[{name}](#{page.name} {name})".replace(" ", "-"), text) for name, text in rows
        )
        yield _table(title, [f"| {name} | {_cell(text)} |" for name, text in links])
    for title, rows in page.options:
        own = [row for row in rows if row.name not in COMMON]
        if own:
            yield _table(title, [f"| `{_cell(name)}` | {_cell(text)} |" for name, text in own])
    if page.examples:
        yield "```sh\n" + dedent("\n".join(examples(page.examples, WIDTH))) + "\n```\n"


def _table(title: str, rows: list[str]) -> str:
    return f"| {title} | |\n|---|---|\n" + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    """Return a text for a cell of a table; a bar would end it, even within code."""
    return text.replace("|", r"\|")


if __name__ == "__main__":
    PLACE.write_text(reference())
