"""Steps are due and late at the right times, with and without a pause."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.due import Timetable
from powerstats_cli.core.periods import DAY, HOUR, MINUTE, SECOND
from powerstats_cli.core.runs import Pause
from powerstats_cli.core.schedule.steps import AGGREGATES, COLLECT, PUBLISH, ROTATE, SYNCS, Step

ZONE = ZoneInfo("Europe/Amsterdam")
WEEKLY = AGGREGATES[0]
NOON = datetime(2025, 11, 21, 11, tzinfo=UTC)
ALLOWED = [
    (COLLECT, 20 * MINUTE),
    (ROTATE, 30 * MINUTE),
    (WEEKLY, 30 * MINUTE),
    (PUBLISH, 2 * HOUR),
    (SYNCS[0], 26 * HOUR),
]


def timetable(pause: Pause | None = None) -> Timetable:
    """Return the timetable of a home that is read every ten minutes."""
    return Timetable(ZONE, 10, pause)


def local(written: str) -> datetime:
    """Return a local time as an instant in UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("step", "after", "due"),
    [
        (COLLECT, "2025-11-21 12:00", "2025-11-21 12:10"),
        (COLLECT, "2025-11-21 12:09", "2025-11-21 12:10"),
        (PUBLISH, "2025-11-21 12:19", "2025-11-21 12:20"),
        (PUBLISH, "2025-11-21 12:20", "2025-11-21 13:20"),
        (ROTATE, "2025-11-21 12:00", "2025-11-22 00:00"),
        (WEEKLY, "2025-11-21 00:01", "2025-11-21 00:02"),
        (WEEKLY, "2025-11-21 00:02", "2025-11-22 00:02"),
        (SYNCS[1], "2025-11-21 00:16", "2025-11-22 00:16"),
        (SYNCS[1], "2025-10-26 12:00", "2025-10-27 00:16"),
        (SYNCS[1], "2025-03-30 12:00", "2025-03-31 00:16"),
    ],
    ids=lambda value: value.name if isinstance(value, Step) else None,
)
def test_the_next_time_of_a_step(step: Step, after: str, due: str) -> None:
    """Times are local, also on a day on which clocks change."""
    assert timetable().time_after(step, local(after)) == local(due)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("America/Havana", "2026-03-08"),
        ("Africa/Cairo", "2026-04-24"),
        ("America/Santiago", "2026-09-06"),
        ("Atlantic/Azores", "2026-03-29"),
        ("Asia/Beirut", "2026-03-29"),
    ],
)
def test_a_night_without_midnight(name: str, day: str) -> None:
    """Clocks go from 0:00 to 1:00: the nightly steps are due as long after the day's start."""
    zone = ZoneInfo(name)
    evening = (
        datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone).astimezone(UTC) - 18 * HOUR
    )
    for step, written in ((ROTATE, "01:00"), (WEEKLY, "01:02"), (SYNCS[1], "01:16")):
        due = Timetable(zone, 10).time_after(step, evening).astimezone(zone)
        assert f"{due:%Y-%m-%d %H:%M}" == f"{day} {written}"
        assert not Timetable(zone, 10).is_late(step, due, due.astimezone(UTC) + 30 * MINUTE)


def test_an_hourly_step_counts_local_minutes() -> None:
    """In a zone that is half an hour off, 20 minutes past the hour is 50 minutes past in UTC."""
    india = Timetable(ZoneInfo("Asia/Kolkata"), 10)
    assert india.time_after(PUBLISH, NOON) == NOON + 50 * MINUTE


@pytest.mark.parametrize(("step", "allowed"), ALLOWED)
def test_a_step_is_late_after_the_time_allowed(step: Step, allowed: timedelta) -> None:
    """Each step may take a while; a second more is late."""
    assert not timetable().is_late(step, NOON, NOON + allowed)
    assert timetable().is_late(step, NOON, NOON + allowed + SECOND)


@pytest.mark.parametrize(("step", "allowed"), ALLOWED)
def test_a_pause_without_an_end_excuses_all(step: Step, allowed: timedelta) -> None:
    """No step becomes late in a pause; one that was late before is still late."""
    in_time = timetable(Pause(NOON + allowed))
    assert not in_time.is_late(step, NOON, NOON + 100 * DAY)
    too_late = timetable(Pause(NOON + allowed + SECOND))
    assert too_late.is_late(step, NOON, NOON + 100 * DAY)


@pytest.mark.parametrize("step", [step for step, _ in ALLOWED])
def test_after_a_pause_a_step_may_wait_for_its_next_time(step: Step) -> None:
    """After a pause, a step is late 30 minutes after its next due time."""
    end = NOON + 3 * DAY
    paused = timetable(Pause(NOON, end))
    deadline = paused.time_after(step, end) + 30 * MINUTE
    assert not paused.is_late(step, NOON, deadline)
    assert paused.is_late(step, NOON, deadline + SECOND)


@pytest.mark.parametrize(("step", "allowed"), ALLOWED)
def test_a_pause_that_was_over_before_changes_nothing(step: Step, allowed: timedelta) -> None:
    """If a step has run well since the pause, the pause does not count any more."""
    paused = timetable(Pause(NOON - DAY, NOON))
    assert paused.is_late(step, NOON, NOON + allowed + SECOND)


@pytest.mark.parametrize("step", [step for step, _ in ALLOWED])
def test_what_is_due_in_a_pause(step: Step) -> None:
    """A step is next due after the pause; if the pause has no end, it is not due."""
    end = NOON + DAY
    assert timetable(Pause(NOON, end)).due(step, NOON) == timetable().time_after(step, end)
    assert timetable(Pause(NOON)).due(step, NOON) is None
    assert timetable(Pause(NOON, end)).due(step, end) == timetable().time_after(step, end)
