"""`tariff`: a tariff by its name on a day, with the prices that are stored, and its mistakes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, encode
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Steps
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import buckets
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.store import Store
from tests.commands.flowing import ZONE
from tests.support.installation import Installation

NOW = datetime(2025, 11, 22, 13, tzinfo=UTC)
TODAY = date(2025, 11, 22)
ENTITIES = {"bought": "sensor.bought", "spot": "sensor.spot"}
HOME = """
[flows]
import = "bought"

[prices]
spot = { step = 60 }

[money]
currency = "EUR"

[zones]
night = ["23:00-07:00"]

[tariffs.two]
name = "Night & day"
from = 2025-03-01
plus = ["taxes"]
lines = [{ name = "Energy", per = "import", rate = { night = 0.2, rest = 0.3 } }]

[tariffs.market]
from = 2025-11-01
plus = ["taxes"]
lines = [{ name = "Energy", per = "import", price = "spot" }]

[tariffs.taxes]
lines = [
  { name = "Network", per = "month", rate = 30 },
  { name = "VAT", percent = 21 },
]
"""


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """Return an installation with tariffs and without a data file."""
    return Installation(tmp_path, "http://127.0.0.1:1", ENTITIES, more=HOME)


def store(home: Installation, name: str, day: date, hours: int) -> None:
    """Write a file of a day with a price that is known for so many hours, 0.01 more in each."""
    spans = buckets("10min", day, ZONE)[: 6 * hours]
    points = {
        span.start: {"spot": Value(mean=place // 6 / 100, min=0.0, max=1.0, coverage=1.0)}
        for place, span in enumerate(spans)
    }
    until = spans[-1].end
    series = {"spot": Series.of(Kind("EUR/kWh", "measurement"), until)}
    path = home.data_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    document = Document(
        tier="daily", timezone=ZONE.key, bucket="10min", last_update=until, day=day,
        series=series, points=points, latest={},
    )  # fmt: skip
    path.write_bytes(encode(document))


def as_json(home: Installation, *arguments: str) -> dict[str, Any]:
    """Return what `tariff --json` prints."""
    result = home.run("tariff", *arguments, "--json", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    return json.loads(result.out)  # type: ignore[no-any-return]


def rates(document: dict[str, Any], tariff: str) -> list[tuple[str, float | None]]:
    """Return what a kWh costs by a tariff, by the local times at which that changes."""
    found = next(each for each in document["tariffs"] if each["tariff"] == tariff)
    [kwh] = found["kwh"]
    [block] = kwh["blocks"]
    return [(each["from"][11:16], each["rate"]) for each in block["rates"]]


def test_all_tariffs_of_today(home: Installation) -> None:
    """Those that are no part of another; nothing has to be stored."""
    found = as_json(home)
    assert [each["tariff"] for each in found["tariffs"]] == ["two", "market"]
    two, market = found["tariffs"]
    assert (two["from"], two["until"], two["in_force"]) == ("2025-03-01", "2025-11-01", False)
    assert (market["from"], market["until"], market["in_force"]) == ("2025-11-01", None, True)
    assert rates(found, "two") == [("00:00", 0.242), ("07:00", 0.363), ("23:00", 0.242)]
    assert rates(found, "market") == [("00:00", None)]
    assert two["fixed"] == {"day": 1.21, "year": 435.6}
    assert [line["tariff"] for line in two["lines"]] == ["two", "taxes", "taxes"]


def test_prices_of_today_and_of_an_archived_day(home: Installation) -> None:
    """They are those of the day's file, as far as it knows them."""
    store(home, "daily.json", TODAY, 13)
    store(home, f"archive/{TODAY - DAY}.json", TODAY - DAY, 24)
    today = rates(as_json(home, "market"), "market")
    assert today[:3] == [("00:00", 0.0), ("01:00", 0.0121), ("02:00", 0.0242)]
    assert today[-1] == ("13:00", None)
    before = rates(as_json(home, "market", "--on", "yesterday"), "market")
    assert (len(before), before[-1]) == (24, ("23:00", 0.2783))
    assert rates(as_json(home, "market", "--on", "2025-11-20"), "market") == [("00:00", None)]


