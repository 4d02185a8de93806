"""`compare`: what tariffs would have cost, on the days that each of them can price."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from powerstats_cli.core.documents import encode
from powerstats_cli.core.energy import ledger
from powerstats_cli.core.periods import DAY, days
from tests.commands.billing import COUNTER, PRICE, Home, Stored, at, told
from tests.support.installation import Installation

TODAY = date(2025, 11, 22)
NOW = at(TODAY, 14)
FIRST = date(2025, 10, 10)
BASE = """
[flows]
import = "meter"
export = "feed"
[prices]
epex = { step = 15 }
[money]
currency = "EUR"
[zones]
low = ["23:00-07:00"]
"""
TARIFFS = """
[tariffs.flat]
name = "All day"
from = 2025-09-01
plus = ["standing"]
lines = [{ name = "Energy", per = "import", rate = 0.30 }]
[tariffs.zones]
plus = ["standing"]
lines = [{ name = "Energy", per = "import", rate = { low = 0.20, rest = 0.32 } }]
[tariffs.spot]
plus = ["standing"]
lines = [{ name = "Energy", per = "import", price = "epex" }]
[tariffs.standing]
lines = [
  { name = "Standing", per = "day", rate = 0.40 },
  { name = "Feeding in", per = "export", rate = 0.08 },
]
"""
NO_PRICE, NO_METER, ONLY_SUM = date(2025, 11, 5), date(2025, 11, 7), date(2025, 10, 20)


def metered(local: datetime) -> float | None:
    """Return an even use of 0.1 kWh a bucket, which is not known of an hour of a day."""
    return None if (local.date(), local.hour) == (NO_METER, 3) else 0.1


def price(local: datetime) -> float | None:
    """Return a price that is 0.10 in the first half of a day, and then 0.40."""
    return None if (local.date(), local.hour) == (NO_PRICE, 3) else 0.1 + 0.3 * (local.hour >= 12)


def stored(day: date) -> Stored:
    """Return where a day is kept besides its sum; one is kept nowhere."""
    return "yearly" if day == ONLY_SUM else "ledger"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return a home of six weeks; no test here changes it."""
    return made(tmp_path_factory.mktemp("home"), BASE + TARIFFS)


def made(folder: Path, config: str) -> Installation:
    """Return a home of six weeks."""
    return Home(
        folder,
        NOW,
        list(days(FIRST, TODAY + DAY)),
        {"meter": COUNTER, "feed": COUNTER, "epex": PRICE},
        {"meter": metered, "feed": lambda local: 0.1 * (local.hour == 12), "epex": price},
        config,
        stored=stored,
    ).installed()


def by_name(found: Any) -> dict[str, float]:
    """Return the amounts of a comparison."""
    return {row["tariff"]: row["amount"] for row in found["tariffs"]}


def test_the_cheapest_first(home: Installation) -> None:
    """On the whole days that all can price; of the others it tells why they do not count."""
    found = told(home, "compare", now=NOW)
    assert found["asked"] == (TODAY - FIRST).days
    assert found["left_out"] == {
        "import is not wholly known": 1,
        "no hours are kept": 1,
        "the price epex is not wholly known": 1,
    }
    number = found["days"]
    assert number == found["asked"] - 3
    fixed = 0.40 - 0.6 * 0.08
    # On 26 October there is one more hour, in the night.
    expected = {
        "spot": number * (7.2 * 0.1 + 7.2 * 0.4 + fixed) + 0.6 * 0.1,
        "zones": number * (4.8 * 0.2 + 9.6 * 0.32 + fixed) + 0.6 * 0.2,
        "flat": number * (14.4 * 0.3 + fixed) + 0.6 * 0.3,
    }
    assert list(by_name(found)) == list(expected)
    assert by_name(found) == pytest.approx(expected, abs=1e-3)
    assert found["paid"]["amount"] == pytest.approx(expected["flat"], abs=1e-3)
    [spot] = [row for row in found["tariffs"] if row["tariff"] == "spot"]
    assert spot["difference"] == pytest.approx(expected["spot"] - expected["flat"], abs=1e-3)
    assert spot["per_kwh"] == pytest.approx(expected["spot"] / found["import"], abs=1e-5)


def test_tariffs_that_are_named(home: Installation) -> None:
    """Only these have to be able to price a day; a name may be the one that is shown."""
    found = told(home, "compare", "all day", "zones", now=NOW)
    assert found["left_out"] == {"import is not wholly known": 1, "no hours are kept": 1}
    assert list(by_name(found)) == ["zones", "flat"]
    parts = told(home, "compare", "flat", "standing", now=NOW)
    assert list(by_name(parts)) == ["standing", "flat"]


def test_months_add_up(home: Installation) -> None:
    """A row each, of the days that count."""
    found = told(home, "compare", "--by", "month", now=NOW)
    for row in found["tariffs"]:
        assert list(row["months"]) == ["2025-10", "2025-11"]
        assert sum(row["months"].values()) == pytest.approx(row["amount"], abs=1e-3)


def test_a_bill_counts_on_from_its_own_first_day(tmp_path: Path) -> None:
    """Blocks are filled by the days before those that are asked for."""
    slabs = (
        "[tariffs.slabs]\nfrom = 2025-09-01\nlines = "
        '[{ name = "E", per = "import", blocks = [{ to = 144, rate = 0.1 }, { rate = 1.0 }] }]\n'
    )
    home = made(tmp_path, BASE + slabs)
    span = ["--from", "2025-11-09", "--to", "2025-11-13"]
    # In November 72 kWh are used up to the 6th, and 14.4 less 0.6 on the 7th.
    before = 7 * 14.4 - 0.6 + 14.4
    assert told(home, "compare", *span, now=NOW)["tariffs"][0]["amount"] == pytest.approx(
        (144 - before) * 0.1 + (before + 4 * 14.4 - 144) * 1.0, abs=1e-3
    )


