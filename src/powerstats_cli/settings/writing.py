"""New tables of a configuration in the form in which a person writes them.

A table has a line for each key, and a list of tables a line for each of them. Only `init` needs it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomli_w


def table(name: str, values: Mapping[str, Any]) -> str:
    """Return a table; a key whose value has lists of tables becomes a table of its own."""
    return "\n".join(_lines(_key(name), values))


def _lines(path: str, values: Mapping[str, Any]) -> Iterator[str]:
    own = {key: each for key, each in values.items() if not _is_long(each)}
    if own:
        yield f"[{path}]"
        yield from (f"{_key(key)} = {_value(each, is_top=True)}" for key, each in own.items())
        yield ""
    for key, each in values.items():
        if key not in own:
            yield from _lines(f"{path}.{_key(key)}", each)


def _is_long(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(each, list) for each in value.values())


def _value(value: Any, *, is_top: bool = False) -> str:
    """Return a value on one line; a list of tables that `is_top` has a line for each."""
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [_value(each) for each in value]
        if is_top and any(isinstance(each, Mapping) for each in value):
            return "".join(["[\n", *(f"  {part},\n" for part in parts), "]"])
        return f"[{', '.join(parts)}]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip()


def _key(name: str) -> str:
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")
