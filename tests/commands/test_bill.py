"""`bill`: the worked examples of what energy costs, out of files on a disk."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.periods import DAY, days
from tests.commands.billing import COUNTER, POWER, Home, Stored, Use, at, told

WINTER = date(2026, 1, 14)
NL = ZoneInfo("Europe/Amsterdam")
MONEY = '[money]\ncurrency = "EUR"\n'
NIGHT = '[zones]\nnight = ["00:00-07:00"]\n'
FLOWS = '[flows]\nimport = "meter"\n'
STORED: list[Stored] = ["archive", "ledger", "yearly"]


def tariff(*lines: str, name: str = "mine", since: str = "from = 2025-01-01") -> str:
    """Return a tariff's table."""
    written = "".join(f"  {{ {line} }},\n" for line in lines)
    return f"[tariffs.{name}]\n{since}\nlines = [\n{written}]\n"


RATED = 'name = "Energy", per = "import", '
FLAT = tariff(RATED + "rate = 0.30")
TWO_RATES = tariff(RATED + "rate = { night = 0.20, rest = 0.30 }")


def day_home(folder: Path, use: Mapping[str, Use], config: str, **changes: Any) -> Home:
    """Return a home of counters of which a winter's day and its neighbours are stored."""
    around = list(days(WINTER - 2 * DAY, WINTER + 2 * DAY))
    kinds = dict.fromkeys(use, COUNTER)
    return Home(folder, at(WINTER + DAY, 12), around, kinds, use, config, **changes)


def on(day: date, use: Use) -> Use:
    """Return a use that is 0 on other days."""
    return lambda local: use(local) if local.date() == day else 0.0


def bill_of(home: Home, *options: str, day: date = WINTER) -> Any:
    """Return the bill of one day: the tariff of the home ends with it."""
    return told(home.installed(), "bill", str(day), *options, now=home.now)


def day_of(home: Home, day: date = WINTER) -> Any:
    """Return what a day cost."""
    found = told(home.installed(), "cost", "--from", str(day), "--to", str(day + DAY), now=home.now)
    [row] = found["rows"]
    return row


def lines(found: Any) -> dict[str, Any]:
    """Return the amounts of a bill's lines by their names."""
    return {line["name"]: line["amount"] for line in found["lines"]}


# --- the worked examples --------------------------------------------------------------------------


@pytest.mark.parametrize("stored", STORED)
def test_a_day_that_is_known_in_part(tmp_path: Path, stored: Stored) -> None:
    """M18: the standing charge is whole, the energy what is known of it, nothing is scaled up."""

    def power(local: datetime) -> float | None:
        return 0.5 / 6 if local.hour < 18 else None

    config = f"{FLOWS}{MONEY}" + tariff(
        RATED + "rate = 0.25", 'name = "Standing", per = "day", rate = 0.5437'
    )
    home = day_home(tmp_path, {"meter": power}, config, stored=lambda _: stored)
    home.kinds = {"meter": POWER}
    row = day_of(home)
    assert (row["amount"], row["known"]) == (2.7937, 0.75)
    assert (row["import"], row["energy"], row["fixed"]) == (9.0, 2.25, 0.5437)


def away(local: datetime) -> float | None:
    """M30: a counter that is unknown from 5 to 8, and returns 2 kWh higher."""
    if local.date() != WINTER:
        return 0.0
    hour = local.hour + local.minute / 60
    return None if 5 <= hour < 8 else 2.0 if hour == 8 else 0.0


@pytest.mark.parametrize("stored", ["archive", "ledger"])
@pytest.mark.parametrize(
    ("config", "amount", "unpriced", "minutes"),
    [
        (NIGHT + TWO_RATES, 0.0, 2.0, 10),
        (FLAT, 0.6, 0.0, 10),
        (NIGHT + TWO_RATES, 0.0, 2.0, 60),
        (FLAT, 0.6, 0.0, 60),
    ],
)
def test_a_counter_that_was_away(
    tmp_path: Path, stored: Stored, config: str, amount: float, unpriced: float, minutes: int
) -> None:
    """M30: its step is of the whole time; rates that differ in it do not price it."""
    config = FLOWS + MONEY + config
    home = day_home(tmp_path, {"meter": away}, config, minutes=minutes, stored=lambda _: stored)
    found = bill_of(home)
    assert (found["total"], found["unpriced"]) == (amount, unpriced)
    assert day_of(home)["known"] == pytest.approx(21 / 24)


