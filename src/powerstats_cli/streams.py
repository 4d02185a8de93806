"""stdin, stdout and stderr: closed, full, or for the characters of one country only."""

import codecs
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Final, TextIO

ESCAPE: Final = "powerstats-escape"
# As the shell gives it to a program that SIGPIPE ends.
EXIT_UNREAD: Final = 141


def prepare() -> None:
    """Make the streams of this process usable: a closed one is empty, or goes nowhere.

    A character that a stream does not have is written with the escape of JSON.
    """
    # In this order each gets back the number that it had, and no data file gets it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - it stays
    codecs.register_error(ESCAPE, _escaped)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors=ESCAPE)  # type: ignore[union-attr]


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    raw = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2)), error.end


def in_utf8(stream: TextIO) -> TextIO:
    """Return a stream that writes each character in UTF-8, whatever the terminal has."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8")
    return stream


def drop(stream: TextIO) -> None:
    """Forget what could not be written to a stream: Python would try it again as it ends."""
    with suppress(OSError, ValueError):  # it is no file in a test
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)
