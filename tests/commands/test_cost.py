"""`cost`: rows of days, weeks, months, bills and hours, and the same as CSV."""

import csv
import io
import json
import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli.core.periods import DAY, days
from tests.commands.billing import COUNTER, PRICE, Home, Stored, at, told
from tests.support.installation import Installation

TODAY = date(2025, 11, 22)
NOW = at(TODAY, 14)
FIRST = date(2025, 9, 20)
CHANGE = date(2025, 10, 15)
"""The day on which the second tariff begins; the clock changes on 26 October."""
CONFIG = """
[flows]
import = ["day", "night"]
export = "feed"
[prices]
epex = { step = 15 }
[money]
currency = "EUR"
bill_from = 2025-01-10
[zones]
low = ["Mon-Fri 23:00-07:00", "Sat,Sun"]
[tariffs.old]
from = 2025-09-01
plus = ["network"]
lines = [
  { name = "Energy", per = "import", rate = { low = 0.21, rest = 0.29 } },
  { name = "Feeding in", per = "export", rate = 0.07 },
]
[tariffs.new]
name = "Spot & more"
from = 2025-10-15
plus = ["network"]
lines = [
  { name = "Energy", per = "import", price = "epex", plus = 0.02 },
  { name = "Surplus", per = "export", less = "import", within = "bill", rate = 0.05 },
]
[tariffs.network]
lines = [
  { name = "Slabs", per = "import", blocks = [{ to = 100, rate = 0.05 }, { rate = 0.08 }] },
  { name = "Capacity", per = "kW month", rate = 4.0, minutes = 60, highest = 2 },
  { name = "Standing", per = "month", rate = 6.2 },
  { name = "VAT", percent = 21 },
]
"""


def price(local: datetime) -> float:
    """Return a price of the hour."""
    return 0.05 + local.hour / 200 + local.day / 1000


def used(of: int, local: datetime) -> float:
    """Return a made use of a bucket, in whole Wh."""
    place = local.day * 144 + local.hour * 6 + local.minute // 10
    return ((place * 7919 + of * 104729) % 211) / 1000


