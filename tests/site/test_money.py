"""money.json out of files: beside what the commands tell, published, and served at home."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli.core.energy.moneyfile import decode
from powerstats_cli.core.periods import DAY, days
from powerstats_cli.session import Options, Session, opened
from powerstats_cli.site.live import Home as Live_home
from powerstats_cli.site.live import Live
from powerstats_cli.site.money import computed
from tests.commands.billing import COUNTER, PRICE, Home, Stored, at, told
from tests.support.installation import Installation

TODAY = date(2026, 1, 20)
NOW = at(TODAY, 12)
FIRST = date(2025, 12, 2)
FLOWS = '[flows]\nimport = "meter"\nexport = "fed"\n[prices]\nprice = { step = 60 }\n'
MONEY = """\
[money]
currency = "EUR"
[tariffs.spot]
name = "By the hour"
from = 2025-12-05
lines = [
  { name = "Spot", per = "import", price = "price", plus = 0.02 },
  { name = "Fed in", per = "export", rate = 0.08 },
  { name = "Standing", per = "month", rate = 6.20 },
  { name = "VAT", percent = 21 },
]
"""
MISTAKE = MONEY.replace('price = "price"', 'price = "prices"')
PUBLISHED = '[publish]\ntiers = ["daily", "yearly", "money"]\n'


def stored(day: date) -> Stored:
    """Return that the last week is in the archive, and what was before it in the ledger."""
    return "archive" if day >= TODAY - 7 * DAY else "ledger"


def priced_home(folder: Path, config: str = MONEY, **changes: Any) -> Installation:
    """Return a home of two counters and a price; nothing is known of some hours."""

    def use(local: datetime) -> float | None:
        is_unknown = local.date() == date(2026, 1, 15) and local.hour < 6
        return None if is_unknown else 0.05 + local.hour / 100

    home = Home(
        folder,
        NOW,
        list(days(FIRST, TODAY + DAY)),
        {"meter": COUNTER, "fed": COUNTER, "price": PRICE},
        {
            "meter": use,
            "fed": lambda local: 0.1 if 10 <= local.hour < 15 else 0.0,
            "price": lambda local: (local.hour + local.day) / 100,
        },
        FLOWS + config,
        stored=stored,
        **changes,
    )
    return home.installed()


def session_of(installation: Installation) -> Session:
    """Return a session of an installation."""
    return opened(Options(config=installation.config, at=NOW.isoformat()))


def money_of(installation: Installation, before: bytes | None = None) -> bytes:
    """Return money.json as it is computed now."""
    session = session_of(installation)
    return computed(session.settings, session.files, session.clock.now(), before)


def published(installation: Installation) -> bytes | None:
    """Return money.json in the web root."""
    path = installation.data_dir / "site/money.json"
    return path.read_bytes() if path.exists() else None


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """Return a home that publishes its money."""
    return priced_home(tmp_path, MONEY + PUBLISHED)


def test_its_numbers_are_those_of_the_commands(home: Installation) -> None:
    """Days are those of `cost`, the bill that of `bill`; days before a tariff have no amount."""
    written = json.loads(money_of(home))
    wanted = told(home, "cost", "--from", str(FIRST), now=NOW)
    keys = {"import": "import", "export": "export", "energy": "energy", "fixed": "fixed",
            "amount": "amount", "coverage": "known"}  # fmt: skip
    assert [each["date"] for each in written["days"]] == [
        each["start"][:10] for each in wanted["rows"]
    ]
    for day, row in zip(written["days"], wanted["rows"], strict=True):
        assert {key: day[key] for key in keys} == {
            key: pytest.approx(row[name], abs=1e-3) for key, name in keys.items()
        }, day["date"]
    assert [each["amount"] for each in written["days"][:3]] == [None] * 3
    bill = told(home, "bill", now=NOW)
    assert (written["bill"]["amount"], written["bill"]["known"]) == (bill["total"], bill["known"])
    assert (written["bill"]["from"], written["bill"]["days"]) == ("2026-01-01", 20)


def test_the_price_of_the_step_that_has_begun_is_that_of_all_of_it(tmp_path: Path) -> None:
    """Data that ends at 12:20 tells the price until 13:00; no bill has it yet."""
    home = Home(
        tmp_path,
        NOW.replace(minute=20),
        [TODAY],
        {"meter": COUNTER, "price": PRICE},
        {"meter": lambda _: 0.1, "price": lambda local: local.hour / 10},
        FLOWS.replace('export = "fed"\n', "") + MONEY,
    )
    written = json.loads(money_of(home.installed()))
    steps = {start[11:16]: rate for start, rate, _ in written["rates"][0]["steps"]}
    assert steps["12:00"] == pytest.approx((1.2 + 0.02) * 1.21)
    assert steps["13:00"] is None


@pytest.mark.parametrize("months", [1, 12])
def test_an_earlier_one_changes_nothing_but_the_time_it_takes(tmp_path: Path, months: int) -> None:
    """Closed bills come out of it as long as files and tariffs are the same."""
    config = MONEY.replace(
        'currency = "EUR"', f'currency = "EUR"\nbill_from = 2025-12-01\nbill_months = {months}'
    )
    home = priced_home(tmp_path, config)
    first = money_of(home)
    assert money_of(home, first) == first
    marked = first.replace(b'"date":"2025-12-10","import":', b'"date":"2025-12-10","import":9')
    is_taken = money_of(home, marked) == marked
    assert is_taken == (months == 1), "a year's bill is the running one"
    assert money_of(home, b"no money") == first
    assert money_of(home, marked.replace(b'"basis":"', b'"basis":"0')) == first


def corrected(home: Installation) -> None:
    """Change the tariff."""
    home.configure(more=home.more.replace("plus = 0.02", "plus = 0.03"))


def forgotten(home: Installation) -> None:
    """Lose the ledger: its days are then priced from their sums."""
    (home.data_dir / "ledger.json").unlink()


def shortened(home: Installation) -> None:
    """Lose a day of the archive."""
    (home.data_dir / f"archive/{TODAY - 6 * DAY}.json").unlink()


@pytest.mark.parametrize("change", [corrected, forgotten, shortened])
def test_a_change_of_the_past_is_computed(
    home: Installation, change: Callable[[Installation], None]
) -> None:
    """Whatever an earlier one says."""
    first = money_of(home)
    change(home)
    anew = money_of(home)
    assert money_of(home, first) == anew != first


def test_a_bill_that_ended_since_is_computed_to_its_end(tmp_path: Path) -> None:
    """An earlier one of the last day of a bill has only a part of that day."""
    before = priced_home(tmp_path / "before", MONEY.replace("spot]", "spot]\nuntil = 2026-02-01"))
    earlier = decode(money_of(before))
    assert earlier is not None
    assert earlier.days[-1].day == TODAY
    config = MONEY.replace('currency = "EUR"', 'currency = "EUR"\nbill_from = 2026-01-20')
    home = priced_home(tmp_path / "home", config)
    whole = json.loads(money_of(home))
    noon = dict(whole, last_update="2026-01-19T12:00:00+01:00")
    noon["days"] = [dict(each, amount=0.0) for each in whole["days"]]
    assert json.loads(money_of(home, json.dumps(noon).encode())) == whole


# --- publishing -----------------------------------------------------------------------------------


def test_publish_makes_it_if_it_is_a_tier(home: Installation) -> None:
    """And takes it away if it is none any more."""
    home.run_well("publish", at=NOW)
    assert published(home) == money_of(home)
    home.run_well("publish", at=NOW)
    home.configure(more=home.more.replace(', "money"', ""))
    home.run_well("publish", at=NOW)
    assert published(home) is None


def test_a_mistake_leaves_it_as_it_is(home: Installation) -> None:
    """The rest is published, nothing fails, and the line says so."""
    home.run_well("publish", at=NOW)
    before = published(home)
    home.configure(more=home.more.replace('price = "price"', 'price = "prices"'))
    result = home.run("-v", "publish", at=NOW)
    assert result.exit_code == 0
    assert result.err == ""
    assert "money.json stays as it is: tariffs.spot.lines[0].price" in result.out
    assert published(home) == before


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("", "the configuration has no [tariffs]"),
        (MONEY.replace("from = 2025-12-05\n", ""), "no tariff is in force"),
    ],
)
def test_without_a_tariff_there_is_none(tmp_path: Path, config: str, said: str) -> None:
    """The page is published."""
    home = priced_home(tmp_path, config + PUBLISHED)
    result = home.run("-v", "publish", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    assert said in result.out
    assert published(home) is None


def test_a_broken_file_leaves_it_as_it_is(home: Installation) -> None:
    """A ledger that cannot be read would give other amounts."""
    home.run_well("publish", at=NOW)
    before = published(home)
    (home.data_dir / "ledger.json").write_bytes(b'{"version":1,"tier":"ledger"')
    result = home.run("-v", "publish", at=NOW)
    assert "money.json stays as it is: ledger.json" in result.out
    assert published(home) == before


# --- served at home -------------------------------------------------------------------------------


def live(installation: Installation) -> Live:
    """Return what `serve` answers for a home."""

    def home() -> Live_home:
        session = session_of(installation)
        return Live_home(session.config, session.settings, session.files, session.clock)

    return Live(home(), home)


def test_at_home_the_page_shows_money_without_a_tier(tmp_path: Path) -> None:
    """What is published has none of it."""
    installation = priced_home(tmp_path)
    installation.run_well("publish", at=NOW)
    page = (installation.data_dir / "site/index.html").read_bytes()
    served = live(installation)
    told_of = served("index.html")
    assert told_of == page.replace(b'yearly"', b'yearly money"', 1)
    assert served("money.json") == money_of(installation)
    assert served("daily.json") is None
    assert published(installation) is None


def test_it_is_computed_again_if_an_input_changed(tmp_path: Path) -> None:
    """A tariff that is corrected, and another hour of today; else it is the same object."""
    installation = priced_home(tmp_path)
    served = live(installation)
    first = served("money.json")
    assert served("money.json") is first
    installation.configure(more=installation.more.replace("plus = 0.02", "plus = 0.025"))
    second = served("money.json")
    assert second != first
    assert second == money_of(installation)
    (installation.data_dir / "daily.json").unlink()
    assert served("money.json") == money_of(installation) != second


def test_at_home_a_mistake_hides_money(tmp_path: Path) -> None:
    """It comes back when the mistake is gone; without a tariff the page is as it is."""
    installation = priced_home(tmp_path, MISTAKE)
    installation.run_well("publish", at=NOW)
    served = live(installation)
    assert served("money.json") is None
    installation.configure(more=FLOWS + MONEY)
    assert served("money.json") == money_of(installation)
    installation.configure(more=FLOWS)
    assert served("index.html") is None
