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

GROUPS: Final = {
    "Set up": {
        "init": "setup",
        "sensor": "sensors",
        "schedule": "scheduling",
        "backfill": "setup",
        "demo": "looks",
    },
    "Steps, which the schedule runs": {
        "collect": "steps",
        "rotate": "steps",
        "aggregate": "steps",
        "publish": "steps",
        "sync": "steps",
    },
    "Look": {
        "status": "looks",
        "show": "periods",
        "flows": "looks",
        "tariff": "money",
        "cost": "bills",
        "bill": "bills",
        "compare": "bills",
        "export": "periods",
        "serve": "looks",
        "doctor": "looks",
        "verify": "trust",
        "help": "about",
        "version": "about",
    },
    "Move and mend": {
        "correct": "correcting",
        "migrate": "setup",
        "repair": "trust",
    },
}
"""The groups of the help with their commands, each with the module here that holds it."""

MODULES: Final = {name: module for group in GROUPS.values() for name, module in group.items()}
PANELS: Final = {name: title for title, group in GROUPS.items() for name in group}

HELP: Final = """\
Home Assistant's power sensors as a small, exact, self-healing history of a home.

Examples:
    powerstats demo                 # run a simulated home, without a Home Assistant
    powerstats init                 # set powerstats up for your own home
    powerstats help schedule pause  # show the help of a command
"""


def _imported(name: str) -> Any:
    """Return a command's function, or the app of a command that has commands of its own."""
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)


class Command(TyperCommand):
    """A command whose help is ours."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from powerstats_cli.cli.help import shown

        formatter.write(shown(ctx))

    def get_short_help_str(self, limit: int = 0) -> str:
        """Return what the command does in one sentence, for completion."""
        del limit
        from powerstats_cli.cli.pages import summary

        return summary(self.help)


class Group(TyperGroup):
    """A command that has commands; if it needs one and is given none, it shows its help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from powerstats_cli.cli.help import shown

        formatter.write(shown(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; if there are none, and one is needed, show the help and exit."""
        if not (args or self.invoke_without_command or ctx.resilient_parsing):
            print(ctx.get_help())
            raise typer.Exit
        return super().parse_args(ctx, args)


class _Listed(Mapping[str, Command]):
    """All commands with their help and without their options, for the help and completion."""

    def __getitem__(self, name: str) -> Command:
        if name not in MODULES:
            raise KeyError(name)
        command = _imported(name)
        text = command.info.help if isinstance(command, typer.Typer) else inspect.getdoc(command)
        return Command(name, help=text, rich_help_panel=PANELS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


@cache
def _whole(name: str) -> Any:
    """Return a command with its options, ready to run; its help is ours, however it was made."""
    app = function = _imported(name)
    if not isinstance(app, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command()(function)
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    return get_command(app)


class _Commands(Group):
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
    help=HELP,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
)
app.callback()(options)
