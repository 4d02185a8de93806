"""Money on the page: shown if money.json is published, and not asked for if it is not."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import sin
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.metering import Known, energies
from powerstats_cli.core.energy.metering import priced as as_prices
from powerstats_cli.core.energy.moneyfile import Household, encode, money
from powerstats_cli.core.energy.tariffs import Days, Tariff
from powerstats_cli.core.periods import DAY
from tests.browser.chromium import DESKTOP, PHONE, Opener
from tests.browser.pages import TABS, Tab, eventually
from tests.browser.sites import Site, site_of
from tests.browser.test_kindness import axe, findings, misfits
from tests.browser.test_weight import MOST_SHIFT, TAKE_SHIFTS, WATCH_SHIFTS, late
from tests.core.energy.tariffing import home, line, slots, steps
from tests.page.calendars import calendar
from tests.page.homes import NOW, ZONE, Home

__all__ = ["axe"]
TODAY = date(2025, 11, 22)
UNKNOWN = date(2025, 11, 19)
ENERGY = ZoneInfo(ZONE)
MONTHS = 5


def use(local: datetime) -> float | None:
    """Return what is taken in an hour; of a day nothing is known."""
    return None if local.date() == UNKNOWN else 0.4 + local.hour / 50


def sun(local: datetime) -> float | None:
    """Return what is fed in in an hour; more than is taken on some days."""
    return None if local.date() == UNKNOWN else max(0.0, sin((local.hour - 7) / 3.2)) * 2


def made(*, until: datetime = NOW, unit: str = "EUR") -> bytes:
    """Return a money.json with a price by the hour, a standing charge and a tax."""
    days = Days(TODAY - MONTHS * 30 * DAY, TODAY + DAY)
    end = until.replace(minute=0, second=0, microsecond=0)
    energy = {
        name: energies(one for one in slots(days, ENERGY, 60, each) if one.end <= end)
        for name, each in (("import", use), ("export", sun))
    }
    prices = [
        price
        for day in days
        for price in steps(
            datetime(day.year, day.month, day.day, tzinfo=ENERGY),
            60,
            [0.1 + 0.15 * sin((hour + day.day) / 4) for hour in range(24)],
        )
        if price.end <= end
    ]
    lines = (
        line(name="Spot", price="epex", plus=0.02),
        line(name="Fed in", per="export", price="epex"),
        line(name="Standing charge", per="month", rate=6.2),
        line(name="VAT", percent=21),
    )
    contract = Contract(
        timezone=ENERGY,
        currency=unit,
        bill_from=date(2025, 11, 15),
        zones=home(ENERGY).zones,
        tariffs={"own": Tariff(name="Dynamic", since=days.first + 3 * DAY, lines=lines)},
    )
    return encode(money(contract, Household(Known(energy, {"epex": as_prices(prices)}, end)), days))


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return an ordinary home with money.json and two calendar years."""
    documents = Home().documents() | calendar(2024, 2025)
    return site_of(documents, tmp_path_factory.mktemp("priced"), money=made())


def raws(tab: Tab, name: str, part: str) -> dict[str, float | None]:
    """Return the numbers of a card of money as the page has them, by their keys."""
    found: list[list[Any]] = (
        tab.panel(name)
        .locator(f"{part}:visible")
        .evaluate_all(
            """cards => cards.flatMap(card => [...card.querySelectorAll("[data-value]")]
          .map(each => [each.dataset.value, each.dataset.raw]))"""
        )
    )
    return {key: float(raw) if raw else None for key, raw in found}


def has(tab: Tab, name: str, part: str) -> dict[str, float | None]:
    """Return the numbers of a card once it is there."""
    return eventually(lambda: raws(tab, name, part))


SUM, BILL, ROWS = '[data-costs="sum"]', '[data-costs="bill"]', '[data-bars="costs"]'


def test_without_money_nothing_of_it_is_asked_for(opened: Opener, house: Site) -> None:
    """The page of a home that publishes no money shows nothing of it."""
    tab = opened(house).go()
    for name in TABS:
        tab.open(name)
    tab.page.wait_for_load_state("networkidle")
    assert not [url for url in tab.requests if "money" in url]
    assert tab.page.locator(f"{SUM}, {BILL}, {ROWS}").count() == 0
    assert tab.faults() == []


def test_each_number_is_that_of_the_file(opened: Opener, priced: Site) -> None:
    """Today, days, months, and the running bill; days that are unknown have no amount."""
    written = json.loads((priced.web_root / "money.json").read_bytes())
    days = {each["date"]: each for each in written["days"]}
    tab = opened(priced).go()
    tab.drawn("today")
    today = days[str(TODAY)]
    told = has(tab, "today", SUM)
    assert told["cost"] == today["amount"]
    assert (told["cost-energy"], told["cost-fixed"]) == (today["energy"], today["fixed"])
    # The price of the hour that has begun is not known yet.
    last = [rate for _, rate, _ in written["rates"][0]["steps"] if rate is not None][-1]
    assert told["rate-import"] == last
    bill = has(tab, "today", BILL)
    assert bill["bill-total"] == written["bill"]["amount"]
    assert [bill[f"bill-{at}"] for at in range(4)] == [
        each["amount"] for each in written["bill"]["lines"]
    ]
    tab.open("7-days")
    rows = has(tab, "7-days", ROWS)
    for ago in range(7, -1, -1):
        day = str(TODAY - ago * DAY)
        assert rows[f"cost-{day}-amount"] == days[day]["amount"], day
        assert rows[f"cost-{day}-known"] == days[day]["coverage"], day
    week = [days[str(TODAY - ago * DAY)]["amount"] for ago in range(1, 8)]
    assert has(tab, "7-days", SUM)["cost"] == pytest.approx(sum(week))
    tab.open("365-days")
    months = has(tab, "365-days", ROWS)
    october = [each["amount"] for each in written["days"] if each["date"].startswith("2025-10")]
    assert months["cost-2025-10-amount"] == pytest.approx(sum(october))
    assert tab.faults() == []


