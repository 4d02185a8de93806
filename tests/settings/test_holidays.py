"""`[holidays]`: countries, some of their holidays, and days by themselves."""

import sys
from datetime import date
from pathlib import Path

import pytest

from tests.settings.contracting import LINES, MONEY, TARIFF, ZONES, complaint, contract

NIGHT = '[zones]\nlow = ["Sat,Sun,PH"]\n'
KINGS_DAY = date(2026, 4, 27)


def on(holidays: str, day: date, folder: Path) -> bool:
    """Tell whether a day is a holiday by a table."""
    text = f"{MONEY}{NIGHT}[holidays]\n{holidays}\n{TARIFF}{LINES}"
    return contract(text, folder).is_holiday(day)


@pytest.mark.parametrize(
    ("holidays", "day", "expected"),
    [
        ('country = "NL"', KINGS_DAY, True),
        ('country = "NL"', date(2026, 4, 28), False),
        ('country = "NL"\nonly = ["King\'s Day"]', KINGS_DAY, True),
        ('country = "NL"\nonly = ["koningsdag"]', KINGS_DAY, True),
        ('country = "NL"\nonly = ["Koningsdag"]', date(2026, 12, 25), False),
        ('country = "NL"\nonly = ["Koningsdag"]\ndates = [2026-05-05]', date(2026, 5, 5), True),
        ("dates = [2026-05-05]", date(2026, 5, 5), True),
        ("dates = [2026-05-05]", KINGS_DAY, False),
        ('country = "US"\nsubdivision = "CA"', date(2026, 7, 3), True),
        ('country = "US"\nonly = ["Independence Day"]', date(2026, 7, 3), True),
        ('country = "US"\nonly = ["New Year\'s Day"]', date(2021, 12, 31), True),
        ('country = "US"', date(2026, 3, 31), False),
        ('country = "US"\nsubdivision = "CA"', date(2026, 3, 31), True),
        ('country = "BE"\nonly = ["Fête nationale"]', date(2026, 7, 21), True),
    ],
)
def test_a_holiday(holidays: str, day: date, expected: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Names are in English or a language of the country; one that is moved is its own."""
    assert on(holidays, day, tmp_path) is expected


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [
        ('country = "nl"', "holidays.country: 'nl' is no code of a country, such as NL"),
        ('country = "Holland"', "holidays.country: 'Holland' is no code of a country"),
        ('country = ""', "zones.low[0]: PH needs holidays.country, or holidays.dates"),
        (
            'country = "AU"\nsubdivision = "QL"',
            "holidays.subdivision: 'QL' is no part of AU: is it QL",
        ),
        ('country = "NL"\nsubdivision = "XX"', "holidays.subdivision: 'XX' is no part of NL"),
        (
            'country = "NL"\nonly = ["Kings Day"]',
            "holidays.only[0]: 'Kings Day' is no holiday there: is it king's day",
        ),
        ('country = "NL"\nonly = "King\'s Day"', "holidays.only: Expected `array`, got `str`"),
        ('only = ["King\'s Day"]', "holidays.country: is missing"),
        ('subdivision = "CA"', "holidays.country: is missing"),
        ('contry = "NL"', "holidays.contry: unknown key"),
        ('dates = ["2026-05-05"]', "holidays.dates[0]: must be a day"),
        ("dates = [2026-05-05, 2026-05-06T00:00:00]", "holidays.dates[1]: must be a day"),
        ("dates = 2026-05-05", "holidays.dates: Expected `array`, got `date`"),
        ("", "zones.low[0]: PH needs holidays.country, or holidays.dates"),
    ],
)
def test_mistakes_in_holidays(holidays: str, expected: str, tmp_path: Path) -> None:
    """Near names are in the line."""
    text = f"{MONEY}{NIGHT}[holidays]\n{holidays}\n{TARIFF}{LINES}"
    assert complaint(text, tmp_path).startswith(expected)


def test_the_library_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says how to install it; it is not missed if no rule asks."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    country = '[holidays]\ncountry = "NL"\n'
    said = complaint(f"{MONEY}{NIGHT}{country}{TARIFF}{LINES}", tmp_path)
    assert "`pipx inject powerstats holidays`" in said
    assert contract(f"{MONEY}{ZONES}{country}{TARIFF}{LINES}", tmp_path).tariffs
    dates = "[holidays]\ndates = [2026-04-27]\n"
    assert contract(f"{MONEY}{NIGHT}{dates}{TARIFF}{LINES}", tmp_path).is_holiday(KINGS_DAY)
