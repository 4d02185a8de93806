"""The recorder of the real Home Assistant does not keep up, or leaves a sensor out."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from powerstats_cli.core.buckets import Value
from tests.real.past import HOUR, INTERVAL, MINUTE
from tests.real.proxy import Proxy
from tests.real.server import ONCE_RECORDED, RealHome, Row, eventually
from tests.real.shared.seen import Seen
from tests.real.truth import Truth
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

WATT: Final = {
    "unit_of_measurement": "W",
    "device_class": "power",
    "state_class": "measurement",
}
# A run must ask for all of it in one piece: nothing is answered to one that begins in the future.
LATER: Final = 30 * MINUTE


def installed(folder: Path, home: RealHome, url: str, **entities: str) -> Installation:
    """Return an installation that waits for no recorder."""
    data = {"settle_seconds": 0}
    return Installation(folder, url, entities, timezone="UTC", token=home.reader_token, data=data)


def minutely(end: datetime, *values: str) -> list[Row]:
    """Return the rows of the hour that ends, one a minute, the last one at the end."""
    return [
        Row(end - number * MINUTE, values[number % len(values)], WATT)
        for number in range(60, -1, -1)
    ]


def recorded(home: RealHome, entity_id: str) -> list[Row]:
    """Return what the history of the last two hours has, and of all that is to come."""
    start = f"{datetime.now(UTC) - 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    end = f"{datetime.now(UTC) + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    path = f"/api/history/period/{start}?filter_entity_id={entity_id}&end_time={end}"
    return [
        Row(datetime.fromisoformat(state["last_changed"]), state["state"], state["attributes"])
        for states in home.get(path)[2]
        for state in states
    ]


def is_recorded(home: RealHome, entity_id: str, at: datetime) -> None:
    """Wait until the history of an entity ends with a state of a time."""
    eventually(
        lambda: [row.at for row in recorded(home, entity_id)[-1:]] == [at],
        f"the state of {entity_id} at {at} is recorded",
    )


def values_of(there: Installation, name: str) -> Mapping[datetime, Value]:
    """Return what is stored of a series, today and on the days before."""
    documents = [there.document(name) for name in there.snapshot()]
    return {
        start: point[name]
        for document in documents
        for start, point in document.points.items()
        if name in point
    }


def begin(home: RealHome, there: Installation, entity_id: str) -> datetime:
    """Have a sensor change each minute of an hour, and now; collect; return when it was `now`."""
    home.write(entity_id, minutely(datetime.now(UTC) - MINUTE, "499", "501"))
    now = home.report(entity_id, "500", WATT)
    is_recorded(home, entity_id, now)
    there.run_well("collect", at=now)
    return now


def check_nothing_since(since: datetime, there: Installation, now: datetime) -> None:
    """Check that a run stores nothing, and says since when nothing was written."""
    before = there.snapshot()
    result = there.run("-v", "collect", at=now)
    assert (result.exit_code, result.out) == (75, "")
    assert result.err.count("\n") == 1
    assert f"recorder has written nothing since {since:%Y-%m-%d %H:%M}, but power" in result.err
    assert there.snapshot() == before


def test_the_recorder_is_stopped_and_started(seen: Seen, tmp_path: Path) -> None:
    """A run stores nothing until it goes on, and then what history has.

    A state that the recorder missed is never written: the one before it holds in history.
    """
    home, entity_id = seen.home, "sensor.stopped_power"
    with Proxy(home) as proxy:
        there = installed(tmp_path, home, proxy.url, power=entity_id)
        since = begin(home, there, entity_id)
        proxy.later = LATER
        home.call("recorder/disable")
        try:
            for state in ("2500", "2600"):
                home.report(entity_id, state, WATT)
            check_nothing_since(since, there, proxy.now())
        finally:
            home.call("recorder/enable")
        check_nothing_since(since, there, proxy.now())
        is_recorded(home, entity_id, home.report(entity_id, "700", WATT))
        assert [row.state for row in recorded(home, entity_id)[-2:]] == ["500", "700"]
        there.run_well("collect", at=proxy.now())
    values = values_of(there, "power")
    assert max(value.max or 0.0 for value in values.values()) == 700.0
    assert max(values) > since + LATER - 2 * INTERVAL
    last = values[max(values)]
    assert (last.mean, last.min, last.max, last.coverage) == (700.0, 700.0, 700.0, 1.0)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Lock the recorder's file against writing, as a backup does."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            db.execute("COMMIT")


def test_the_database_is_locked_for_a_while(seen: Seen, tmp_path: Path) -> None:
    """A run stores nothing meanwhile, and a later one all that is written then with its own times.

    Home Assistant 2024.3.3 loses states if it cannot write for more than five seconds.
    """
    home, entity_id = seen.home, "sensor.locked_power"
    with Proxy(home) as proxy:
        there = installed(tmp_path, home, proxy.url, power=entity_id)
        since = begin(home, there, entity_id)
        proxy.later = LATER
        with locked(home.database):
            changed = home.report(entity_id, "2500", WATT)
            rows = [
                Row(changed + number * 3 * MINUTE, f"{2500 - number}.5", WATT)
                for number in range(1, 10)
            ]
            home.write(entity_id, rows)
            check_nothing_since(since, there, proxy.now())
        is_recorded(home, entity_id, rows[-1].at)
        there.run_well("collect", at=proxy.now())
        truth = Truth(
            {
                entity_id: [
                    *((row.at, row.state) for row in minutely(since - MINUTE, "499", "501")),
                    (since, "500"),
                    (changed, "2500"),
                    *((row.at, row.state) for row in rows),
                ]
            },
            changed + 2 * HOUR,
        )
    written = {at: value for at, value in values_of(there, "power").items() if at > since - HOUR}
    assert max(written) > since + LATER - 2 * INTERVAL
    for start, value in written.items():
        exact = truth.over(entity_id, start, start + INTERVAL)
        assert exact is not None
        assert value.mean == pytest.approx(exact.mean, abs=0.5), start
        assert (value.max, value.coverage) == (exact.high, 1.0), start


@pytest.fixture(scope="module")
def excluded(seen: Seen) -> datetime:
    """Exclude a sensor that was recorded; return the time of its last row.

    The recorder takes no row of it, so those of another one become its own.
    """
    home, other, end = seen.home, "sensor.renamed_power", datetime.now(UTC) - 30 * MINUTE
    home.write(other, minutely(end, "104", "105"))
    is_recorded(home, other, end)
    with closing(sqlite3.connect(home.database)) as db, db:
        rename = "UPDATE states_meta SET entity_id = ? WHERE entity_id = ?"
        assert db.execute(rename, [ONCE_RECORDED, other]).rowcount == 1
    return end


@pytest.mark.parametrize("others", [(), ("sensor.lively_power",)], ids=["alone", "among others"])
def test_a_sensor_is_excluded_that_was_recorded(
    others: tuple[str, ...], seen: Seen, excluded: datetime, tmp_path: Path
) -> None:
    """The line names it; its last row does not go on for ever, and the others are stored."""
    home = seen.home
    for other in others:
        home.write(other, minutely(excluded, "230", "231"))
        rows = minutely(datetime.now(UTC), "231", "232")
        home.write(other, rows)
        is_recorded(home, other, rows[-1].at)
    entities = dict(zip(["lively"], others, strict=False))
    there = installed(tmp_path, home, home.url, power=ONCE_RECORDED, **entities)
    there.run_well("collect", at=excluded)
    for number in range(2):
        home.report(ONCE_RECORDED, f"{2000 + number}", WATT)
        result = there.run("-v", "collect")
        assert (result.exit_code, result.out) == (69, "")
        assert result.err.count("\n") == 1
        assert f"power ({ONCE_RECORDED}): not recorded by Home Assistant" in result.err
        assert max(values_of(there, "power")) < excluded
        for name in entities:
            assert max(values_of(there, name)) > datetime.now(UTC) - 2 * INTERVAL
