"""The calendar years: written by `aggregate yearly`, kept for ever, set aside if they break."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import msgspec
import pytest

from powerstats_cli.core import documents
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, DocumentName
from powerstats_cli.core.periods import DAY, HOUR, day_span, day_start, days
from powerstats_cli.core.series import Kind, Series
from tests.support.installation import Installation

ZONE = "Europe/Amsterdam"
AMSTERDAM = ZoneInfo(ZONE)
POWER = Kind("W", "measurement")
# The night of 2 January 2025, and the newest closed day.
NIGHT = datetime(2025, 1, 2, 0, 15, tzinfo=AMSTERDAM)
CLOSED = date(2025, 1, 1)


def power(kwh: float, coverage: float = 1.0, hours: float = 24.0) -> Value:
    """Return a day of a power."""
    mean = round(kwh * 1000 / hours / coverage, 3)
    return Value(mean=mean, min=mean, max=mean, kwh=kwh, coverage=coverage)


def document(
    tier: DocumentName, some: Sequence[date], value: Value | None = None, kind: Kind = POWER
) -> Document:
    """Return a file of days, each with an energy of its own if no value is given."""
    end = day_start(some[-1] + DAY, AMSTERDAM)
    return Document(
        tier=tier,
        timezone=ZONE,
        bucket="day",
        last_update=end,
        series={"power": Series.of(kind, end)},
        points={
            (span := day_span(day, AMSTERDAM)).start: {
                "power": value or power(day.toordinal() % 97 + 1.0, hours=span.length / HOUR)
            }
            for day in some
        },
    )


def put(home: Installation, name: str, stored: Document) -> None:
    """Write a data file."""
    path = home.data_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(documents.encode(stored))


def kwh_of(stored: Document) -> dict[str, float | None]:
    """Return the energy of each day."""
    return {
        f"{start.astimezone(AMSTERDAM):%Y-%m-%d}": point["power"].kwh
        for start, point in stored.points.items()
        if "power" in point
    }


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """Return an installation with a whole yearly.json, on the second night of a year."""
    home = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"}, timezone=ZONE)
    put(home, "yearly.json", document("yearly", list(days(CLOSED - 364 * DAY, CLOSED + DAY))))
    return home


def test_each_day_is_in_its_year(home: Installation) -> None:
    """New Year's night: the last days of one year, and the first of the next."""
    home.run_well("aggregate", "yearly", at=NIGHT)
    years = {name: home.document(f"years/{name}.json") for name in ("2024", "2025")}
    assert {name: (year.tier, year.bucket, year.day) for name, year in years.items()} == {
        "2024": ("year", "day", None),
        "2025": ("year", "day", None),
    }
    yearly = kwh_of(home.document("yearly.json"))
    assert len(yearly) == 365
    assert {**kwh_of(years["2024"]), **kwh_of(years["2025"])} == yearly
    assert list(kwh_of(years["2025"])) == ["2025-01-01"]
    assert years["2024"].series["power"].until == day_start(date(2025, 1, 1), AMSTERDAM)
    schema = json.loads((files(documents.__package__) / "data.schema.json").read_text())
    for name in years:
        written = json.loads((home.data_dir / f"years/{name}.json").read_text())
        jsonschema.validate(written, schema)
        assert written["tier"] == "year"
        assert "date" not in written


def test_only_files_that_change_are_written(home: Installation) -> None:
    """A second run changes no byte, and the next night only one year's file."""
    home.run_well("aggregate", "yearly", at=NIGHT)
    before = home.snapshot()
    home.run_well("aggregate", "yearly", at=NIGHT + timedelta(hours=1))
    assert home.snapshot() == before
    put(home, "monthly.json", document("monthly", list(days(date(2025, 1, 1), date(2025, 1, 3)))))
    home.run_well("aggregate", "yearly", at=NIGHT + DAY)
    changed = {name for name, raw in home.snapshot().items() if before.get(name) != raw}
    assert changed == {"yearly.json", "monthly.json", "years/2025.json"}
    assert len(kwh_of(home.document("years/2025.json"))) == 2


def test_days_that_yearly_has_left_stay(home: Installation) -> None:
    """A year is never trimmed, and years before are not read."""
    put(home, "years/2023.json", document("year", [date(2023, 5, 17)]))
    put(home, "years/2024.json", document("year", [date(2024, 1, 1)]))
    (home.data_dir / "years/2022.json").write_text("{")
    home.run_well("aggregate", "yearly", at=NIGHT)
    assert list(kwh_of(home.document("years/2023.json"))) == ["2023-05-17"]
    assert "2024-01-01" in kwh_of(home.document("years/2024.json"))
    assert (home.data_dir / "years/2022.json").read_text() == "{"


