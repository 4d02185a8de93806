"""`flows`: rows out of the files, their columns, and what it says if there are none."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_start
from tests.commands.flowing import (
    NOW,
    POINT,
    TODAY,
    ZONE,
    document,
    installed,
    value,
)
from tests.support.installation import Installation

YESTERDAY = TODAY - DAY
DAYS = [TODAY - number * DAY for number in range(40, 0, -1)]
FILES: Mapping[str, Document] = {
    "daily.json": document("daily", [TODAY]),
    f"archive/{YESTERDAY}.json": document("daily", [YESTERDAY]),
    "weekly.json": document("weekly", DAYS[-7:]),
    "monthly.json": document("monthly", DAYS[-30:]),
    "yearly.json": document("yearly", DAYS),
}


def rows_of(installation: Installation, *options: str) -> dict[str, Any]:
    """Return what `flows --json` prints."""
    result = installation.run("flows", *options, "--json", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    return json.loads(result.out)  # type: ignore[no-any-return]


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """Return an installation with all files."""
    return installed(tmp_path, FILES)


def test_each_day_is_added_up_from_its_finest_file(home: Installation) -> None:
    """Today and yesterday have buckets of ten minutes, the days before hours."""
    rows = rows_of(home)["rows"]
    buckets = {row["start"][:10]: round(row["house"] / 0.45) for row in rows}
    assert list(buckets.values()) == [24, 24, 24, 24, 24, 24, 144, 84]
    today = rows[-1]
    assert today["start"] == "2025-11-22T00:00:00+01:00"
    assert today["end"] == "2025-11-22T14:00:00+01:00"
    assert {key: number for key, number in today.items() if key not in {"start", "end"}} == {
        "house": 37.8,
        "import": 25.2,
        "export": 16.8,
        "solar": 42.0,
        "charge": 16.8,
        "discharge": 4.2,
        "self_consumption": 0.6,
        "self_sufficiency": 0.333333,
        "untracked": 16.8,
        "known": 1.0,
    }


@pytest.mark.parametrize(
    ("options", "buckets"),
    [
        (["--by", "hour"], [6] * 14),
        (["--by", "hour", "--from", "2025-11-21", "--to", "2025-11-22"], [6] * 24),
        (["--from", "2025-11-13", "--to", "2025-11-17"], [1, 1, 24, 24]),
        (["--by", "week", "--from", "2025-11-12", "--to", "2025-11-18"], [3 + 48, 24]),
        (["--by", "month"], [19, 14 + 6 * 24 + 144 + 84]),
        (["--by", "month", "--to", "2025-11-01"], [19]),
        (["--from", "1999-01-01", "--to", "2025-10-15"], [1] * 2),
        (["yesterday"], [6] * 24),
        (["last", "week", "--by", "day"], [1] * 5 + [24] * 2),
        (["last week", "--by", "week"], [5 + 2 * 24]),
        (["2025-Q4", "--by", "quarter"], [33 + 6 * 24 + 144 + 84]),
        (["2025", "--by", "year"], [33 + 6 * 24 + 144 + 84]),
        (["2025-11-21T10:10..2025-11-21T11:30"], [5, 3]),
        (["2025-11-21T10:10"], [1]),
        (["3d", "--by", "day"], [24, 24, 144]),
        (["2025-11-21T10", "--by", "interval"], [1] * 6),
    ],
)
def test_rows(options: list[str], buckets: list[int], home: Installation) -> None:
    """Hours, days, weeks and months, from a day up to another, as far as something is stored."""
    found = rows_of(home, *options)
    assert [round(row["house"] / 0.45) for row in found["rows"]] == buckets
    assert found["total"]["house"] == pytest.approx(0.45 * sum(buckets))


def test_parts_add_up_to_the_whole(home: Installation) -> None:
    """Hours add up to their day, days to all of them."""
    hours = rows_of(home, "--by", "hour", "--from", "2025-11-17")
    days = rows_of(home, "--from", "2025-11-17")
    for flow in ("house", "import", "export", "solar", "charge", "discharge", "untracked"):
        sums = [sum(row[flow] for row in found["rows"]) for found in (hours, days)]
        assert sums == pytest.approx([days["total"][flow]] * 2, abs=1e-5)


def test_devices(home: Installation) -> None:
    """The device with most energy first, each before its parts, with their share of the house."""
    found = rows_of(home, "--devices", "--from", "2025-11-21", "--to", "2025-11-22")
    assert [(row["name"], row["kwh"], row["share"], row["within"]) for row in found["devices"]] == [
        ("kitchen", 21.6, 0.333333, None),
        ("oven", 7.2, 0.111111, "kitchen"),
        ("heat_pump", 14.4, 0.222222, None),
    ]
    shown = home.run("flows", "--devices", at=NOW).out.splitlines()
    assert [line.split()[0] for line in shown[2:]] == ["kitchen", "oven", "heat_pump", "untracked"]


def test_devices_have_no_rows_of_hours_or_months(home: Installation) -> None:
    """An option that would be ignored is refused."""
    refused = home.run("flows", "--devices", "--by", "month", at=NOW)
    assert refused.exit_code == 2
    assert "leave one of --by and --devices out" in refused.err


def test_the_table(home: Installation) -> None:
    """It fits into 80 columns with every role, and a sum ends it."""
    lines = home.run("flows", at=NOW).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-2].split()[:4] == ["Sat", "22", "Nov", "37.80"]
    assert lines[-1].split()[:2] == ["in", "all"]


def test_roles_that_are_not_there_have_no_column(tmp_path: Path) -> None:
    """Without a sun there is no share of it, without devices nothing untracked."""
    home = installed(tmp_path, FILES, '[flows]\ngrid = "grid"\n')
    assert list(rows_of(home)["rows"][0]) == [
        "start",
        "end",
        "house",
        "import",
        "export",
        "self_sufficiency",
        "known",
    ]


def test_without_roles_names_tell(tmp_path: Path) -> None:
    """It says what was taken for what, as a configuration would."""
    home = installed(tmp_path, FILES, flows="")
    found = rows_of(home)
    assert found["guessed"]
    assert found["roles"] == {
        "grid": ["grid"],
        "solar": ["solar"],
        "battery": ["battery"],
        "devices": ["heat_pump", "kitchen", "oven"],
    }
    assert "grid = grid" in home.run("flows", at=NOW).out


def test_what_is_known_of_two_times_is_not_added(tmp_path: Path) -> None:
    """A bucket counts only if all its series are known of it alike; nothing is scaled up."""
    daily = document("daily", [TODAY])
    start = day_start(TODAY, ZONE)
    daily.points[start]["solar"] = value(0.4, coverage=0.8)
    daily.points[start + timedelta(minutes=10)].pop("grid")
    [row] = rows_of(installed(tmp_path, {"daily.json": daily}))["rows"]
    assert row["house"] == pytest.approx(0.45 * 82)
    assert row["solar"] == pytest.approx(0.5 * 83 + 0.4)
    assert row["import"] == pytest.approx(0.3 * 83)
    assert row["known"] == pytest.approx(82 / 84, abs=1e-4)


def test_an_unknown_direction_is_no_unknown_house(tmp_path: Path) -> None:
    """The difference of both ways is known, so the house is."""
    yearly = document("yearly", DAYS)
    day = day_start(DAYS[0], ZONE)
    for name in ("grid", "battery"):
        stored = POINT[name]
        yearly.points[day][name] = type(stored)(
            mean=0.0,
            min=-900.0,
            max=900.0,
            kwh=stored.kwh,
            coverage=1.0,
            source="statistics",
        )
    found = rows_of(installed(tmp_path, {"yearly.json": yearly}), "--from", str(DAYS[0]))
    first, second = found["rows"][:2]
    assert (first["house"], first["import"], first["export"], first["charge"]) == (
        0.45,
        None,
        None,
        None,
    )
    assert (first["self_sufficiency"], second["import"]) == (None, 0.3)


def test_a_coarser_file_that_knows_more_is_taken(tmp_path: Path) -> None:
    """A day that another device knows better came with `sync` into the long-term files."""
    archived = document("daily", [YESTERDAY])
    for start in list(archived.points)[:100]:
        del archived.points[start]
    files = {f"archive/{YESTERDAY}.json": archived, "yearly.json": document("yearly", [YESTERDAY])}
    [row] = rows_of(installed(tmp_path, files), "yesterday")["rows"]
    assert (row["house"], row["known"]) == (0.45, 1.0)


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        (["--by", "hour", "--from", "2025-11-10"], 69, "hours are kept from 2025-11-15 on"),
        (["--by", "hour", "--to", "2025-11-10"], 69, "hours are kept from 2025-11-15 on: use --by"),
        (["--by", "interval", "last week"], 69, "intervals are kept from 2025-11-21 on: use --by"),
        (["2025-11-13T10"], 69, "hours are kept from 2025-11-15 on: ask for whole days"),
        (["--from", "2025-11-23"], 69, "from 2025-10-13 to 2025-11-22"),
        (["--to", "2025-10-13"], 69, "nothing is stored of these days"),
        (["tomorrow"], 2, "'tomorrow' is no period such as"),
        (["2025-12"], 69, "from 2025-10-13 to 2025-11-22"),
        (["--by", "minute"], 2, "is not one of"),
        (["--from", "2025-11-20", "--to", "2025-11-20"], 2, "2025-11-20 is not after 2025-11-20"),
        (["today", "--to", "2025-11-20"], 2, "either a period, or --from and --to"),
        (["2025-11-21T10:13"], 2, "10:13 is inside an interval of 10 minutes, which begins"),
    ],
)
def test_days_that_are_not_there(
    options: list[str], exit_code: int, says: str, home: Installation
) -> None:
    """A line says which days, or which buckets, are stored."""
    result = home.run("flows", *options, at=NOW)
    assert (result.exit_code, result.out) == (exit_code, "")
    assert says in result.err


def test_nothing_is_stored_yet(tmp_path: Path) -> None:
    """Before the first `collect` there is nothing to tell."""
    result = installed(tmp_path, {}).run("flows", at=NOW)
    assert (result.exit_code, result.out) == (69, "")


@pytest.mark.parametrize(
    ("flows", "says"),
    [
        ("[flows]\n", "no series has a role"),
        ('[flows]\ngrid = "oven"\n', "flows.grid: oven is a counter, not a power"),
        ('[flows]\nimport = ["-oven"]\n', "flows.import: oven is a counter: only a power"),
    ],
)
def test_roles_that_series_cannot_have(flows: str, says: str, tmp_path: Path) -> None:
    """The kind of a series is known when it is stored."""
    result = installed(tmp_path, FILES, flows).run("flows", at=NOW)
    assert (result.exit_code, result.out) == (78, "")
    assert says in result.err


def test_a_broken_file_is_left_out(home: Installation) -> None:
    """The rest is shown, and the exit code says that a file could not be read."""
    (home.data_dir / "monthly.json").write_text("{")
    result = home.run("flows", at=NOW)
    assert result.exit_code == 65
    assert "in all" in result.out
    assert "monthly.json" in result.err


def test_status_has_today(home: Installation) -> None:
    """The house, its sources and its self-sufficiency, as `flows` tells them of today."""
    told = json.loads(home.run("status", "--json", at=NOW).out)["today"]
    assert told == rows_of(home)["rows"][-1]
    lines = home.run("status", at=NOW).out.splitlines()
    assert any(line.split()[:4] == ["Sat", "22", "Nov", "37.80"] for line in lines)


def test_status_of_a_home_without_a_grid(tmp_path: Path) -> None:
    """The table of series says all there is."""
    home = installed(tmp_path, FILES, '[flows]\ndevices = ["oven"]\n')
    assert json.loads(home.run("status", "--json", at=NOW).out)["today"] is None


def test_status_says_that_a_series_cannot_have_its_role(tmp_path: Path) -> None:
    """Everything else is shown."""
    home = installed(tmp_path, FILES, '[flows]\ngrid = "oven"\n')
    result = home.run("status", at=NOW)
    assert result.exit_code == 78
    assert "flows.grid: oven is a counter" in result.out
    assert "weekly.json" in result.out
