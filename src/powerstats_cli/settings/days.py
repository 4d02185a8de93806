"""Days in the configuration, which TOML writes without quotes and without a time."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from powerstats_cli.core.periods import YEARS
from powerstats_cli.errors import ConfigError

# Days around one can be reckoned with.
_YEARS = range(YEARS.start + 1, YEARS.stop - 1)


def check_days(table: Mapping[str, Any], keys: Iterable[str], path: str) -> None:
    """Raise ConfigError if a key of a table is there, and is no day."""
    for key in keys:
        if key in table:
            check_day(table[key], f"{path}.{key}")


def check_day(written: Any, path: str) -> None:
    """Raise ConfigError if a value is no day that can be reckoned with."""
    if type(written) is not date:  # a time of TOML is a date, too
        message = f"{path}: must be a day such as 2025-05-01, without quotes and without a time"
        raise ConfigError(message)
    if written.year not in _YEARS:
        message = f"{path}: its year must be from {_YEARS.start} to {_YEARS.stop - 1}"
        raise ConfigError(message)
