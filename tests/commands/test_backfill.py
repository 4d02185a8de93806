"""`backfill`: history and statistics into what is lacking, and nothing else is touched."""

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import fsum
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.cli.main import main
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, HOUR, day_start, days, hours
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant import websocket
from tests.support.homes import ENERGY, ENTITIES, POWER, SENSORS, VOLTAGE
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import HUGE, LongTermHome, Statistics, about
from tests.support.processes import peak_of
from tests.support.terminal import Terminal
from tests.test_imports import imported

ZONE: Final = ZoneInfo("Europe/Amsterdam")
NOW: Final = datetime(2025, 4, 10, 18, 20, 30, tzinfo=ZONE)
TODAY: Final = NOW.date()
YESTERDAY: Final = TODAY - DAY
# The recorder begins in the middle of its oldest day, so that day is left to the statistics.
KEEP: Final = timedelta(days=6, hours=3)
OLDEST: Final = TODAY - 6 * DAY
FIRST_ROW: Final = datetime(2024, 1, 1, tzinfo=UTC)
METADATA: Final = {
    POWER: about("W", "power", is_counter=False),
    VOLTAGE: about("V", "voltage", is_counter=False),
    ENERGY: about("kWh", "energy", is_counter=True),
}
RECORDING: Final = Path(__file__).parents[1] / "recordings/2024.3/statistics.json"


def row(entity_id: str, start: datetime) -> Mapping[str, float] | None:
    """Return the statistics of an hour: powers from 300 to 306 W, 0.25 kWh an hour."""
    number = (start - FIRST_ROW) // HOUR
    if number < 0 or start >= NOW:
        return None
    if entity_id == ENERGY:
        return {"state": 500 + (number + 1) * 0.25, "change": 0.25}
    mean = {POWER: 300.0, VOLTAGE: 230.0}[entity_id] + number % 7
    return {"mean": mean, "min": mean - 10, "max": mean + 10}


