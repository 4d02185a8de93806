"""ledger.json: what `aggregate weekly` keeps in it, and what `rotate` keeps for it."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import encode
from powerstats_cli.core.energy import ledger
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Slots, Steps
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.periods import hours as hours_of
from powerstats_cli.core.series import Kind, Series
from tests.commands.flowing import KINDS, NOW, POINT, TODAY, ZONE, document, installed, value
from tests.support.installation import Installation

YESTERDAY = TODAY - DAY
NIGHT = day_start(TODAY, ZONE) + timedelta(minutes=2)
PRICES = '\n[prices]\nepex = { step = 15, billed = 60 }\n[money]\ncurrency = "EUR"\n'
PRICE = Value(mean=0.123456, min=0.1, max=0.2, coverage=1.0)


def archived(day: date, point: dict[str, Value] = POINT) -> dict[str, bytes]:
    """Return the file of a closed day by its name; it may have a price."""
    made = document("daily", [day], point)
    if "epex" in point:
        made.series["epex"] = Series.of(Kind("EUR/kWh", "measurement"), made.last_update)
    return {f"archive/{day}.json": encode(msgspec.structs.replace(made, latest=None))}


def home(folder: Path, more: str = "", days: int = 3, **points: Value) -> Installation:
    """Return an installation with some archived days and today's file, and more settings."""
    installation = installed(folder, {"daily.json": document("daily", [TODAY])})
    put(installation, days, POINT | points)
    with installation.config.open("a") as config:
        config.write(more)
    return installation


def put(installation: Installation, days: int, point: dict[str, Value]) -> None:
    """Write the last closed days into the archive."""
    for number in range(1, days + 1):
        for name, raw in archived(TODAY - number * DAY, point).items():
            path = installation.data_dir / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(raw)


def path(installation: Installation) -> Path:
    """Return the path of the ledger."""
    return installation.data_dir / "ledger.json"


def hours(kwh: float, back: float = 0.0) -> Slots:
    """Return a day of hours of six buckets with so much each."""
    wh, feed = round(kwh * 6000), round(back * 6000)
    return Slots(60, (wh,) * 24, (feed,) * 24 if feed else None)


# --- what is kept ---------------------------------------------------------------------------------


def test_the_archive_is_rolled_up(tmp_path: Path) -> None:
    """Each closed day has its hours, of each series with a role; once more changes nothing."""
    there = home(tmp_path)
    there.run_well("aggregate", "weekly", at=NOW)
    found = there.ledger()
    assert list(found.days) == [TODAY - 3 * DAY, TODAY - 2 * DAY, YESTERDAY]
    assert found.series == KINDS
    assert found.days[YESTERDAY] == LedgerDay(
        {
            "grid": hours(0.1, 0.2),
            "solar": hours(0.5),
            "battery": hours(0.15, 0.05),
            "heat_pump": hours(0.1),
            "kitchen": hours(0.15),
            "oven": hours(0.05),
        }
    )
    before = there.snapshot()
    there.run_well("aggregate", "weekly", at=NOW + DAY / 24)
    assert there.snapshot() == before


def test_a_price_is_kept_by_what_is_billed(tmp_path: Path) -> None:
    """A price of quarter-hours that are billed by the hour has hours, to five decimals."""
    there = home(tmp_path, PRICES, epex=PRICE)
    written = there.config.read_text().replace("[data]", '"epex" = "sensor.epex"\n[data]')
    there.config.write_text(written)
    there.run_well("aggregate", "weekly", at=NOW)
    assert there.ledger().days[YESTERDAY].prices == {"epex": Steps(60, (0.12346,) * 24)}


def test_series_without_a_role(tmp_path: Path) -> None:
    """What has no role is kept only if money.also names it; without anything there is no file."""
    there = home(tmp_path)
    written = there.config.read_text().replace("[flows]", "[flow]").partition("[flow]")[0]
    there.config.write_text(written.replace("sensor.", "sensor.x_") + "[flows]\n")
    there.run_well("aggregate", "weekly", at=NOW)
    assert not path(there).exists()
    with there.config.open("a") as config:
        config.write('[money]\nalso = ["oven"]\nslot_minutes = 30\n')
    there.run_well("aggregate", "weekly", at=NOW)
    assert there.ledger().days[YESTERDAY].energy == {"oven": Slots(30, (150,) * 48)}


def test_guessed_roles(tmp_path: Path) -> None:
    """Without [flows] the series whose names say a role are kept."""
    there = home(tmp_path)
    there.config.write_text(there.config.read_text().partition("[flows]")[0])
    there.run_well("aggregate", "weekly", at=NOW)
    assert there.ledger().series.keys() >= {"grid", "solar", "battery"}


def test_no_ledger(tmp_path: Path) -> None:
    """keep_days = 0 removes it, and makes none."""
    there = home(tmp_path)
    there.run_well("aggregate", "weekly", at=NOW)
    with there.config.open("a") as config:
        config.write("[money]\nkeep_days = 0\n")
    for _ in range(2):
        there.run_well("aggregate", "weekly", at=NOW)
        assert not path(there).exists()


