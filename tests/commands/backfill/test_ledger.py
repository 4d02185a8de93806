"""`backfill` and the ledger: a year of hours out of the statistics, and what is left as it is."""

from datetime import date, timedelta

import msgspec

from powerstats_cli.core.documents import encode
from powerstats_cli.core.energy import ledger
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Slots, Steps
from powerstats_cli.core.energy.slots import agrees
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.commands.backfill.place import (
    METADATA,
    NOW,
    YESTERDAY,
    ZONE,
    Place,
    a_home,
    of_day,
    row,
)
from tests.support.homes import ENTITIES, SENSORS
from tests.support.longterm_server import Statistics, about

FIRST = YESTERDAY - 399 * DAY
OLD = date(2024, 11, 5)
PRICE = "sensor.price"
MORE = '[flows]\nimport = ["energy"]\n[money]\nalso = ["power"]\n'


def filled(place: Place, more: str = MORE) -> Ledger:
    """Return the ledger after a first evening's backfill."""
    place.installation.configure(more=more)
    place.collect()
    place.backfill()
    return place.installation.ledger()


def store(place: Place, stored: Ledger) -> None:
    """Write the ledger."""
    (place.installation.data_dir / "ledger.json").write_bytes(ledger.encode(stored))


def test_a_year_of_hours(place: Place) -> None:
    """The window is filled, and each day agrees with the files; a second run changes nothing."""
    found = filled(place)
    dates = [FIRST + number * DAY for number in range(400)]
    assert list(found.days) == dates
    assert found.days[OLD].energy["energy"] == Slots(60, (250,) * 24, source="statistics")
    assert len(found.days[date(2024, 10, 27)].energy["energy"].wh) == 25
    assert found.days[YESTERDAY].energy["energy"].source is None
    yearly = place.installation.document("yearly.json")
    for day in dates[35:]:
        for name, slots in found.days[day].energy.items():
            assert agrees(slots, of_day(yearly, day)[name]), (day, name)
    before = place.installation.snapshot()
    place.backfill()
    assert place.installation.snapshot() == before


def test_days_of_history_keep_their_sum(place: Place) -> None:
    """Hours of the statistics are made to add up to a day that is known from history."""
    filled(place)
    name = "yearly.json"
    yearly = place.installation.document(name)
    start = day_start(OLD, ZONE)
    known = yearly.points[start]["energy"]
    for kwh, fits in ((6.005, True), (6.2, False)):
        other = msgspec.structs.replace(known, change=kwh, state=1.0, source=None)
        yearly.points[start] = {**yearly.points[start], "energy": other}
        (place.installation.data_dir / name).write_bytes(encode(yearly))
        monthly = place.installation.ledger()
        days = {day: own for day, own in monthly.days.items() if day != OLD}
        store(place, msgspec.structs.replace(monthly, days=days))
        place.backfill()
        own = place.installation.ledger().days[OLD].energy
        assert ("energy" in own) is fits
        if fits:
            assert sum(wh or 0 for wh in own["energy"].wh) == 6005


def test_what_no_longer_agrees_is_asked_for_again(place: Place) -> None:
    """Slots that are not the day's energy are replaced; those that are stay, whatever they are."""
    stored = filled(place)
    fine = Slots(15, (250, 0, 0, 0) * 24)
    stale = Slots(60, (1000,) * 24)
    before, days = stored.days[OLD], dict(stored.days)
    days[OLD] = LedgerDay({**before.energy, "energy": stale})
    days[OLD + DAY] = LedgerDay({**before.energy, "energy": fine})
    store(place, msgspec.structs.replace(stored, days=days))
    place.backfill()
    found = place.installation.ledger().days
    assert found[OLD] == before
    assert found[OLD + DAY].energy["energy"] == fine


def test_a_price_has_its_hours(place: Place) -> None:
    """A price that Home Assistant keeps statistics of is filled by the hour."""
    unit = {"unit_of_measurement": "EUR/kWh", "state_class": "measurement"}
    changes = [Change(NOW - timedelta(days=5) + n * timedelta(hours=1), "0.25") for n in range(121)]
    month, home = timedelta(days=31), a_home()
    others = {each: home.changes(each, NOW - month, NOW + month) for each in SENSORS}
    place.server.plain.home = RecordedHome({**SENSORS, PRICE: unit}, {PRICE: changes, **others})

    def priced(entity_id: str, start: object) -> object:
        if entity_id == PRICE:
            return {"mean": 0.1234567, "min": 0.1, "max": 0.2}
        return row(entity_id, start)  # type: ignore[arg-type]

    metadata = {**METADATA, PRICE: about("EUR/kWh", None, is_counter=False)}
    place.server.statistics = Statistics(metadata, priced)  # type: ignore[arg-type]
    place.installation.configure(entities={**ENTITIES, "price": PRICE})
    found = filled(place, MORE + "[prices]\nprice = { step = 15 }\n")
    assert found.days[OLD].prices == {"price": Steps(60, (0.12346,) * 24, "statistics")}


def test_no_ledger_is_wished(place: Place) -> None:
    """With keep_days = 0 there is none, and no month more is asked for."""
    place.installation.configure(more="[money]\nkeep_days = 0\n")
    place.collect()
    place.backfill()
    assert "ledger.json" not in place.installation.snapshot()


def test_a_mistake_in_its_keys(place: Place) -> None:
    """The tiers are filled; the mistake is told."""
    place.collect()
    place.installation.configure(more="[money]\nkeep_days = 3\n")
    told = place.installation.run("backfill", at=NOW)
    assert (told.exit_code, "money.keep_days" in told.err) == (78, True)
    assert len(place.installation.document("yearly.json").points) == 365


def test_a_broken_ledger(place: Place) -> None:
    """It is set aside, and is filled again in the same run."""
    whole = filled(place).days
    path = place.installation.data_dir / "ledger.json"
    path.write_bytes(path.read_bytes()[:-700])
    told = place.installation.run("backfill", at=NOW)
    assert (told.exit_code, "ledger.json could not be read" in told.err) == (65, True)
    assert place.installation.ledger().days == whole