@pytest.mark.parametrize("first", [WINTER, WINTER - DAY])
def test_a_step_over_midnight(tmp_path: Path, first: date) -> None:
    """The counter was lost two days before: a bill of the day on which it returned has it all.

    If a tariff began meanwhile, its zone or rate before that is not known.
    """
    lost = WINTER - 2 * DAY

    def use(local: datetime) -> float | None:
        if local.date() == lost:
            return 0.0 if local.hour < 20 else None
        if local.date() < WINTER or (local.date() == WINTER and local.hour < 9):
            return None
        return 3.0 if (local.date(), local.hour, local.minute) == (WINTER, 9, 0) else 0.0

    config = FLOWS + MONEY + FLAT
    home = day_home(tmp_path, {"meter": use}, config)
    row = day_of(home)
    assert (row["import"], row["amount"]) == (3.0, pytest.approx(0.9))
    started = tariff(RATED + "rate = 0.30", since=f"from = {first}")
    home.config = FLOWS + MONEY + started
    assert bill_of(home)["unpriced"] == 3.0


def test_a_sum_of_counters_of_which_one_was_away(tmp_path: Path) -> None:
    """What the other counted meanwhile is a part of the step, and is counted once."""
    use = {"one": away, "other": on(WINTER, lambda _: 0.1)}
    flows = '[flows]\nimport = ["one", "other"]\n'
    home = day_home(tmp_path, use, flows + MONEY + FLAT)
    row = day_of(home)
    assert row["import"] == pytest.approx(2.0 + 144 * 0.1)
    assert row["amount"] == pytest.approx(0.3 * row["import"], abs=1e-4)
    home.config = flows + MONEY + NIGHT + TWO_RATES
    assert bill_of(home)["unpriced"] == pytest.approx(2.0 + 19 * 0.1)


PEAKS = dict(
    zip(
        ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "01"],
        [4.1, 3.3, 2.9, 2.2, 1.9, 2.6, 2.4, 3.0, 3.7, 4.4, 4.8, 4.86],
        strict=True,
    )
)


@pytest.mark.parametrize("stored", ["archive", "ledger"])
def test_a_demand_by_twelve_months(tmp_path: Path, stored: Stored) -> None:
    """M24 and M25: quarter-hours of 1.215 kWh are 4.86 kW; the mean of twelve months."""

    def use(local: datetime) -> float:
        is_peak = (local.day, local.hour, local.minute) == (3, 18, 15)
        return PEAKS[f"{local:%m}"] / 4 if is_peak else 0.1

    line = (
        'name = "Capacity", per = "kW year", rate = 52.3679, minutes = 15, months = 12, '
        "at_least = 2.5"
    )
    third = [date(2025 + (month == "01"), int(month), 3) for month in PEAKS]
    home = Home(
        tmp_path,
        at(date(2026, 2, 1), 1),
        sorted({*third, *days(date(2026, 1, 1), date(2026, 2, 2))}),
        {"meter": COUNTER},
        {"meter": use},
        FLOWS + MONEY + tariff(line),
        minutes=15,
        slot_minutes=15,
        stored=lambda _: stored,
    )
    [row] = bill_of(home, day=date(2026, 1, 5))["lines"]
    assert row["amount"] == pytest.approx(15.2556)
    assert (row["quantity"], row["unit"], row["per"]) == (pytest.approx(3.43), "kW", "kW year")
    home.config = FLOWS + MONEY + tariff(line.replace("months = 12", "months = 1"))
    [row] = bill_of(home, day=date(2026, 1, 5))["lines"]
    assert row["quantity"] == pytest.approx(4.86)


def test_a_demand_by_three_highest_days(tmp_path: Path) -> None:
    """M26: 5.1 (and 4.9), 5.6, and 3.5 (and 3.1)."""
    peaks = {(5, 8): 5.1, (5, 19): 4.9, (6, 8): 5.6, (7, 8): 3.5, (7, 9): 3.1}

    def use(local: datetime) -> float:
        return peaks.get((local.day, local.hour), 0.3) / 6

    line = 'name = "Power", per = "kW month", rate = 81.25, minutes = 60, highest = 3'
    january = list(days(date(2026, 1, 1), date(2026, 2, 2)))
    home = Home(
        tmp_path,
        at(date(2026, 2, 1), 1),
        january,
        {"meter": COUNTER},
        {"meter": use},
        FLOWS + MONEY + tariff(line),
    )
    [row] = bill_of(home, day=date(2026, 1, 5))["lines"]
    assert (row["quantity"], row["amount"]) == (pytest.approx(4.7333, abs=1e-4), 384.5833)


def test_a_demand_shorter_than_the_slots(tmp_path: Path) -> None:
    """No peak is known of hours: the line has no amount, and nothing counts as known."""
    line = 'name = "Power", per = "kW month", rate = 81.25, minutes = 30'
    home = day_home(
        tmp_path, {"meter": lambda _: 0.1}, FLOWS + MONEY + tariff(line), stored=lambda _: "ledger"
    )
    home.now, home.days = at(WINTER + DAY, 0), [WINTER - DAY, WINTER]
    found = bill_of(home)
    assert [(row["quantity"], row["amount"]) for row in found["lines"]] == [(None, None)]
    assert (found["total"], found["known"]) == (0.0, 0.0)


SOLAR = '[flows]\nimport = "meter"\nexport = "feed"\n'


