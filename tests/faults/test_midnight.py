"""Midnight: `collect` and `rotate` in the same minute, in any order and any zone of cron."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from powerstats_cli.demo.homes import RecordedHome
from tests.faults.life import NIGHT, Life
from tests.faults.place import Place, Runner, Snapshot, content, home, local, new_place

MIDNIGHT = local("2025-11-21 00:00:10")
COLLECT, ROTATE = ("collect",), ("rotate",)
Step = tuple[tuple[str, ...], datetime]


def nights_end(place: Place, files: Snapshot, steps: Sequence[Step]) -> Snapshot:
    """Return the files after some steps."""
    place.restore(files)
    for command, at in steps:
        place.well(*command, at=at)
    return place.snapshot()


def test_either_may_come_first(place: Place, life: Life) -> None:
    """`collect` before `rotate` and `rotate` before `collect` give the same bytes."""
    ends = [
        nights_end(place, life.evening, [(command, MIDNIGHT) for command in order])
        for order in permutations([COLLECT, ROTATE])
    ]
    # An archived day is deleted only once the day that ends its retention is closed.
    last = [(ROTATE, MIDNIGHT)]
    assert nights_end(place, ends[0], last) == nights_end(place, ends[1], last)
    kept = ends[0].keys() & ends[1].keys()
    assert {name: ends[0][name] for name in kept} == {name: ends[1][name] for name in kept}


@pytest.mark.parametrize("attempt", range(4))
def test_both_at_once(place: Place, life: Life, attempt: int) -> None:
    """`collect` and `rotate` at the same time give the bytes of one after the other."""
    reference = nights_end(place, life.evening, [(COLLECT, MIDNIGHT), (ROTATE, MIDNIGHT)])
    place.restore(life.evening)
    place.hand.now = MIDNIGHT
    jobs = [place.job("collect", at=MIDNIGHT), place.job("rotate", at=MIDNIGHT)]
    ended = place.runner.run(*(jobs if attempt % 2 else reversed(jobs)))
    assert [(one.exit_code, one.out, one.err) for one in ended] == [(0, "", "")] * 2
    place.well("rotate", at=MIDNIGHT)
    assert place.snapshot() == reference


def test_the_last_bucket_is_yesterdays(place: Place, life: Life) -> None:
    """The bucket of 23:50 is in yesterday's file, and in weekly.json at 00:02."""
    place.restore(life.night[3])  # after `aggregate weekly` at 00:02
    yesterday = place.installation.archived(local("2025-11-20").date())
    last = local("2025-11-20 23:50")
    assert max(yesterday.points) == last
    assert yesterday.points[last].keys() == {"power", "voltage", "energy"}
    assert not place.installation.document("daily.json").points
    hour = place.installation.document("weekly.json").points[local("2025-11-20 23:00")]
    assert {name: value.coverage for name, value in hour.items()} == {
        "power": 1.0,
        "voltage": 1.0,
        "energy": 1.0,
    }
    intervals = [yesterday.points[last - timedelta(minutes=10 * number)] for number in range(6)]
    energy = sum(point["power"].kwh or 0 for point in intervals)
    assert hour["power"].kwh == pytest.approx(energy, abs=1e-5)


def test_rotate_never_ran(place: Place, life: Life) -> None:
    """`collect` alone closes three days as `rotate` would have."""
    steps = [
        (COLLECT, local(f"2025-11-{day} {time}"))
        for day in (21, 22, 23)
        for time in ("00:00:10", "12:00:10", "23:50:10")
    ]
    without = nights_end(place, life.evening, steps)
    with_rotate = nights_end(
        place,
        life.evening,
        [
            step
            for command, at in steps
            for step in ((command, at), *([(ROTATE, at)] if at.hour == 0 else []))
        ],
    )
    same = without.keys() & with_rotate.keys()
    assert {"daily.json", "archive/2025-11-20.json", "archive/2025-11-22.json"} <= same
    assert {name: without[name] for name in same} == {name: with_rotate[name] for name in same}

    end = local("2025-11-23 23:50:10")
    nightly: list[Step] = [(("aggregate", tier), end) for tier in ("weekly", "monthly", "yearly")]
    rolled = nights_end(place, without, [*nightly, (ROTATE, end)])
    assert content(rolled) == content(nights_end(place, with_rotate, [*nightly, (ROTATE, end)]))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata"])
def test_cron_in_another_zone(place: Place, life: Life, zone: str) -> None:
    """The machine's time zone does not change the files."""
    place.restore(life.evening)
    for command, at in NIGHT:
        ended = place.step(*command, at=at, environment={"TZ": zone})
        assert (ended.exit_code, ended.err) == (0, ""), ended
    assert place.snapshot() == life.morning


@pytest.mark.parametrize(
    ("zone", "theirs"), [("America/New_York", "06:00:10"), ("Pacific/Kiritimati", "11:00:10")]
)
def test_nightly_steps_hours_late(place: Place, life: Life, zone: str, theirs: str) -> None:
    """Steps that cron starts at another zone's midnight are late, but do no harm."""
    late = local(f"2025-11-21 {theirs}")
    place.restore(life.evening)
    steps = [(COLLECT, MIDNIGHT), (COLLECT, late), *_nightly(late)]
    for command, at in steps:
        ended = place.step(*command, at=at, environment={"TZ": zone})
        assert (ended.exit_code, ended.err) == (0, ""), ended
    found = place.snapshot()
    in_time = [step for step in NIGHT if step[0] != ROTATE]
    assert content(found) == content(
        nights_end(place, life.evening, [*in_time, (COLLECT, late), (ROTATE, late)])
    )


def _nightly(at: datetime) -> list[Step]:
    return [*((("aggregate", tier), at) for tier in ("weekly", "monthly", "yearly")), (ROTATE, at)]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Amsterdam", "2025-10-26T00:00:10+02:00"),
        ("Europe/Amsterdam", "2025-10-27T00:00:10+01:00"),
        ("Africa/Cairo", "2025-04-25T01:00:10+03:00"),  # 00:00 does not exist
        ("Atlantic/Azores", "2025-10-26T00:00:10+00:00"),  # 00:00 comes twice
        ("Australia/Lord_Howe", "2025-10-06T00:00:10+11:00"),
    ],
)
def test_clock_changes(tmp_path: Path, runner: Runner, zone: str, midnight: str) -> None:
    """The order of the steps does not matter around a clock change either."""
    at = datetime.fromisoformat(midnight)
    its_home: RecordedHome = home(at.date() - timedelta(days=1), at.date())
    place = new_place(tmp_path, runner, its_home)
    place.installation.configure(timezone=zone)
    with place.server:
        place.well("collect", at=at - timedelta(hours=25))
        place.well("collect", at=at - timedelta(minutes=10))
        evening = place.snapshot()
        one = nights_end(place, evening, [(COLLECT, at), (ROTATE, at)])
        other = nights_end(place, evening, [(ROTATE, at), (COLLECT, at)])
        assert one == other
        closed = {name: file for name, file in content(one).items() if "archive" in name}
        assert len(closed) >= 1
        newest = closed[max(closed)]["data_points"][-1]["timestamp"]
        assert datetime.fromisoformat(newest) == at.replace(second=0) - timedelta(minutes=10)
        assert content(one)["daily.json"]["data_points"] == []