def test_the_window_moves(tmp_path: Path) -> None:
    """Days before the window leave the ledger."""
    there = home(tmp_path, "[money]\nkeep_days = 40\n")
    dates = [TODAY - number * DAY for number in range(60, 0, -1)]
    days = {day: LedgerDay({"grid": Slots(60, (1,) * len(hours_of(day, ZONE)))}) for day in dates}
    path(there).write_bytes(ledger.encode(Ledger(ZONE.key, NOW, {"grid": KINDS["grid"]}, days)))
    there.run_well("aggregate", "weekly", at=NOW)
    assert (min(there.ledger().days), len(there.ledger().days)) == (TODAY - 40 * DAY, 40)
    assert there.ledger().days[TODAY - 5 * DAY] == days[TODAY - 5 * DAY]


@pytest.mark.parametrize(
    "wrong",
    [
        "[money]\nkeep_days = 7\n",
        "[money]\nslot_minutes = 45\n",
        '[money]\nalso = ["cellar"]\n',
        "[money]\nslot_minutes = true\n",
    ],
)
def test_a_mistake_in_the_ledgers_keys(tmp_path: Path, wrong: str) -> None:
    """It is told, and the tier is written; the ledger waits, and the archive waits for it."""
    there = home(tmp_path, days=9)
    for tier in ("weekly", "monthly", "yearly"):
        there.run_well("aggregate", tier, at=NOW)
    before = path(there).read_bytes()
    put(there, 9, POINT | {"grid": value(0.3)})
    with there.config.open("a") as config:
        config.write(wrong)
    told = there.run("aggregate", "weekly", at=NOW)
    assert (told.exit_code, "money." in told.err) == (78, True)
    assert path(there).read_bytes() == before
    assert there.document("weekly.json").points[day_start(YESTERDAY, ZONE)]["grid"].kwh == 1.8
    for tier in ("monthly", "yearly"):
        there.run_well("aggregate", tier, at=NOW)
    told = there.run("rotate", at=NOW)
    assert (told.exit_code, "no archived day was deleted" in told.err) == (78, True)
    assert len(list((there.data_dir / "archive").iterdir())) == 9
    there.config.write_text(there.config.read_text().replace(wrong, ""))
    there.run_well("aggregate", "weekly", at=NOW)
    there.run_well("rotate", at=NOW)
    assert len(list((there.data_dir / "archive").iterdir())) == 7


@pytest.mark.parametrize(
    "wrong",
    [
        '[tariffs.a]\nlines = "none"\n',
        '[zones]\nnight = ["25:00-26:00"]\n',
        '[money]\ncurrency = "EUR"\nbill_from = "soon"\n',
        '[holidays]\ncountry = "XX"\n',
    ],
)
def test_other_mistakes_of_money_stop_nothing(tmp_path: Path, wrong: str) -> None:
    """Tariffs, zones and holidays are not looked at."""
    there = home(tmp_path, wrong)
    there.run_well("aggregate", "weekly", at=NOW)
    assert len(there.ledger().days) == 3


def test_a_broken_ledger_is_made_again(tmp_path: Path) -> None:
    """It is set aside, and is made from the archive; the step tells what brings back the rest."""
    there = home(tmp_path)
    there.run_well("aggregate", "weekly", at=NOW)
    whole = path(there).read_bytes()
    path(there).write_bytes(whole[:500])
    told = there.run("aggregate", "weekly", at=NOW)
    assert (told.exit_code, "`powerstats backfill` fills in" in told.err) == (65, True)
    assert path(there).read_bytes() == whole
    aside = [name for name in there.snapshot() if "unreadable" in name]
    assert [there.snapshot()[name] for name in aside] == [whole[:500]]


@pytest.mark.parametrize("changes", [('"version":1', '"version":2'), ("Amsterdam", "Berlin")])
def test_what_is_not_ours_to_touch(tmp_path: Path, changes: tuple[str, str]) -> None:
    """A ledger of a newer version or another zone stays; the step tells it, and writes the tier."""
    there = home(tmp_path)
    there.run_well("aggregate", "weekly", at=NOW)
    path(there).write_text(path(there).read_text().replace(*changes))
    before = path(there).read_bytes()
    (there.data_dir / "weekly.json").unlink()
    told = there.run("aggregate", "weekly", at=NOW)
    assert (told.exit_code, "ledger.json is" in told.err) == (78, True)
    assert path(there).read_bytes() == before
    assert len(there.document("weekly.json").points) == 72


# --- rotate ---------------------------------------------------------------------------------------


def test_rotate_waits_for_the_ledger(tmp_path: Path) -> None:
    """An archived day stays until the ledger holds what it gives."""
    there = home(tmp_path, days=9)
    for tier in ("weekly", "monthly", "yearly"):
        there.run_well("aggregate", tier, at=NOW)
    whole = path(there).read_bytes()
    path(there).unlink()
    there.run_well("rotate", at=NOW)
    assert len(list((there.data_dir / "archive").iterdir())) == 9
    path(there).write_bytes(b"{")
    told = there.run("rotate", at=NOW)
    assert (told.exit_code, "`powerstats aggregate weekly` rebuilds it" in told.err) == (65, True)
    assert len(list((there.data_dir / "archive").iterdir())) == 9
    path(there).write_bytes(whole)
    there.run_well("rotate", at=NOW)
    assert len(list((there.data_dir / "archive").iterdir())) == 7
