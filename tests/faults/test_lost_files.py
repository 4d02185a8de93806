"""Files are lost after a power cut over midnight, or at a meter's midnight: nothing is invented."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from tests.faults.place import ENTITIES, SENSORS, Place, Runner, Snapshot, known, local, new_place

BEGIN, CUT, BACK = local("2025-11-19 22:00"), local("2025-11-20 22:47"), local("2025-11-21 06:05")
END = local("2025-11-22 12:00")


def changes(step: timedelta, start: float, by: float) -> list[Change]:
    """Return states of a sensor that rises by so much each time, but not during the power cut."""
    found, number, at = [], 0, BEGIN
    while at < END:
        if not CUT <= at < BACK:
            found.append(Change(at, f"{start + number * by:.4f}"))
            number += 1
        at += step
    return [*found, Change(BACK - timedelta(seconds=40), "unavailable")]


@pytest.fixture(scope="module")
def after_the_cut(
    tmp_path_factory: pytest.TempPathFactory, runner: Runner
) -> Iterator[tuple[Place, Snapshot]]:
    """Return a place that was without power from 22:47 to 06:05, and its files at 06:30."""
    minute = timedelta(minutes=1)
    pasts = (changes(minute, 1000, 0.1), changes(3 * minute, 230, 0.001), changes(minute, 50, 0.02))
    home = RecordedHome(
        SENSORS,
        dict(zip(SENSORS, pasts, strict=True)),
        down=[(CUT, BACK)],
        starts=[BEGIN - timedelta(days=3), BACK],
    )
    place = new_place(tmp_path_factory.mktemp("cut"), runner, home, retention_days=7)
    with place.server:
        for time in ("19 22:10", "20 00:10", "20 06:00", "20 12:00", "20 18:00", "20 22:40"):
            place.well("collect", at=local(f"2025-11-{time}:10"))
        place.well("rotate", at=local("2025-11-21 00:00:00"))
        runs(place, "21 06:20", "21 06:30")
        yield place, place.snapshot()


@pytest.fixture
def place(after_the_cut: tuple[Place, Snapshot]) -> Place:
    """Return the place with the files of 06:30 on 21 November."""
    place, files = after_the_cut
    place.restore(files)
    return place


def runs(place: Place, *times: str) -> None:
    """Collect at some times of 21 and 22 November, and roll up."""
    for time in times:
        at = local(f"2025-11-{time}:10")
        assert place.step("collect", at=at).exit_code in {0, 65}, time
        for tier in ("weekly", "monthly", "yearly"):
            assert place.step("aggregate", tier, at=at).exit_code in {0, 65}, time


def lose_daily(place: Place) -> None:
    """Lose today's file."""
    (place.data_dir / "daily.json").unlink()


def break_daily(place: Place) -> None:
    """Break today's file."""
    (place.data_dir / "daily.json").write_text("{")


def lose_all_days(place: Place) -> None:
    """Keep the tiers only, as on a new card after `sync fetch`."""
    lose_daily(place)
    for path in (place.data_dir / "archive").iterdir():
        path.unlink()


def keep_monthly(place: Place) -> None:
    """Keep monthly.json only."""
    lose_all_days(place)
    for tier in ("weekly", "yearly"):
        (place.data_dir / f"{tier}.json").unlink()


def break_both(place: Place) -> None:
    """Break today's file and yesterday's."""
    for name in ("daily.json", "archive/2025-11-20.json"):
        (place.data_dir / name).write_text("{")


def break_the_next_day(place: Place) -> None:
    """Break the day in whose morning the power came back, when the next day begins."""
    runs(place, "21 23:00", "22 00:00")
    (place.data_dir / "archive/2025-11-21.json").write_text("{")


@pytest.mark.parametrize(
    ("lose", "then"),
    [
        (lose_daily, "21 06:40"),
        (lose_daily, "22 00:10"),
        (lose_all_days, "21 06:40"),
        (keep_monthly, "21 12:00"),
        (break_both, "21 06:40"),
        (break_the_next_day, "22 00:20"),
    ],
)
def test_a_power_cut_over_midnight_stays_unknown(
    place: Place, lose: Callable[[Place], None], then: str
) -> None:
    """What is asked for again knows no more of the cut than the files did."""
    before = known(place.snapshot())
    lose(place)
    runs(place, then, "22 01:00", "22 06:00")
    after = known(place.snapshot())
    first, last = CUT + timedelta(minutes=13), BACK - timedelta(minutes=5)
    cut = [
        bucket
        for bucket in after
        if bucket[0] == "day" and first <= datetime.fromisoformat(bucket[1]) < last
    ]
    assert [bucket for bucket in cut if after[bucket] > before.get(bucket, 0.0)] == []
    yesterday = local("2025-11-20 00:00").astimezone(UTC).isoformat()
    for tier in ("monthly.json", "yearly.json"):
        for series in ENTITIES:
            bucket = (tier, yesterday, series)
            assert after.get(bucket, 0.0) <= before[bucket], bucket


def nothing(_place: Place) -> None:
    """Lose nothing."""


def lose_yesterday(place: Place) -> None:
    """Lose the newest archived day: it was moved away, as the line about a broken one says."""
    (place.data_dir / "archive/2025-11-21.json").unlink()


def lose_yesterday_and_weekly(place: Place) -> None:
    """Lose the newest archived day, and its hours."""
    lose_yesterday(place)
    (place.data_dir / "weekly.json").unlink()


def lose_yesterday_and_today(place: Place) -> None:
    """Lose the newest archived day, and today's file."""
    lose_yesterday(place)
    lose_daily(place)


@pytest.mark.parametrize(
    ("lose", "then"),
    [
        (nothing, "22 00:10"),
        (lose_yesterday, "22 00:10"),
        (lose_yesterday, "22 09:00"),
        (lose_yesterday_and_weekly, "22 01:00"),
        (lose_yesterday_and_today, "22 00:10"),
    ],
)
def test_a_meters_day_is_booked_once(
    place: Place, lose: Callable[[Place], None], then: str
) -> None:
    """The meter counts on from what the tiers know of the lost day, not from a day before."""
    runs(place, "21 23:00", "22 00:00")
    lose(place)
    runs(place, then, "22 10:00")
    today = place.installation.document("daily.json")
    values = [point["energy"] for _, point in sorted(today.points.items())]
    assert sum(value.change or 0.0 for value in values) == pytest.approx(600 * 0.02, abs=1e-4)
    assert [value.change for value in values] == pytest.approx([0.2] * 60, abs=1e-4)
