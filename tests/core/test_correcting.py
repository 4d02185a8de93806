"""What is refused before an entry is made, and how an amount is read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.amounts import Amount
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.correcting import entry_of
from powerstats_cli.core.entries import Change
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.periods import HOUR, MINUTE, Span
from powerstats_cli.core.series import Kind
from powerstats_cli.core.spreading import spread
from powerstats_cli.errors import ConfigError, MissingError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2025, 11, 20, 9, tzinfo=UTC)
SPIKE = Value(mean=996.243, min=102.1, max=1429.9, kwh=0.166041, coverage=1.0)
POWER = Kind("W", "measurement")
VOLTAGE = Kind("V", "measurement")
METER = Kind("kWh", "total_increasing")
NET_METER = Kind("kWh", "total")
WATER = Kind("m³", "total_increasing")
TEN_MINUTES = [Span(START, START + 10 * MINUTE)]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("600W", 600.0, "W"),
        ("0.6 kW", 600.0, "W"),
        ("12", 12.0, ""),
        ("-0.25kWh", -0.25, "kWh"),
        ("9e2 Wh", 0.9, "kWh"),
        ("21.5°C", 21.5, "°C"),
        ("3 m³", 3.0, "m³"),
    ],
)
def test_an_amount(text: str, number: float, unit: str) -> None:
    """Its number is in the unit that it would be kept in."""
    amount = Amount.written(text)
    assert amount.number == pytest.approx(number)
    assert amount.unit == unit


@pytest.mark.parametrize("text", ["", "W", "0,9kWh", "1.2.3", "--1", "nan", "inf W", "٣"])
def test_no_amount(text: str) -> None:
    """A comma is no point, and a word is no number."""
    with pytest.raises(ValueError, match="is no number such as 600W"):
        Amount.written(text)


@pytest.mark.parametrize(
    ("text", "kind", "level"),
    [
        ("600", POWER, Value(mean=600.0, min=600.0, max=600.0, kwh=0.1, coverage=1.0)),
        (
            "-600W",
            POWER,
            Value(mean=-600.0, min=-600.0, max=-600.0, kwh=-0.1, back=0.1, coverage=1.0),
        ),
        ("0W", POWER, Value(mean=0.0, min=0.0, max=0.0, kwh=0.0, coverage=1.0)),
        ("0.1kWh", POWER, Value(mean=600.0, min=600.0, max=600.0, kwh=0.1, coverage=1.0)),
        ("231.25", VOLTAGE, Value(mean=231.25, min=231.25, max=231.25, coverage=1.0)),
        ("100Wh", METER, Value(change=0.1, state=7.0, coverage=1.0)),
        ("-0.1", NET_METER, Value(change=-0.1, state=7.0, coverage=1.0)),
        ("0.5 m³", WATER, Value(change=0.5, state=7.0, coverage=1.0)),
    ],
)
def test_the_value_of_a_bucket(text: str, kind: Kind, level: Value) -> None:
    """A power is given as a mean or an energy, a counter as its change."""
    before = Value(change=0.0, state=7.0, coverage=1.0)
    found = Amount.written(text).level("it", kind, TEN_MINUTES, lambda _: before, None)
    assert found == {START: level}


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("230V", POWER, "it is kept in W: give a number in W or kWh"),
        ("600W", METER, "it is kept in kWh: give a number in kWh"),
        ("5 l", WATER, "it is kept in m³"),
        ("1MWh", POWER, "is not plausible"),
        ("-1", WATER, "-6 m³ is not plausible for it: homeassistant.plausible.it is [0, inf]"),
    ],
)
def test_an_amount_that_does_not_fit(text: str, kind: Kind, line: str) -> None:
    """The line says what would."""
    with pytest.raises(ValueError, match="it") as caught:
        Amount.written(text).level("it", kind, TEN_MINUTES, lambda _: None, None)
    assert line in str(caught.value)


def test_a_counter_without_any_reading() -> None:
    """No reading is invented."""
    with pytest.raises(MissingError, match="no reading of the counter"):
        Amount.written("1").level("it", METER, TEN_MINUTES, lambda _: None, None)


def test_the_day_of_statistics_without_a_reading() -> None:
    """It stays what it is: a change without a reading, from statistics."""
    before = Value(change=3.0, coverage=1.0, source="statistics")
    found = Amount.written("1").level("it", METER, TEN_MINUTES, lambda _: before, None)
    assert found == {START: Value(change=1.0, coverage=1.0, source="statistics")}


@pytest.mark.parametrize("energy", [0.9, 0.1, -3.0, 1e-6, 0.0, 123456.789012])
def test_the_parts_are_the_whole(energy: float) -> None:
    """Spans of different lengths get parts by their lengths, which add up exactly."""
    spans = [Span(START, START + 7 * MINUTE), Span(START, START + HOUR), Span(START, START + HOUR)]
    parts = spread(spans, energy)
    assert round(sum(parts), 6) == round(energy, 6)
    assert parts[1] == pytest.approx(parts[2], abs=2e-6)


@pytest.mark.parametrize(("number", "why"), [(2001, "changes"), (1999, "1,000,000 bytes")])
def test_an_entry_that_is_too_big(number: int, why: str) -> None:
    """A journal stays readable by a small board at each write."""
    changes = [
        Change("10min", START + index * 10 * MINUTE, SPIKE, SPIKE) for index in range(number)
    ]

    def made(journal: Journal) -> Journal:
        entry = entry_of(
            journal,
            "value",
            "power",
            Span(START, START + number * 10 * MINUTE),
            changes,
            why="",
            now=START,
            zone=AMSTERDAM,
        )
        return journal.with_entry(entry, AMSTERDAM)

    def made_until_refused() -> None:
        journal = Journal()
        while True:
            journal = made(journal)

    with pytest.raises(ConfigError, match=why):
        made_until_refused()
