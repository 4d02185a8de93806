"""Rows: hours, days, weeks and months tile what they show, and parts add up to the whole."""

from collections.abc import Sequence
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies

from powerstats_cli.core.documents import BUCKETS, Document, TierName
from powerstats_cli.core.energy.account import Account, account
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.periods import DAY, Span, day_start, days
from powerstats_cli.core.pieces import Shelves, kinds_in
from powerstats_cli.core.scales import BYS, By, cut
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import buckets
from tests.core.energy.homes import COUNTER, POWER, counted, drawn, roles

ZONES = ("Europe/Amsterdam", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC")
# Days around the clock changes of the zones.
FIRSTS = (date(2025, 3, 8), date(2025, 3, 29), date(2025, 4, 4), date(2025, 10, 3))
ROLES = roles(
    {"oven": "kitchen"}, grid="grid", solar="solar", battery="-battery", devices="kitchen oven"
)
KINDS = {
    "grid": POWER,
    "solar": POWER,
    "battery": POWER,
    "kitchen": COUNTER,
    "oven": COUNTER,
}


def document(tier: TierName, some: Sequence[date], zone: ZoneInfo, random: Random) -> Document:
    """Return a file with random energies, some of them unknown, or known in part."""
    bucket, points = BUCKETS.get(tier, "10min"), {}
    for day in some:
        for span in buckets(bucket, day, zone):
            share = random.choice([1.0, 1.0, 1.0, 0.99, 0.5])
            point = {
                "grid": drawn(random.uniform(-1, 1), random.uniform(1, 2), share),
                "solar": drawn(random.random(), coverage=share),
                "battery": drawn(random.uniform(-1, 1), random.uniform(1, 2)),
                "kitchen": counted(random.random()),
                "oven": counted(random.random() / 2),
            }
            points[span.start] = {
                name: value for name, value in point.items() if random.random() < 0.97
            }
    end = day_start(some[-1] + DAY, zone)
    return Document(
        tier=tier,
        timezone=zone.key,
        bucket=bucket,
        day=some[0] if tier == "daily" else None,
        last_update=end,
        series={name: Series.of(kind, end) for name, kind in KINDS.items()},
        points=points,
    )


def account_of(
    documents: Sequence[Document], by: By, first: date, end: date, zone: ZoneInfo
) -> Account:
    """Return what flowed from a day up to another."""
    span = Span(day_start(first, zone), day_start(end, zone))
    return account(
        ROLES,
        planned(ROLES, kinds_in(documents)),
        Shelves(documents, zone).pieces(dict.fromkeys(days(first, end), "day"), ROLES.names),
        by=by,
        wanted=list(cut(by, span, zone, lambda _: 10, since=span.start)),
        zone=zone,
    )


@settings(max_examples=25, deadline=None)
@given(
    seed=strategies.integers(0, 2**32),
    zone=strategies.sampled_from(ZONES).map(ZoneInfo),
    first=strategies.sampled_from(FIRSTS),
)
def test_parts_add_up_to_the_whole(seed: int, zone: ZoneInfo, first: date) -> None:
    """Energies and known time of hours, days, weeks and months are those of all of it."""
    end = first + 4 * DAY
    weekly = document("weekly", list(days(first, end)), zone, Random(seed))
    accounts = [account_of([weekly], by, first, end, zone) for by in BYS[1:]]
    whole = accounts[0].total
    for found in accounts:
        assert found.total == whole
        for name in ("house", "import", "export", "solar", "charge", "discharge", "untracked"):
            cells = [found.cells(row)[name] or 0.0 for row in found.rows]
            assert sum(cells) == pytest.approx(found.cells(whole)[name] or 0.0, abs=1e-4)
        known = sum(row.known * row.span.length.total_seconds() for row in found.rows)
        assert known == pytest.approx(whole.known * whole.span.length.total_seconds(), rel=1e-3)


@given(seed=strategies.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_the_order_of_files_does_not_matter(seed: int) -> None:
    """Each day is from one file, the finest that knows as much as any other."""
    zone, random = ZoneInfo("Europe/Amsterdam"), Random(seed)
    some = list(days(FIRSTS[1], FIRSTS[1] + 3 * DAY))
    documents = [
        document("daily", some[:1], zone, random),
        document("weekly", some[:2], zone, random),
        document("monthly", some, zone, random),
    ]
    shuffled = random.sample(documents, 3)
    accounts = [
        account_of(each, "day", some[0], some[-1] + DAY, zone) for each in (documents, shuffled)
    ]
    assert accounts[0].rows == accounts[1].rows
    assert accounts[0].devices == accounts[1].devices
