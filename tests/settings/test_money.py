"""The commands of money read four tables; no mistake in them stops a step."""

from datetime import date
from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.ledger import LedgerWish, ledger_wish
from tests.settings.contracting import (
    ENERGY,
    HOME,
    LINES,
    MONEY,
    TARIFF,
    ZONES,
    complaint,
    contract,
    loaded,
)

# --- what may be said -----------------------------------------------------------------------------


def test_two_lines_are_enough(tmp_path: Path) -> None:
    """Bills are of calendar months unless the configuration says otherwise."""
    found = contract(MONEY + TARIFF + LINES, tmp_path)
    assert (found.currency, found.decimals, found.bill_from.day, found.bill_months) == (
        "EUR",
        2,
        1,
        1,
    )
    assert found.received == {"export", "grid_out"}
    assert found.timeline[0].since == date(2025, 5, 1)
    assert not found.is_holiday(date(2025, 12, 25))


@pytest.mark.parametrize(
    "line",
    [
        f"{{ {ENERGY}, rate = {{ night = 0.2, peak = 0.4 }} }}",
        f'{{ {ENERGY}, rate = {{ rest = 1 }}, only = "late" }}',
        '{ name = "Grün & gut", per = "hot_water", rate = -1 }',
        '{ name = "House", per = "house", rate = 1, less = "export", within = "bill" }',
        '{ name = "kW", per = "kW month", rate = 1, minutes = 30, of = "export", only = "peak" }',
        f'{{ {ENERGY}, price = "epex", from = 2025-01-01, until = 2025-01-02 }}',
        f"{{ {ENERGY}, blocks = [{{ to = 1, rate = 1 }}, {{ rate = 0 }}] }}",
        f'{{ {ENERGY}, rate = 1 }}, {{ name = "VAT", percent = 21 }}',
        f'{{ {ENERGY}, rate = 1 }}, {{ name = "VAT", percent = 21, of = "Energy" }}',
    ],
)
def test_a_line(line: str, tmp_path: Path) -> None:
    """Each form of a line is one."""
    assert contract(f"{MONEY}{ZONES}{TARIFF}lines = [{line}]\n", tmp_path).lines("go")


def test_names_of_tariffs(tmp_path: Path) -> None:
    """A name may have any letters; the path of a key in it has quotes."""
    tariff = TARIFF.replace("go", '"Strøm & mer"')
    assert contract(MONEY + tariff + LINES, tmp_path).compared == ["Strøm & mer"]
    said = complaint(MONEY + tariff + LINES.replace("0.3", '"0.3"'), tmp_path)
    assert said.startswith("tariffs.'Strøm & mer'.lines[0].rate: line 'Energy': ")


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        ("", "money.currency: is missing"),
        ('currency = "euro"', "money.currency: 'euro' is no currency"),
        ('currency = "eur"', "money.currency: 'eur' is no currency"),
        ('currency = "€"', "money.currency: '€' is no currency"),
        ("currency = 7", "money.currency: Expected `str`, got `int`"),
        ('currency = "EUR"\ncurency = "EUR"', "money.curency: unknown key"),
        ('currency = "EUR"\nbill_from = "2025-05-01"', "money.bill_from: must be a day"),
        ('currency = "EUR"\nbill_from = 15', "money.bill_from: must be a day"),
        ('currency = "EUR"\nbill_from = 2025-05-01T00:00:00', "money.bill_from: must be a day"),
        ('currency = "EUR"\nbill_from = 2025-05-01 00:00:00Z', "money.bill_from: must be a day"),
        ('currency = "EUR"\nbill_from = 0001-01-01', "money.bill_from: its year must be"),
        ('currency = "EUR"\nbill_from = 9999-12-31', "money.bill_from: its year must be"),
        ('currency = "EUR"\nbill_months = 4', "money.bill_months: must be 1, 2, 3, 6 or 12"),
        ('currency = "EUR"\nbill_months = 0', "money.bill_months: must be 1, 2, 3, 6 or 12"),
        ('currency = "EUR"\nbill_months = -1', "money.bill_months: must be 1, 2, 3, 6 or 12"),
        ('currency = "EUR"\nbill_months = "3"', "money.bill_months: must be 1, 2, 3, 6 or 12"),
        ('currency = "EUR"\nbill_months = [3]', "money.bill_months: must be 1, 2, 3, 6 or 12"),
        ('currency = "EUR"\nbill_months = true', "money.bill_months: "),
    ],
)
def test_mistakes_in_money(money: str, expected: str, tmp_path: Path) -> None:
    """The line begins with the path of the key."""
    assert complaint(f"[money]\n{money}\n{TARIFF}{LINES}", tmp_path).startswith(expected)


