"""How long a sample holds."""

from array import array
from collections.abc import Sequence

import pytest

from powerstats_cli.core.history import UNKNOWN
from powerstats_cli.core.legacy.points import Samples
from powerstats_cli.core.legacy.spacing import history_of
from tests.core.legacy.samples import BEGIN, MINUTE, samples


def known_minutes(times: Sequence[float]) -> list[float]:
    """Return for how many minutes each sample holds; `times` are in minutes."""
    numbers = [float(row) for row in range(len(times))]
    given_times = array("q", [BEGIN + round(time * MINUTE) for time in times])
    history = history_of(Samples(given_times, array("d", numbers)), 1.0)
    return [
        (after - time) / MINUTE
        for time, number, after in zip(
            history.times, history.values, history.times[1:], strict=False
        )
        if number == number
    ]


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        ([0, 1, 2, 3], [1, 1, 1, 2.5]),
        ([0, 10, 20, 45], [10, 10, 25, 25]),
        # In a hole of four spacings, the value is unknown after two and a half.
        ([0, 1, 2, 6, 7, 8], [1, 1, 2.5, 1, 1, 2.5]),
        # Two collectors run on every tick: the spacing is that of the ticks.
        ([0, 0.02, 2, 2.02, 4, 4.02, 14], [0.02, 1.98, 0.02, 1.98, 0.02, 4.95, 4.95]),
        # The collector polls every ten seconds.
        ([row / 6 for row in range(20)] + [30], [1 / 6] * 19 + [2.5 / 6, 2.5 / 6]),
        # There is a hole of hours before the last of three readings.
        ([0, 1, 600], [1, 2.5, 2.5]),
        ([5], []),
    ],
)
def test_a_sample_holds_for_two_and_a_half_spacings(
    times: Sequence[float], minutes: Sequence[float]
) -> None:
    """It holds until the next sample, and no longer than that."""
    assert known_minutes(times) == pytest.approx(minutes)


def test_each_stretch_has_its_own_spacing() -> None:
    """The collector polled every ten minutes, then every minute, then every ten again."""
    times = [*range(0, 600, 10), *range(600, 700), *range(1000, 1600, 10)]
    held = known_minutes(times)
    assert held[:50] == [10] * 50
    assert held[70:150] == [1] * 80
    assert held[159] == 2.5
    assert held[180:219] == [10] * 39


def test_a_sample_without_a_value_holds_too() -> None:
    """The value is unknown from a sample without a value until the next sample."""
    history = history_of(samples([5.0, UNKNOWN, 7.0]), 2.0)
    assert [value for value in history.values if value == value] == [10.0, 14.0]
    assert list(history.times) == [BEGIN + halves * MINUTE // 2 for halves in (0, 2, 4, 9)]
