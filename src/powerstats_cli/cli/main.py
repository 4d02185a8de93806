"""The one boundary: a failure becomes a line on stderr and an exit code."""

import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cache

import typer
import typer.main

from powerstats_cli.cli import app
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.session import say

EXIT_INTERRUPTED = 130


@cache
def _command_line() -> Callable[..., int | None]:
    """Return the app as a function; it is built only once in a process."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; a user's mistake never shows a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = _command_line()(args=list(arguments), prog_name="powerstats", standalone_mode=False)
    except typer.TyperException as error:
        say(f"{' '.join(error.format_message().split())} (see powerstats --help)")
        return error.exit_code
    except typer.Abort:
        return EXIT_INTERRUPTED
    except PowerstatsError as error:
        say(str(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last boundary: cron's mail is no debugger
        if {"-v", "--verbose"} & set(arguments):
            sys.stderr.write(_without_token(traceback.format_exc()))
        description = _without_token(repr(error))
        say(f"this is a bug in powerstats, please report it with the output of -v: {description}")
        return os.EX_SOFTWARE
    return int(code or 0)


def _without_token(text: str) -> str:
    """Return the text of a crash without what looks like a token in it."""
    return re.sub(r"(Bearer |eyJ|gh[a-z]_|github_pat_)[!-~]+", r"\1***", text)
