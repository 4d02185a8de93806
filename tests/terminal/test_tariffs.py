"""Tariffs on a screen: bars of letters and heights, and lines and zones in words."""

import io
from datetime import date
from pathlib import Path

import pytest

from powerstats_cli.core.energy.hours import parsed
from powerstats_cli.core.energy.metering import Known, Price
from powerstats_cli.core.energy.tariff_day import tariff_day
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.periods import day_span, intervals
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of, lacking_flows, registers_of
from powerstats_cli.terminal.screen import Screen
from powerstats_cli.terminal.tariff_words import cost, dates, hours
from powerstats_cli.terminal.tariffs import show
from tests.core.energy.tariffing import line
from tests.test_money_document import EXAMPLES, loaded

COUNTRIES = {heading: example for heading, example in EXAMPLES if "timezone" in example}


def screen(
    country: str,
    name: str,
    day: date,
    folder: Path,
    *,
    width: int = 80,
    minutes: int = 60,
    is_ascii: bool = False,
) -> list[str]:
    """Return what is shown of a tariff; a price rises through the day, and its last step lacks."""
    return shown(loaded(COUNTRIES[country], folder), name, day, width, minutes, is_ascii=is_ascii)


def shown(
    home: Settings, name: str, day: date, width: int, minutes: int, *, is_ascii: bool
) -> list[str]:
    """Return the lines of a screen."""
    contract = contract_of(home)
    steps = intervals(day, home.zone, minutes)
    price = [Price(*step, place / 100) for place, step in enumerate(steps)]
    known = Known({}, dict.fromkeys(home.prices, price[:-1]), day_span(day, home.zone).end)
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii" if is_ascii else "utf-8")
    console = Screen(file=file, width=width, force_terminal=True, color_system=None)
    found = tariff_day(contract, name, day, registers_of(home), known)
    show(console, contract, [found], lacking_flows(home), lists=False)
    file.flush()
    return [each.rstrip() for each in raw.getvalue().decode().splitlines()]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_night_rate(width: int, tmp_path: Path) -> None:
    """A letter for each half hour, A for the cheapest; the hours and zones are in words."""
    lines = screen("United Kingdom", "octopus_go", date(2026, 7, 1), tmp_path, width=width)
    assert lines[:8] == [
        "Octopus Go  from 2025-05-01",
        "Wed 01 Jul 2026, in GBP",
        "",
        "A kWh from the grid costs (Units)",
        "  0     3     6     9     12    15    18    21",
        "  BAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "  A  0.0850  cheap  00:30-05:30",
        "  B  0.2896  rest   00:00-00:30, 05:30-24:00",
    ]
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "A kWh into the grid brings (Outgoing) 0.1500 all day" in text
    assert "What is fixed costs 0.5335 on this day, 194.73 in all of 2026." in text
    assert lines[-1] == "cheap  00:30-05:30"


@pytest.mark.parametrize(
    ("day", "hours", "bar"),
    [
        (date(2026, 3, 29), "  0   3     6", f"  B{'A' * 8}{'B' * 37}"),
        (date(2025, 10, 26), "  0       3     6", f"  B{'A' * 12}{'B' * 37}"),
    ],
)
def test_clocks_that_change(day: date, hours: str, bar: str, tmp_path: Path) -> None:
    """The bar is as long as the day, and the hours stand where they begin."""
    lines = screen("United Kingdom", "octopus_go", day, tmp_path)
    assert lines[4].startswith(hours)
    assert lines[5] == bar


def test_an_hour_that_comes_twice(tmp_path: Path) -> None:
    """A price that changes in it says by which clock."""
    lines = screen("United Kingdom", "octopus_agile", date(2025, 10, 26), tmp_path, minutes=30)
    text = " ".join(lines)
    assert "01:00+0100" in text
    assert "01:30+0000" in text


