"""The table `[holidays]`: the public holidays of a country, some of them, or days by themselves.

The library of all countries' holidays is an extra, and is imported only if a rule needs it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, Final

import msgspec

from powerstats_cli.core.energy.hours import HOLIDAY, Holidays, Zone
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.conversion import converted
from powerstats_cli.settings.days import check_day
from powerstats_cli.settings.names import meant

# The years in whose holidays a name is looked for; most are found in the first.
_YEARS: Final = (2025, 2026, 2024, 2027, *range(2028, 2040), *range(2000, 2024))
_NamesOf = Callable[[int], Mapping[date, frozenset[str]]]
"""Returns the names of each holiday of a year, as they are compared, in some languages."""


class HolidayTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country's holidays, those of `only` if it names any, and more `dates`."""

    country: str = ""
    subdivision: str = ""
    only: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()


def holidays_of(written: Any, zones: Mapping[str, Zone]) -> Holidays:
    """Return what tells whether a day is a holiday; no day is one if no rule asks.

    Raises ConfigError with the path of the key.
    """
    table = _table(written)
    asked = _asked(zones)
    if asked is None:
        return frozenset[date]().__contains__
    if not table.country and not table.dates:
        message = f"{asked}: {HOLIDAY} needs holidays.country, or holidays.dates"
        raise ConfigError(message)
    dates = frozenset(table.dates)
    if not table.country:
        return dates.__contains__
    names_of = _names_of(table)
    wanted = _wanted(table.only, names_of)

    @cache
    def of_year(year: int) -> frozenset[date]:
        named = names_of(year)
        return dates | {day for day, names in named.items() if not wanted or names & wanted}

    return lambda day: day in of_year(day.year)


def _table(written: Any) -> HolidayTable:
    given = converted(written, dict, "holidays")
    dates = given.get("dates", [])
    for number, day in enumerate(dates if isinstance(dates, list) else ()):
        check_day(day, f"holidays.dates[{number}]")
    table = converted(given, HolidayTable, "holidays")
    if not table.country and (table.subdivision or table.only):
        message = 'holidays.country: is missing, such as "NL"'
        raise ConfigError(message)
    return table


def _asked(zones: Mapping[str, Zone]) -> str | None:
    """Return the path of the first rule that names holidays."""
    for name, rules in zones.items():
        for number, rule in enumerate(rules):
            if rule.holidays is not None:
                return f"zones.{name}[{number}]"
    return None


# --- the library ----------------------------------------------------------------------------------


def _library() -> Any:
    try:
        return import_module("holidays")
    except ImportError:
        message = (
            "holidays.country: the holidays of countries are not installed: "
            "run `pipx inject powerstats holidays`"
        )
        raise ConfigError(message) from None


def _names_of(table: HolidayTable) -> _NamesOf:
    library = _library()
    countries: Mapping[str, list[str]] = library.list_supported_countries(include_aliases=True)
    if table.country not in countries:
        message = f"holidays.country: {table.country!r} is no code of a country, such as NL"
        raise ConfigError(message)
    parts = countries[table.country]
    if table.subdivision and table.subdivision not in parts:
        message = (
            f"holidays.subdivision: {table.subdivision!r} is no part of {table.country}"
            f"{meant(table.subdivision, parts)}"
        )
        raise ConfigError(message)
    kind = getattr(library, table.country)
    # One language is enough if no names are compared.
    languages = (table.only and kind.supported_languages) or (kind.default_language,)

    def names_of(year: int) -> Mapping[date, frozenset[str]]:
        found: dict[date, frozenset[str]] = {}
        for language in languages:
            calendar = library.country_holidays(
                table.country, subdiv=table.subdivision or None, years=year, language=language
            )
            for day in calendar:
                names = frozenset(map(_bare, calendar.get_list(day)))
                found[day] = found.get(day, frozenset()) | names
        return found

    return names_of


def _bare(name: str) -> str:
    """Return a holiday's name in small letters, without a remark such as (observed)."""
    return name.partition(" (")[0].strip().lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _wanted(only: tuple[str, ...], names_of: _NamesOf) -> frozenset[str]:
    """Return the names in `only` as they are compared; raises ConfigError if one is not known."""
    known: set[str] = set()
    years = iter(_YEARS)
    for number, name in enumerate(only):
        while _bare(name) not in known and (year := next(years, None)):
            known.update(*names_of(year).values())
        if _bare(name) not in known:
            message = f"holidays.only[{number}]: {name!r} is no holiday there{meant(name, known)}"
            raise ConfigError(message)
    return frozenset(map(_bare, only))
