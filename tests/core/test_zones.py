"""One zone under several names is one zone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from powerstats_cli.core import zones
from powerstats_cli.core.zones import current, is_same, names, zone

OLD = sorted(zones._CURRENT)  # noqa: SLF001 - the table itself is tested
WEEKS = [datetime(2000, 1, 2, tzinfo=UTC) + number * timedelta(weeks=1) for number in range(1500)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("America/Godthab", "America/Nuuk"),
        ("Pacific/Enderbury", "Pacific/Kanton"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("US/Pacific", "America/Los_Angeles"),
        ("GB", "Europe/London"),
        ("Etc/UTC", "UTC"),
        ("Iceland", "Atlantic/Reykjavik"),
    ],
)
def test_an_old_name(old: str, new: str) -> None:
    """It has a current name, and both are one zone."""
    assert (current(old), current(new)) == (new, new)
    assert is_same(old, new)
    assert names(old)[:2] == (new, old)
    assert set(names(new)) == set(names(old))
    assert zone(old).key == new


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Europe/Amsterdam", "Europe/Brussels"),
        ("Europe/Stockholm", "Europe/Berlin"),
        ("UTC", "Europe/London"),
        ("CET", "Europe/Brussels"),
        ("Asia/Kolkata", "Asia/Colombo"),
    ],
)
def test_places_of_their_own(one: str, other: str) -> None:
    """Neighbours with the same rules keep their names, though the tz database links them."""
    assert (current(one), current(other)) == (one, other)
    assert not is_same(one, other)


@pytest.mark.parametrize("old", OLD)
def test_the_table(old: str) -> None:
    """The old and the current name have the same rules, and the current name is not old itself."""
    new = current(old)
    assert current(new) == new
    assert all(
        at.astimezone(ZoneInfo(old)).utcoffset() == at.astimezone(ZoneInfo(new)).utcoffset()
        for at in WEEKS
    )


def test_no_name_comes_twice() -> None:
    """A name is listed once, so none of them depends on the order."""
    listed = [name for group in zones._OLD_NAMES.values() for name in group.split()]  # noqa: SLF001
    assert sorted(listed) == OLD
    assert all(one < other for one, other in pairwise(zones._OLD_NAMES))  # noqa: SLF001


def test_a_database_that_is_older_than_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone is found by its old name."""

    def old_edition(name: str) -> ZoneInfo:
        if name == "Europe/Kyiv":
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)

    zone.cache_clear()
    monkeypatch.setattr(zones, "ZoneInfo", old_edition)
    assert zone("Europe/Kyiv").key == zone("Europe/Kiev").key == "Europe/Kiev"
    with pytest.raises(ZoneInfoNotFoundError):
        zone("Europe/Nowhere")
    zone.cache_clear()
