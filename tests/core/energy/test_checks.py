"""What `doctor` says of roles that cannot be right."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.documents import Point
from powerstats_cli.core.energy.checks import judged
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.periods import Span
from powerstats_cli.core.pieces import Piece
from tests.core.energy.homes import COUNTER, POWER, counted, drawn, roles

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST = date(2025, 6, 2)
TEN_MINUTES = timedelta(minutes=10)
Home = Callable[[int, int], Point]
"""A point of an hour of the day, and of the ten minutes in it (0 to 5)."""


def days_of(home: Home, count: int = 3) -> dict[date, Sequence[Piece]]:
    """Return some days of a home, in buckets of ten minutes."""
    found: dict[date, Sequence[Piece]] = {}
    for number in range(count):
        day = FIRST + timedelta(days=number)
        start = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
        found[day] = [
            Piece(
                Span(start + at * TEN_MINUTES, start + (at + 1) * TEN_MINUTES),
                home(at // 6, at % 6),
            )
            for at in range(144)
        ]
    return found


def said(given: Roles, home: Home, counters: str = "") -> list[str]:
    """Return the texts of what is found."""
    kinds = {name: COUNTER if name in counters.split() else POWER for name in given.names}
    return [finding.text for finding in judged(given, kinds, days_of(home), ZONE)]


def sun(hour: int) -> float:
    """Return the sun's energy in ten minutes."""
    return 0.4 if 9 <= hour < 17 else 0.0


def whole(hour: int, _: int) -> Point:
    """Return a home with sun: it takes 0.1 kWh in ten minutes, and gives the rest to the grid."""
    bought, sold = max(0.1 - sun(hour), 0.0), max(sun(hour) - 0.1, 0.0)
    return {
        "grid": drawn(bought - sold, sold),
        "i": counted(bought),
        "e": counted(sold),
        "s": drawn(sun(hour)),
        "h": drawn(0.1),
        "kitchen": counted(0.06),
        "oven": counted(0.05),
    }


@pytest.mark.parametrize(
    "given",
    [
        roles(grid="grid", solar="s"),
        roles(grid="grid", imports="i", export="e", solar="s", house="h"),
        roles({"oven": "kitchen"}, grid="grid", solar="s", devices="kitchen oven"),
        roles(house="h", solar="s"),
        roles(imports="i"),
    ],
)
def test_nothing_is_said_of_what_is_right(given: Roles) -> None:
    """Each role is what it says."""
    assert said(given, whole, "i e kitchen oven") == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (roles(grid="-grid", solar="s"), "import is highest at 9:00, with sun"),
        (roles(imports="e", export="i", solar="s"), "import is highest at 9:00, with sun"),
        (roles(grid="grid"), "43.2 kWh were exported, but there is no sun and no battery"),
        (
            roles(grid="grid", imports="h_counter", solar="s"),
            "import: h_counter counted 43.2 kWh, grid 28.8",
        ),
        (
            roles(grid="grid", solar="s", house="s_counter"),
            "house: s_counter says 57.6 kWh, the flows leave 43.2",
        ),
        (
            roles(grid="grid", solar="s", devices="kitchen oven"),
            "on 2025-06-02 the devices took 1.4 kWh more than the house",
        ),
    ],
)
def test_what_cannot_be_right(given: Roles, says: str) -> None:
    """A turned sign, a missing sun, another meter, a device that is counted twice."""

    def home(hour: int, at: int) -> Point:
        more = {"h_counter": counted(0.1), "s_counter": counted(sun(hour))}
        return whole(hour, at) | more

    texts = said(given, home, "i e kitchen oven h_counter s_counter")
    assert [text for text in texts if says in text], texts


def test_a_house_that_takes_less_than_nothing() -> None:
    """A sun that no role names leaves a house that gives."""

    def home(hour: int, at: int) -> Point:
        return whole(hour, at) | {"b": drawn(0.001)}

    texts = said(roles(grid="grid", battery="b"), home)
    assert [text for text in texts if "less than nothing" in text], texts


def test_a_battery_may_feed_the_grid_by_night() -> None:
    """What it gives then is more than what the grid takes."""

    def home(hour: int, at: int) -> Point:
        is_dark = sun(hour) == 0
        fed = {"grid": drawn(-0.1, 0.1) if is_dark else drawn(0.1), "d": drawn(0.2 * is_dark)}
        return whole(hour, at) | fed

    given = roles(grid="grid", solar="s", discharge="d")
    assert said(given, home) == []


@pytest.mark.parametrize(
    ("step", "is_told"), [(lambda at: 0.6 * (at == 0), True), (lambda _: 0.1, False)]
)
def test_a_counter_that_comes_seldom(
    step: Callable[[int], float],
    is_told: bool,  # noqa: FBT001
) -> None:
    """Its hour is in one bucket: the power beside it is exact."""

    def home(hour: int, at: int) -> Point:
        more = 1 + hour * 0.037
        return {"i": counted(step(at) * more), "grid": drawn(0.1 * more)}

    texts = said(roles(imports="i", grid="grid"), home, "i")
    assert texts == (["i changes only once an hour"] if is_told else [])


def test_a_counter_with_big_steps_is_no_seldom_one() -> None:
    """A meter that counts whole kWh changes seldom, because little is taken."""

    def home(_: int, at: int) -> Point:
        return {"i": counted(float(at == 3)), "grid": drawn(1 / 6)}

    assert said(roles(imports="i", grid="grid"), home, "i") == []
