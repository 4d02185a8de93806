"""docs/money.md: each example is a configuration that loads, and prices a year exactly."""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from math import fsum
from pathlib import Path
from typing import Final

import pytest
import tomli_w

from powerstats_cli import settings
from powerstats_cli.core.energy.bills import Bill, bill
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.exactness import Lengths, borders, fitting
from powerstats_cli.core.energy.metering import Energy, Known, Price, billed, energies, priced
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, InForce, Tariff, term
from powerstats_cli.core.periods import DAY, MINUTE, day_start
from powerstats_cli.core.series import Kind
from powerstats_cli.settings import Settings
from powerstats_cli.settings.ledger import ledger_wish
from powerstats_cli.settings.money import contract_of
from tests.commands.billing import COUNTER, POWER, Home, told
from tests.core.energy.tariffing import slots

DOCUMENT: Final = Path(__file__).parent.parent / "docs/money.md"
PART: Final = r"^#+ (.*)$|^```toml\n((?:(?!```).*\n)*)```"
HEAD: Final = 'timezone = "Europe/Amsterdam"\n'
HOME: Final = '\n[homeassistant]\nurl = "http://x"\ntoken = "t"\n'
METERS: Final = """
[homeassistant.entities]
import = "sensor.meter_import"
export = "sensor.meter_export"

[flows]
import = ["import"]
export = ["export"]
"""
COUNTRIES: Final = ["NL", "UK", "DE", "US", "AU", "BE", "IN"]


def examples() -> Iterator[tuple[str, str]]:
    """Yield the heading above each example, and the example."""
    heading = ""
    for found in re.finditer(PART, DOCUMENT.read_text(), re.MULTILINE):
        heading = found[1] or heading
        if found[2]:
            yield heading, found[2]


EXAMPLES: Final = list(examples())


def loaded(example: str, folder: Path) -> Settings:
    """Return the settings of an example, with the parts of a home that it leaves out."""
    head = "" if "timezone" in example else HEAD
    meters = "" if "[homeassistant.entities]" in example else METERS
    path = folder / "config.toml"
    path.write_text(head + example.replace("\n[", f"{HOME}\n[", 1) + meters)
    return settings.load(path)


def kwh(name: str, at: datetime) -> float:
    """Return the kWh of an hour: more in the evening, and what is fed in at noon."""
    if name.startswith(("export", "sold")) or name.endswith("_out"):
        return 1.1 if 10 <= at.hour < 15 else 0.0
    return 0.35 + 0.9 * (17 <= at.hour < 22) + 0.2 * (at.month in {12, 1, 2})


def known(contract: Contract, home: Settings, days: Days) -> Known:
    """Return the energies and prices of some days, all of them known."""
    wish = ledger_wish(home)
    lines = [line for name in contract.compared for line in contract.lines(name)]
    names = {name for line in lines for name in line.series}
    share = wish.slot_minutes / 60
    energy: dict[str, Sequence[Energy]] = {
        name: energies(
            slots(
                days,
                contract.timezone,
                wish.slot_minutes,
                lambda at, name=name: share * kwh(name, at),  # type: ignore[misc]
            )
        )
        for name in names
    }
    start, end = (day_start(day, contract.timezone) for day in (days.first, days.end))
    prices = {
        name: priced(billed(steps(start, end, price.step), price.billed or price.step, home.zone))
        for name, price in home.prices.items()
    }
    return Known(energy, prices, end)


def steps(start: datetime, end: datetime, minutes: int) -> Iterator[Price]:
    """Yield a price that changes with each step, and is below zero at times."""
    at, number = start, 0
    while at < end:
        yield Price(at, at + minutes * MINUTE, 0.08 + (number * 37 % 29 - 9) / 100)
        at, number = at + minutes * MINUTE, number + 1


def bills(contract: Contract, tariff: str, days: Days, has: Known) -> Iterator[Bill]:
    """Yield the bills of some days, of a tariff that is in force on all of them."""
    timeline = [InForce(tariff, days.first, days.end)]
    day = days.first
    while found := term(timeline, contract.bill_from, contract.bill_months, day):
        yield bill(contract.lines(tariff), found, contract.home, has)
        day = found.days.end


@pytest.mark.parametrize(
    ("heading", "example"), EXAMPLES, ids=[f"{at}-{one[0]}" for at, one in enumerate(EXAMPLES)]
)
def test_each_example_prices_a_year(heading: str, example: str, tmp_path: Path) -> None:
    """Nothing is split or without a price, and days and lines add up to their bills."""
    if "[holidays]" in example:
        pytest.importorskip("holidays")
    home = loaded(example, tmp_path)
    contract = contract_of(home)
    first = contract.timeline[0].since
    year = Days(first, first.replace(year=first.year + 1))
    has = known(contract, home, year)
    for name in contract.compared:
        found = list(bills(contract, name, year, has))
        assert found, heading
        assert sum(len(each.days) for each in found) == len(year)
        for each in found:
            amount = fsum(cost.amount for cost in each.days.values())
            assert fsum(item.tally.amount for item in each.items) == pytest.approx(amount)
            assert each.total(contract.decimals) == pytest.approx(
                amount, abs=0.01 * len(each.items)
            )
            assert (each.unpriced, each.split) == (0, 0), name
            assert each.known == pytest.approx(1)


