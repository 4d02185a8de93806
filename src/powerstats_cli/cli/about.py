"""The commands about powerstats itself: help, version."""

from typing import Annotated, Any

import typer

from powerstats_cli import __version__


def help(  # noqa: A001 - it is the command's name
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="The command. Without it: all commands.", metavar="COMMAND"),
    ] = None,
) -> None:
    """Show what a command does, its options, and examples.

    Examples:
        powerstats help
        powerstats help schedule pause
    """
    found: Any = context.find_root()
    for word in names or ():
        if not hasattr(found.command, "commands"):
            break  # it is an argument, such as in `help aggregate weekly`
        name, command, _ = found.command.resolve_command(found, [word])
        found = typer.Context(command, info_name=name, parent=found)
    print(found.get_help())


def version() -> None:
    """Show the version.

    Examples:
        powerstats version
    """
    print(f"powerstats {__version__}")
