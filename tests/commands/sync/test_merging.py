"""A merge never loses a bucket."""

import json
import shutil

import pytest

from powerstats_cli.core.documents import Document, TierName, encode
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.tiers import TIERS, window_start
from tests.commands.sync.tiers import LONG_TERM, add, local, remote, send
from tests.github.fake.repository import GitRepository
from tests.github.homes import (
    AMSTERDAM,
    METER,
    NOW,
    TODAY,
    YESTERDAY,
    Device,
    a_tier,
    decoded,
    messages,
    meter,
    past,
    power,
)

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]
FULL = past("yearly", 60)
POORER: dict[str, Document | None] = {
    "missing": None,
    "without a point": past("yearly", 0),
    "younger": past("yearly", 3),
    "with gaps": a_tier("yearly", TODAY - 60 * DAY, TODAY - 30 * DAY, until=YESTERDAY),
    "old": a_tier("yearly", TODAY - 60 * DAY, TODAY - 30 * DAY),
    "known less of": past("yearly", 60, value=lambda _: power(9999.0, 0.9)),
    "from statistics": past("yearly", 60, value=lambda _: power(9999.0, source="statistics")),
    "the same": FULL,
}


@pytest.mark.parametrize("ours", POORER.values(), ids=POORER)
def test_a_poorer_file_takes_nothing_away(
    repo: GitRepository, bare: Device, ours: Document | None
) -> None:
    """It makes no commit; after a full sync the device has everything."""
    if ours:
        bare.put(ours)
    head, before = send(repo, FULL), local(bare, "yearly")
    bare.run_well("sync", "push", "yearly")
    assert repo.head() == head
    if ours:
        assert local(bare, "yearly") == before
    bare.run_well("sync", at=NOW)
    assert repo.head() == head
    assert decoded(local(bare, "yearly")).points == FULL.points


@pytest.mark.parametrize("first_day", [None, past("yearly", 1)], ids=["empty", "first night"])
def test_a_lost_device_comes_back(
    repo: GitRepository, bare: Device, first_day: Document | None
) -> None:
    """Whatever the direction: the first night of a new board brings all days back."""
    if first_day:
        bare.put(first_day)
    head = send(repo, FULL)
    told = bare.run("-v", "sync", "push", "yearly", at=NOW)
    assert told.exit_code == 0
    assert "restored 60 days up to 2025-11-23" in told.out
    assert repo.head() == head
    assert decoded(local(bare, "yearly")).points == FULL.points


def test_a_device_that_has_synced_before_is_not_new(repo: GitRepository, bare: Device) -> None:
    """If somebody starts its file anew, a push takes nothing from the repository."""
    send(repo, FULL)
    bare.run_well("sync", "push", "yearly", at=NOW)
    bare.put(past("yearly", 1))
    before = local(bare, "yearly")
    bare.run_well("sync", "push", "yearly", at=NOW)
    assert local(bare, "yearly") == before


@pytest.mark.parametrize("directions", [["push"], ["fetch"], ["fetch", "push"], [""]])
def test_statistics_replace_no_history(
    repo: GitRepository, bare: Device, directions: list[str]
) -> None:
    """A device that filled its past from statistics gives way to half known history, both ways."""
    half = past("yearly", 9, value=lambda _: power(100.0, 0.5))
    whole = past("yearly", 9, value=lambda _: power(2000.0, source="statistics"))
    for here, there in ((whole, half), (half, whole)):
        bare.put(here)
        send(repo, there)
        for direction in directions:
            bare.run_well("sync", *filter(None, [direction]), at=NOW)
        if directions != ["fetch"]:
            assert decoded(remote(repo, "yearly")).points == half.points
        if directions != ["push"]:
            assert decoded(local(bare, "yearly")).points == half.points


@pytest.mark.usefixtures("_sound")
def test_of_each_bucket_the_best(repo: GitRepository, bare: Device) -> None:
    """For each series and day the better known value stays; both end with the same bytes."""
    first, second, third = (TODAY - number * DAY for number in (3, 2, 1))
    ours = a_tier("yearly", first, third, lambda day: power(1.0, {first: 0.5}.get(day, 1.0)))
    theirs = a_tier("yearly", first, third, lambda day: power(2.0, {second: 0.5}.get(day, 1.0)))
    add(theirs, a_tier("yearly", first, first, lambda _: meter(7.0), name="energy", kind=METER))
    bare.put(ours)
    send(repo, theirs)
    bare.run_well("sync")
    merged = decoded(remote(repo, "yearly"))
    means = {
        start.astimezone(AMSTERDAM).date(): it["power"].mean for start, it in merged.points.items()
    }
    assert means == {first: 2.0, second: 1.0, third: 2.0}  # of equals the greater bytes
    assert merged.points[day_start(first, AMSTERDAM)]["energy"] == meter(7.0)
    assert local(bare, "yearly") == remote(repo, "yearly")
    assert messages(repo, "main")[0] == f"yearly.json up to {YESTERDAY}"


def test_another_hands_bytes(repo: GitRepository, bare: Device) -> None:
    """A file in another layout is merged and replaced like any other."""
    theirs = json.dumps(json.loads(encode(past("yearly", 9))), indent=3).encode()
    repo.commit(files={"data/yearly.json": theirs})
    bare.put(past("yearly", 3, name="heat_pump"))
    bare.run_well("sync", "push", "yearly")
    merged = decoded(remote(repo, "yearly"))
    assert len(merged.points) == 9
    assert remote(repo, "yearly") == encode(merged)


@pytest.mark.parametrize("tier", LONG_TERM)
def test_only_what_has_left_the_window_goes(
    repo: GitRepository, bare: Device, tier: TierName
) -> None:
    """A newer local file moves the window; only days before the window are removed."""
    days = TIERS[tier].window
    send(repo, past(tier, days, before=TODAY - 4 * DAY))
    bare.put(past(tier, 2))
    bare.run_well("sync", "push", tier)
    kept = decoded(remote(repo, tier))
    first = window_start(TIERS[tier], YESTERDAY, AMSTERDAM)
    old = past(tier, days, before=TODAY - 4 * DAY)
    assert kept.points.keys() == {
        *(start for start in old.points if start >= first),
        *past(tier, 2).points,
    }
    assert len(kept.points) == days - 2


@pytest.mark.usefixtures("_sound")
def test_a_large_file(repo: GitRepository, bare: Device) -> None:
    """A file of more than a megabyte is read and written like any other."""
    large = past("yearly", 365)
    for number in range(40):
        add(large, past("yearly", 365, name=f"series {number:02}"))
    ours = past("yearly", 1, name="ours")
    send(repo, large)
    bare.put(ours)
    bare.run_well("sync")
    add(large, ours)
    assert remote(repo, "yearly") == local(bare, "yearly") == encode(large)
    assert len(encode(large)) > 1_100_000
