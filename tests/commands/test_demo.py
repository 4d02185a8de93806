"""`demo`: the real commands on a simulated home, and numbers that agree with its truth."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.cli import main as cli
from powerstats_cli.clock import Clock
from powerstats_cli.commands import demo as command
from powerstats_cli.commands.demo import TIMEZONE, schedule
from powerstats_cli.core.energy.slots import agrees
from powerstats_cli.core.periods import DAY, Span, day_span, days, local_day
from powerstats_cli.demo import events, sensors
from powerstats_cli.demo.house import House
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.store import Store

ZONE = ZoneInfo(TIMEZONE)
DAYS = 14


@dataclass(frozen=True)
class Demo:
    """What a demo left behind and said."""

    exit_code: int
    out: str
    err: str
    folder: Path

    @property
    def files(self) -> Store:
        """The data directory."""
        return Store(self.folder / "data", TIMEZONE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the demo once, over two weeks with all its events."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        exit_code = cli.main(["demo", "--days", str(DAYS), "--folder", str(folder)])
    return Demo(exit_code, out.getvalue(), err.getvalue(), folder)


def house(demo: Demo) -> House:
    """Return the house the demo ran on."""
    daily = demo.files.read(demo.files.daily)
    assert daily
    assert daily.day
    return House(ZONE, daily.day - (DAYS - 1) * DAY, daily.day)


def test_shows_what_came_of_it(demo: Demo) -> None:
    """The demo ends well: the status table, today's curve, and where the files are."""
    assert (demo.exit_code, demo.err) == (0, "")
    assert "all is well" in demo.out
    assert "Power today, W" in demo.out
    assert str(demo.folder) in demo.out
    assert "found Home Assistant down" in demo.out


def test_fills_the_four_files(demo: Demo) -> None:
    """A week of hours, and a day for each closed day."""
    weekly, monthly, yearly = (
        demo.files.read(demo.files.tier(name)) for name in ("weekly", "monthly", "yearly")
    )
    assert weekly
    assert monthly
    assert yearly
    assert len({local_day(start, ZONE) for start in weekly.points}) == 7
    assert len(monthly.points) == len(yearly.points) == DAYS - 1


def test_the_ledger_has_each_hour(demo: Demo) -> None:
    """Each closed day is in the ledger, with the prices, and its hours are those of yearly.json."""
    ledger, yearly = ledgerfile.read(demo.files), demo.files.read(demo.files.tier("yearly"))
    assert ledger
    assert yearly
    assert len(ledger.days) == DAYS - 1
    assert all(day.prices for day in ledger.days.values())
    for start, point in yearly.points.items():
        for name, slots in ledger.days[local_day(start, ZONE)].energy.items():
            assert agrees(slots, point[name]), (start, name)


def test_energies_are_true(demo: Demo) -> None:
    """Every day's energy is within 0.1 % of the house's own, through outage and odd states.

    On the day of the power cut the last value counts for at most one interval more.
    """
    home, yearly = house(demo), demo.files.read(demo.files.tier("yearly"))
    assert yearly
    cut = local_day(home.events[events.POWER_CUT].start, ZONE)
    for start, point in yearly.points.items():
        day = local_day(start, ZONE)
        span = day_span(day, ZONE)
        for name, entity in (("power", sensors.POWER), ("solar", sensors.SOLAR)):
            true = home.true_energy_kwh(entity, span.start, span.end)
            off = (point[name].kwh or 0.0) - true
            if day == cut:
                assert 0 <= off <= (point[name].max or 0.0) / 1000 / 4
            else:
                assert off == pytest.approx(0, abs=0.001 * true + 1e-5)


def test_the_meter_agrees_with_the_power(demo: Demo) -> None:
    """The counter's changes are what the meter counted, through its glitch and its reset.

    Their sum ends with the meter's last report before midnight, a minute or two of use early.
    """
    home, yearly = house(demo), demo.files.read(demo.files.tier("yearly"))
    assert yearly
    first, last = min(yearly.points), max(yearly.points)
    end = day_span(local_day(last, ZONE), ZONE).end
    changes = sum(point["energy"].change or 0.0 for point in yearly.points.values())
    assert changes == pytest.approx(home.true_energy_kwh(sensors.ENERGY, first, end), abs=0.1)


