"""What a person types about a contract, in the ways in which people write it."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.energy import typed

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("written", "currency", "expected"),
    [
        ("0.28", "EUR", 0.28),
        ("0,28", "EUR", 0.28),
        (".28", "EUR", 0.28),
        (" 0.28 ", "EUR", 0.28),
        ("28 ct", "EUR", 0.28),
        ("28.5ct/kWh", "EUR", 0.285),
        ("28 ct per kWh", "EUR", 0.28),
        ("€0.28/kWh", "EUR", 0.28),
        ("€ 0,28 a kWh", "EUR", 0.28),
        ("0.28 EUR", "EUR", 0.28),
        ("8.49975p", "GBP", 0.0849975),
        ("£0.29", "GBP", 0.29),
        ("6.5", "INR", 6.5),
        ("31 ¥", "JPY", 31),
        ("142 øre", "NOK", 1.42),
        ("-0.05", "EUR", -0.05),
        ("0", "EUR", 0),
    ],
)
def test_a_rate(written: str, currency: str, expected: float) -> None:
    """It is money per kWh, whether in cents or not."""
    assert typed.rate(written, currency) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "written", ["", "cheap", "28 p", "0.28 USD", "28", "1.234,56", "0.28 a day"]
)
def test_no_rate(written: str) -> None:
    """Cents without a word, another currency, or no number."""
    with pytest.raises(ValueError, match=r"such as|write it as"):
        typed.rate(written, "EUR")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("6.20 a month", (6.2, "month")),
        ("6,20/month", (6.2, "month")),
        ("6.20 € per month", (6.2, "month")),
        ("€6.20 monthly", (6.2, "month")),
        ("53 ct a day", (0.53, "day")),
        ("0.53 / day", (0.53, "day")),
        ("396.36 EUR a year", (396.36, "year")),
        ("95 yearly", (95, "year")),
    ],
)
def test_a_fixed_charge(written: str, expected: tuple[float, str]) -> None:
    """It has its time."""
    assert typed.fixed(written, "EUR") == expected


@pytest.mark.parametrize(
    "written", ["", "6.20", "a month", "6.20 a week", "53 a day", "$6 a month"]
)
def test_no_fixed_charge(written: str) -> None:
    """Without a time, or with one that no line can have."""
    with pytest.raises(ValueError, match=r"is no charge in EUR with its time|is too much"):
        typed.fixed(written, "EUR")


@pytest.mark.parametrize(
    ("read", "right", "expected", "wrong"),
    [
        (typed.percent, ["21", "21 %", "21,0%"], 21.0, ["", "x", "101", "-1", "21 EUR"]),
        (typed.currency, ["EUR", "eur", " Eur "], "EUR", ["", "€", "EURO", "E1R"]),
        (typed.day, ["2025-03-01", " 2025-03-01 "], date(2025, 3, 1), ["", "1.3.25", "2025-02-30"]),
    ],
)
def test_the_others(
    read: Callable[[str], object], right: list[str], expected: object, wrong: list[str]
) -> None:
    """A percentage, a currency and a day."""
    assert [read(each) for each in right] == [expected] * len(right)
    for each in wrong:
        with pytest.raises(ValueError, match="such as"):
            read(each)


def test_hours() -> None:
    """Rules with a ; between them; others must not have an hour of them."""
    first = date(2026, 1, 1)
    assert typed.hours("23:00 - 07:00;Sat,Sun ", (), first, VIENNA) == ["23:00-07:00", "Sat,Sun"]
    evening = ["Mon-Fri 17:00-20:00"]
    assert typed.hours("20:00-22:00", [evening], first, VIENNA) == ["20:00-22:00"]
    with pytest.raises(ValueError, match="Thu 19:00 is in Mon-Fri 17:00-20:00, too"):
        typed.hours("19:00-22:00", [evening], first, VIENNA)


@pytest.mark.parametrize("written", ["", ";", "at night", "7-23", "Sun,PH", "Mon-Fri,-PH"])
def test_no_hours(written: str) -> None:
    """Nothing, words, times without minutes, and holidays, which need a table of their own."""
    with pytest.raises(ValueError, match=r"such as|neither|holidays are set up"):
        typed.hours(written, (), date(2026, 1, 1), VIENNA)
