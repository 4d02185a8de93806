"""`export`: any part of what is stored as text, whole and in order, or one line of why not."""

import csv
import io
import json
import os
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.periods import DAY, day_start, days
from tests.commands.flowing import NOW, POINT, TODAY, ZONE, document, installed
from tests.support.installation import Installation

YESTERDAY = TODAY - DAY
LONG = date(2025, 10, 26)
"""The day of 25 hours."""
OLD = list(days(date(2024, 11, 1), date(2025, 11, 22)))
FILES = {
    "daily.json": document("daily", [TODAY]),
    f"archive/{YESTERDAY}.json": document("daily", [YESTERDAY]),
    f"archive/{LONG}.json": document("daily", [LONG]),
    "weekly.json": document("weekly", OLD[-7:]),
    "monthly.json": document("monthly", OLD[-30:]),
    "yearly.json": document("yearly", OLD[-365:]),
    "years/2024.json": document("year", [day for day in OLD if day.year == 2024]),
    "years/2025.json": document("year", [day for day in OLD if day.year == 2025]),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation with files of every kind; no test here changes it."""
    return installed(tmp_path_factory.mktemp("home"), FILES)


def table(home: Installation, *options: str) -> list[dict[str, str]]:
    """Return the rows of a CSV that `export` prints."""
    result = home.run("export", *options, at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    return list(csv.DictReader(io.StringIO(result.out, newline="")))


def names(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return [path.name for path in folder.iterdir()]


def kwh(rows: list[dict[str, str]], name: str = "solar") -> float:
    """Return the energy of a series in all rows."""
    return sum(float(row["kwh"] or row["change"]) for row in rows if row["series"] == name)


def test_everything_is_days(home: Installation) -> None:
    """Each day since the first is there, the present one up to now."""
    rows = [row for row in table(home) if row["series"] == "solar"]
    assert [row["start"][:10] for row in rows] == [f"{day}" for day in [*OLD, TODAY]]
    assert rows[0]["kwh"] == "0.5"
    assert rows[-1]["end"] == "2025-11-22T14:00:00+01:00"
    assert {row["series"] for row in table(home)} == set(POINT)


def test_months_of_a_span_wide(home: Installation) -> None:
    """Half a year is six rows, and their sum is that of its 181 days."""
    span = "2025-02-01..2025-08-01"
    months = table(home, span, "--by", "month", "--wide")
    found = table(home, span, "--series", "solar")
    assert (len(months), len(found)) == (6, 181)
    assert sum(float(row["solar kWh"]) for row in months) == pytest.approx(kwh(found), abs=1e-6)
    assert list(months[0])[:4] == ["start", "end", "battery kWh", "battery W"]


@pytest.mark.parametrize("period", ["last month", "2025-10-01..2025-11-02", "2025-10-10T10"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_not_stored_so_fine(period: str, form: str, home: Installation) -> None:
    """A line says since when it is, and nothing is printed."""
    result = home.run("export", period, "--by", "hour", "--format", form, at=NOW)
    assert (result.exit_code, result.out) == (69, "")
    assert "hours are kept from 2025-11-15 on: " in result.err


def test_the_day_of_25_hours(home: Installation) -> None:
    """150 intervals, 25 hours, 02:00 twice with different offsets, and the same energy."""
    found = {
        by: table(home, f"{LONG}", "--by", by, "--series", "solar")
        for by in ("interval", "hour", "day")
    }
    assert [len(rows) for rows in found.values()] == [150, 25, 1]
    twice = [row["start"][11:] for row in found["hour"] if "T02" in row["start"]]
    assert twice == ["02:00:00+02:00", "02:00:00+01:00"]
    assert [kwh(rows) for rows in found.values()] == pytest.approx([75.0] * 3, abs=1e-5)


@pytest.mark.parametrize(
    ("period", "number"),
    [
        (["yesterday"], 144),
        (["2025-11-21T10:10..2025-11-21T11:30"], 8),
        (["last week"], 7),
        (["2025"], 326),
        (["2025", "--by", "quarter"], 4),
        (["--by", "year"], 2),
        (["--to", "2025-01-01", "--by", "month"], 2),
    ],
)
def test_periods(period: list[str], number: int, home: Installation) -> None:
    """Without --by a short period is told as fine as it is stored, a long one by days."""
    assert len(table(home, *period, "--series", "solar")) == number


@pytest.mark.parametrize("by", ["day", "week", "month", "quarter", "year"])
def test_any_bucket_has_the_same_energy(by: str, home: Installation) -> None:
    """Buckets of any length add up to the same, for powers and counters."""
    buckets, known = table(home, "--by", by), table(home)
    for name in POINT:
        assert kwh(buckets, name) == pytest.approx(kwh(known, name), abs=1e-4)


def test_unknown_stays_unknown(tmp_path: Path) -> None:
    """A day of which nothing is known has no row, or an empty cell; its month knows the rest."""
    monthly = document("monthly", OLD[-10:])
    del monthly.points[sorted(monthly.points)[4]]
    home = installed(tmp_path, {"monthly.json": monthly})
    assert len(table(home, "--series", "solar")) == 9
    wide = table(home, "--series", "solar", "--wide")
    assert [row["solar kWh"] for row in wide] == ["0.5"] * 4 + [""] + ["0.5"] * 5
    [month] = table(home, "--series", "solar", "--by", "month", "--from", "2025-11-12")
    assert float(month["coverage"]) == pytest.approx(0.9)


def test_a_correction_is_seen_in_every_bucket(tmp_path: Path) -> None:
    """A bucket has the id of the last correction in it."""
    weekly = document("weekly", OLD[-1:])
    at = sorted(weekly.points)[5]
    value = msgspec.structs.replace(POINT["solar"], corrected="0123456789ab")
    weekly.points[at] = {"solar": value}
    home = installed(tmp_path, {"weekly.json": weekly})
    hours = table(home, "yesterday", "--by", "hour", "--series", "solar")
    assert [row["corrected"] for row in hours] == [""] * 5 + ["0123456789ab"] + [""] * 18
    [day] = table(home, "yesterday", "--by", "day", "--series", "solar")
    assert day["corrected"] == "0123456789ab"


def test_line_protocol_has_whole_buckets_only(home: Installation) -> None:
    """The present day would be counted beside its whole, which comes later."""
    result = home.run("export", "7d", "--by", "day", "--format", "lp", "--home", "here", at=NOW)
    whole = home.run("export", "--from", "2025-11-15", "--format", "lp", "--home", "here", at=NOW)
    assert result.exit_code == whole.exit_code == 0
    days_of_week = [line for line in result.out.splitlines() if "sensor=solar" in line]
    assert len(days_of_week) == 7
    by_day = home.run(
        "export", "--from", "2025-11-15", "--by", "day", "--format", "lp", "--home", "here", at=NOW
    )
    assert by_day.out == result.out


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--series", "sun"], 2, "nothing is stored of 'sun': there are battery, grid"),
        (["--format", "lp"], 2, "line protocol needs a label"),
        (["--format", "lp", "--home", " "], 2, "line protocol needs a label"),
        (["--format", "jsonl", "--wide"], 2, "only CSV can be wide"),
        (["--output", "power.xlsx"], 2, "power.xlsx does not end with .csv, .jsonl"),
        (["2030"], 69, "there are days from 2024-11-01 to 2025-11-22"),
        (["never"], 2, "'never' is no period"),
        (["--output", "nowhere/power.csv"], 78, "there is no folder nowhere: make it first"),
        (["--output", ".", "--format", "csv"], 78, "is a folder: name a file in it"),
    ],
)
def test_mistakes(
    options: list[str],
    code: int,
    says: str,
    home: Installation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each gets one line and its exit code, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    result = home.run("export", *options, at=NOW)
    assert (result.exit_code, result.out) == (code, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert names(tmp_path) == []


def test_a_file(home: Installation, tmp_path: Path) -> None:
    """It has what is printed; its ending tells the format; only --force replaces it."""
    path = tmp_path / "power.jsonl"
    home.run_well("export", "yesterday", "--output", str(path), at=NOW)
    printed = home.run("export", "yesterday", "--format", "jsonl", at=NOW).out
    assert path.read_text() == printed
    assert len([json.loads(line) for line in printed.splitlines()]) == 144 * len(POINT)
    again = home.run("export", "--output", str(path), at=NOW)
    assert again.exit_code == 78
    assert "is there already: add --force to overwrite it" in again.err
    assert path.read_text() == printed
    home.run_well("export", "today", "--output", str(path), "--force", at=NOW)
    assert path.read_text() == home.run("export", "today", "--format", "jsonl", at=NOW).out
    assert names(tmp_path) == ["power.jsonl"]


def test_a_link_stays(home: Installation, tmp_path: Path) -> None:
    """The file that it leads to is replaced."""
    link, target = tmp_path / "power.csv", tmp_path / "elsewhere.csv"
    target.write_text("old")
    link.symlink_to(target)
    home.run_well("export", "today", "--output", str(link), "--force", at=NOW)
    assert link.is_symlink()
    assert target.read_text().startswith("start,end,series")


def test_a_file_is_whole_or_not_there(home: Installation, tmp_path: Path) -> None:
    """If the disk takes no more, the file of before stays, and no part of the new one."""
    path = tmp_path / "power.csv"
    path.write_text("old")
    arguments = home.arguments("export", "--output", str(path), "--force", at=NOW)
    ended = subprocess.run(
        [sys.executable, "-m", "powerstats_cli", *arguments],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 75
    assert ended.stderr.startswith(f"powerstats: {path}: ")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["power.csv"]


def test_a_broken_file_is_left_out(tmp_path: Path) -> None:
    """The rest is written, in each format, and the exit code says that a file was not read."""
    home = installed(tmp_path, FILES)
    (home.data_dir / f"archive/{YESTERDAY}.json").write_text("{")
    (home.data_dir / "years/2024.json").write_text("{")
    result = home.run("export", "--series", "solar", at=NOW)
    assert result.exit_code == 65
    assert len(result.err.splitlines()) == 2
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert {row["start"][:10] for row in rows} >= {"2024-11-23", f"{YESTERDAY}", f"{TODAY}"}


def test_a_half_hour_zone(tmp_path: Path) -> None:
    """Days and hours are those of the home's zone."""
    zone = ZoneInfo("Asia/Kolkata")
    daily = document("daily", [TODAY])
    hours = day_start(TODAY, zone) - day_start(TODAY, ZONE)
    points = {at + hours: point for at, point in daily.points.items()}
    kolkata = msgspec.structs.replace(daily, timezone=zone.key, points=points)
    home = installed(tmp_path, {"daily.json": kolkata})
    home.configure(timezone=zone.key)
    rows = table(home, "today", "--by", "hour", "--series", "solar")
    assert [row["start"] for row in rows[:2]] == [
        "2025-11-22T00:00:00+05:30",
        "2025-11-22T01:00:00+05:30",
    ]
    assert len(rows) == 14
    assert kwh(rows) == pytest.approx(kwh(table(home, "today", "--series", "solar")))


@pytest.mark.thorough
def test_ten_years_in_little_memory(tmp_path: Path) -> None:
    """Files are read one at a time: ten years of five series, and two months in full detail."""
    point = {name: POINT[name] for name in list(POINT)[:5]}
    old = list(days(date(2016, 1, 1), TODAY))
    files = {
        f"years/{year}.json": document("year", [day for day in old if day.year == year], point)
        for year in range(2016, 2026)
    }
    archived = {f"archive/{day}.json": document("daily", [day], point) for day in old[-60:]}
    home = installed(tmp_path, {**files, **archived, "daily.json": document("daily", [TODAY])})
    output = tmp_path / "power.csv"
    code = (
        "import pathlib, re; from powerstats_cli.cli.main import main; code = main();"
        "status = pathlib.Path('/proc/self/status').read_text();"
        "print(code, re.search(r'VmHWM:\\s+(\\d+) kB', status)[1])"
    )
    # To compile a module takes more memory than to run it: the first run does that.
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for by in ("year", "day", "month"):
        arguments = home.arguments("export", "--by", by, "-o", str(output), "--force", at=NOW)
        ended = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=env,
        )
        exit_code, peak = map(int, ended.stdout.split())
        assert exit_code == 0, ended.stderr
        assert peak < 32 * 1024 or by == "year"
    assert len(output.read_text().splitlines()) > 5 * 118


def test_duckdb_reads_it(home: Installation, tmp_path: Path) -> None:
    """The lines of the documents work: the CSV, and a data file as it is."""
    duckdb = pytest.importorskip("duckdb")
    path, parquet = tmp_path / "power.csv", tmp_path / "power.parquet"
    home.run_well("export", "--output", str(path), at=NOW)
    duckdb.sql(f"COPY (FROM read_csv('{path}')) TO '{parquet}'")
    sums = duckdb.sql(f"SELECT series, sum(kwh) FROM '{parquet}' GROUP BY 1").fetchall()
    assert dict(sums)["solar"] == pytest.approx(kwh(table(home)))
    found = duckdb.sql(
        "SELECT (p->>'timestamp')::DATE, (p->'solar'->>'kwh')::DOUBLE FROM (SELECT "
        "unnest(data_points) AS p FROM "
        f"read_json('{home.data_dir}/yearly.json', columns={{data_points:'JSON[]'}}))"
    ).fetchall()
    assert len(found) == 365
    assert {number for _, number in found} == {0.5}