def test_hours_that_begin_at_a_quarter_past(tmp_path: Path) -> None:
    """A day of quarters has a row for each half of the day."""
    lines = screen("Germany", "stadtwerke", date(2026, 1, 1), tmp_path, width=60)
    at = lines.index("  0       2       4       6       8       10")
    assert lines[at : at + 4] == [
        "  0       2       4       6       8       10",
        f"  {'B' * 10}{'A' * 10}{'B' * 28}",
        "  12      14      16      18      20      22",
        f"  {'B' * 25}{'C' * 12}{'B' * 11}",
    ]
    [row] = [each for each in lines if each.startswith("  C ")]
    assert row.split()[1:] == ["0.2943", "high_fee", "18:15-21:15"]


def test_seasons_and_blocks(tmp_path: Path) -> None:
    """Each block has a row; the line of the other season is there, and costs nothing today."""
    lines = screen("United States", "e_tou_c", date(2026, 7, 3), tmp_path, width=100)
    assert lines[6:11] == [
        "  A  0.3180  to 13.5 kWh    summer_off   00:00-16:00, 21:00-24:00",
        "     0.3994  over 13.5 kWh",
        "  B  0.4410  to 13.5 kWh    summer_peak  16:00-21:00",
        "     0.5224  over 13.5 kWh",
        "  Blocks count per day of the bill.",
    ]
    assert any(each.endswith("2026-08-20") for each in lines)


def test_a_price_of_each_hour(tmp_path: Path) -> None:
    """Heights instead of letters, each rate with taxes, and what net metering changes."""
    lines = screen("Netherlands", "market", date(2026, 7, 3), tmp_path)
    rates = [(place / 100 + 0.0182 + 0.0916) * 1.21 for place in range(23)]
    assert lines[3] == "A kWh from the grid costs (Bought, Energy tax, VAT)"
    assert lines[6].startswith("  ▁▁▁▁")
    assert lines[6].endswith("████??")
    mean = sum(rates) / 23
    assert (
        lines[7]
        == f"  least {rates[0]:.4f} at 00:00, most {rates[22]:.4f} at 22:00, mean {mean:.4f}"
    )
    assert lines[8].split() == [
        part for hour in (0, 6, 12, 18) for part in (f"{hour:02}:00", f"{rates[hour]:.4f}")
    ]
    assert "23:00       ?" in " ".join(lines)
    assert "  if more goes out: 0.1108 less at any time" in lines


def test_a_screen_of_ascii(tmp_path: Path) -> None:
    """Digits for heights, and no character that it cannot show."""
    lines = screen("Netherlands", "market", date(2026, 7, 3), tmp_path, is_ascii=True)
    assert lines[6].startswith("  1111")
    assert lines[6].endswith("8888??")