@pytest.mark.parametrize(
    ("stored", "new", "kept"),
    [
        (power(1.0, 0.4), power(2.0, 0.9), 2.0),
        (power(2.0, 0.9), power(3.0, 0.5), 2.0),
        (power(2.0, 0.9), power(3.0, 0.9), 3.0),
        (power(2.0, 0.9), msgspec.structs.replace(power(3.0), source="statistics"), 2.0),
    ],
)
def test_a_day_that_is_known_better_stays(
    stored: Value, new: Value, kept: float, home: Installation
) -> None:
    """A recomputed value replaces a stored one, unless its coverage is lower."""
    day = date(2024, 12, 31)
    put(home, "years/2024.json", document("year", [day], stored))
    put(home, "yearly.json", document("yearly", [day], new))
    home.run_well("aggregate", "yearly", at=NIGHT)
    assert kwh_of(home.document("years/2024.json")) == {"2024-12-31": kept}


def test_what_monthly_knows_better_counts(home: Installation) -> None:
    """Both files have the day; running again changes nothing."""
    day = date(2024, 12, 31)
    for tier, value in (("yearly", power(1.0)), ("monthly", power(2.0))):
        put(home, f"{tier}.json", document(tier, [day], value))  # type: ignore[arg-type]
    home.run_well("aggregate", "yearly", at=NIGHT)
    before = home.snapshot()
    assert kwh_of(home.document("years/2024.json")) == {"2024-12-31": 2.0}
    home.run_well("aggregate", "yearly", at=NIGHT + timedelta(hours=1))
    assert home.snapshot() == before


def test_days_that_are_not_closed_are_left_out(home: Installation) -> None:
    """Only days that were asked for to their end are kept for ever."""
    yearly = document("yearly", [date(2024, 12, 30), date(2024, 12, 31)])
    yearly.series["power"] = Series.of(POWER, day_start(date(2024, 12, 31), AMSTERDAM))
    put(home, "yearly.json", yearly)
    home.run_well("aggregate", "yearly", at=NIGHT)
    assert list(kwh_of(home.document("years/2024.json"))) == ["2024-12-30"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "years/2024.json could not be read"),
        (None, "it holds year of 2023"),
        (b'{"version":1}', "years/2024.json could not be read"),
    ],
)
def test_a_broken_year_is_set_aside(content: bytes | None, says: str, home: Installation) -> None:
    """The days that yearly.json has are made again; the rest is in the renamed file."""
    wrong = documents.encode(document("year", [date(2023, 5, 17)])) if content is None else content
    path = home.data_dir / "years/2024.json"
    path.parent.mkdir()
    path.write_bytes(wrong)
    looked = home.run("doctor", "--offline", at=NIGHT)
    assert looked.exit_code == 1
    assert "years/2024.json" in looked.out
    result = home.run("aggregate", "yearly", at=NIGHT)
    assert (result.exit_code, result.out) == (65, "")
    assert says in result.err
    assert "sync fetch yearly" in result.err
    assert len(kwh_of(home.document("years/2024.json"))) == 364
    [aside] = path.parent.glob("2024.json.unreadable-*")
    assert aside.read_bytes() == wrong
    assert str(aside.name) in home.run("status", at=NIGHT).out


@pytest.mark.parametrize("content", [b"{", None])
def test_a_lost_yearly_is_made_again_from_the_years(
    content: bytes | None, home: Installation
) -> None:
    """The years have all its days."""
    home.run_well("aggregate", "yearly", at=NIGHT)
    before, path = home.snapshot(), home.data_dir / "yearly.json"
    put(home, "monthly.json", document("monthly", [CLOSED]))
    path.unlink() if content is None else path.write_bytes(content)
    assert home.run("aggregate", "yearly", at=NIGHT).exit_code == (65 if content else 0)
    again = kwh_of(home.document("yearly.json"))
    assert len(again) == 365
    assert {**kwh_of(home.document("years/2024.json")), f"{CLOSED}": again[f"{CLOSED}"]} == again
    assert home.snapshot()["years/2024.json"] == before["years/2024.json"]