LEDGER = [
    ("slot_minutes = 45", "money.slot_minutes: must divide 60"),
    ("slot_minutes = 15", "money.slot_minutes: must divide 60, and be a multiple of the"),
    ("slot_minutes = 120", "money.slot_minutes: must divide 60"),
    ("slot_minutes = 0", "money.slot_minutes: must divide 60"),
    ("slot_minutes = -60", "money.slot_minutes: must divide 60"),
    ('slot_minutes = "60"', "money.slot_minutes: Expected `int`, got `str`"),
    ("keep_days = 39", "money.keep_days: must be from 40 to 1100"),
    ("keep_days = 1101", "money.keep_days: must be from 40 to 1100"),
    ("keep_days = -1", "money.keep_days: must be from 40 to 1100"),
    ('also = "hot_water"', "money.also: Expected `array`, got `str`"),
    (
        'also = ["hot_watr"]',
        "money.also[0]: 'hot_watr' is not in homeassistant.entities: is it hot",
    ),
    ('also = ["import"]', "money.also[0]: 'import' is not in homeassistant.entities"),
    ("also = [1]", "money.also[0]: Expected `str`, got `int`"),
]


@pytest.mark.parametrize(("keys", "expected"), LEDGER)
def test_mistakes_in_the_ledger(keys: str, expected: str, tmp_path: Path) -> None:
    """`aggregate` reads three keys; the commands of money read them, too."""
    text = f"{MONEY}{keys}\n{TARIFF}{LINES}"
    with pytest.raises(ConfigError) as raised:
        ledger_wish(loaded(text, tmp_path))
    assert str(raised.value).startswith(expected)
    assert complaint(text, tmp_path) == str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", LedgerWish()),
        ('[money]\ncurrency = 7\nnonsense = true\nbill_months = "x"\n', LedgerWish()),
        (
            '[money]\nslot_minutes = 10\nalso = ["hot_water"]\nkeep_days = 0\n',
            LedgerWish(slot_minutes=10, also=("hot_water",), keep_days=0),
        ),
        ("[money]\nslot_minutes = 30\nkeep_days = 40\n", LedgerWish(slot_minutes=30, keep_days=40)),
        (
            "[money]\nslot_minutes = 20\nkeep_days = 1100\n",
            LedgerWish(slot_minutes=20, keep_days=1100),
        ),
        ("[tariffs]\ngo = 5\n", LedgerWish()),
    ],
)
def test_the_ledger(text: str, expected: LedgerWish, tmp_path: Path) -> None:
    """No other mistake is in its way."""
    assert ledger_wish(loaded(text, tmp_path)) == expected


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        ('rest = ["Mon"]', "zones.rest: rest has the hours that are in no zone"),
        ('night = "23:00-07:00"', "zones.night: must be a list of rules"),
        ("night = []", "zones.night: must be a list of rules"),
        ("night = [7]", "zones.night[0]: Expected `str`, got `int`"),
        ('night = ["Mon", "23:00-7:00"]', "zones.night[1]: '23:00-7:00' are no times"),
        ('night = ["Jan-Foo"]', "zones.night[0]: 'Foo' is no month"),
        ('night = [""]', "zones.night[0]: it names no months"),
        ('"" = ["Mon"]', "zones.'': '' is no name"),
        ('"-a" = ["Mon"]', "zones.-a: '-a' is no name"),
        ('"a\\u0007" = ["Mon"]', "zones.'a\\x07': 'a\\x07' is no name"),
        ('night = ["PH"]', "zones.night[0]: PH needs holidays.country, or holidays.dates"),
        ('night = ["-PH"]', "zones.night[0]: PH needs holidays.country, or holidays.dates"),
    ],
)
def test_mistakes_in_zones(zones: str, expected: str, tmp_path: Path) -> None:
    """A zone is read whether a line names it or not."""
    assert complaint(f"{MONEY}[zones]\n{zones}\n{TARIFF}{LINES}", tmp_path).startswith(expected)


def test_a_table_that_is_misspelt(tmp_path: Path) -> None:
    """It is found at once, as everywhere."""
    with pytest.raises(ConfigError, match="tarifs: unknown key"):
        loaded("[tarifs.go]\n", tmp_path)


@pytest.mark.parametrize("table", ["money", "zones", "holidays", "tariffs"])
@pytest.mark.parametrize("written", ["{0} = 5", "[[{0}]]\na = 1", "[{0}]\nx = {{ y = [1] }}"])
def test_no_mistake_stops_a_step(table: str, written: str, tmp_path: Path) -> None:
    """The steps read the file whatever these tables are; a command of money does not."""
    text = written.format(table)
    path = tmp_path / "powerstats.toml"
    path.write_text(HOME + text if text.startswith("[") else f"{text}\n{HOME}")
    assert settings.load(path).timezone == "Europe/Amsterdam"
    assert settings.load(path).currency is None