@pytest.mark.parametrize(("keys", "amount"), [('less = "export", within = 60, ', 0.4), ("", 0.6)])
def test_netting_within_the_hour(tmp_path: Path, keys: str, amount: float) -> None:
    """M27: an hour whose halves go opposite ways."""
    taken, fed = {0: 2.0, 15: 1.0}, {30: 0.6, 45: 0.4}
    use = {
        "meter": on(WINTER, lambda local: taken.get(local.minute, 0.0) * (local.hour == 13)),
        "feed": on(WINTER, lambda local: fed.get(local.minute, 0.0) * (local.hour == 13)),
    }
    config = SOLAR + MONEY + tariff(f"{RATED}{keys}rate = 0.20")
    assert bill_of(day_home(tmp_path, use, config, minutes=15))["total"] == amount


def test_netting_within_a_bill(tmp_path: Path) -> None:
    """M28: 2800 kWh in and 3200 out: no tax on import, and 400 are surplus."""
    noon = {"meter": 2800.0, "feed": 3200.0}

    def hourly(name: str) -> Use:
        return on(WINTER, lambda _: noon[name] / 144)

    config = (
        SOLAR
        + MONEY
        + tariff(
            RATED + 'less = "export", within = "bill", rate = 0.0916',
            'name = "Surplus", per = "export", less = "import", within = "bill", rate = 0.05',
        )
    )
    found = bill_of(day_home(tmp_path, {name: hourly(name) for name in noon}, config))
    assert lines(found) == {"Energy": 0.0, "Surplus": pytest.approx(-20.0)}


@pytest.mark.parametrize("stored", STORED)
def test_registers(tmp_path: Path, stored: Stored) -> None:
    """M29: a line of a series that is in a role, or beside."""
    use = {"t1": on(WINTER, lambda _: 3 / 144), "t2": on(WINTER, lambda _: 5 / 144)}
    config = (
        '[flows]\nimport = ["t1", "t2"]\n'
        + MONEY
        + tariff(
            'name = "Low", per = "t1", rate = 0.2209', 'name = "Normal", per = "t2", rate = 0.2509'
        )
    )
    found = bill_of(day_home(tmp_path, use, config, stored=lambda _: stored))
    assert sum(lines(found).values()) == pytest.approx(1.9172, abs=1e-3)


@pytest.mark.parametrize("stored", STORED)
def test_what_sun_and_battery_saved(tmp_path: Path, stored: Stored) -> None:
    """M40: the house's own use, with no export, by the same tariff."""
    kwh = {"meter": 4.2, "feed": 6.1, "sun": 12.5, "out": 3.0, "in": 3.4}
    use = {name: on(WINTER, lambda _, of=of: of / 144) for name, of in kwh.items()}  # type: ignore[misc]
    flows = (
        '[flows]\nimport = "meter"\nexport = "feed"\nsolar = "sun"\ncharge = "in"\n'
        'discharge = "out"\n'
    )
    config = (
        flows
        + MONEY
        + tariff(RATED + "rate = 0.30", 'name = "Fed in", per = "export", rate = 0.0786')
    )
    home = day_home(tmp_path, use, config, stored=lambda _: stored)
    installation = home.installed()
    span = ["--from", str(WINTER), "--to", str(WINTER + DAY)]
    found = told(installation, "compare", *span, "--without-sun", now=home.now)
    assert found["without_sun"]["amount"] == pytest.approx(3.06, abs=1e-4)
    assert found["without_sun"]["difference"] == pytest.approx(2.2795, abs=1e-4)


# --- corrected by hand ----------------------------------------------------------------------------


@pytest.mark.parametrize("stored", ["archive", "ledger"])
def test_a_day_that_is_corrected(tmp_path: Path, stored: Stored) -> None:
    """Its slots are of what was before, and do not count any more: what is known is the day.

    A flat rate prices it, zones do not. In the archive the correction has its hours.
    """
    home = day_home(
        tmp_path,
        {"meter": on(WINTER, lambda _: 0.1)},
        FLOWS + MONEY + NIGHT + TWO_RATES,
        stored=lambda _: stored,
    )
    installation = home.installed()
    correct = ["correct", "value", "meter", str(WINTER), "4.8kWh", "--yes"]
    before = told(installation, "bill", str(WINTER), now=home.now)
    assert (before["unpriced"], before["total"]) == (0.0, 3.9)
    assert installation.run(*correct, at=home.now).exit_code == 0
    after = told(installation, "bill", str(WINTER), now=home.now)
    if stored == "archive":
        assert (after["unpriced"], after["total"]) == (0.0, pytest.approx(1.3, abs=0.011))
    else:
        assert (after["unpriced"], after["total"]) == (4.8, 0.0)
    installation.configure(more=FLOWS + MONEY + FLAT)
    flat = told(installation, "bill", str(WINTER), now=home.now)
    assert (flat["unpriced"], flat["total"]) == (0.0, 1.44)
