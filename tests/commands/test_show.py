"""`show`: sums, tables, comparisons and curves of any period."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from powerstats_cli.core.periods import DAY, day_start, days
from tests.commands.flowing import NOW, POINT, TODAY, ZONE, document, installed, value
from tests.support.installation import Installation

YESTERDAY = TODAY - DAY
OLD = list(days(date(2024, 11, 1), TODAY))


def files(lacking: int = 0) -> dict[str, Any]:
    """Return files in which so many days of the week before last are unknown."""
    yearly = document("yearly", OLD[-365:])
    for day in range(lacking):
        del yearly.points[day_start(date(2025, 11, 11) + day * DAY, ZONE)]
    return {
        "daily.json": document("daily", [TODAY]),
        f"archive/{YESTERDAY}.json": document("daily", [YESTERDAY]),
        "weekly.json": document("weekly", OLD[-7:]),
        "yearly.json": yearly,
        "years/2024.json": document("year", [day for day in OLD if day.year == 2024]),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation with files of every kind; no test here changes it."""
    return installed(tmp_path_factory.mktemp("home"), files())


def lines(home: Installation, *options: str) -> list[str]:
    """Return what `show` prints."""
    result = home.run("show", *options, at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    return [line.rstrip() for line in result.out.splitlines()]


def told(home: Installation, *options: str) -> Any:
    """Return what `show --json` prints."""
    return json.loads("\n".join(lines(home, *options, "--json")))


def test_a_week_beside_the_one_before(tmp_path: Path) -> None:
    """Monday stands beside Monday, an unknown day beside nothing, and no sum is compared then."""
    home = installed(tmp_path, files(lacking=3))
    shown = lines(home, "2025-W46", "--compare", "previous", "--series", "solar")
    assert shown[0].startswith(
        "solar: 25.00 kWh, 6.25 kWh a day, known 57.1%, – on 2025-11-03..2025-11-10"
    )
    shown = lines(home, "2025-W47", "--compare", "previous", "--series", "solar", "--by", "day")
    assert shown[0].endswith("– on 2025-11-10..2025-11-17, of which 3 of 6 days known"), shown[0]
    rows = [line.split() for line in shown[4:]]
    assert [row[0] for row in rows] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    assert rows[0][3:6] == ["12.00", "0.50", "+2300%"]
    assert rows[1][3:6] == ["12.00", "–", "–"]


def test_a_day_that_is_not_over_is_not_compared(home: Installation) -> None:
    """It has its number, and the one beside; the sum is that of the days that are over."""
    found = told(home, "this week", "--compare", "previous", "--series", "solar", "--by", "day")
    changes = [row["compared"]["changes"]["solar"] for row in found["rows"]]
    assert changes[-1] is None
    assert changes[0] == pytest.approx(23)
    assert found["rows"][-1]["end"] == "2025-11-22T14:00:00+01:00"
    over = found["rows"][:-1]
    sums = [sum(row["values"]["solar"]["kwh"] for row in over)]
    sums += [sum(row["compared"]["values"]["solar"]["kwh"] for row in over)]
    expected = sums[0] / sums[1] - 1
    assert found["total"]["solar"]["change_on_compared"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "number", "first"),
    [
        (["yesterday"], 24, "21 Nov 00:00"),
        (["yesterday", "--by", "interval"], 144, "21 Nov 00:00"),
        (["today", "--by", "hour"], 14, "22 Nov 00:00"),
        (["7d"], 168, "15 Nov 00:00"),
        (["2025-10"], 31, "Wed 01 Oct"),
        (["2024-11..2025-11"], 12, "Nov 2024"),
        (["2025", "--by", "quarter"], 4, "2025-Q1"),
        (["--to", "2025-01-01", "--by", "year"], 1, "2024"),
    ],
)
def test_rows(options: list[str], number: int, first: str, home: Installation) -> None:
    """A table has no more than an hour in a row, unless intervals are asked for."""
    shown = lines(home, *options, "--series", "solar")
    assert len(shown) == number + 4
    assert shown[4].startswith(first)


def test_json_has_the_usual_buckets(home: Installation) -> None:
    """A program has no screen that is too small for intervals."""
    found = told(home, "yesterday", "--series", "solar")
    assert (found["by"], len(found["rows"])) == ("interval", 144)
    assert found["rows"][0]["values"] == {"solar": msgspec.to_builtins(value(0.5))}
    assert found["total"]["solar"]["kwh"] == pytest.approx(72)


def test_all_series_in_a_pipe_are_one_table(home: Installation) -> None:
    """No line is wrapped, nothing is coloured; ASCII has no blocks."""
    shown = lines(home, "2025-11-10..2025-11-14")
    assert [line.partition(":")[0] for line in shown[: len(POINT)]] == list(POINT)
    assert len(shown) == len(POINT) + 3 + 4
    assert not any("\x1b" in line for line in shown)


def test_today_is_a_curve(home: Installation) -> None:
    """It has the sums of all series, and the curve of the first power up to now."""
    shown = lines(home)
    assert shown[len(POINT) + 1] == "grid, W"
    assert shown[-1].split() == ["00", "03", "06", "09", "12", "15", "18", "21"]
    assert len(shown) == len(POINT) + 2 + 7


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--series", "sun"], 2, "nothing is stored of 'sun': there are "),
        (["--to", "2025-01-01", "--compare", "previous"], 2, "only a period that has a beginning"),
        (["yesterday", "--compare", "never"], 2, "'never' is no period"),
        (["2024-11", "--compare", "previous"], 69, "there are days from 2024-11-01"),
        (["2025-10-10", "--by", "hour"], 69, "hours are kept from 2025-11-15 on: use --by day"),
    ],
)
def test_mistakes(options: list[str], code: int, says: str, home: Installation) -> None:
    """Each gets one line and its exit code."""
    result = home.run("show", *options, at=NOW)
    assert (result.exit_code, result.out) == (code, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1
