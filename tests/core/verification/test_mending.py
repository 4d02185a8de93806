"""A plan that mends what is broken, out of what is whole."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, encode
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.verification.agreement import agreement
from powerstats_cli.core.verification.mending import plan
from powerstats_cli.core.verification.sources import Plan, Sources
from tests.core.verification.homes import home

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST = date(2025, 10, 1)
NUMBER = 40
NOW = day_start(FIRST + NUMBER * DAY, ZONE) + timedelta(hours=10)
RECENT = 8


@pytest.fixture
def files() -> dict[str, Document]:
    """Return the files of forty days, of which eight are still archived."""
    made = home(ZONE, FIRST, NUMBER)
    archived = sorted(name for name in made if name.startswith("archive/"))
    for name in archived[:-RECENT]:
        del made[name]
    return made


def planned(files: dict[str, Document], **other: object) -> Plan:
    """Return the plan for some files."""
    return plan(Sources(documents=files, zone=ZONE, now=NOW, minutes=10, **other))  # type: ignore[arg-type]


def mended(files: dict[str, Document], found: Plan) -> dict[str, bytes]:
    """Return the bytes of the files once the plan is done."""
    after = dict(files)
    for step in found.steps:
        if step.document is None:
            after.pop(step.file, None)
        else:
            after[step.file] = step.document
    return {name: encode(document) for name, document in after.items()}


def broken(files: dict[str, Document], name: str, *, keeps: float = 0.5) -> dict[str, bytes]:
    """Take a file out of the whole ones, and return the part of its bytes that is left."""
    raw = encode(files.pop(name))
    return {name: raw[: int(len(raw) * keeps)]}


def points(raw: dict[str, bytes]) -> dict[str, list[bytes]]:
    """Return the lines of points of each file."""
    return {
        name: [line.strip(b",") for line in each.split(b"\n") if b'{"timestamp"' in line]
        for name, each in raw.items()
    }


def test_nothing_is_to_be_mended(files: dict[str, Document]) -> None:
    """A home that is well stays as it is."""
    assert planned(files) == Plan((), ())


def test_a_broken_tier_that_finer_files_have(files: dict[str, Document]) -> None:
    """weekly.json is rolled up from the archive: the same points again."""
    before = {name: encode(document) for name, document in files.items()}
    found = planned(files, broken=broken(files, "weekly.json"))
    assert points(mended(files, found)) == points(before)
    assert [step.file for step in found.steps] == ["weekly.json"]
    assert found.left == ()


def test_a_broken_year_with_a_copy(files: dict[str, Document]) -> None:
    """Its own lines, the repository's, then the archive."""
    before = {name: encode(document) for name, document in files.items()}
    copy = files["yearly.json"]
    old = msgspec.structs.replace(
        copy, points={at: point for at, point in copy.points.items() if NOW - at > 12 * DAY}
    )
    found = planned(
        files, broken=broken(files, "yearly.json", keeps=0.1), copies={"yearly.json": old}
    )
    assert points(mended(files, found)) == points(before)
    assert "points from the repository" in found.steps[0].text


def test_a_broken_year_without_a_copy(files: dict[str, Document]) -> None:
    """monthly.json has the newest days; the others are named."""
    found = planned(files, broken=broken(files, "yearly.json", keeps=0.1))
    [step], [left] = found.steps, found.left
    assert step.document is not None
    assert 30 <= len(step.document.points) < NUMBER
    assert left.file == "yearly.json"
    assert left.text.startswith("nothing is known of 2025-10-0")
    assert "powerstats backfill" in left.text


def test_a_broken_day_is_asked_for_again(files: dict[str, Document]) -> None:
    """Its whole lines stay, and the next collect reads the rest."""
    day = FIRST + (NUMBER - 3) * DAY
    today = FIRST + NUMBER * DAY
    daily = msgspec.structs.replace(files[f"archive/{day}.json"], day=today, points={}, latest={})
    files["daily.json"] = daily
    found = planned(files, broken=broken(files, f"archive/{day}.json"))
    assert [step.file for step in found.steps] == [f"archive/{day}.json", "daily.json"]
    after = found.steps[1].document
    assert after is not None
    assert {series.until for series in after.series.values()} == {day_start(day, ZONE)}


def test_a_file_of_nothing_is_lost() -> None:
    """If nothing has its days, it stays as it is."""
    found = planned({}, broken={"yearly.json": b"\0" * 5000, "daily.json": b"{"})
    assert found.steps == ()
    assert {(left.file, left.is_lost) for left in found.left} == {
        ("yearly.json", True),
        ("daily.json", True),
    }


START = day_start(FIRST + (NUMBER - 2) * DAY, ZONE)
OLD = day_start(FIRST + 2 * DAY, ZONE)


def changed(document: Document, at: object, **numbers: float) -> None:
    """Change numbers of the power's value."""
    value = document.points[at]["power"]  # type: ignore[index]
    document.points[at]["power"] = msgspec.structs.replace(value, **numbers)  # type: ignore[index]


@pytest.mark.parametrize("name", ["weekly.json", "monthly.json", "yearly.json"])
@pytest.mark.parametrize("numbers", [{"kwh": 77.0}, {"max": 9000.0}])
def test_a_value_that_differs_is_rolled_up_again(
    files: dict[str, Document], name: str, numbers: dict[str, float]
) -> None:
    """Whether it holds by itself or not."""
    before = {name: encode(document) for name, document in files.items()}
    changed(files[name], START, **numbers)
    found = planned(files)
    assert points(mended(files, found)) == points(before)
    assert found.left == ()


