"""What energy costs: `init` asks for it, proposes what the dashboard has, and writes a tariff."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tomlkit
from rich.console import Console

from powerstats_cli import settings
from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init import Wishes, init
from powerstats_cli.core.periods import MINUTE, local_day
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of
from tests.commands.init.place import TOKEN, Place
from tests.support.longterm_server import LongTermHome, Statistics
from tests.support.recordings import NEWEST, OLDEST

IMPORT, NIGHT, EXPORT = "sensor.meter_import_t1", "sensor.meter_import_t2", "sensor.meter_export"
EPEX, TYPED = "sensor.epex_current_price", "input_number.price"
COUNTER = {
    "unit_of_measurement": "kWh",
    "device_class": "energy",
    "state_class": "total_increasing",
}
SENSORS: Mapping[str, Mapping[str, object]] = {
    IMPORT: COUNTER,
    NIGHT: COUNTER,
    EXPORT: COUNTER,
    EPEX: {"unit_of_measurement": "€/MWh", "state_class": "total"},
    "sensor.epex_next_price": {"unit_of_measurement": "€/MWh"},
    "sensor.gas_price": {"unit_of_measurement": "EUR/kWh"},
    TYPED: {},
}
FIRST = local_day(utc_now(), ZoneInfo("Europe/Vienna")).replace(day=1)
FLOWS = '[flows]\nimport = ["grid_import_1", "grid_import_2"]\nexport = ["grid_export"]\n'


def home() -> RecordedHome:
    """Return a home with two registers and a market's price, some seconds late each quarter."""
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    changes = {each: [Change(now - timedelta(days=4), "100")] for each in SENSORS}
    changes[EPEX] = [
        Change(now - number * 15 * MINUTE + timedelta(seconds=4), str(80 + number % 7))
        for number in range(96)
    ]
    return RecordedHome(SENSORS, changes, time_zone="Europe/Vienna")


def priced(release: str, *imports: Any, export: Any = None) -> Mapping[str, Any]:
    """Return a dashboard of a release with two registers; a price is a number or an entity."""

    def keys(price: Any, end: str = "") -> dict[str, Any]:
        is_entity = isinstance(price, str)
        return {
            f"entity_energy_price{end}": price if is_entity else None,
            f"number_energy_price{end}": None if is_entity else price,
        }

    first, second = imports or (None, None)
    if release == OLDEST:
        bought = [
            {"stat_energy_from": each, "stat_cost": None, **keys(price)}
            for each, price in ((IMPORT, first), (NIGHT, second))
        ]
        sold = [{"stat_energy_to": EXPORT, "stat_compensation": None, **keys(export)}]
        grids = [{"type": "grid", "flow_from": bought, "flow_to": sold}]
    else:
        back = {"stat_energy_to": EXPORT, **keys(export, "_export")}
        grids = [
            {"type": "grid", "stat_energy_from": IMPORT, **keys(first), **back},
            {"type": "grid", "stat_energy_from": NIGHT, **keys(second)},
        ]
    dashboard = {"energy_sources": grids, "device_consumption": []}
    return {"dashboard": dashboard, "entities": [], "devices": []}


Start = Callable[..., Place]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a home with a dashboard, and returns a place beside it."""
    servers = []

    def started(energy: Mapping[str, Any]) -> Place:
        statistics = Statistics({}, lambda *_, **__: None, energy)
        servers.append(LongTermHome(home(), statistics, TOKEN, utc_now).__enter__())
        folder = tmp_path / "place"
        folder.mkdir()
        return Place(folder, servers[-1])  # type: ignore[arg-type]

    yield started
    for server in servers:
        server.__exit__(None, None, None)


def answered(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    typed: Sequence[str],
    scheduled: Sequence[str] = (),
) -> tuple[str, Settings]:
    """Run `init` with a person at it; return what is shown, and what is written.

    Enter takes the sensors, and answers all questions after those about money.
    """
    lines = ["", *typed]
    shown = io.StringIO()

    def read() -> str:
        return lines.pop(0) if lines else ""

    monkeypatch.setattr("builtins.input", read)
    wishes = Wishes(
        place.config,
        place.data_dir,
        url=place.server.url,
        token_file=place.file(),
        schedule="none",
        scheduled=scheduled,
        collects=False,
    )
    exit_code = init(wishes, lambda _: 0, Console(file=shown, width=100), {})
    assert (exit_code, lines) == (0, [])
    return shown.getvalue(), place.settings()


def tariff(written: Settings) -> tuple[date, list[Any]]:
    """Return the first day and the lines of the tariff, which the commands accept."""
    contract_of(written)
    [(name, found)] = written.tariffs.items()
    assert name == "contract"
    return found["from"], found["lines"]


# --- three users ----------------------------------------------------------------------------------


def test_a_flat_price_and_a_standing_charge(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The price can be typed right away."""
    typed = ["0,2735", "", "", "0.08", "6.20 a month", "2025-03-01"]
    shown, written = answered(start(priced(OLDEST)), monkeypatch, typed)
    assert written.money == {"currency": "EUR"}
    assert tariff(written) == (
        date(2025, 3, 1),
        [
            {"name": "Energy", "per": "import", "rate": 0.2735},
            {"name": "Fed in", "per": "export", "rate": 0.08},
            {"name": "Fixed charge", "per": "month", "rate": 6.2},
        ],
    )
    assert written.data.collection_interval_minutes == 10
    assert "powerstats tariff" in shown