def test_repair_keeps_the_whole_lines_of_a_year(home: Installation) -> None:
    """The rest comes from yearly.json; what neither has is told."""
    put(home, "years/2024.json", document("year", list(days(date(2024, 1, 1), date(2024, 1, 4)))))
    home.run_well("aggregate", "yearly", at=NIGHT)
    path = home.data_dir / "years/2024.json"
    before = path.read_bytes()
    assert home.run("verify", "files", "tiers", at=NIGHT).exit_code == 0
    broken = before.replace(b'"timestamp":"2024-06', b'"timestamp"#"2024-06')
    path.write_bytes(broken.replace(b'"timestamp":"2024-01-02', b'"timestamp"#"2024-01-02'))
    assert home.run("verify", "files", at=NIGHT).exit_code == 65
    mended = home.run("repair", "--yes", at=NIGHT)
    assert mended.exit_code == 1
    assert "nothing is known of 2024-01-02" in " ".join(mended.out.split())
    whole = kwh_of(documents.decode(before, timezone=ZONE))
    del whole["2024-01-02"]
    assert kwh_of(home.document("years/2024.json")) == whole
    assert home.run("verify", "files", "tiers", at=NIGHT).exit_code == 0


def test_verify_compares_the_years_with_yearly(home: Installation) -> None:
    """A day that differs is told, with both files."""
    home.run_well("aggregate", "yearly", at=NIGHT)
    year = home.document("years/2024.json")
    year.points[day_start(date(2024, 7, 1), AMSTERDAM)] = {"power": power(999.0)}
    put(home, "years/2024.json", year)
    result = home.run("verify", "tiers", at=NIGHT)
    assert result.exit_code == 1
    assert "years/2024.json" in result.out
    assert "yearly.json" in result.out


def test_a_newer_version_is_not_touched(home: Installation) -> None:
    """A newer powerstats wrote the file: this one leaves it, and says so."""
    put(home, "years/2024.json", document("year", [date(2024, 5, 17)]))
    path = home.data_dir / "years/2024.json"
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))
    before = path.read_bytes()
    result = home.run("aggregate", "yearly", at=NIGHT)
    assert result.exit_code == 78
    assert "years/2024.json is of version 2" in result.err
    assert path.read_bytes() == before


def test_a_series_that_became_another_kind(home: Installation) -> None:
    """Its days stay as they are, and a line says what to do."""
    counter = Kind("kWh", "total_increasing")
    value = Value(change=1.0, state=2.0, coverage=1.0)
    put(home, "years/2024.json", document("year", [date(2024, 5, 17)], value, counter))
    before = (home.data_dir / "years/2024.json").read_bytes()
    result = home.run("aggregate", "yearly", at=NIGHT)
    assert result.exit_code == 78
    assert "years/2024.json: power is" in result.err
    assert (home.data_dir / "years/2024.json").read_bytes() == before


def test_status_counts_the_years(home: Installation) -> None:
    """They are one line of the table, with their sizes."""
    assert "years" not in home.run("status", at=NIGHT).out
    home.run_well("aggregate", "yearly", at=NIGHT)
    out = home.run("status", at=NIGHT).out
    [line] = [line for line in out.splitlines() if line.startswith("years")]
    assert "Jan 2024" in line
    assert "2 years" in line
    told = json.loads(home.run("status", "--json", at=NIGHT).out)["files"][-1]
    assert (told["name"], told["points"]) == ("years", 2)


def test_any_year_can_be_asked_for(home: Installation) -> None:
    """Periods reach as far back as the years do, and only the years that are needed are read."""
    put(home, "years/2022.json", document("year", list(days(date(2022, 3, 2), date(2023, 1, 1)))))
    home.run_well("aggregate", "yearly", at=NIGHT)
    (home.data_dir / "years/2023.json").write_text("{")
    with home.config.open("a") as config:
        config.write('[flows]\ngrid = "power"\n')

    def rows(*options: str) -> dict[str, float]:
        result = home.run("flows", *options, "--json", at=NIGHT)
        assert result.exit_code in {0, 65}, result
        return {row["start"][:10]: row["house"] for row in json.loads(result.out)["rows"]}

    assert list(rows("2022", "--by", "quarter")) == [
        f"2022-{month}-01" for month in ("01", "04", "07", "10")
    ]
    assert len(rows("2022-06", "--by", "day")) == 30
    assert list(rows("--to", "2025", "--by", "year")) == ["2022-01-01", "2023-01-01", "2024-01-01"]
    whole = sum(value or 0.0 for value in kwh_of(home.document("years/2022.json")).values())
    assert rows("2022", "--by", "year") == {"2022-01-01": pytest.approx(whole)}
    missing = home.run("flows", "2022-02", at=NIGHT)
    assert (missing.exit_code, missing.out) == (69, "")
    assert "there are days from 2022-03-02 to 2025-01-01" in missing.err
