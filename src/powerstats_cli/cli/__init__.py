"""The command line: the app and the list of its commands.

A command's module is imported, and its options are read, only if that command runs: `collect` runs
every ten minutes on a small board, and would read the options of twelve other commands.
"""

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from powerstats_cli.cli.options import options

MODULES: Final = {
    "init": "setup",
    "collect": "steps",
    "backfill": "setup",
    "rotate": "steps",
    "aggregate": "steps",
    "publish": "steps",
    "sync": "steps",
    "serve": "looks",
    "status": "looks",
    "flows": "looks",
    "doctor": "looks",
    "demo": "looks",
    "migrate": "setup",
    "schedule": "scheduling",
}
"""The commands in the order of the help, each with the module here that holds it."""


def _imported(name: str) -> Any:
    """Return a command's function, or the app of a command that has commands of its own."""
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)


class _Listed(Mapping[str, TyperCommand]):
    """All commands with their help and without their options, for the help and completion."""

    def __getitem__(self, name: str) -> TyperCommand:
        if name not in MODULES:
            raise KeyError(name)
        command = _imported(name)
        is_app = isinstance(command, typer.Typer)
        return TyperCommand(name, help=command.info.help if is_app else inspect.getdoc(command))

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


@cache
def _whole(name: str) -> Any:
    """Return a command with its options, ready to run."""
    app = function = _imported(name)
    if not isinstance(app, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command()(function)
    return get_command(app)


class _Commands(TyperGroup):
    """The commands, of which only the one that was typed is read whole."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**{**attributes, "commands": _Listed()})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the name and the command that arguments begin with, and the rest of them."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, name and _whole(name), rest


app = typer.Typer(
    name="powerstats",
    cls=_Commands,
    help="Home Assistant's power sensors as a small, exact, self-healing history of a home.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(options)