def stored(day: date) -> Stored:
    """Return where a day is kept besides its sum: the last week in the archive."""
    return "archive" if day > TODAY - 8 * DAY else "ledger"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return a home of two months, in buckets, slots and sums; no test here changes it."""
    return Home(
        tmp_path_factory.mktemp("home"),
        NOW,
        list(days(FIRST, TODAY + DAY)),
        {"day": COUNTER, "night": COUNTER, "feed": COUNTER, "epex": PRICE},
        {
            "day": lambda local: used(1, local) if 7 <= local.hour < 23 else 0.0,
            "night": lambda local: 0.0 if 7 <= local.hour < 23 else used(2, local),
            "feed": lambda local: used(3, local) / 2 if 11 <= local.hour < 15 else 0.0,
            "epex": price,
        },
        CONFIG,
        stored=stored,
    ).installed()


def rows(home: Installation, *options: str) -> list[dict[str, Any]]:
    """Return the rows of `cost --json`."""
    found: list[dict[str, Any]] = told(home, "cost", *options, now=NOW)["rows"]
    return found


def total(some: Iterable[dict[str, Any]], name: str = "amount") -> float:
    """Return the sum of a column."""
    return sum(float(row[name]) for row in some)


def test_the_days_of_the_running_bill(home: Installation) -> None:
    """By default; each has what is paid by the kWh and what is fixed, and a known share."""
    found = rows(home)
    assert [row["start"][:10] for row in found] == [
        str(day) for day in days(date(2025, 11, 10), TODAY + DAY)
    ]
    assert found[-1]["end"] == "2025-11-22T14:00:00+01:00"
    for row in found:
        assert row["amount"] == pytest.approx(row["energy"] + row["fixed"], abs=2e-4)
        assert row["per_kwh"] == pytest.approx(row["amount"] / row["import"], abs=1e-4)
        assert row["known"] == 1.0


@pytest.mark.parametrize(
    ("options", "starts"),
    [
        (["--by", "week", "2025-11"], ["11-01", "11-03", "11-10", "11-17"]),
        (["--by", "month"], ["11-10"]),
        (["--by", "month", "2025"], ["09-10", "10-01", "11-01"]),
        (["--by", "bill", "2025"], ["09-10", "10-10", "10-15", "11-10"]),
        (["--from", "2025-10-14", "--to", "2025-10-16"], ["10-14", "10-15"]),
        (["--by", "bill", "--tariff", "old", "2025"], ["09-10", "10-10", "11-10"]),
        (["yesterday"], ["11-21"]),
    ],
)
def test_rows(home: Installation, options: list[str], starts: list[str]) -> None:
    """Of days, weeks, months and bills, cut where the period and the tariffs begin and end."""
    assert [row["start"][5:10] for row in rows(home, *options)] == starts


def test_days_add_up_to_their_bill(home: Installation) -> None:
    """Whatever the lines are: blocks, net metering, demand, percent; and hours to their day."""
    for day in (date(2025, 9, 25), date(2025, 10, 12), CHANGE, TODAY):
        found = told(home, "bill", str(day), now=NOW)
        span = ["--from", found["from"], "--to", found["until"]]
        by_day = rows(home, *span)
        assert total(by_day) == pytest.approx(found["amount"], abs=0.01)
        [by_bill] = rows(home, "--by", "bill", *span)
        assert by_bill["amount"] == pytest.approx(found["amount"], abs=1e-3)
        assert sum(line["amount"] for line in found["lines"]) == pytest.approx(
            found["amount"], abs=1e-3
        )
    for day in (date(2025, 10, 26), TODAY - 2 * DAY, TODAY):
        hours = rows(home, str(day), "--by", "hour")
        assert len(hours) == {date(2025, 10, 26): 25, TODAY: 14}.get(day, 24)
        [whole] = rows(home, str(day))
        assert total(hours) == pytest.approx(whole["energy"], abs=0.005)
        assert total(hours, "import") == pytest.approx(whole["import"], abs=1e-5)
        assert {row["fixed"] for row in hours} == {None}


def test_splitting_a_tariff_changes_nothing(home: Installation, tmp_path: Path) -> None:
    """The lines of a tariff may be ended and begun anew at any date, if they do not count on."""
    lines = (
        '{ name = "Energy", per = "import", rate = { low = 0.21, rest = 0.29 }@ },',
        '{ name = "Spot", per = "export", price = "epex", times = 0.9@ },',
        '{ name = "Standing", per = "month", rate = 6.2@ },',
    )
    plain = [line.replace("@", "") for line in lines]
    vat = '{ name = "VAT", percent = 21 }'
    found = []
    for change in (None, date(2025, 10, 26), date(2025, 11, 1)):
        split = [
            line.replace("@", f", {end} = {change}") for line in lines for end in ("until", "from")
        ]
        text = "\n".join([*(split if change else plain), vat])
        found.append(rows(changed(home, tmp_path, text), "2025"))
    first, *others = [[row["amount"] for row in some] for some in found]
    for other in others:
        assert other == pytest.approx(first)
    shuffled = "\n".join([*plain[::-1], vat])
    assert [row["amount"] for row in rows(changed(home, tmp_path, shuffled), "2025")] == (
        pytest.approx(first)
    )
    taxed = "\n".join([*plain, vat.replace("21", "42")])
    untaxed = rows(changed(home, tmp_path, "\n".join(plain)), "2025")
    doubled = [row["amount"] for row in rows(changed(home, tmp_path, taxed), "2025")]
    for bare, once, twice in zip(untaxed, first, doubled, strict=True):
        assert twice - once == pytest.approx(once - bare["amount"], abs=2e-4)


def changed(home: Installation, folder: Path, lines: str) -> Installation:
    """Return a home with the same files and one tariff of other lines."""
    before, _, _ = CONFIG.partition("[tariffs.old]")
    found = Installation(
        folder,
        home.url,
        home.entities,
        data=home.data,
        more=f"{before}[tariffs.mine]\nfrom = 2025-09-01\nlines = [\n{lines}\n]\n",
    )
    if not found.data_dir.exists():
        found.data_dir.symlink_to(home.data_dir)
    return found


# --- as text --------------------------------------------------------------------------------------


def test_csv_and_export(home: Installation) -> None:
    """Both write the same rows; `export` writes JSON lines, too."""
    told_rows = rows(home, "2025-11")
    out = home.run("cost", "2025-11", "--csv", at=NOW).out
    assert home.run("export", "2025-11", "--cost", at=NOW).out == out
    table = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [float(row["amount"]) for row in table] == [row["amount"] for row in told_rows]
    assert {row["currency"] for row in table} == {"EUR"}
    lines = home.run("export", "2025-11", "--cost", "--format", "jsonl", at=NOW).out.splitlines()
    assert [json.loads(line)["amount"] for line in lines] == [row["amount"] for row in told_rows]


def test_the_table(home: Installation) -> None:
    """It fits into 80 columns, amounts are in the currency's decimals, and a sum ends it."""
    lines = home.run("cost", "--by", "bill", "2025", at=NOW).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1].split()[:2] == ["in", "all"]
    assert lines[1].startswith("10 Sep – 9 Oct 2025")


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [
        (["cost", "--by", "hour", "2025-11"], 2, "--by hour is of one day"),
        (["cost", "2025-11-20T10"], 2, "money is told of whole days"),
        (["cost", "--csv", "--json"], 2, "give one of --csv and --json"),
        (["cost", "--tariff", "olf"], 2, "there is no tariff 'olf'"),
        (["cost", "2024"], 69, "nothing is stored of these days"),
        (["bill", "2024-01-01"], 69, "no tariff is in force on 2024-01-01"),
        (["bill", "2024-01-01", "--tariff", "old"], 69, "nothing is stored of this bill"),
        (["bill", "2027-01-01"], 69, "nothing is stored of this bill"),
        (["export", "--cost", "--format", "lp"], 2, "costs are CSV or JSON lines"),
        (["export", "--cost", "--series", "day"], 2, "costs are CSV or JSON lines"),
        (["compare", "old", "olf"], 2, "there is no tariff 'olf'"),
    ],
)
def test_what_there_is_not(
    home: Installation, command: list[str], exit_code: int, said: str
) -> None:
    """One line says why, and what there is."""
    result = home.run(*command, at=NOW)
    assert (result.exit_code, result.out) == (exit_code, "")
    assert said in result.err