def test_a_day_without_finer_files_comes_from_the_other_tier(files: dict[str, Document]) -> None:
    """A day of monthly.json that does not hold is that of yearly.json."""
    at = day_start(FIRST + 15 * DAY, ZONE)
    before = {name: encode(document) for name, document in files.items()}
    changed(files["monthly.json"], at, kwh=77.0)
    assert points(mended(files, planned(files))) == points(before)


def test_a_day_that_nothing_has_is_named(files: dict[str, Document]) -> None:
    """An old day of yearly.json that does not hold is taken out; nothing is invented."""
    changed(files["yearly.json"], OLD, kwh=77.0)
    found = planned(files)
    [step], [left] = found.steps, found.left
    assert step.document is not None
    assert step.document.value(OLD, "power") is None
    assert left.text == (
        "1 value of 2025-10-03 is gone: `powerstats backfill` asks Home Assistant for what is "
        "lacking"
    )


def test_a_finest_bucket_is_left_to_the_user(files: dict[str, Document]) -> None:
    """Nobody can tell which of its numbers is wrong; the tiers keep what they have."""
    day = files[f"archive/{FIRST + (NUMBER - 2) * DAY}.json"]
    at = next(start for start, point in day.points.items() if "power" in point)
    before = {name: encode(each) for name, each in files.items() if "/" not in name}
    changed(day, at, kwh=77.0)
    assert agreement(files, ZONE).differences
    found = planned(files)
    assert found.steps == ()
    assert [left.file for left in found.left] == [f"archive/{day.day}.json"]
    assert "`powerstats correct again power 2025-11-08T" in found.left[0].text
    assert {name: encode(each) for name, each in files.items() if "/" not in name} == before


def test_two_lines_that_became_one(files: dict[str, Document]) -> None:
    """A day that lost the bytes between two lines: what they became is no number of the home."""
    name = f"archive/{FIRST + (NUMBER - 2) * DAY}.json"
    before = {name: encode(document) for name, document in files.items()}
    day = files[name]
    pairs = [
        (first, second)
        for first, second in pairwise(day.points)
        if second - first == timedelta(minutes=10) and "meter" in day.points[second]
    ]
    first, second = pairs[20]
    earlier, later = day.points[first], day.points.pop(second)
    day.points[first] = {"grid": earlier["grid"]} | {
        series: value for series, value in later.items() if series != "grid"
    }
    found = planned(files, rewritten=[name])
    after = points(mended(files, found))
    assert {line for lines in after.values() for line in lines} <= {
        line for lines in points(before).values() for line in lines
    }
    assert after["weekly.json"] == points(before)["weekly.json"]
    assert "5 values are of damaged lines" in found.steps[0].text


def test_a_finer_tier_knows_more_than_a_damaged_day(files: dict[str, Document]) -> None:
    """monthly.json is rolled up from weekly.json, not from the few lines that are left."""
    name = f"archive/{FIRST + (NUMBER - 2) * DAY}.json"
    before = files["monthly.json"].points[START]["power"]
    lost = {**broken(files, name, keeps=0.3), **broken(files, "monthly.json", keeps=0.0)}
    del files["yearly.json"]
    found = planned(files, broken=lost)
    documents = {step.file: step.document for step in found.steps}
    after = documents["monthly.json"]
    assert after is not None
    value = after.value(START, "power")
    assert value is not None
    assert value.kwh == pytest.approx(before.kwh, abs=2e-5)
    assert value.coverage == pytest.approx(before.coverage, abs=2e-4)


def test_what_was_set_aside_is_taken_in(files: dict[str, Document]) -> None:
    """Then it is deleted; what the file knows better stays."""
    full = files["yearly.json"]
    before = {name: encode(document) for name, document in files.items()}
    few = {at: point for at, point in full.points.items() if NOW - at < 9 * DAY}
    files["yearly.json"] = msgspec.structs.replace(full, points=few)
    aside = {"yearly.json.unreadable-20251101T000000Z": before["yearly.json"][:-50]}
    found = planned(files, aside=aside)
    after = mended(files, found)
    assert points(after)["yearly.json"][:-1] == points(before)["yearly.json"][:-1]
    assert [(step.file, step.document is None) for step in found.steps] == [
        ("yearly.json", False),
        (next(iter(aside)), True),
    ]


def test_what_cannot_be_read_of_it_stays(files: dict[str, Document]) -> None:
    """A line that is broken, of a day that the file does not have."""
    full = files["yearly.json"]
    raw = encode(full)
    line = next(line for line in raw.split(b"\n") if b"2025-10-03" in line)
    del full.points[OLD]
    aside = {"yearly.json.unreadable-20251101T000000Z": raw.replace(line, line[:60])}
    found = planned(files, aside=aside)
    assert found.steps == ()
    assert found.left[0].text == "1 of its lines cannot be read: delete it if you do not need them"


def test_it_adds_nothing_that_is_known_better(files: dict[str, Document]) -> None:
    """A value from before a late reading knows less."""
    raw = encode(files["monthly.json"])
    more = Value(mean=500.0, min=0.0, max=5000.0, kwh=12.0, coverage=1.0)
    for name in ("monthly.json", "yearly.json"):
        files[name].points[OLD + 9 * DAY]["power"] = more
    found = planned(files, aside={"monthly.json.unreadable-20251101T000000Z": raw})
    assert [step.document for step in found.steps] == [None]


def test_leftovers_and_other_bytes(files: dict[str, Document]) -> None:
    """A file that another program has written anew, and one that a killed step has left."""
    found = planned(files, rewritten=["monthly.json"], unfinished=[".daily.json.tmp"])
    assert [(step.file, step.document is None) for step in found.steps] == [
        ("monthly.json", False),
        (".daily.json.tmp", True),
    ]