def test_prices_of_the_ledger(home: Installation) -> None:
    """A day that has left the archive has its prices there."""
    day = date(2025, 6, 1)
    prices = Steps(60, tuple(hour / 10 for hour in range(24)))
    kinds = {"spot": Kind("EUR/kWh", "measurement")}
    stored = Ledger(ZONE.key, NOW, kinds, {day: LedgerDay({}, {"spot": prices})})
    home.data_dir.mkdir()
    ledgerfile.write(Store(home.data_dir, ZONE.key), stored)
    found = rates(as_json(home, "market", "--on", f"{day}"), "market")
    assert found[:2] == [("00:00", 0.0), ("01:00", 0.121)]
    assert len(found) == 24


def test_a_file_that_cannot_be_read(home: Installation) -> None:
    """The tariff is shown without its price, and the file is told."""
    store(home, f"archive/{TODAY - DAY}.json", TODAY - DAY, 24)
    (home.data_dir / "daily.json").write_text("{")
    result = home.run("tariff", "market", at=NOW)
    assert result.exit_code == 65
    assert "No price is stored of this day." in result.out
    assert "daily.json" in result.err
    assert home.run("tariff", "two", at=NOW).exit_code == 0


@pytest.mark.parametrize("name", ["two", "TWO", "night & day", "Night & day"])
def test_a_name(home: Installation, name: str) -> None:
    """A tariff is called as in the configuration, or as it is shown."""
    result = home.run("tariff", name, at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    assert result.out.startswith("Night & day  2025-03-01 to 2025-10-31\n")
    assert "Sat 22 Nov 2025, in EUR, not in force\n" in result.out
    assert "Tariff" not in result.out


def test_a_part_by_itself(home: Installation) -> None:
    """It can be looked at as well; nothing in it is of a kWh."""
    result = home.run("tariff", "taxes", at=NOW)
    assert result.exit_code == 0
    assert result.out.startswith("taxes  part of two, market\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["tw"], "there is no tariff 'tw': is it two?"),
        ([""], "there is no tariff ''"),
        (["--on", "2025-11"], "2025-11 is more than one day"),
        (["--on", "2025-13-01"], "is not in the calendar"),
        (["--on", "2025-02-30"], "is not in the calendar"),
        (["--on", "soon"], "'soon' is no period"),
        (["--on", ".."], "is more than one day"),
        (["--on", "2024.."], "is more than one day"),
        (["--on", "1969-12-31"], "its year must be from 1970 to 2199"),
        (["--on", "2200-01-01"], "its year must be from 1970 to 2199"),
        (["--on", "0001-01-01"], "its year must be from 1970 to 2199"),
        (["two", "market"], "there is no place for market"),
    ],
)
def test_a_command_line_that_is_wrong(home: Installation, arguments: list[str], line: str) -> None:
    """It is a line and exit code 2."""
    result = home.run("tariff", *arguments, at=NOW)
    assert (result.exit_code, result.out) == (2, "")
    assert line in result.err


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        (HOME, "", "the configuration has no [tariffs]: begin with"),
        ("rate = 30", 'rate = "30"', "tariffs.taxes.lines[0].rate: line 'Network': Expected"),
        ('currency = "EUR"', "", "money.currency: is missing"),
        ('"23:00-07:00"', '"23-07"', "zones.night[0]: '23-07' are no times"),
    ],
)
def test_a_configuration_that_is_wrong(
    home: Installation, written: str, instead: str, line: str
) -> None:
    """Exit code 78 and the path of the key; no step minds."""
    home.configure(more=HOME.replace(written, instead))
    result = home.run("tariff", at=NOW)
    assert (result.exit_code, result.out) == (78, "")
    assert line in result.err
    assert home.run("aggregate", "yearly", at=NOW).exit_code == 0


def test_a_day_that_a_zone_left_out(tmp_path: Path) -> None:
    """Nothing costs anything on it, and it is no bug."""
    home = Installation(
        tmp_path, "http://127.0.0.1:1", ENTITIES, timezone="Pacific/Apia", more=HOME
    )
    result = home.run("tariff", "two", "--on", "2011-12-30", at=NOW)
    assert "bug" not in result.err
    assert result.exit_code == 2


@pytest.mark.parametrize("day", ["1970-01-01", "2199-12-31"])
def test_the_ends_of_time(home: Installation, day: str) -> None:
    """The first and the last day that there are can be shown."""
    assert as_json(home, "two", "--on", day)["tariffs"][0]["date"] == day


def test_the_next_day(home: Installation) -> None:
    """Tomorrow is a day, too, of which no price is known."""
    tomorrow = day_start(TODAY + DAY, ZONE).astimezone(ZONE)
    found = as_json(home, "two", "--on", "tomorrow")
    assert found["tariffs"][0]["date"] == f"{tomorrow:%Y-%m-%d}"