def a_home() -> RecordedHome:
    """Return a home that uses 600 W and 1200 W in turn, 0.15 kWh every ten minutes."""
    changes: dict[str, list[Change]] = {entity: [] for entity in SENSORS}
    begin = datetime(2025, 3, 30, tzinfo=UTC)
    for number in range((NOW - begin) // timedelta(minutes=10)):
        at = begin + number * timedelta(minutes=10) + timedelta(seconds=7)
        changes[POWER].append(Change(at, str(600 + 600 * (number % 2))))
        changes[VOLTAGE].append(Change(at, str(229 + number % 3)))
        changes[ENERGY].append(Change(at, f"{9000 + number * 0.15:.2f}"))
    return RecordedHome(SENSORS, changes)


@dataclass
class Place:
    """A home's server, and an installation that asks it, on its first evening."""

    server: LongTermHome
    installation: Installation
    faults: dict[int, str] = field(default_factory=dict)

    def fail_from_now(self, fault: str, after: int = 0) -> None:
        """Have the exchange after the next so many fail."""
        self.faults[len(self.server.exchanges) + after + 1] = fault

    def collect(self) -> None:
        """Collect for the first time."""
        self.installation.run_well("collect", at=NOW)

    def backfill(self) -> None:
        """Fill everything."""
        self.installation.run_well("backfill", at=NOW)


@pytest.fixture(autouse=True)
def only_the_configured_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment's token out of the tests."""
    monkeypatch.delenv("POWERSTATS_HOMEASSISTANT_TOKEN", raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Return a place where nothing ran yet."""
    faults: dict[int, str] = {}
    server = LongTermHome(
        a_home(), Statistics(METADATA, row), TOKEN, lambda: NOW, keep=KEEP, fault=faults.get
    )
    with server:
        yield Place(server, Installation(tmp_path / "here", server.url, ENTITIES), faults)


def of_day(document: Document, day: date) -> dict[str, Value]:
    """Return a day's point of monthly or yearly."""
    return document.points.get(day_start(day, ZONE), {})


def written(document: Document, day: date, name: str) -> list[Value]:
    """Return the hours of a series in a day."""
    points = [document.points.get(span.start, {}) for span in hours(day, ZONE)]
    return [point[name] for point in points if name in point]


# --- the first evening --------------------------------------------------------------------------


def test_init_brings_the_year_along(place: Place, tmp_path: Path) -> None:
    """Where the options say so, a script's set-up ends in a year."""
    token, config = tmp_path / "given", tmp_path / "config.toml"
    token.write_text(TOKEN)
    data_dir = tmp_path / "data"
    options = ["--config", str(config), "--at", NOW.isoformat(), "-q", "init", "--no-input"]
    given = ["--url", place.server.url, "--token-file", str(token), "--data-dir", str(data_dir)]
    assert main([*options, *given, "--backfill"]) == 0
    assert len(json.loads((data_dir / "yearly.json").read_bytes())["data_points"]) == 365


def test_a_year_on_the_first_evening(place: Place) -> None:
    """History fills the archive and the tiers, statistics the year before; collect's stays."""
    place.collect()
    daily = place.installation.snapshot()["daily.json"]
    place.backfill()
    files = place.installation.snapshot()
    history = list(days(OLDEST + DAY, TODAY))
    assert files["daily.json"] == daily
    assert {name for name in files if "/" in name} == {f"archive/{day}.json" for day in history}
    yearly, monthly, weekly = (
        place.installation.document(f"{tier}.json") for tier in ("yearly", "monthly", "weekly")
    )
    assert len(yearly.points) == 365
    assert len(monthly.points) == 30
    assert len(weekly.points) == 7 * 24
    for day in days(TODAY - 365 * DAY, TODAY):
        point = of_day(yearly, day)
        assert point.keys() == ENTITIES.keys()
        is_history = day in history
        assert {value.source for value in point.values()} == {
            None if is_history else "statistics"
        }, day
        assert {value.coverage for value in point.values()} == {1.0}
        length = sum(1 for _ in hours(day, ZONE))
        change, kwh = point["energy"].change, point["power"].kwh
        if is_history:
            assert change == pytest.approx(0.9 * length)
            assert kwh == pytest.approx(21.6)
        else:
            assert change == pytest.approx(0.25 * length)
            rows = [row(POWER, span.start) or {} for span in hours(day, ZONE)]
            assert kwh == pytest.approx(fsum(it["mean"] for it in rows) / 1000, abs=1e-6)
    for tier in (monthly, weekly):
        assert all(point.keys() == ENTITIES.keys() for point in tier.points.values())
    assert {it.until for tier in (yearly, monthly, weekly) for it in tier.series.values()} == {
        day_start(TODAY, ZONE)
    }


def test_tiers_agree(place: Place) -> None:
    """Hours add up to their days, and a day is the same in monthly as in yearly."""
    place.collect()
    place.backfill()
    yearly, monthly, weekly = (
        place.installation.document(f"{tier}.json") for tier in ("yearly", "monthly", "weekly")
    )
    assert all(yearly.points[start] == point for start, point in monthly.points.items())
    for day in days(TODAY - 7 * DAY, TODAY):
        whole = of_day(yearly, day)
        for name, attribute in (("power", "kwh"), ("energy", "change")):
            parts = [getattr(value, attribute) for value in written(weekly, day, name)]
            assert fsum(parts) == pytest.approx(getattr(whole[name], attribute), abs=1e-5)


def test_a_backfilled_day_is_what_collect_would_have_stored(place: Place, tmp_path: Path) -> None:
    """The archive's days are those of an installation that collected all the time."""
    place.collect()
    place.backfill()
    other = Installation(tmp_path / "other", place.server.url, ENTITIES)
    for day in days(OLDEST + DAY, TODAY + DAY):
        at = day_start(day, ZONE) + timedelta(minutes=10, seconds=30)
        other.run_well("collect", at=min(at, NOW))
    other.run_well("collect", at=NOW)
    for day in days(OLDEST + DAY, TODAY):
        ours, theirs = place.installation.archived(day), other.archived(day)
        assert ours.points == theirs.points
        assert ours.series == theirs.series


def hard_home() -> RecordedHome:
    """Return a home with a power cut over midnight, and a counter that falls around another."""
    begin = day_start(TODAY - 8 * DAY, ZONE)
    cut, back = (day_start(TODAY - 3 * DAY, ZONE) + it for it in (-3 * HOUR, 2 * HOUR))
    glitch, reset = (day_start(TODAY - n * DAY, ZONE) for n in (2, 4))
    minute = timedelta(minutes=1)
    changes: dict[str, list[Change]] = {entity: [] for entity in SENSORS}
    reading = 0
    for number in range((NOW - begin) // (7 * minute)):
        at = begin + number * 7 * minute + timedelta(seconds=11)
        if cut <= at < back:
            continue
        reading = 3 if reset - 8 * minute <= at < reset - minute else reading + 1 + number % 5
        is_low = glitch - 8 * minute <= at < glitch + 5 * minute
        changes[POWER].append(Change(at, str(100 + number % 97)))
        changes[ENERGY].append(Change(at, "0" if is_low else f"{reading / 10:.1f}"))
        if number % 40 == 0:
            changes[VOLTAGE].append(Change(at, str(225 + number % 11)))
    for place, them in enumerate(changes.values()):
        them.append(Change(back - (20 - place) * timedelta(seconds=1), "unavailable"))
        them.append(Change(day_start(TODAY - 5 * DAY, ZONE) - (4 + place) * minute, "unknown"))
    return RecordedHome(SENSORS, changes)


def test_hard_days_are_what_a_late_run_would_have_stored(tmp_path: Path) -> None:
    """A power cut over midnight, a glitch and a reset at one: as `collect` catches them up."""
    statistics = Statistics({}, row)
    with LongTermHome(hard_home(), statistics, TOKEN, lambda: NOW) as server:
        ours = Installation(tmp_path / "ours", server.url, ENTITIES)
        ours.run_well("collect", at=NOW)
        ours.run_well("backfill", at=NOW)
        late = Installation(tmp_path / "late", server.url, ENTITIES)
        late.run_well(
            "collect", at=day_start(TODAY - 8 * DAY, ZONE) + timedelta(minutes=10, seconds=30)
        )
        late.run_well("collect", at=NOW)
    for day in days(TODAY - 8 * DAY, TODAY):
        assert ours.archived(day).points == late.archived(day).points, day
        assert ours.archived(day).series == late.archived(day).series, day


def test_it_need_not_be_the_first_evening(place: Place) -> None:
    """Before the first collect there is as much to fill; collect goes on from there."""
    place.backfill()
    files = place.installation.snapshot()
    assert "daily.json" not in files
    assert len(place.installation.document("yearly.json").points) == 365
    place.collect()
    daily = place.installation.document("daily.json")
    assert min(daily.points) == day_start(TODAY, ZONE)
    assert max(it.until for it in daily.series.values()) == NOW.replace(second=0)
    after = place.installation.snapshot()
    assert {name: after[name] for name in files if "archive" not in name} == {
        name: raw for name, raw in files.items() if "archive" not in name
    }


def test_nothing_new_changes_no_byte(place: Place) -> None:
    """A second run changes nothing, and asks for little."""
    place.collect()
    place.backfill()
    before = place.installation.snapshot()
    asked = len(place.server.exchanges)
    place.backfill()
    assert place.installation.snapshot() == before
    second = place.server.exchanges[asked:]
    assert second.count("recorder/statistics_during_period") == 0
    assert len(second) < asked / 2


def test_a_month_a_request(place: Place) -> None:
    """Home Assistant is asked for a month at once, in all as many as there are."""
    place.collect()
    place.backfill()
    assert place.server.exchanges.count("recorder/statistics_during_period") == 13


def test_the_nights_go_on(place: Place) -> None:
    """The nightly steps keep the statistics, and drop only what leaves the window."""
    place.collect()
    place.backfill()
    before = place.installation.document("yearly.json")
    tomorrow = day_start(TODAY + DAY, ZONE)
    place.server.clock = lambda: tomorrow + timedelta(hours=1)
    place.server.plain.clock = place.server.clock
    place.installation.run_well("collect", at=tomorrow + timedelta(seconds=30))
    place.installation.run_well("rotate", at=tomorrow + timedelta(seconds=40))
    for minute, tier in ((2, "weekly"), (5, "monthly"), (15, "yearly")):
        place.installation.run_well("aggregate", tier, at=tomorrow + timedelta(minutes=minute))
    after = place.installation.document("yearly.json")
    assert len(after.points) == 365
    first = day_start(TODAY - 364 * DAY, ZONE)
    kept = {start: point for start, point in before.points.items() if start >= first}
    assert {start: after.points[start] for start in kept} == kept
    assert of_day(after, TODAY)["power"].source is None


# --- what is there stays ------------------------------------------------------------------------


def test_what_collect_has_is_never_replaced(place: Place) -> None:
    """Days that were collected keep every byte, though the statistics know them as well."""
    begin = day_start(TODAY - 3 * DAY, ZONE)
    place.installation.run_well("collect", at=begin + timedelta(minutes=10, seconds=30))
    place.collect()
    place.installation.run_well("rotate", at=NOW)
    for tier in ("weekly", "monthly", "yearly"):
        place.installation.run_well("aggregate", tier, at=NOW)
    before = place.installation.snapshot()
    points = place.installation.points()
    place.backfill()
    after = place.installation.snapshot()
    for name in before:
        if "/" in name or name == "daily.json":
            assert after[name] == before[name]
        else:
            assert all(point in place.installation.points()[name] for point in points[name])
    assert len(place.installation.document("yearly.json").points) == 365


def test_a_series_that_is_new_gets_its_past(place: Place) -> None:
    """A sensor that is added later is filled beside the others, which keep what they have."""
    place.installation.configure(entities={"power": POWER})
    place.collect()
    place.backfill()
    before = place.installation.points()
    place.installation.configure(entities=ENTITIES)
    place.collect()
    place.backfill()
    yearly = place.installation.document("yearly.json")
    assert all(point.keys() == ENTITIES.keys() for point in yearly.points.values())
    for name, points in place.installation.points().items():
        if name != "daily.json":
            assert [
                {key: point[key] for key in ("timestamp", "power")} for point in points
            ] == before[name]


def test_a_hole_is_filled(place: Place) -> None:
    """Days that nobody collected, of which the recorder has nothing any more, are filled."""
    place.server.keep = None
    place.server.plain.keep = None
    then = day_start(TODAY - 10 * DAY, ZONE)
    place.installation.run_well("collect", at=then + timedelta(hours=12, seconds=30))
    place.server.plain.keep = timedelta(days=3)
    place.collect()
    place.backfill()
    yearly = place.installation.document("yearly.json")
    sources = [of_day(yearly, TODAY - n * DAY)["power"].source for n in (1, 2, 5, 8, 10, 11)]
    assert sources == [None, None, "statistics", "statistics", None, "statistics"]


def test_a_sensor_without_statistics(place: Place) -> None:
    """One that Home Assistant keeps no statistics of gets its history, of the oldest day too."""
    metadata = {key: value for key, value in METADATA.items() if key != VOLTAGE}
    place.server.statistics = Statistics(metadata, row)
    place.collect()
    result = place.installation.run("-v", "backfill", at=NOW)
    assert result.exit_code == 0
    assert "Home Assistant keeps no statistics of voltage" in result.out
    yearly = place.installation.document("yearly.json")
    known = [day for day in days(TODAY - 365 * DAY, TODAY) if "voltage" in of_day(yearly, day)]
    assert known == list(days(OLDEST, TODAY))
    assert of_day(yearly, OLDEST)["voltage"].coverage < 1
    assert of_day(yearly, OLDEST)["power"].source == "statistics"


def test_statistics_that_do_not_fit_the_history_found(place: Place) -> None:
    """Before anything is stored, what this run itself found says what a series is."""
    metadata = {**METADATA, VOLTAGE: about("mWh", None, is_counter=False)}
    place.server.statistics = Statistics(metadata, row)
    place.installation.configure(entities={"voltage": VOLTAGE})
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 78
    assert "voltage: its statistics are measurement in kWh, stored as measurement in V" in (
        result.err
    )
    assert len(place.installation.document("yearly.json").points) == 5


def test_a_series_of_another_unit_is_told(place: Place) -> None:
    """Statistics of another unit than what is stored are left alone (78); the others are filled."""
    place.server.statistics = Statistics({**METADATA, VOLTAGE: METADATA[ENERGY]}, row)
    place.collect()
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 78
    assert "voltage: its statistics are total_increasing in kWh, stored as measurement in V" in (
        result.err
    )
    yearly = place.installation.document("yearly.json")
    assert len(yearly.points) == 365
    assert "voltage" not in of_day(yearly, TODAY - 100 * DAY)


# --- zones ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Adelaide", "Australia/Lord_Howe"])
def test_half_hours_keep_the_total(place: Place, tmp_path: Path, zone: str) -> None:
    """The year's days together count what the rows in it do, half a row at each end."""
    place.server.home.time_zone = zone
    there = Installation(tmp_path / "there", place.server.url, {"energy": ENERGY}, timezone=zone)
    place.server.plain.keep = timedelta(hours=1)
    there.run_well("backfill", at=NOW)
    yearly = there.document("yearly.json")
    where = ZoneInfo(zone)
    today = NOW.astimezone(where).date()
    length = (day_start(today, where) - day_start(today - 365 * DAY, where)) / HOUR
    assert len(yearly.points) == 365
    changes = [point["energy"].change or 0.0 for point in yearly.points.values()]
    assert fsum(changes) == pytest.approx(length * 0.25, abs=1e-4)
    weekly = there.document("weekly.json")
    assert len(weekly.points) == sum(len(hours(day, where)) for day in days(today - 7 * DAY, today))
    assert {point["energy"].coverage for point in weekly.points.values()} == {1.0}


# --- broken off -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], int]:
    """Return the files of a run that nothing breaks off, and its number of exchanges."""
    folder = tmp_path_factory.mktemp("whole")
    statistics = Statistics(METADATA, row)
    with LongTermHome(a_home(), statistics, TOKEN, lambda: NOW, keep=KEEP) as server:
        there = Installation(folder, server.url, ENTITIES)
        there.run_well("collect", at=NOW)
        collected = len(server.exchanges)
        there.run_well("backfill", at=NOW)
        return there.snapshot(), len(server.exchanges) - collected


@pytest.mark.parametrize("part", range(10))
def test_broken_off_and_taken_up_again(
    place: Place, whole: tuple[dict[str, bytes], int], part: int
) -> None:
    """Wherever the connection breaks: the files are whole, and the next run ends with the same."""
    files, exchanges = whole
    place.collect()
    place.fail_from_now("closes", after=part * exchanges // 10)
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 75, result
    for name in place.installation.snapshot():
        place.installation.document(name)  # parses
    place.backfill()
    assert place.installation.snapshot() == files


@pytest.mark.parametrize("number", range(1, 12, 2))
def test_ctrl_c_leaves_whole_files(
    place: Place,
    whole: tuple[dict[str, bytes], int],
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Interrupted before any of its writes, the next run ends with the same."""
    files, _ = whole
    place.collect()
    write, written = Store.write, []

    def interrupted(store: Store, path: Path, document: Document) -> bool:
        written.append(path)
        if len(written) == number:
            raise KeyboardInterrupt
        return write(store, path, document)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", interrupted)
        assert place.installation.run("backfill", at=NOW).exit_code == 130
    place.backfill()
    assert place.installation.snapshot() == files


@pytest.mark.parametrize(
    ("fault", "exit_code", "words"),
    [
        ("closes", 75, "closed the connection: run it again, and it goes on"),
        ("garbage", 75, "is not Home Assistant's history"),
        ("refuses", 75, "did not tell its statistics (unknown_command: Unknown *** command.)"),
        ("hangs", 75, "did not answer in time"),
        ("huge", 75, "answers with over"),
    ],
)
def test_an_answer_that_is_none(
    place: Place, fault: str, exit_code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong in a request of a month is one line, and what was stored stays."""
    place.collect()
    monkeypatch.setattr(websocket, "REQUEST_TIMEOUT", 0.5)
    monkeypatch.setattr(websocket, "MOST_BYTES", HUGE - 1)
    place.installation.configure(entities={"energy": ENERGY})
    place.server.fault = lambda _: (
        fault if place.server.exchanges[-1].endswith("during_period") else None
    )
    result = place.installation.run("backfill", at=NOW)
    assert (result.exit_code, result.out) == (exit_code, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert TOKEN not in result.err
    assert place.installation.document(f"archive/{YESTERDAY}.json").points


def test_a_wrong_token(place: Place) -> None:
    """It is refused by the first request (77), and not tried again."""
    place.installation.configure(token="another")
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 77
    assert len(place.server.exchanges) == 1


def test_a_token_that_only_the_websocket_refuses(place: Place) -> None:
    """It is told as any refused token is."""
    place.server.token = "another"
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 77
    assert "refused the token" in result.err
    assert place.server.exchanges == ["/api/config", "/api/websocket"]


@pytest.mark.parametrize(("status", "exit_code"), [("403", 77), ("404", 75), ("502", 75)])
def test_no_websocket(place: Place, status: str, exit_code: int) -> None:
    """A proxy that lets no websocket through, or a ban, is told."""
    place.fail_from_now(status, after=1)
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == exit_code
    assert place.installation.snapshot() == {}


def test_no_redirect_is_followed(place: Place) -> None:
    """The token goes to its own host only: another one is not even connected to."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        place.server.elsewhere = f"ws://127.0.0.1:{other.getsockname()[1]}/api/websocket"
        place.fail_from_now("302", after=1)
        result = place.installation.run("backfill", at=NOW)
        assert result.exit_code == 78
        assert "redirects elsewhere" in result.err
        with pytest.raises(TimeoutError):
            other.accept()


def test_no_proxy_of_the_environment_is_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token would go through it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    place.backfill()


def test_a_wrong_clock(place: Place) -> None:
    """A clock that is not Home Assistant's stops it before anything is asked."""
    result = place.installation.run("backfill", at=NOW + timedelta(hours=1))
    assert result.exit_code == 75
    assert place.installation.snapshot() == {}


def test_a_broken_file_is_set_aside(place: Place) -> None:
    """A tier that cannot be read is kept, and made again from history and statistics (65)."""
    place.collect()
    (place.installation.data_dir / "yearly.json").write_text("{")
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 65
    assert "yearly.json.unreadable-" in result.err
    assert len(place.installation.document("yearly.json").points) == 365


# --- what is shown --------------------------------------------------------------------------------


def test_a_dry_run_lists_and_changes_nothing(place: Place) -> None:
    """Each day of history and each month of statistics is listed, with what it would give."""
    place.collect()
    before = place.installation.snapshot()
    result = place.installation.run("backfill", "--dry-run", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    assert f"{YESTERDAY} history: the day of energy, power and voltage" in lines
    month = "2024-06 statistics: 30 days of energy, power and voltage"
    assert month in lines
    assert place.installation.snapshot() == before
    place.backfill()
    assert "Nothing is lacking" in place.installation.run("backfill", "--dry-run", at=NOW).out


@pytest.mark.parametrize("answer", ["y", "n"])
def test_at_a_terminal_it_lists_and_asks(place: Place, answer: str) -> None:
    """Nothing is stored before the answer, and nothing at all after a no."""
    place.collect()
    before = place.installation.snapshot()
    arguments = place.installation.arguments("backfill", at=NOW)
    with Terminal(arguments, {}, place.installation.folder) as terminal:
        listed = terminal.wait_for("Fill this in?")
        assert "2024-06" in listed
        assert place.installation.snapshot() == before
        terminal.type(answer)
        assert terminal.end() == 0
    yearly = place.installation.data_dir / "yearly.json"
    assert yearly.exists() == (answer == "y")


def test_at_a_terminal_yes_asks_nothing(place: Place, whole: tuple[dict[str, bytes], int]) -> None:
    """--yes lists and stores, with the same files as without anybody."""
    place.collect()
    arguments = place.installation.arguments("backfill", "--yes", at=NOW)
    with Terminal(arguments, {}, place.installation.folder) as terminal:
        assert terminal.end() == 0
    assert "2024-06" in terminal.shown
    assert "5 days of history and 13 months of statistics stored" in terminal.shown
    assert place.installation.snapshot() == whole[0]


def test_only_backfill_imports_websockets(place: Place) -> None:
    """No other step pays for it."""
    for step in (["collect"], ["aggregate", "yearly"], ["status"]):
        modules = imported(*place.installation.arguments(*step))
        assert not any(name.partition(".")[0] == "websockets" for name in modules)


def test_backfill_alone_imports_no_rich(place: Place) -> None:
    """Without a terminal there is nothing to show."""
    modules = imported(*place.installation.arguments("backfill"))
    assert "websockets.sync.client" in modules
    assert "rich" not in modules


# --- what it costs --------------------------------------------------------------------------------


def test_twenty_sensors_for_three_years(tmp_path: Path) -> None:
    """An evening's backfill of a year of twenty sensors stays under 64 MiB."""
    entities = {f"power_{number:02}": f"sensor.power_{number:02}" for number in range(20)}
    sensors = dict.fromkeys(entities.values(), SENSORS[POWER])
    begin = NOW - timedelta(days=10)
    changes = {
        entity: [
            Change(begin + number * timedelta(minutes=5), str(100 + number % 50))
            for number in range(10 * 24 * 12)
        ]
        for entity in sensors
    }
    metadata = dict.fromkeys(sensors, METADATA[POWER])
    statistics = Statistics(metadata, lambda _, start: row(POWER, start))
    home = RecordedHome(sensors, changes)
    with LongTermHome(home, statistics, TOKEN, lambda: NOW) as server:
        there = Installation(tmp_path, server.url, entities)
        process = there.start("backfill", at=NOW, env={"PYTHONFAULTHANDLER": ""})
        peak = peak_of(process)
        assert process.returncode == 0
    assert len(there.document("yearly.json").points) == 365
    assert peak < 64


# --- the simulated one ----------------------------------------------------------------------------


def shape(value: Any) -> Any:
    """Return the types in an answer, each list as what its first item is."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value).__name__ if not isinstance(value, int | float) else "number"


def test_the_simulated_one_speaks_as_the_real_one_does() -> None:
    """Its answers have the keys and types of those that a real Home Assistant gave."""
    recording = json.loads(RECORDING.read_text())
    rows = {
        (entity_id, each["start"]): {key: number for key, number in each.items() if number}
        for entity_id, them in recording["hours"].items()
        for each in them
    }
    metadata = {
        each["statistic_id"]: {key: each[key] for key in each if key != "statistic_id"}
        for each in recording["metadata"]
    }
    kinds = {
        "sensor.heat_pump_power": about("W", "power", is_counter=False),
        "sensor.heat_pump_energy": about("kWh", "energy", is_counter=True),
    }
    assert {entity_id: metadata[entity_id] for entity_id in kinds} == kinds

    def recorded(entity_id: str, start: datetime) -> Mapping[str, float] | None:
        found = rows.get((entity_id, round(start.timestamp() * 1000)), {})
        return {key: found[key] for key in found if key not in {"start", "end"}} or None

    fake = Statistics(metadata, recorded)
    asked = recording["asked"]
    assert shape(fake.answer(asked["hours"])) == shape(recording["hours"])
    assert fake.answer(asked["hours"]) == recording["hours"]
    assert sorted(map(str, shape(fake.answer(asked["metadata"])))) == sorted(
        map(str, shape(recording["metadata"]))
    )
