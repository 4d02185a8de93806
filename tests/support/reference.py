"""Writes docs/commands.md from the program's own help: `python -m tests.support.reference`."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from powerstats_cli.cli import app

PLACE = Path(__file__).parents[2] / "docs/commands.md"
HEAD = """\
# Commands

`make reference` writes this page from the program's help. `powerstats COMMAND --help` says the
same. `powerstats --install-completion` lets bash, zsh or fish complete the commands.

With `--json`, `status`, `flows` and `doctor` print one object. Its `version` becomes higher if a
key goes away, or if its values mean something else or have another type. A release may add keys,
and values of a list, without a higher version: a program has to ignore what it does not know.
"""


def reference() -> str:
    """Return the reference as Markdown: usage, help, arguments and options of each command."""
    root = typer.main.get_command(app)
    return "\n".join([HEAD, *_described(root, ("powerstats",))])


def _described(command: Any, names: tuple[str, ...]) -> Iterator[str]:
    context = command.make_context(names[-1], [], resilient_parsing=True)
    yield f"## {' '.join(names)}\n"
    yield f"```\n{' '.join([*names, *command.collect_usage_pieces(context)])}\n```\n"
    if command.help:
        yield inspect.cleandoc(command.help) + "\n"
    rows = [_row(parameter, context) for parameter in command.params if not _is_common(parameter)]
    if rows:
        yield "| | |\n|---|---|\n" + "\n".join(rows) + "\n"
    for name in getattr(command, "commands", ()):
        _, child, _ = command.resolve_command(context, [name])
        yield from _described(child, (*names, name))


def _row(parameter: Any, context: Any) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        names = parameter.make_metavar(context)
    elif not parameter.is_flag:
        names += f" {parameter.make_metavar(context)}"
    text = " ".join((parameter.help or "").split())
    is_shown = parameter.default not in (None, False, ()) and not callable(parameter.default)
    if is_shown and parameter.param_type_name == "option":
        text += f" Without it: {parameter.default}."
    # A bar ends a cell of a table, even within code.
    return "| `{}` | {} |".format(*(part.replace("|", r"\|") for part in (names, text)))


def _is_common(parameter: Any) -> bool:
    return parameter.name in {"help", "install_completion", "show_completion"}


if __name__ == "__main__":
    PLACE.write_text(reference())
