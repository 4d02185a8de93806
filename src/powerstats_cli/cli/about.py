"""The commands about powerstats itself: help, version."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from powerstats_cli import __version__


def _completed(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the commands that may follow what is typed, each with its summary."""
    words = context.params.get("names") or ()
    found = _found(context.find_root(), words)
    commands = getattr(found.command, "commands", {})
    return [
        (name, command.get_short_help_str())
        for name, command in commands.items()
        if name.startswith(incomplete)
    ]


def _found(root: Any, words: Sequence[str]) -> Any:
    """Return a context of the command that words name; those after a command are its arguments."""
    for word in words:
        if not hasattr(root.command, "commands"):
            break
        name, command, _ = root.command.resolve_command(root, [word])
        if command is None:  # it is mistyped, and a Tab is pressed
            break
        root = typer.Context(command, info_name=name, parent=root)
    return root


def help(  # noqa: A001 - it is the command's name
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="The command. Without it: all commands.",
            metavar="COMMAND",
            autocompletion=_completed,
        ),
    ] = None,
) -> None:
    """Show what a command does, its options, and examples.

    Examples:
        powerstats help
        powerstats help schedule pause
    """
    print(_found(context.find_root(), names or ()).get_help())


def version() -> None:
    """Show the version.

    Examples:
        powerstats version
    """
    print(f"powerstats {__version__}")
