"""An old config.json: its values by table and key, and which of them were not taken."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from powerstats_cli.commands.migrate.oldfiles import parsed
from powerstats_cli.errors import ConfigError, UnreadableError

# The names that each table had in the versions of the scripts.
HOME: Final = ("homeassistant", "home_assistant", "ha")
GITHUB: Final = ("github", "git")
DATA: Final = ("data", "collection")
# A key that stands outside of every table.
_TOP: Final = ""


class OldConfig:
    """The values of an old config.json; it notes which were taken."""

    def __init__(self, path: Path) -> None:
        """Read it; raises UnreadableError."""
        self.path = path
        tables = parsed(path)
        if not isinstance(tables, dict):
            message = f"{path} is no configuration: it holds no table"
            raise UnreadableError(message)
        self._values: dict[tuple[str, str], object] = {}
        for name, below in tables.items():
            if isinstance(below, dict) and name != "entities":
                self._values |= {(name, key): value for key, value in below.items()}
            else:
                self._values[_TOP, name] = below
        self._taken: set[tuple[str, str]] = set()

    def peek(self, table: str, key: str) -> object:
        """Return a value without taking it, None if there is none."""
        return self._values.get((table, key))

    def take(self, tables: Sequence[str], *keys: str) -> Any:
        """Return the first value that any of the keys has in any of the tables, or None."""
        for table in (*tables, _TOP):
            for key in keys:
                value = self._values.get((table, key))
                if value not in (None, "", {}, []):
                    self._taken.add((table, key))
                    return value
        return None

    def text(self, tables: Sequence[str], *keys: str) -> str | None:
        """Return a value that has to be text, or None; raises ConfigError."""
        value = self.take(tables, *keys)
        if value is None or isinstance(value, str):
            return value and value.strip()
        message = f"{self.path}: {tables[0]}.{keys[0]}: is no text"
        raise ConfigError(message)

    def left(self) -> list[str]:
        """Return the keys that were not taken, as `table.key`."""
        left = self._values.keys() - self._taken
        return sorted(f"{table}.{key}" if table else key for table, key in left)