def test_a_night_rate_at_half_past(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slots are half-hours then; hours that overlap are told, and asked again."""
    typed = ["hours", "GBP", "00:30-05:30", "8.49975p", "05:00-06:00", "none", "28.95 p/kWh"]
    shown, written = answered(
        start(priced(OLDEST)), monkeypatch, [*typed, "none", "53.35p a day", ""]
    )
    assert "05:00-06:00: " in shown
    assert "is in 00:30-05:30, too" in shown
    assert written.money == {"currency": "GBP", "slot_minutes": 30}
    assert written.zones == {"low": ["00:30-05:30"]}
    assert tariff(written) == (
        FIRST,
        [
            {"name": "Energy", "per": "import", "rate": {"low": 0.0849975, "rest": 0.2895}},
            {"name": "Fixed charge", "per": "day", "rate": 0.5335},
        ],
    )


def test_a_market_with_a_tax_and_vat(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sensor's step is measured, and the buckets are as long; what is fed in has no VAT."""
    typed = ["sensor", "", "1", "0.1088", "21 %", "sensor", "1", "4.95/month", ""]
    shown, written = answered(start(priced(OLDEST)), monkeypatch, typed)
    assert "epex_next_price" not in shown
    assert "a price holds for 15 minutes" in shown
    assert "buckets of 15 minutes" in shown
    assert written.entities["price"] == EPEX
    assert written.prices["price"].step == 15
    assert written.data.collection_interval_minutes == 15
    assert written.money == {"currency": "EUR", "slot_minutes": 15}
    assert tariff(written)[1] == [
        {"name": "Energy", "per": "import", "price": "price", "plus": 0.1088},
        {"name": "VAT", "percent": 21.0, "of": ["Energy"]},
        {"name": "Fed in", "per": "export", "price": "price"},
        {"name": "Fixed charge", "per": "month", "rate": 4.95},
    ]


def test_a_home_that_measures_the_house_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes all from the grid, and feeds nothing in."""
    shown, written = answered(place, monkeypatch, ["0.3", "", "", "", ""])
    assert "fed in" not in shown
    assert tariff(written)[1] == [{"name": "Energy", "per": "house", "rate": 0.3}]


# --- left out, wrong, and back --------------------------------------------------------------------


def test_one_enter_leaves_it_out(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of money is asked or written then."""
    shown, written = answered(start(priced(OLDEST)), monkeypatch, [""])
    assert (written.money, written.tariffs, written.prices) == ({}, {}, {})
    assert "Currency" not in shown


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["cheap", ""], "cheap: type a price, flat, hours, sensor or none"),
        (["27.35", ""], "27.35 EUR for a kWh is too much: write it as 0.28 or 28 ct"),
        (["28 p", ""], "'28 p' is no price in EUR, such as 0.28 or 28 ct"),
        (["flat", "euros", "", "x", "0.3", "", "", ""], "'euros' is no currency of three letters"),
        (["flat", "", "", "0.3", "", "", ""], "'' is no price in EUR, such as 0.28 or 28 ct"),
        (["0.3", "", "", "", "6.20", "", ""], "'6.20' is no charge in EUR with its time"),
        (["0.3", "", "", "", "", "1 March", ""], "'1 March' is no day, such as 2025-03-01"),
        (
            ["hours", "", "at night", "0-7", "22:00-06:00", "0.2", "", "0.3", "", "", ""],
            "0-7: '0-7' are no times such as 16:00-21:00",
        ),
        (
            ["hours", "", "Sat,Sun,PH", "Sat,Sun", "0.2", "", "0.3", "", "", ""],
            "Sat,Sun,PH: holidays are set up in the file",
        ),
        (
            ["sensor", "", "7", "1", "", "150", "", "", "", ""],
            "'150' is no percentage, such as 21",
        ),
        (["sensor", "", "7", "1", "", "", "", "", ""], "7: a number from 1 to 2"),
    ],
)
def test_a_mistake_is_asked_again(
    start: Start, monkeypatch: pytest.MonkeyPatch, typed: list[str], says: str
) -> None:
    """A line says what to type."""
    shown, _ = answered(start(priced(OLDEST)), monkeypatch, typed)
    assert f"✗ {says}" in shown