def test_a_day_of_the_past_and_a_chosen_span_have_their_cost(opened: Opener, priced: Site) -> None:
    """Days that are opened by a link, and whole days that are chosen; hours have none."""
    written = json.loads((priced.web_root / "money.json").read_bytes())
    days = {each["date"]: each["amount"] for each in written["days"]}
    tab = opened(priced).go("2025-11-20")
    assert has(tab, "today", SUM)["cost"] == days["2025-11-20"]
    assert raws(tab, "today", BILL) == {}
    tab = opened(priced).go("30-days/2025-11-15..2025-11-17")
    tab.page.wait_for_load_state("networkidle")
    wanted = days["2025-11-15"] + days["2025-11-16"]
    chosen = eventually(lambda: raws(tab, "30-days", ".chosen").get("chosen-cost"))
    assert chosen == pytest.approx(wanted)


def test_the_years_have_the_cost_of_their_months(opened: Opener, priced: Site, axe: str) -> None:
    """A year that money.json does not have whole says how many days it has."""
    written = json.loads((priced.web_root / "money.json").read_bytes())
    amounts = [each["amount"] for each in written["days"] if each["amount"] is not None]
    october = [each["amount"] for each in written["days"] if each["date"].startswith("2025-10")]
    tab = opened(priced, bypass_csp=True).go("years")
    card = '[data-costs="years"]'
    told = has(tab, "years", card)
    assert told["cost-2025-10"] == pytest.approx(sum(october))
    assert told["cost-2025"] == pytest.approx(sum(amounts))
    text = tab.panel("years").locator(f"{card} tbody tr").last.inner_text()
    assert f"{len(amounts)} of 365 days" in text
    assert findings(tab, axe) == []
    tab.open("today")
    tab.page.click("#tab-years")
    assert has(tab, "years", card) == told
    assert tab.faults() == []


def test_today_goes_on_while_the_page_is_open(opened: Opener, site: Callable[..., Site]) -> None:
    """A newer file is shown; one that cannot be had leaves what was there."""
    home = site(Home(), money=made(until=NOW - timedelta(hours=3)))
    tab = opened(home, now=None, allowed=("Failed to load resource",))
    tab.page.clock.install(time=NOW)
    tab.go().drawn("today")
    before = has(tab, "today", SUM)["cost"]
    (home.web_root / "money.json").write_bytes(made())
    tab.page.clock.run_for("00:11:00")
    after = eventually(lambda: (now := raws(tab, "today", SUM)["cost"]) != before and now)
    assert after
    (home.web_root / "money.json").unlink()
    tab.page.clock.run_for("00:11:00")
    assert raws(tab, "today", SUM)["cost"] == after


def test_a_file_of_a_newer_version_is_told(opened: Opener, site: Callable[..., Site]) -> None:
    """The rest of the page is as without money."""
    home = site(Home(), money=made().replace(b'"version":1', b'"version":2', 1))
    tab = opened(home).go()
    panel = tab.drawn("today")
    notice = panel.locator(".slot .notice")
    notice.wait_for()
    assert "money.json" in notice.inner_text()
    assert tab.faults() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_money_is_as_kind_as_the_rest(opened: Opener, priced: Site, axe: str, theme: str) -> None:
    """Axe finds nothing on any tab, and a screen reader has the strip as a table."""
    tab = opened(priced, color_scheme=theme, bypass_csp=True).go()
    found = {}
    for name in TABS:
        tab.open(name)
        has(tab, name, SUM)
        for width in (DESKTOP["width"], PHONE["width"]):
            tab.page.set_viewport_size({"width": width, "height": 900})
            found[f"{name}, {width} px"] = findings(tab, axe)
    assert not any(found.values()), json.dumps(found, indent=1)
    tab.open("today").locator(".strip summary").first.click()
    rows = tab.panel("today").locator(".strip table tbody tr")
    assert eventually(lambda: rows.count() >= 18)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "hi-IN", "fr-FR"])
def test_it_fits_from_320_px_on(opened: Opener, priced: Site, locale: str) -> None:
    """In each language nothing is cut, and no tab is wider than the screen."""
    tab = opened(priced, locale=locale)
    assert misfits(tab, (1280, 320)) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_nothing_jumps_when_money_comes(opened: Opener, priced: Site, size: dict[str, int]) -> None:
    """Also if it comes late."""
    tab = opened(priced, viewport=size)
    tab.context.add_init_script(WATCH_SHIFTS)
    tab.page.route("**/money.json", late)
    tab.go().drawn("today")
    has(tab, "today", SUM)
    moved = {}
    for name in TABS:
        tab.open(name)
        has(tab, name, SUM)
        moved[name] = tab.page.evaluate(TAKE_SHIFTS)
    sums = {name: sum(value for value, _ in found) for name, found in moved.items()}
    assert {name: moved[name] for name, each in sums.items() if each > MOST_SHIFT} == {}
