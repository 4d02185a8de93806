"""`collect` of prices: each usual form of sensor, restarts, other currencies and units."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.support.homes import Stage
from tests.support.installation import TOKEN, Installation
from tests.support.pricing import EURO, FORMS, MINUTE, MOST_ROUNDING, PRICES, Form

START = datetime(2025, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATE = timedelta(seconds=10)
VOLTAGE = "sensor.voltage"
VOLTS = {"unit_of_measurement": "V", "state_class": "measurement"}
Opens = Callable[..., Stage]


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opens]:
    """Return a function that serves sensors of prices beside a voltage."""
    with ExitStack() as open_servers:
        yield lambda *given, **more: _opened(open_servers, tmp_path, *given, **more)


def _opened(
    open_servers: ExitStack,
    folder: Path,
    forms: Sequence[Form],
    settings: str,
    *,
    changes: Mapping[str, Sequence[Change]] | None = None,
    minutes: int = 15,
) -> Stage:
    volts = [Change(START + n * MINUTE, f"{230 + n % 2}") for n in range(-120, 300)]
    prices = {
        form.entity_id: [Change(at, state) for at, state in form.states(START)] for form in forms
    }
    sensors = {form.entity_id: form.attributes for form in forms} | {VOLTAGE: VOLTS}
    home = RecordedHome(sensors, {VOLTAGE: volts, **prices, **(changes or {})})
    server = HomeAssistant(home, token=TOKEN, clock=lambda: stage.time)
    open_servers.enter_context(server)
    entities = {form.series: form.entity_id for form in forms} | {"voltage": VOLTAGE}
    data = {"collection_interval_minutes": minutes}
    there = Installation(folder, server.url, entities, timezone="UTC", data=data, more=settings)
    stage = Stage(server, there, START)
    return stage


def collect(stage: Stage, at: datetime) -> tuple[int, str]:
    """Collect at a time; return the exit code and the errors."""
    stage.time = at
    result = stage.installation.run("-v", "collect", at=at)
    return result.exit_code, result.err


def means(stage: Stage, name: str) -> list[float | None]:
    """Return what is stored of a series from START on, by the bucket."""
    points = stage.installation.document("daily.json").points
    return [
        point[name].mean if name in point else None
        for start, point in sorted(points.items())
        if start >= START
    ]


def prices(*forms: Form, currency: str = "") -> str:
    """Return the tables of the configuration."""
    money = f'[money]\ncurrency = "{currency}"\n' if currency else ""
    return f"[prices]\n{''.join(form.setting for form in forms)}{money}"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.series)
@pytest.mark.parametrize("every", [15, 120], ids=["regular runs", "one late run"])
def test_each_form(opens: Opens, form: Form, every: int) -> None:
    """It is a measurement in money per kWh with 6 decimals, known throughout, whatever it says."""
    stage = opens([form], prices(form, currency=form.kept[:3]))
    for number in range(every, 121, every):
        assert collect(stage, START + number * MINUTE + LATE) == (0, "")
    daily = stage.installation.document("daily.json")
    assert (daily.series[form.series].unit, daily.series[form.series].state_class) == (
        form.kept,
        "measurement",
    )
    assert means(stage, form.series) == pytest.approx(PRICES, abs=MOST_ROUNDING)
    known = [point[form.series].coverage for at, point in daily.points.items() if at >= START]
    assert known == [1.0] * len(PRICES)
    latest = (daily.latest or {})[form.series]
    assert latest.value == pytest.approx(PRICES[-1], abs=MOST_ROUNDING)


def test_the_decimals_stay_in_all_files(opens: Opens) -> None:
    """The closed day and the tiers have what the day had."""
    form = FORMS[0]
    stage = opens([form], prices(form))
    assert collect(stage, START + 2 * HOUR + LATE) == (0, "")
    night = datetime(2025, 11, 23, 0, 1, tzinfo=UTC)
    stage.run("rotate", at=night)
    for tier in ("weekly", "monthly", "yearly"):
        stage.run("aggregate", tier, at=night)
    hours = stage.installation.document("weekly.json").points
    mean = sum(PRICES[:4]) / 4
    assert hours[START]["nord_pool"].mean == pytest.approx(mean, abs=MOST_ROUNDING)
    assert hours[START]["nord_pool"].min == PRICES[3]
    archived = stage.installation.archived(START.date()).points
    assert archived[START]["nord_pool"].mean == PRICES[0]
    assert stage.installation.run("verify").exit_code == 0


def test_a_price_is_shown_exported_and_corrected_with_its_decimals(opens: Opens) -> None:
    """Three decimals are too few for money: a tenth of a cent is a part of many prices."""
    form = FORMS[0]
    stage = opens([form], prices(form))
    assert collect(stage, START + 2 * HOUR + LATE) == (0, "")
    night = datetime(2025, 11, 23, 3, 1, tzinfo=UTC)
    stage.run("collect", at=night)

    def run(*arguments: str) -> str:
        result = stage.installation.run(*arguments, at=night)
        assert (result.exit_code, result.err) == (0, ""), arguments
        return result.out

    exported = run("export", "2025-11-22T10", "--series", "nord_pool")
    assert ",EUR/kWh,0.08532,0.08532,0.08532," in exported
    shown = json.loads(run("show", "2025-11-22T10", "--series", "nord_pool", "--json"))
    assert shown["total"]["nord_pool"]["mean"] == pytest.approx(sum(PRICES[:4]) / 4, abs=1e-6)
    said = run("show", "2025-11-22T10", "--by", "interval", "--series", "nord_pool")
    assert re.search(r"10:15 +0\.0812 +0\.0812.0\.0812", said)
    said = run("correct", "value", "nord_pool", "2025-11-22T10:15", "0.012345EUR/kWh", "--yes")
    assert "0.0812 EUR/kWh" in said
    assert "0.0123 EUR/kWh" in said
    stage.run("rotate", at=night)
    archived = stage.installation.archived(START.date()).points
    assert archived[START + 15 * MINUTE]["nord_pool"].mean == 0.012345
    assert archived[START]["nord_pool"].mean == PRICES[0]
    assert stage.installation.run("verify").exit_code == 0


def test_ten_minutes_are_weighed(opens: Opens) -> None:
    """A bucket that two prices share has their mean by time."""
    form = FORMS[0]
    stage = opens([form], prices(form), minutes=10)
    assert collect(stage, START + HOUR + LATE) == (0, "")
    assert means(stage, "nord_pool")[:3] == pytest.approx(
        [PRICES[0], (PRICES[0] + PRICES[1]) / 2, PRICES[1]], abs=MOST_ROUNDING
    )


@pytest.mark.parametrize(
    ("form", "currency", "complaint"),
    [
        (FORMS[1], "EUR", "tibber: in SEK/kWh, but money.currency is EUR: change one of them"),
        (FORMS[4], "EUR", "octopus: in GBP/kWh, but money.currency is EUR: change one of them"),
        (FORMS[3], "", "energy_zero: in ct/kWh: say money.currency, since the unit does not"),
        (
            Form("own", "credits", None, 1.0, ""),
            "EUR",
            "own: credits is no money per kWh: say prices.own.scale",
        ),
    ],
    ids=lambda case: case.series if isinstance(case, Form) else None,
)
def test_a_unit_that_cannot_be_kept(
    opens: Opens, form: Form, currency: str, complaint: str
) -> None:
    """The line says why, the others are stored, and the past is fetched as soon as it is mended."""
    stage = opens([form], prices(form, currency=currency))
    assert collect(stage, START + HOUR + LATE) == (78, f"powerstats: collect: {complaint}\n")
    assert means(stage, "voltage")[0] is not None
    assert form.series not in stage.installation.document("daily.json").series
    mended = f"[prices]\n{form.series} = {{ step = 15, scale = {form.scale} }}\n"
    currency = form.kept[:3] or "EUR"
    stage.installation.configure(more=f'{mended}[money]\ncurrency = "{currency}"\n')
    assert collect(stage, START + 2 * HOUR + LATE) == (0, "")
    assert means(stage, form.series) == pytest.approx(PRICES, abs=MOST_ROUNDING)


def test_the_unit_changes(opens: Opens) -> None:
    """A sensor that goes over from €/MWh to €/kWh keeps its price."""
    form = EURO[1]
    later = {**form.attributes, "unit_of_measurement": "€/kWh"}
    states = [
        Change(at, state)
        if at < START + HOUR - MINUTE
        else Change(at, f"{float(state) / 1000:.6f}", later)
        for at, state in form.states(START)
    ]
    stage = opens([form], prices(form), changes={form.entity_id: states})
    for number in (1, 2):
        assert collect(stage, START + number * HOUR + LATE) == (0, "")
    assert means(stage, form.series) == pytest.approx(PRICES, abs=MOST_ROUNDING)


def test_a_longer_silence_is_unknown(opens: Opens) -> None:
    """A price that comes back two steps later is unknown from its own step's end on."""
    form = FORMS[0]
    states = [
        Change(START, "0.1"),
        Change(START + 16 * MINUTE, "unavailable"),
        Change(START + 61 * MINUTE, "0.2"),
    ]
    stage = opens([form], prices(form), changes={form.entity_id: states})
    assert collect(stage, START + 2 * HOUR + LATE) == (0, "")
    assert means(stage, "nord_pool")[:5] == [0.1, 0.1, None, None, 0.2]


def test_mistakes_in_money_stop_no_collect(opens: Opens) -> None:
    """The price is collected, whatever else is wrong."""
    stage = opens([FORMS[0]], prices(FORMS[0]) + '[money]\nbill_months = "many"\n')
    assert collect(stage, START + HOUR + LATE) == (0, "")
    assert means(stage, "nord_pool") == pytest.approx(PRICES[:4], abs=MOST_ROUNDING)


def test_a_price_that_was_collected_as_a_counter(opens: Opens) -> None:
    """What is stored already does not become another thing: the line says what to do."""
    form = FORMS[0]
    stage = opens([form], "")
    assert collect(stage, START + HOUR + LATE)[0] == 0
    stage.installation.configure(more=prices(form))
    code, err = collect(stage, START + 2 * HOUR + LATE)
    assert code == 78
    assert "nord_pool: now measurement in EUR/kWh, stored as total in EUR/kWh" in err