def test_days_without_a_tariff(tmp_path: Path) -> None:
    """What was paid is then not known, and there is no difference."""
    late = TARIFFS.replace("from = 2025-09-01", "from = 2025-11-01")
    found = told(made(tmp_path, BASE + late), "compare", now=NOW)
    assert found["unpaid_days"] == 21
    assert "paid" not in found
    assert {row["difference"] for row in found["tariffs"]} == {None}
    text = made(tmp_path, BASE + late).run("compare", at=NOW).out
    assert "No tariff was in force on 21 days" in text


def test_without_sun_needs_the_house(tmp_path: Path) -> None:
    """A counter of the grid's meter tells nothing of it: then there is no day to compare."""
    registers = TARIFFS.replace('per = "import", rate = 0.30', 'per = "meter", rate = 0.30')
    result = made(tmp_path, BASE + registers).run("compare", "--without-sun", at=NOW)
    assert result.exit_code == 69
    assert "meter is not wholly known" in result.err


def test_the_table(home: Installation) -> None:
    """It says that it is the same use, on how many days, and why others do not count."""
    lines = home.run("compare", at=NOW).out.splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["spot", "zones", "All", "paid"]
    assert lines[6].startswith("The same use at the same hours: ")
    assert "1 day of 43 left out: no hours are kept" in lines


def test_a_difference_is_that_of_the_amounts_shown(home: Installation) -> None:
    """It is right to the cent for someone who subtracts what stands there."""
    tariffs = home.run("compare", at=NOW).out.split("\n\n")[0].splitlines()[1:]
    paid = float(tariffs[-1].split()[-2])
    for line in tariffs[:-1]:
        amount, difference = (float(cell) for cell in line.split()[-3:-1])
        assert difference == pytest.approx(amount - paid, abs=1e-6)


# --- corrected for the past -----------------------------------------------------------------------


def test_a_tariff_that_is_corrected(tmp_path: Path) -> None:
    """All bills of the past change as computed by hand, and no byte in the files does."""
    home = made(tmp_path, BASE + TARIFFS)
    before = home.snapshot()
    october = told(home, "bill", "2025-10-15", now=NOW)
    corrected = TARIFFS.replace("rate = 0.30", "rate = 0.33").replace(
        "plus", "until = 2025-10-21\nplus", 1
    ) + (
        '[tariffs.late]\nfrom = 2025-10-21\nplus = ["standing"]\n'
        'lines = [{ name = "Energy", per = "import", rate = { low = 0.10, rest = 0.40 } }]\n'
    )
    home.configure(more=BASE + corrected)
    first = told(home, "bill", "2025-10-15", now=NOW)
    second = told(home, "bill", "2025-10-31", now=NOW)
    fixed = 0.40
    feed = 0.6 * 0.08
    assert october["total"] == pytest.approx(
        (22 * 14.4 + 0.6) * 0.30 + 31 * fixed - 22 * feed, abs=0.011
    )
    assert (first["from"], first["until"]) == ("2025-10-01", "2025-10-21")
    assert first["total"] == pytest.approx(11 * 14.4 * 0.33 + 20 * fixed - 11 * feed, abs=0.011)
    assert second["total"] == pytest.approx(
        11 * (4.8 * 0.1 + 9.6 * 0.4) + 0.6 * 0.1 + 11 * fixed - 11 * feed, abs=0.011
    )
    assert home.snapshot() == before


def test_a_price_that_is_no_longer_collected(tmp_path: Path) -> None:
    """The days after its end do not count, and those before do."""
    home = made(tmp_path, BASE + TARIFFS)
    ended = at(date(2025, 11, 10), 0)
    for path in home.data_dir.glob("*.json"):
        if path.name != "ledger.json":
            document = home.document(path.name)
            series = document.series["epex"]
            document.series["epex"] = msgspec.structs.replace(series, until=ended)
            path.write_bytes(encode(document))
    path = home.data_dir / "ledger.json"
    stored = ledger.decode(path.read_bytes(), timezone=home.timezone)
    days = {
        day: msgspec.structs.replace(each, prices={}) if day >= date(2025, 11, 10) else each
        for day, each in stored.days.items()
    }
    path.write_bytes(ledger.encode(msgspec.structs.replace(stored, days=days)))
    found = told(home, "compare", now=NOW)
    assert found["left_out"]["the price epex is not wholly known"] == 1 + 12
    assert found["days"] == found["asked"] - 3 - 12


# --- the form of the JSON -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "keys", "of_each"),
    [
        (
            ["cost", "2025-11-10"],
            "version timezone currency by rows total problems",
            ("rows", "start end import export energy fixed amount per_kwh known"),
        ),
        (
            ["bill"],
            """version timezone currency tariff name from until days days_so_far lines amount total
            known unpriced split problems""",
            ("lines", "name part quantity unit rate per amount parts"),
        ),
        (
            ["compare"],
            """version timezone currency from until days asked left_out import unpaid_days tariffs
            paid problems""",
            ("tariffs", "tariff amount difference per_kwh"),
        ),
    ],
)
def test_the_keys_of_version_1(
    home: Installation, command: list[str], keys: str, of_each: tuple[str, str]
) -> None:
    """As long as the version is the same, every key stays."""
    found = told(home, *command, now=NOW)
    assert found["version"] == 1
    assert set(keys.split()) <= found.keys()
    name, inner = of_each
    assert set(inner.split()) <= found[name][0].keys()
