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
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files.systemerrors import failure
from powerstats_cli.session import say
from powerstats_cli.streams import EXIT_UNREAD, drop
from powerstats_cli.unneeded import hidden

# So many characters are shown on both sides of one that cannot be written.
LONGEST = 40
# The variable by which a shell asks for what can be typed next.
COMPLETES = "_POWERSTATS_COMPLETE"
# As the shell gives it to a program that SIGINT ends.
EXIT_INTERRUPTED = 130


@cache
def _command_line() -> Callable[..., int | None]:
    """Return the app as a function; it is built only once in a process."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; a user's mistake never shows a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except typer.TyperException as error:
        from powerstats_cli.cli.mistakes import place, plain

        say(f"{plain(error)} (see {place(error)} --help)")
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        drop(sys.stdout)
        return EXIT_UNREAD
    except Exception as error:  # noqa: BLE001 - the last boundary: cron's mail is no debugger
        return _failed(error, is_verbose=bool({"-v", "--verbose"} & set(arguments)))


def _run(arguments: Sequence[str]) -> int:
    # For a Tab, rich would wrap the helps of the commands and take words in brackets out of them.
    with hidden(*(["rich"] if COMPLETES in os.environ else [])):
        code = _command_line()(args=list(arguments), prog_name="powerstats", standalone_mode=False)
    sys.stdout.flush()  # a full disk is noticed here, and not as Python ends
    return int(code or 0)


def _failed(error: Exception, *, is_verbose: bool) -> int:
    """Say what has happened; return the exit code."""
    ours = _known(error)
    if ours is not None:
        say(str(ours))
        return ours.exit_code
    if is_verbose:
        sys.stderr.write(_without_token("".join(traceback.format_exception(error))))
    description = _without_token(repr(error))
    say(f"this is a bug in powerstats, please report it with the output of -v: {description}")
    return os.EX_SOFTWARE


def _known(error: Exception) -> PowerstatsError | None:
    """Return what a user can do about an error, None if it is a bug."""
    if isinstance(error, PowerstatsError):
        return error
    if isinstance(error, OSError):
        drop(sys.stdout)
        return failure(error)
    if isinstance(error, UnicodeEncodeError):
        around = error.object[max(error.start - LONGEST, 0) : error.end + LONGEST]
        return ConfigError(f"{around!r} is no valid UTF-8: write it otherwise")
    return None


def _without_token(text: str) -> str:
    """Return the text of a crash without what looks like a token in it."""
    return re.sub(r"(Bearer |eyJ|gh[a-z]_|github_pat_)[!-~]+", r"\1***", text)