def test_back(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question can be gone back to, and has what was typed before as its default."""
    typed = ["0.3", "", "", "0.1", "back", "back", "0.31", "", "5 a month", "back", "", ""]
    _, written = answered(start(priced(OLDEST)), monkeypatch, typed)
    assert tariff(written)[1] == [
        {"name": "Energy", "per": "import", "rate": 0.31},
        {"name": "Fed in", "per": "export", "rate": 0.1},
        {"name": "Fixed charge", "per": "month", "rate": 5.0},
    ]


# --- the Energy dashboard -------------------------------------------------------------------------


BOTH = [
    {"name": "Energy", "per": "import", "rate": 0.27},
    {"name": "Fed in", "per": "export", "rate": 0.07},
]
REGISTERS = [
    {"name": "Energy grid_import_1", "per": "grid_import_1", "rate": 0.22},
    {"name": "Energy grid_import_2", "per": "grid_import_2", "rate": 0.25},
]
BY_SENSOR = [
    {"name": "Energy", "per": "import", "price": "price"},
    {"name": "Fed in", "per": "export", "price": "price"},
]


@pytest.mark.parametrize("release", [OLDEST, NEWEST])
@pytest.mark.parametrize(
    ("imports", "export", "lines"),
    [
        ((0.27, 0.27), 0.07, BOTH),
        ((0.22, 0.25), None, REGISTERS),
        ((EPEX, EPEX), EPEX, BY_SENSOR),
        ((0.27, None), None, None),
        ((0.0, 0.0), None, None),
        ((None, None), 0.07, None),
        (("sensor.gone", "sensor.gone"), None, None),
    ],
)
def test_a_script_takes_what_the_dashboard_proves(
    start: Start, release: str, imports: Sequence[Any], export: Any, lines: Any
) -> None:
    """Both forms are read; if a register has no price, nothing is written."""
    place = start(priced(release, *imports, export=export))
    place.server.release = release  # type: ignore[assignment]
    result = place.run_with_home("--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    written = place.settings()
    if lines is None:
        assert (written.money, written.tariffs) == ({}, {})
        return
    assert tariff(written) == (FIRST, lines)
    assert f"tariff contract from {FIRST}, by the Energy dashboard" in result.out
    assert written.data.collection_interval_minutes == (15 if lines is BY_SENSOR else 10)


def test_a_number_that_somebody_types_in_home_assistant(start: Start) -> None:
    """It has no unit of money, and the dashboard takes it as the currency's; so do we."""
    place = start(priced(NEWEST, TYPED, TYPED))
    assert place.run_with_home("--no-collect").exit_code == 0
    written = place.settings()
    assert written.entities["price"] == TYPED
    assert (written.prices["price"].scale, written.prices["price"].step) == (1.0, 15)


def test_a_person_takes_it_with_enter(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the proposal; the fixed charge and the first day are asked for."""
    place = start(priced(NEWEST, 0.27, 0.27, export=0.07))
    shown, written = answered(place, monkeypatch, ["", "75.60 a year", ""])
    assert "dashboard  as in Home Assistant's Energy dashboard: 0.27 EUR" in shown
    fixed = {"name": "Fixed charge", "per": "year", "rate": 75.6}
    assert tariff(written) == (FIRST, [*BOTH, fixed])


# --- a configuration that is there ----------------------------------------------------------------


def again(place: Place, more: str) -> None:
    """Write a configuration with a person's remarks."""
    place.config.parent.mkdir(exist_ok=True)
    place.token_file.write_text(f"{TOKEN}\n")
    place.config.write_text(
        f'timezone = "Europe/Vienna" # here\n\n[homeassistant]\nurl = "{place.server.url}"\n'
        f'token_file = "{place.token_file}"\n\n[homeassistant.entities]\n'
        f'grid_import_1 = "{IMPORT}"\ngrid_import_2 = "{NIGHT}"\ngrid_export = "{EXPORT}"\n\n'
        f'{FLOWS}\n[paths]\ndata_dir = "{place.data_dir}"\n\n{more}'
    )


def test_a_tariff_is_added_to_a_file(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remarks and other keys stay where they are."""
    place = start(priced(OLDEST))
    again(place, '[money] # ours\n# of the state\ncurrency = "EUR"  # and no other\n')
    before = place.config.read_text()
    typed = ["sensor", "", "1", "0.1", "", "", "", ""]
    shown, written = answered(place, monkeypatch, typed, scheduled=["cron"])
    assert "buckets of 15 minutes from tomorrow on" in shown
    assert "the schedule has another interval" in shown
    text = place.config.read_text()
    for line in before.splitlines():
        assert line in text
    assert written.money == {"currency": "EUR", "slot_minutes": 15}
    assert tariff(written)[1] == [
        {"name": "Energy", "per": "import", "price": "price", "plus": 0.1}
    ]
    assert tomlkit.parse(text).unwrap()["data"] == {"collection_interval_minutes": 15}


def test_a_price_that_is_there_is_used(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its name, its step and what else is said of it; by the hour no bucket changes."""
    place = start(priced(OLDEST))
    table = "[prices]\nepex = { billed = 60, step = 15 } # the market\n"
    again(place, table)
    text = place.config.read_text()
    place.config.write_text(text.replace("grid_export =", f'epex = "{EPEX}"\ngrid_export =', 1))
    shown, written = answered(place, monkeypatch, ["sensor", "", "1", "", "", "", "", ""])
    assert "buckets of" not in shown
    assert table in place.config.read_text()
    assert tariff(written)[1] == [{"name": "Energy", "per": "import", "price": "epex"}]


def test_zones_that_are_there_stay(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """New ones get other names."""
    place = start(priced(OLDEST))
    again(place, '[zones]\nlow = ["Sun"] # mine\n')
    typed = ["hours", "", "22:00-06:00", "0.2", "", "0.3", "", "", ""]
    _, written = answered(place, monkeypatch, typed)
    assert written.zones == {"low": ["Sun"], "low_2": ["22:00-06:00"]}
    assert tariff(written)[1][0]["rate"] == {"low_2": 0.2, "rest": 0.3}
    assert 'low = ["Sun"] # mine' in place.config.read_text()


@pytest.mark.parametrize("broken", ["money = 5\n", 'zones = "night"\n'])
def test_tables_that_are_none(start: Start, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """What is no table stays as it is, and a line says so."""
    place = start(priced(OLDEST))
    again(place, "")
    place.config.write_text(broken + place.config.read_text())
    shown, _ = answered(place, monkeypatch, [])
    assert "money and zones have to be tables" in shown
    assert place.config.read_text().startswith(broken)


def test_a_tariff_that_is_there_stays(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not asked for again."""
    place = start(priced(OLDEST, 0.27, 0.27))
    table = "[tariffs.mine]\nfrom = 2025-01-01\nlines = []\n"
    again(place, f'[money]\ncurrency = "EUR"\n\n{table}')
    shown, written = answered(place, monkeypatch, [])
    assert "What does a kWh cost" not in shown
    assert list(written.tariffs) == ["mine"]
    assert table in place.config.read_text()


def test_the_file_is_one_that_a_person_would_write(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of the tariff is a line of the file."""
    place = start(priced(OLDEST))
    answered(place, monkeypatch, ["0.28", "", "", "", "6.20 a month", "2025-03-01"])
    expected = """
[money]
currency = "EUR"

# What energy costs: docs/money.md. `powerstats tariff` shows it.
[tariffs.contract]
from = 2025-03-01
lines = [
  { name = "Energy", per = "import", rate = 0.28 },
  { name = "Fixed charge", per = "month", rate = 6.2 },
]

[paths]
"""
    assert expected in place.config.read_text()
    settings.load(place.config)
