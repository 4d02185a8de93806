"""A wrong command line, told in plain words instead of typer's."""

import re
from typing import Any, Final

import typer

PLAIN: Final = {
    r"^Invalid value: ": "",
    r"^Invalid value for '?(-.+?)'?: ": r"\1: ",
    r"^Invalid value for '?[^-].*?'?: ": "",  # an argument's name is not shown anywhere
    r"is not a valid int(eger| range)": "is no whole number",
    r"is not in the range (\d+)<=x<=(\d+)": r"is not from \1 to \2",
    r"is not in the range x>=(\d+)": r"is less than \1",
    r"^Option '?(.+?)'? requires an argument": r"\1 needs a value",
    r"^Option '?(.+?)'? does not take a value": r"\1 takes no value",
    r"^Got unexpected .*?\((?!s\))(.*)\)": r"there is no place for \1; are quotes missing?",
    r"^Missing argument '.*?'\. Choose from: ": "an argument is missing: one of ",
    r"^Missing argument '(.*)'": r"an argument is missing: \1",
    r"^Missing command": "a command is missing",
    r"^No such command": "there is no command",
    r"^No such option: (\S+)": r"there is no option \1",
    r" \(Possible options: (.*)\)$": r". Did you mean \1?",
}


def plain(error: typer.TyperException) -> str:
    """Return what is wrong."""
    message = " ".join(error.format_message().split()).removesuffix(".")
    for pattern, words in PLAIN.items():
        message = re.sub(pattern, words, message)
    return message


def place(error: Any) -> str:
    """Return the command whose help tells how it is right."""
    context = getattr(error, "ctx", None)
    return context.command_path if context else "powerstats"