def test_no_price_and_no_sun(tmp_path: Path) -> None:
    """Both are told in words."""
    example = COUNTRIES["United Kingdom"].replace('export = ["sold"]\n', "")
    home = loaded(example, tmp_path)
    contract = contract_of(home)
    day = date(2026, 7, 3)
    found = tariff_day(
        contract, "octopus_agile", day, {}, Known({}, {}, day_span(day, home.zone).end)
    )
    out = io.StringIO()
    show(Screen(file=out), contract, [found], lacking_flows(home), lists=True)
    assert "  No price is stored of this day.\n" in out.getvalue()
    assert "  [flows] has no series of export: it counts as nothing.\n" in out.getvalue()
    rows = [each.split() for each in out.getvalue().splitlines()[1:4]]
    assert rows == [
        ["octopus_go", "Octopus", "Go", "from", "2025-05-01"],
        ["octopus_agile", "Octopus", "Agile", "to", "compare", "with"],
        ["same_for_both", "part", "of", "octopus_go,", "octopus_agile"],
    ]


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (line(rate=0.3), "0.30"),
        (line(rate=1, times=2), "1.00 x 2"),
        (line(rate={"night": 0.0849975, "peak": -0.1}), "night 0.0849975, peak -0.10, rest 0.00"),
        (line(rate=0.1, only="summer"), "a kWh of import in summer: 0.10"),
        (line(rate=0.1, less="export", within="bill"),
         "a kWh of import less export within the bill: 0.10"),
        (line(rate=0.1, less="export", within=15),
         "a kWh of import less export within 15 minutes: 0.10"),
        (line(price="epex", times=1.02, plus=0.004), "epex x 1.02 + 0.004"),
        (line(price="epex", plus=-0.015, least=0, most=1),
         "epex - 0.015, at least 0.00, at most 1.00"),
        (line(blocks=[{"to": 200, "rate": 3}, {"rate": 4.5}]),
         "3.00 to 200 kWh, then 4.50, of a bill"),
        (line(blocks=[{"to": 13.5, "rate": 0}, {"rate": 1}], over="bill days"),
         "0.00 to 13.5 kWh, then 1.00, per day of the bill"),
        (line(blocks=[{"to": 1e4, "rate": 0}, {"rate": 1}], over="day", whole=True),
         ("0.00 to 10000 kWh, then 1.00, of a day, the block that is reached "
          "for all of them")),
        (line(per="month", rate=50, times=3), "50.00 a month x 3"),
        (line(percent=21), "21 % of all lines above"),
        (line(percent=7.25, of=["A", "B"]), "7.25 % of A, B"),
        (line(percent=5, of="A"), "5 % of A"),
        (line(per="kW day", rate=0.2185, minutes=30, only="evening"),
         ("0.2185 a day for each kW: the highest 30 minutes of import in "
          "evening")),
        (line(per="kW year", rate=52.3679, minutes=15, months=12, at_least=2.5, highest=3,
              of="house"),
         ("52.3679 a year for each kW: the highest 15 minutes of house, the "
          "mean of the 3 highest days, the mean of 12 months, at least 2.5 kW "
          "a month")),
    ],
)  # fmt: skip
def test_a_line_in_words(given: Line, words: str) -> None:
    """Each key of a line is told, and rates as they were written."""
    assert cost(given).removeprefix("a kWh of import: ") == words


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (["00:30-05:30"], "00:30-05:30"),
        (["23:00-07:00"], "00:00-07:00, 23:00-24:00"),
        (["Jun-Sep Mon-Fri,-PH 16:00-21:00"], "Jun-Sep, Mon-Fri but public holidays, 16:00-21:00"),
        (
            ["Mon-Fri 23:00-24:00", "Sat,Sun,PH"],
            "Mon-Fri, 23:00-24:00; Sat, Sun and public holidays",
        ),
        (["PH"], "public holidays"),
        (["-PH 08:00-09:00"], "all days but public holidays, 08:00-09:00"),
        (["Jun"], "Jun"),
        (["Jun15-Sep14"], "Jun 15-Sep 14"),
        (["Jun01-Jun15"], "Jun-Jun 15"),
        (["Jan-Mar,Oct-Dec 02:30-05:00"], "Jan-Mar, Oct-Dec, 02:30-05:00"),
        (["Sat-Mon"], "Mon, Sat, Sun"),
        (["Mon-Sun 01:00-02:00"], "Mon-Sun, 01:00-02:00"),
        (["00:30-07:30 standard"], "00:30-07:30, by clocks without summer time"),
    ],
)
def test_a_zone_in_words(rules: list[str], words: str) -> None:
    """Months, days, holidays, times and clocks."""
    assert hours(tuple(map(parsed, rules))) == words


def test_days_in_words() -> None:
    """The last day is named, not the first one after it."""
    first, end = date(2026, 1, 1), date(2026, 2, 1)
    assert dates(first, None) == "from 2026-01-01"
    assert dates(None, end) == "until 2026-01-31"
    assert dates(first, end) == "2026-01-01 to 2026-01-31"
    assert dates(first, date(2026, 1, 2)) == "2026-01-01"
    assert dates(None, None) == ""
