"""The clock: time limits and waits."""

from datetime import UTC, datetime, timedelta

import pytest

from powerstats_cli import clock
from powerstats_cli.clock import Clock, Deadline, Stopwatch
from tests.github.waiting import Time

NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)


def test_a_deadline_counts_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds that are left go below zero."""
    time = Time(now=100.0)
    monkeypatch.setattr(clock, "time", time)
    deadline, stopwatch = Deadline(30), Stopwatch()
    assert (deadline.seconds_left, stopwatch.seconds) == (30, 0)
    time.sleep(40)
    assert (deadline.seconds_left, stopwatch.seconds) == (-10, 40)


@pytest.mark.parametrize(("seconds", "comes"), [(-1, True), (0, True), (1, False)])
def test_a_clock_that_stands_still_waits_for_nothing(seconds: float, comes: bool) -> None:  # noqa: FBT001
    """With --at only what is past has come, and nobody waits."""
    at = Clock(NOON, sleep=lambda _: pytest.fail("it waits"))
    assert at.wait_until(NOON + timedelta(seconds=seconds), at_most=timedelta(minutes=1)) is comes


def test_a_clock_waits_for_what_is_near() -> None:
    """An instant that is further away than the limit is not waited for."""
    waits: list[float] = []
    real = Clock(sleep=waits.append)
    later = real.now() + timedelta(seconds=50)
    assert not real.wait_until(later, at_most=timedelta(seconds=40))
    assert not waits
    assert real.wait_until(later, at_most=timedelta(minutes=1))
    assert 40 < waits[0] <= 50
