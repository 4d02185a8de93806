"""The table `[tariffs]`: tariffs with their lines, each by itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Tariff, in_force, lines_of
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.conversion import converted, key_path
from powerstats_cli.settings.days import check_days
from powerstats_cli.settings.names import meant, name_flaw

DAYS: Final = ("from", "until")


class Place(NamedTuple):
    """A line with its tariff, and the path of its keys."""

    tariff: str
    line: Line
    path: str

    def at(self, key: str) -> str:
        """Return the path of one of its keys, with its name."""
        return f"{self.path}.{key}: line {self.line.name!r}"


def places(tariffs: Mapping[str, Tariff]) -> Iterator[Place]:
    """Yield each line of each tariff."""
    for name, tariff in tariffs.items():
        for number, line in enumerate(tariff.lines):
            yield Place(name, line, _line_path(name, number))


def _line_path(tariff: str, number: int) -> str:
    return f"{key_path('tariffs', tariff)}.lines[{number}]"


def tariffs_of(written: Any) -> Mapping[str, Tariff]:
    """Return the tariffs of the configuration; raises ConfigError with the path of the key."""
    table = converted(written, dict, "tariffs")
    if not table:
        message = (
            'the configuration has no [tariffs]: begin with [money] currency = "EUR", and '
            "[tariffs.mine] from = 2025-01-01 and "
            'lines = [{ name = "Energy", per = "import", rate = 0.30 }]'
        )
        raise ConfigError(message)
    tariffs = {name: _tariff(name, each) for name, each in table.items()}
    for name in tariffs:
        _check_parts(tariffs, name)
    _check_first_days(tariffs)
    return tariffs


def _tariff(name: str, written: Any) -> Tariff:
    path = key_path("tariffs", name)
    if not isinstance(written, dict):
        message = f"{path}: must be a table, such as [tariffs.mine] with from and lines"
        raise ConfigError(message)
    if (found := name_flaw(name)) is not None:
        message = f"{path}: {found}"
        raise ConfigError(message)
    check_days(written, DAYS, path)
    tariff = converted({**written, "lines": ()}, Tariff, path)
    if tariff.name and (found := name_flaw(tariff.name)) is not None:
        message = f"{path}.name: {found}"
        raise ConfigError(message)
    if tariff.until and (not tariff.since or tariff.until <= tariff.since):
        message = f"{path}.until: must be after from"
        raise ConfigError(message)
    lines = converted(written.get("lines", ()), list[dict[str, Any]], f"{path}.lines")
    if not lines and not tariff.plus:
        message = f"{path}: has neither lines nor plus"
        raise ConfigError(message)
    found_lines = tuple(_line(_line_path(name, number), each) for number, each in enumerate(lines))
    return msgspec.structs.replace(tariff, lines=found_lines)


def _line(path: str, written: dict[str, Any]) -> Line:
    check_days(written, DAYS, path)
    name = written.get("name")
    label = f"line {name!r}" if isinstance(name, str) else ""
    line = converted(written, Line, path, label)
    if (found := name_flaw(line.name)) is not None:
        message = f"{path}.name: {found}"
        raise ConfigError(message)
    return line


# --- tariffs together -----------------------------------------------------------------------------


def _check_parts(tariffs: Mapping[str, Tariff], name: str) -> None:
    path = f"{key_path('tariffs', name)}.plus"
    for other in tariffs[name].plus:
        if other not in tariffs:
            message = f"{path}: there is no tariff {other!r}{meant(other, tariffs)}"
            raise ConfigError(message)
    try:
        lines_of(tariffs, name)
    except ValueError as error:
        message = f"{path}: {error}"
        raise ConfigError(message) from None


def _check_first_days(tariffs: Mapping[str, Tariff]) -> None:
    try:
        in_force(tariffs)
    except ValueError as error:
        message = f"tariffs: {error}"
        raise ConfigError(message) from None
