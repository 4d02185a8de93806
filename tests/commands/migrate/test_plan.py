"""The archive and the tiers that points become, beside those that are stored."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.documents import Document
from powerstats_cli.errors import TryAgainError
from powerstats_cli.files.store import Store
from tests.commands.migrate.oldhome import (
    DAY,
    MINUTE,
    NOW,
    ZONE,
    daily_kwh,
    migrate,
    migrate_well,
    points,
    write,
)
from tests.support.homes import staged, steady_home
from tests.support.installation import Installation


def test_points_become_archive_and_tiers(installation: Installation, old: Path) -> None:
    """Two days of 900 W on average are 21.6 kWh each, in every file, hours and days alike."""
    told = migrate_well(installation, write(old / "daily.json", points()))
    assert "1440 points in 1 file, 2025-11-20 00:00 to 2025-11-21 23:58" in told
    assert "power: in W, assumed" in told
    assert "energy: a counter in kWh, assumed" in told
    assert "power: 2 days taken, 2025-11-20 to 2025-11-21" in told
    assert set(installation.snapshot()) == {
        "archive/2025-11-20.json",
        "archive/2025-11-21.json",
        *(f"{tier}.json" for tier in ("weekly", "monthly", "yearly")),
        "years/2025.json",
    }
    assert daily_kwh(installation) == pytest.approx(
        {date(2025, 11, 20): 21.6, date(2025, 11, 21): 21.6}, abs=0.01
    )
    assert len(installation.document("weekly.json").points) == 48
    assert len(installation.archived(date(2025, 11, 20)).points) == 144
    changes = [p["energy"].change for p in installation.document("monthly.json").points.values()]
    assert changes == pytest.approx([21.57, 21.6])


def test_days_over_a_year_old_are_in_their_years(installation: Installation, old: Path) -> None:
    """They are older than yearly.json keeps, and a second run changes nothing."""
    begin = datetime(2023, 5, 16, 22, tzinfo=UTC)
    written = points(begin, days=2.0, minutes=10) + points()
    told = migrate_well(installation, write(old / "all.json", written))
    assert "power: 4 days taken, 2023-05-17 to 2025-11-21" in told
    year = installation.document("years/2023.json")
    assert year.tier == "year"
    assert [round(point["power"].kwh or 0.0, 1) for point in year.points.values()] == [21.6] * 2
    assert [start.astimezone(ZONE).day for start in year.points] == [17, 18]
    assert year.series["power"].until == datetime(2023, 12, 31, 23, tzinfo=UTC)
    assert len(installation.document("yearly.json").points) == 2
    before = installation.snapshot()
    assert "Nothing new" in migrate_well(installation, old / "all.json", at=NOW + MINUTE)
    assert installation.snapshot() == before
    installation.run_well("aggregate", "yearly", at=NOW)
    assert installation.snapshot()["years/2023.json"] == before["years/2023.json"]


@pytest.mark.parametrize("table", ["", "power = [0, 25000]\nvoltage = [90, 500]\n"])
def test_what_is_not_plausible_is_left_out(
    installation: Installation, old: Path, table: str
) -> None:
    """A power of 655 MW is unknown; with a range of one's own so is one of 90 kW."""
    written = points()
    written[100]["power"] = 655e6
    written[200]["power"] = 90_000.0
    written[300]["voltage"] = 6553.5
    installation.configure(entities={"power": "sensor.power", "voltage": "sensor.voltage"})
    with installation.config.open("a") as config:
        config.write(f"[homeassistant.plausible]\n{table}")
    told = migrate_well(installation, write(old / "daily.json", written))
    assert ("power: 2 points are left out, beyond 0 to 25000 W" in told) == bool(table)
    assert ("voltage: 1 point is left out, beyond 90 to 500 V" in told) == bool(table)
    assert ("power: 1 point is left out, beyond -1e+06 to 1e+06 W" in told) == (not table)
    day = installation.document("yearly.json").points.values()
    assert max(point["power"].max or 0 for point in day) == (1200.0 if table else 90_000.0)
    assert max(point["voltage"].max or 0 for point in day) == (231.0 if table else 6553.5)


def test_a_hole_stays_a_hole(installation: Installation, old: Path) -> None:
    """Six hours without points are unknown, and so are integer zeros; 0.0 is a measured zero."""
    written = points()
    for point in written[900:930]:
        point["power"] = 0
    for point in written[930:960]:
        point["power"] = 0.0
    migrate_well(installation, write(old / "daily.json", written[:180] + written[360:]))
    archived = installation.archived(date(2025, 11, 20))
    begin = datetime(2025, 11, 20, tzinfo=ZONE)
    hole = {start for start in archived.points if 6.17 < (start - begin) / DAY * 24 < 12}
    assert not hole
    yearly = list(installation.document("yearly.json").points.values())
    assert yearly[0]["power"].coverage == pytest.approx(0.75, abs=0.003)
    assert yearly[1]["power"].coverage == pytest.approx(23 / 24, abs=0.001)
    assert yearly[1]["power"].min == 0.0


def test_a_day_of_25_hours(installation: Installation, old: Path) -> None:
    """Both of the hours with the same local times count."""
    start = datetime(2025, 10, 25, 22, tzinfo=UTC)
    written = [
        {
            "timestamp": f"{(start + minute * MINUTE).astimezone(ZONE):%Y-%m-%dT%H:%M:%S}",
            "power": 1e3,
        }
        for minute in range(25 * 60)
    ]
    migrate_well(installation, write(old / "daily.json", written))
    assert daily_kwh(installation) == pytest.approx({date(2025, 10, 26): 25.0}, abs=1e-3)