def test_the_flows_are_true(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """On a day that is known throughout, meters and powers say what truly flowed.

    A counter tells it up to its last report before midnight: some minutes of use early.
    """
    home = house(demo)
    config = str(demo.folder / "powerstats.toml")
    cli.main(["--config", config, "flows", "--json", "--from", "2000-01-01"])
    found = json.loads(capsys.readouterr().out)
    gaps = (events.UNAVAILABLE, events.SOLAR_OFFLINE, events.POWER_CUT)
    assert len(found["rows"]) == DAYS
    lacking = {local_day(home.events[name].start, ZONE) for name in gaps}
    for row in found["rows"][1:]:
        start, end = (datetime.fromisoformat(row[key]) for key in ("start", "end"))
        if start.date() in lacking:
            continue
        true = home.true_flows_kwh(start, end)
        assert set(true) < row.keys()
        for flow, kwh in true.items():
            counted = flow in {"house", "import", "export"}
            assert row[flow] == pytest.approx(kwh, abs=0.25 if counted else 1e-4), flow


def test_every_device_and_the_price(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """The dishwasher is shown within the kitchen, and a price is kept for each interval."""
    config = str(demo.folder / "powerstats.toml")
    cli.main(["--config", config, "flows", "--devices", "--json"])
    devices = {row["name"]: row for row in json.loads(capsys.readouterr().out)["devices"]}
    assert set(devices) == {"heat_pump", "car", "kitchen", "dishwasher"}
    assert devices["dishwasher"]["within"] == "kitchen"
    assert devices["dishwasher"]["kwh"] < devices["kitchen"]["kwh"]
    weekly = demo.files.read(demo.files.tier("weekly"))
    assert weekly
    assert weekly.series["price"].unit == "EUR/kWh"
    assert sum("price" in point for point in weekly.points.values()) >= 165


def test_money_is_what_the_quarter_hours_cost(
    demo: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """A whole day by its buckets, priced by hand; and both tariffs can be compared."""
    arguments = ["--config", str(demo.folder / "powerstats.toml")]
    whole = [
        document
        for day in demo.files.archived_days()
        if (document := demo.files.read(demo.files.archived(day)))
        and all(
            name in point and point[name].coverage == 1
            for point in document.points.values()
            for name in ("grid_import", "grid_export", "price")
        )
        and len(document.points) == 96
    ]
    assert whole
    document = whole[-1]
    energy = sum(
        (point["grid_import"].change or 0) * ((point["price"].mean or 0) + 0.0182 + 0.1015)
        - (point["grid_export"].change or 0) * (point["price"].mean or 0)
        for point in document.points.values()
    )
    day = str(document.day)
    assert cli.main([*arguments, "cost", "--from", day, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["rows"][0]
    assert first["start"].startswith(day)
    assert (first["energy"], first["known"]) == (pytest.approx(energy * 1.21, abs=2e-4), 1.0)
    assert cli.main([*arguments, "compare"]) == 0
    compared = capsys.readouterr().out
    assert "Dynamic" in compared
    assert "Day and night" in compared


def test_what_nobody_could_know_is_unknown(demo: Demo) -> None:
    """The outage of the network healed; the unavailable meter and the power cut did not."""
    home, weekly = house(demo), demo.files.read(demo.files.tier("weekly"))
    assert weekly

    def coverage(event: str) -> float:
        start = home.events[event].start
        hour = max(at for at in weekly.points if at <= start)
        return weekly.points[hour]["power"].coverage

    assert coverage(events.NETWORK_OUTAGE) == 1.0
    assert coverage(events.UNAVAILABLE) < 0.5
    assert coverage(events.POWER_CUT) < 0.5


def test_an_occupied_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo never writes into a folder that has something in it."""
    (tmp_path / "mine").write_text("precious")
    assert cli.main(["demo", "--days", "1", "--folder", str(tmp_path)]) == os.EX_CONFIG
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_schedule_is_the_documented_one() -> None:
    """Every night all steps; every interval a collect, on days of any length."""
    first = date(2025, 10, 25)
    span = day_span(first, ZONE)._replace(end=datetime(2025, 10, 28, 0, 20, tzinfo=ZONE))
    steps = list(schedule(span, [first + DAY], ZONE))
    nights = [step.command for step in steps if step.command != ("collect",)]
    assert nights == [
        ("rotate",),
        ("aggregate", "weekly"),
        ("aggregate", "monthly"),
        ("aggregate", "yearly"),
    ] * len(list(days(date(2025, 10, 26), date(2025, 10, 29))))
    long_day = day_span(date(2025, 10, 26), ZONE)
    collects = [
        step for step in steps if step.command == ("collect",) and long_day.start <= step.at
    ]
    assert sum(step.at < long_day.end for step in collects) == 25 * 4


def test_long_ago_the_steps_ran_once_a_week() -> None:
    """Each of the last ten nights has all steps; before, Monday's night has those of a week."""
    first, last = date(2025, 8, 1), date(2025, 10, 28)
    span = Span(day_span(first, ZONE).start, day_span(last, ZONE).end)
    steps = list(schedule(span, (), ZONE))
    mondays = {day for day in days(first + DAY, last) if day.weekday() == 0}
    nights = mondays | set(days(last - 8 * DAY, last + 2 * DAY))
    for run in (("collect",), ("rotate",), ("aggregate", "yearly")):
        ran = [step.at.astimezone(ZONE).date() for step in steps if step.command == run]
        begun = [first] if run == ("collect",) else []
        assert sorted(ran) == begun + sorted(nights)


def test_fewer_nights_leave_the_same_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that run once a week long ago write what those of each night do."""
    now = Clock(datetime(2025, 11, 5, 9, tzinfo=ZONE))
    monkeypatch.setattr(command, "Clock", lambda: now)
    monkeypatch.setattr(command, "REGULAR_DAYS", ())
    points = []
    for each_night in (command.EACH_NIGHT, 25):
        monkeypatch.setattr(command, "EACH_NIGHT", each_night)
        folder = tmp_path / str(each_night)
        with redirect_stdout(io.StringIO()):
            assert cli.main(["-q", "demo", "--days", "25", "--folder", str(folder)]) == 0
        files = Store(folder / "data", TIMEZONE)
        documents = [files.read(files.tier(name)) for name in ("weekly", "monthly", "yearly")]
        points.append([document.points for document in documents if document])
    few, all_nights = points
    assert [len(tier) for tier in few] == [7 * 24, 24, 24]
    assert few == all_nights
