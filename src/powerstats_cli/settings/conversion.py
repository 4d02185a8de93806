"""Values of the configuration as types: a value of another type is a line with its key's path."""

import re
from copy import deepcopy
from typing import Any, TypeVar

import msgspec

from powerstats_cli.errors import ConfigError

_Type = TypeVar("_Type")


def converted(written: Any, kind: type[_Type], path: str = "", name: str = "") -> _Type:
    """Return what is written at a path as a type; raises ConfigError with the path of the key.

    The line has the name of what is written there, if it has one.
    """
    try:
        return msgspec.convert(written, kind)
    except msgspec.ValidationError as error:
        below, problem = _parted(_with_name(written, kind, str(error)))
    where = f"{path}.{below}" if path and below[:1] not in {"", "["} else f"{path}{below}"
    said = f"{name}: {problem}" if name else problem
    raise ConfigError(f"{where}: {said}" if where else said)


def key_path(table: str, name: str) -> str:
    """Return the path of a key that a user has named, as TOML writes it."""
    return f"{table}.{name}" if re.fullmatch(r"[\w-]+", name, re.ASCII) else f"{table}.{name!r}"


def _with_name(written: Any, kind: type[Any], message: str) -> str:
    """Put the name that the user has given a key in the place of msgspec's "[...]"."""
    before, found, after = message.partition("[...]")
    if not found:
        return message
    _, _, path = before.partition("`$.")
    whole = deepcopy(written)
    *outer, last = path.split(".")
    table = whole
    for key in outer:
        table = table[key]
    for name, value in list(table[last].items()):
        table[last] = {name: value}
        try:
            msgspec.convert(whole, kind)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return f"{before}.{name}{after}"
    return message


def _parted(message: str) -> tuple[str, str]:
    """Return the path and the problem of msgspec's "problem - at `$.path`"."""
    problem, _, path = message.partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    if match := re.fullmatch(r"Object (?:contains|missing) (\w+) field `(.*)`", problem):
        kind, field = match.groups()
        problem = "unknown key" if kind == "unknown" else "is missing"
        path = f"{path}.{field}" if path else field
    return path, problem.replace(" | null`", "`")