@pytest.mark.parametrize(("heading", "example"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_has_lengths_that_suit_it(heading: str, example: str, tmp_path: Path) -> None:
    """No border lies in a bucket or in a slot, and neither is shorter than that needs."""
    home = loaded(example, tmp_path)
    if "[holidays]" in example:
        pytest.importorskip("holidays")
    contract = contract_of(home)
    lines = [line for name in contract.compared for line in contract.lines(name)]
    minutes = {name: price.billed or price.step for name, price in home.prices.items()}
    found = list(borders(lines, contract.zones, minutes))
    lengths = Lengths(home.data.collection_interval_minutes, ledger_wish(home).slot_minutes)
    assert fitting(found, lengths) == lengths, heading
    assert fitting(found, Lengths(10, 60)) == lengths, heading


def test_seven_countries() -> None:
    """Each is a whole home, with its time zone."""
    zones = [re.findall(r'^timezone = "(.*)"', example, re.MULTILINE) for _, example in EXAMPLES]
    assert len(list(filter(None, zones))) == len(COUNTRIES)


def test_what_most_homes_need(tmp_path: Path) -> None:
    """The first example costs what its numbers say."""
    home = loaded(EXAMPLES[0][1], tmp_path)
    contract = contract_of(home)
    days = Days(date(2026, 1, 1), date(2026, 2, 1))
    [january] = bills(contract, "contract", days, known(contract, home, days))
    used = 31 * (24 * 0.55 + 5 * 0.9)
    assert january.amount == pytest.approx(used * 0.28 + 6.20)


# --- the commands ---------------------------------------------------------------------------------


def stored_home(example: str, folder: Path, length: int) -> Home:
    """Return an installation with the tariffs of an example, and some days of its first one."""
    home = loaded(example, folder)
    contract = contract_of(home)
    written = tomllib.loads(example)
    more = {name: written[name] for name in written if name not in {"timezone", "data"}}
    more.pop("homeassistant")
    powers = {name for role in ("grid", "solar") for name in _names(written["flows"].get(role))}
    kinds: dict[str, Kind] = {}
    for name in home.entities:
        if name in home.prices:
            kinds[name] = Kind(f"{contract.currency}/kWh", "measurement")
        else:
            kinds[name] = POWER if name in powers | {"mains"} else COUNTER
    first = contract.timeline[0].since
    minutes = home.data.collection_interval_minutes
    return Home(
        folder / "home",
        datetime.combine(first + length * DAY, time(12), contract.timezone).astimezone(UTC),
        [first + number * DAY for number in range(length + 1)],
        kinds,
        {name: _use(name, kinds[name], minutes) for name in kinds},
        tomli_w.dumps(more),
        zone=contract.timezone,
        minutes=minutes,
        slot_minutes=ledger_wish(home).slot_minutes,
        stored=lambda day: "archive" if day >= first + (length - 7) * DAY else "ledger",
    )


def _names(role: str | list[str] | None) -> list[str]:
    return [role] if isinstance(role, str) else role or []


def _use(name: str, kind: Kind, minutes: int) -> Callable[[datetime], float]:
    if kind.is_counter or kind.is_power:
        return lambda at: kwh(name, at) * minutes / 60
    return lambda at: 0.08 + (at.hour * 4 + at.minute // 30) % 17 / 100


@pytest.mark.parametrize(
    ("country", "example"),
    [one for one in EXAMPLES if "timezone" in one[1]],
    ids=COUNTRIES,
)
def test_the_commands_price_each_country(country: str, example: str, tmp_path: Path) -> None:
    """Days add up to the bill out of the ledger, the archive and today, and all is known."""
    if "[holidays]" in example:
        pytest.importorskip("holidays")
    home = stored_home(example, tmp_path, 20)
    there = home.installed()
    days = told(there, "cost", "--by", "day", now=home.now)["rows"]
    whole = told(there, "bill", now=home.now)
    assert sum(row["amount"] for row in days) == pytest.approx(whole["amount"], abs=0.01), country
    assert {row["known"] for row in days} == {1.0}
    assert (whole["known"], whole["unpriced"], whole["split"]) == (1.0, 0, 0)
    names = [one["tariff"] for one in told(there, "compare", now=home.now)["tariffs"]]
    contract = contract_of(loaded(example, tmp_path))
    assert set(names) >= set(contract.compared)
    shown = there.run("tariff", at=home.now)
    assert (shown.exit_code, shown.err) == (0, "")
    assert all(contract.shown(name) in shown.out for name in contract.compared)


@pytest.mark.parametrize("kind", [Line, Tariff])
def test_each_key_is_in_the_reference(kind: type[Line | Tariff]) -> None:
    """It is named there, by itself or in the row of another."""
    reference = DOCUMENT.read_text().partition("## All keys")[2]
    named = set(re.findall(r"`[^`]*`", reference))
    for key in kind.__struct_encode_fields__:
        assert any(re.search(rf"\b{key}\b", text) for text in named), key
