"""A file against another copy of it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import day_start
from powerstats_cli.core.verification.copies import PENDING, copies
from powerstats_cli.core.verification.differences import Difference
from tests.core.verification.homes import home

ZONE = ZoneInfo("Europe/Amsterdam")
START = day_start(date(2025, 11, 12), ZONE)


def compared(ours: Document, theirs: Document) -> list[Difference]:
    """Return the differences of two copies."""
    return [each for each in copies("yearly.json", ours, theirs, "me/power", ZONE) if each]


@pytest.fixture
def both() -> tuple[Document, Document]:
    """Return two copies of a yearly.json."""
    made = [home(ZONE, date(2025, 11, 10), 5)["yearly.json"] for _ in range(2)]
    return made[0], made[1]


def test_equal_copies(both: tuple[Document, Document]) -> None:
    """Each value is compared."""
    found = list(copies("yearly.json", *both, "me/power", ZONE))
    assert found == [None] * 25


def test_a_day_on_one_side_only(both: tuple[Document, Document]) -> None:
    """Both directions, by series."""
    ours, theirs = both
    del theirs.points[START]["power"]
    del ours.points[START]["meter"]
    first, second = compared(ours, theirs)
    assert (first.series, first.text, first.here is None) == (
        "meter",
        "it is only in me/power",
        True,
    )
    assert (second.series, second.text, second.there) == ("power", "it is only here", None)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"kwh": 1.0}, "its energy differs from me/power"),
        ({"coverage": 0.1}, "less is known here than in me/power"),
        ({"source": "statistics"}, "here and in me/power it comes from different sources"),
    ],
)
def test_a_day_that_differs(
    both: tuple[Document, Document], numbers: dict[str, float], words: str
) -> None:
    """What differs is named."""
    ours, theirs = both
    ours.points[START]["power"] = msgspec.structs.replace(ours.points[START]["power"], **numbers)
    [found] = compared(ours, theirs)
    assert (found.text, found.explained) == (words, "")


def test_what_was_stored_since_the_last_sync_is_explained(both: tuple[Document, Document]) -> None:
    """It is on its way; but not what only the other copy knows."""
    ours, theirs = both
    ours.last_update += timedelta(hours=1)
    del theirs.points[START]["power"]
    del ours.points[START]["meter"]
    assert {each.series: each.explained for each in compared(ours, theirs)} == {
        "meter": "",
        "power": PENDING,
    }
