"""`doctor`: the tariffs, with the files, and the sensors of prices, with Home Assistant."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.periods import DAY, MINUTE
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.commands.flowing import FLOWS, TODAY, document, installed
from tests.commands.flowing import NOW as THEN
from tests.support.installation import TOKEN, Installation

MONEY = '[money]\ncurrency = "EUR"\n'
TARIFF = "[tariffs.mine]\nfrom = 2025-03-01\n"
FLAT = 'lines = [{ name = "Energy", per = "import", rate = 0.3 }]\n'
ZONED = 'lines = [{ name = "Energy", per = "import", rate = { peak = 0.5, rest = 0.3 } }]\n'
CAPACITY = 'lines = [{ name = "Peak", per = "kW month", rate = 4, minutes = 30 }]\n'
DAYS = [TODAY - number * DAY for number in range(7, 0, -1)]
FILES = {"daily.json": document("daily", [TODAY]), "weekly.json": document("weekly", DAYS)}
SLOTS = "set money.slot_minutes"
BOTH = "set data.collection_interval_minutes = 15 and money.slot_minutes = 15"


def findings(there: Installation, at: datetime, *options: str) -> list[tuple[str, str, str]]:
    """Return level, text and remedy of what is said of money."""
    found = json.loads(there.run("doctor", "--json", *options, at=at).out)["findings"]
    return [
        (one["level"], one["text"], one["remedy"])
        for one in found
        if one["area"] == "money" or one["area"].startswith("price")
    ]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (MONEY + TARIFF + FLAT, [("ok", "mine is in force since 2025-03-01", "")]),
        (MONEY, []),
        ("", []),
        (
            MONEY + '[zones]\npeak = ["18:15-21:00"]\n' + TARIFF + ZONED,
            [("warning", "zone peak has a border at 18:15, but a bucket has 10 minutes", BOTH)],
        ),
        (
            MONEY + '[zones]\npeak = ["18:30-21:00"]\n' + TARIFF + ZONED,
            [
                (
                    "warning",
                    "zone peak has a border at 18:30, but a slot of the ledger has 60 minutes",
                    f"{SLOTS} = 30",
                )
            ],
        ),
        (
            MONEY + 'keep_days = 0\n[zones]\npeak = ["18:30-21:00"]\n' + TARIFF + ZONED,
            [("ok", "mine is in force since 2025-03-01", "")],
        ),
        (
            MONEY + TARIFF + CAPACITY,
            [
                (
                    "warning",
                    "Peak counts windows of 30 minutes, but a slot of the ledger has 60 minutes",
                    f"{SLOTS} = 30",
                )
            ],
        ),
        (
            MONEY + TARIFF + "until = 2025-06-01\n" + FLAT,
            [
                (
                    "warning",
                    f"no tariff is in force from 2025-06-01 to {TODAY}",
                    "give a tariff from = 2025-06-01, or the one before no until",
                )
            ],
        ),
        (
            f"{MONEY}{TARIFF}until = 2025-06-01\n{FLAT}[tariffs.next]\nfrom = 2025-06-02\n{FLAT}",
            [
                (
                    "warning",
                    "no tariff is in force on 2025-06-01",
                    "give a tariff from = 2025-06-01, or the one before no until",
                )
            ],
        ),
        (
            MONEY + "[tariffs.mine]\n" + FLAT,
            [("skipped", "no tariff has a first day, so they can only be compared", "")],
        ),
        (
            MONEY + "[tariffs.mine]\nfrom = 2031-01-01\n" + FLAT,
            [("skipped", "mine begins on 2031-01-01", "")],
        ),
        (
            MONEY + '[zones]\npeak = ["Mon-Fri,-PH 18:00-21:00"]\n' + TARIFF + ZONED,
            [("error", "zones.peak[0]: PH needs holidays.country, or holidays.dates", "")],
        ),
        (
            TARIFF + FLAT,
            [("error", "money.currency: is missing", "")],
        ),
        (
            MONEY + TARIFF + FLAT.replace("import", "imports"),
            None,
        ),
    ],
)
def test_the_tariffs(
    tables: str, expected: list[tuple[str, str, str]] | None, tmp_path: Path
) -> None:
    """A line for each thing that cannot be priced, with what to set; a mistake has its key."""
    found = findings(installed(tmp_path, FILES, FLOWS + tables), THEN, "--offline")
    if expected is None:
        [(level, text, _)] = found
        assert (level, text[:31]) == ("error", "tariffs.mine.lines[0].per: line")
    else:
        assert found == expected


# --- the sensors of prices ------------------------------------------------------------------------

NOW = datetime(2025, 11, 22, 13, 1, tzinfo=UTC)
LATE = timedelta(seconds=4)
PRICE, VOLTAGE = "sensor.epex_price", "sensor.voltage"
VOLTS = [Change(NOW - number * MINUTE, str(230 + number % 3)) for number in range(2 * 24 * 60)]


def changing(minutes: int, *, until: datetime = NOW, days: int = 4) -> list[Change]:
    """Return a price that changes every so many minutes for some days."""
    first = NOW.replace(hour=0, minute=0) - timedelta(days=days)
    found: list[Change] = []
    while first < until:
        found.append(Change(first + LATE, f"{80 + len(found) % 17}"))
        first += minutes * MINUTE
    return found


@pytest.fixture
def server() -> Iterator[HomeAssistant]:
    """Return a home with a price in €/MWh and a voltage."""
    home = RecordedHome({}, {})
    with HomeAssistant(home, token=TOKEN, clock=lambda: NOW) as started:
        yield started


def priced(
    server: HomeAssistant,
    folder: Path,
    changes: Sequence[Change],
    table: str = "step = 15",
    unit: str | None = "€/MWh",
    currency: str = "EUR",
) -> Installation:
    """Return an installation that collects a price."""
    sensors = {
        PRICE: {"state_class": "total", **({"unit_of_measurement": unit} if unit else {})},
        VOLTAGE: {"unit_of_measurement": "V", "state_class": "measurement"},
    }
    server.home = RecordedHome(sensors, {PRICE: changes, VOLTAGE: VOLTS})
    more = f'[prices]\nepex = {{ {table} }}\n[money]\ncurrency = "{currency}"\n'
    entities = {"epex": PRICE, "voltage": VOLTAGE}
    return Installation(folder, server.url, entities, timezone="UTC", more=more)


OFTEN = f"{PRICE} changes every 15 minutes, but prices.epex.step is 60"
SELDOM = f"{PRICE} changes every 60 minutes, but prices.epex.step is 15"


@pytest.mark.parametrize(
    ("changes", "table", "expected"),
    [
        (changing(15), "step = 15", []),
        (changing(60), "step = 60", []),
        (changing(15), "step = 60", [("warning", OFTEN, "set prices.epex.step = 15")]),
        (changing(60), "step = 15", [("warning", SELDOM, "set prices.epex.step = 60")]),
        (changing(12 * 60), "step = 30", []),  # two prices a day, both from whole hours on
        ([Change(NOW - 9 * DAY, "80")], "step = 60", []),  # one that never changes
        ([], "step = 60", []),
        (
            changing(60, until=NOW - 3 * DAY, days=6),
            "step = 60",
            [
                (
                    "warning",
                    f"{PRICE} has not changed for 3 days",
                    "find out in Home Assistant whether its integration still brings prices",
                )
            ],
        ),
    ],
)
def test_how_often_a_price_changes(
    server: HomeAssistant,
    changes: Sequence[Change],
    table: str,
    expected: list[tuple[str, str, str]],
    tmp_path: Path,
) -> None:
    """More often or more seldom than its step is told, and if it stands still."""
    assert findings(priced(server, tmp_path, changes, table), NOW) == expected


@pytest.mark.parametrize(
    ("unit", "currency", "text"),
    [
        ("€/MWh", "EUR", None),
        ("°C", "EUR", "epex: °C is no money per kWh: say prices.epex.scale"),
        (None, "EUR", "epex: no unit is no money per kWh: say prices.epex.scale"),
        ("€/MWh", "SEK", "epex: in EUR/kWh, but money.currency is SEK: change one of them"),
    ],
)
def test_the_unit_of_a_price(
    server: HomeAssistant, unit: str | None, currency: str, text: str | None, tmp_path: Path
) -> None:
    """It has to be money per kWh."""
    there = priced(server, tmp_path, changing(15), unit=unit, currency=currency)
    assert [each[:2] for each in findings(there, NOW)] == ([("error", text)] if text else [])


def test_a_price_is_well_beside_the_other_sensors(server: HomeAssistant, tmp_path: Path) -> None:
    """It is stored in another unit and state class than the sensor says, and that is no fault."""
    there = priced(server, tmp_path, changing(15))
    there.run_well("collect", at=NOW)
    found = json.loads(there.run("doctor", "--json", at=NOW).out)["findings"]
    [sensor] = [one for one in found if one["area"] == "sensor epex"]
    assert sensor["level"] == "ok"
    assert "measurement in EUR/kWh" in sensor["text"]