def test_hours_of_a_day_that_has_only_a_sum(tmp_path: Path) -> None:
    """They are not known; the day is."""
    home = Home(
        tmp_path,
        at(TODAY, 0),
        [TODAY - 2 * DAY, TODAY - DAY],
        {"day": COUNTER},
        {"day": lambda local: used(1, local)},
        '[flows]\nimport = "day"\n[money]\ncurrency = "EUR"\n[tariffs.a]\nfrom = 2025-01-01\n'
        'lines = [{ name = "Energy", per = "import", rate = 0.3 }]\n',
        stored=lambda _: "yearly",
    )
    result = home.installed().run("cost", "2025-11-21", "--by", "hour", at=home.now)
    assert (result.exit_code, "hours are not kept of 2025-11-21" in result.err) == (2, True)


def test_hours_of_a_home_that_feeds_nothing_in(tmp_path: Path) -> None:
    """A flow that is not there is 0, and no reason to say that its hours are unknown."""
    home = Home(
        tmp_path,
        at(TODAY, 0),
        [TODAY - 2 * DAY, TODAY - DAY],
        {"day": COUNTER},
        {"day": lambda local: used(1, local)},
        '[flows]\nimport = "day"\n[money]\ncurrency = "EUR"\n[tariffs.a]\nfrom = 2025-01-01\n'
        'lines = [{ name = "Energy", per = "import", rate = 0.3 }]\n',
    ).installed()
    found = told(home, "cost", "yesterday", "--by", "hour", now=at(TODAY, 0))["rows"]
    assert len(found) == 24
    for row in found:
        assert row["energy"] == pytest.approx(0.3 * row["import"], abs=1e-4)
        assert row["export"] == 0.0


@pytest.mark.parametrize("name", ["ledger.json", "daily.json", "yearly.json"])
@pytest.mark.parametrize("command", ["cost", "bill", "compare"])
def test_a_broken_file(home: Installation, tmp_path: Path, name: str, command: str) -> None:
    """What the other files know is told, then which file is broken; nothing is changed."""
    broken = changed(home, tmp_path / "config", '{ name = "E", per = "import", rate = 0.3 }')
    broken.data_dir.unlink()
    shutil.copytree(home.data_dir, broken.data_dir)
    (broken.data_dir / name).write_bytes(b"{")
    before = broken.snapshot()
    result = broken.run(command, at=NOW)
    assert (result.exit_code, bool(result.out)) == (65, True)
    assert result.err.startswith(f"powerstats: {name} could not be read")
    assert broken.snapshot() == before


def test_before_the_first_collect(tmp_path: Path) -> None:
    """There is nothing to price: one line says what to run."""
    config = CONFIG.replace('import = ["day", "night"]', 'import = "day"').replace("feed", "night")
    entities = {name: f"sensor.{name}" for name in ("day", "night", "epex")}
    empty = Installation(tmp_path, "http://127.0.0.1:1", entities, more=config)
    for command in (["cost"], ["bill"], ["compare"]):
        result = empty.run(*command, at=NOW)
        assert (result.exit_code, result.out) == (69, ""), result
        assert "nothing is stored" in result.err
    assert empty.run("status", at=NOW).out.count("Running bill") == 0


# --- status ---------------------------------------------------------------------------------------


def test_status_tells_the_running_bill(home: Installation) -> None:
    """In one line, as `bill` does."""
    result = home.run("status", at=NOW)
    bill = told(home, "bill", now=NOW)
    [line] = [line for line in result.out.splitlines() if line.startswith("Running bill")]
    assert line == f"Running bill: {bill['total']:.2f} EUR on 13 of 30 days, Spot & more"
    found = json.loads(home.run("status", "--json", at=NOW).out)["bill"]
    assert (found["total"], found["days_so_far"]) == (bill["total"], 13)


def test_status_goes_on_with_a_mistake_in_a_tariff(home: Installation, tmp_path: Path) -> None:
    """It is told, and all the rest, too."""
    wrong = changed(home, tmp_path, '{ name = "Energy", per = "import", rate = { lo = 1 } }')
    result = wrong.run("status", at=NOW)
    assert result.exit_code == 78
    assert "there is no zone 'lo'" in result.out
    assert "daily.json" in result.out