def test_today_is_left_out(installation: Installation, old: Path) -> None:
    """The user is told, and days before the window of yearly.json are in their year only."""
    far = points(datetime(2024, 11, 10), days=3)  # noqa: DTZ001
    today = points(datetime(2025, 11, 22), days=1.5)  # noqa: DTZ001
    told = migrate_well(installation, write(old / "daily.json", [*far, *today]))
    assert "power: 4 days taken, 2024-11-10 to 2025-11-22" in told
    assert len(installation.document("years/2024.json").points) == 3
    assert "1 day left out: from 2025-11-23 on" in told
    assert list(daily_kwh(installation)) == [date(2025, 11, 22)]
    assert "daily.json" not in installation.snapshot()


def test_old_days_go_into_the_tiers_only(installation: Installation, old: Path) -> None:
    """A day that retention would drop at once is not archived; each tier has its window."""
    written = points(datetime(2025, 9, 1), days=80, minutes=30)  # noqa: DTZ001
    told = migrate_well(installation, write(old / "yearly.json", written))
    assert "power: 80 days taken" in told
    assert len(installation.document("yearly.json").points) == 80
    assert len(installation.document("monthly.json").points) == 30
    names = [name for name in installation.snapshot() if name.startswith("archive/")]
    assert len(names) == 7


def test_the_nightly_steps_go_on_from_there(tmp_path: Path, old: Path) -> None:
    """Collect continues at the end of the points; the nightly steps lose and repeat nothing."""
    begin = datetime(2025, 11, 22, tzinfo=ZONE)
    with staged(steady_home(begin, 2 * DAY), tmp_path / "new", NOW) as stage:
        installation = stage.installation
        write(old / "daily.json", points(days=2.4))
        migrate_well(installation, old)
        migrated = daily_kwh(installation)
        stage.run("collect", at=NOW)
        for tier in ("weekly", "monthly", "yearly"):
            stage.run("aggregate", tier, at=NOW)
        stage.run("rotate", at=NOW)
        assert daily_kwh(installation) == pytest.approx(
            {**migrated, date(2025, 11, 22): 21.6}, abs=0.1
        )
        joint = installation.archived(date(2025, 11, 22))
        assert len(joint.points) == 144
        files = installation.snapshot()
        told = migrate_well(installation, old, at=NOW)
        assert "Nothing new" in told
        assert installation.snapshot() == files


def test_collected_days_stay(tmp_path: Path, old: Path) -> None:
    """Samples fill days that were never asked for; they replace no bucket that is known as well."""
    begin = datetime(2025, 11, 22, tzinfo=ZONE)
    with staged(steady_home(begin - 60 * MINUTE, 2 * DAY), tmp_path / "new", NOW) as stage:
        installation = stage.installation
        stage.run("collect", at=begin + timedelta(hours=12))
        stage.run("collect", at=begin + timedelta(hours=23, minutes=59))
        stage.night(begin + DAY)
        before = installation.points()
        written = points(days=3)
        for point in written:
            point["power"] += 1.0
        told = migrate_well(installation, write(old / "daily.json", written))
        assert "power: 2 days taken, 2025-11-20 to 2025-11-21" in told
        assert "energy: 2 days taken, 2025-11-20 to 2025-11-21" in told
        after = installation.points()
        for name, lines in before.items():
            assert [line for line in after[name] if line in lines] == lines, name
        assert len(installation.document("yearly.json").points) == 3


def test_a_broken_data_file_stops_the_migration(installation: Installation, old: Path) -> None:
    """A file that cannot be read is not replaced, and nothing else is written."""
    (installation.data_dir / "archive").mkdir(parents=True)
    (installation.data_dir / "yearly.json").write_text("{")
    result = migrate(installation, write(old / "daily.json", points()))
    assert result.exit_code == 65
    assert "yearly.json could not be read" in result.err
    assert installation.snapshot() == {"yearly.json": b"{"}


@pytest.mark.parametrize("stop_at", range(6))
def test_the_next_run_completes_one_that_broke_off(
    tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    """The disk is full at any file: written files are whole, and the next run writes the rest."""
    write(old / "daily.json", points(days=2.5))
    whole, broken = (
        Installation(tmp_path / name, "http://127.0.0.1:1", {"power": "sensor.power"})
        for name in ("whole", "broken")
    )
    migrate_well(whole, old)
    written: list[Path] = []

    def write_some(self: Store, path: Path, document: Document) -> bool:
        if len(written) == stop_at:
            message = "the disk is full"
            raise TryAgainError(message)
        written.append(path)
        return real_write(self, path, document)

    real_write = Store.write
    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", write_some)
        assert migrate(broken, old).exit_code == 75
    assert len(broken.snapshot()) == stop_at
    migrate_well(broken, old)
    assert broken.snapshot() == whole.snapshot()


def test_what_was_corrected_stays_corrected(installation: Installation, old: Path) -> None:
    """The points of a corrected bucket do not bring its value back, in no file."""
    path = write(old / "daily.json", points())
    migrate_well(installation, path)
    for words in ("unknown power 2025-11-20T10:10", "unknown energy 2025-11-21T10"):
        result = installation.run("correct", *words.split(), "--yes", at=NOW)
        assert result.exit_code == 0, result
    before = {name: raw for name, raw in installation.snapshot().items() if ".json" in name}
    migrate_well(installation, path)
    after = installation.snapshot()
    assert {name: after[name] for name in before} == before
