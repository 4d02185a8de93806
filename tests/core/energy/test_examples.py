"""The worked examples of what energy costs, all in one table."""

from collections.abc import Callable
from datetime import date

import pytest

from powerstats_cli.core.energy.bills import rounded
from powerstats_cli.core.energy.demand import day_peak
from powerstats_cli.core.energy.slots import whole
from powerstats_cli.core.energy.tariffs import Days
from tests.core.energy.examples import (
    DAY_OF_WINTER,
    DUAL,
    DUAL_RATES,
    NOON,
    SLABS,
    TWO_RATES,
    baseline_credit,
    blocks_by_day,
    broken_record,
    by_the_mean,
    capacity,
    change_of_tariff,
    delhi,
    divided_bucket,
    even,
    half_slot,
    hour,
    missing_price,
    month_of_slabs,
    netted_hour,
    off_the_grid,
    part_of_a_day,
    returned,
    saved,
    short_bill,
    short_night,
    summer_clock,
    three_highest,
    twelve_after_195,
    unknown_minutes,
    year,
)
from tests.core.energy.tariffing import (
    US,
    after,
    billed_days,
    home,
    line,
)

EXAMPLES: list[tuple[str, Callable[[], float], float]] = [
    ("M01", lambda: even(DAY_OF_WINTER, 0.5, line(rate=0.30)).amount, 3.60),
    ("M02", lambda: even(date(2026, 3, 29), 0.6, TWO_RATES).amount, 3.78),
    ("M03", lambda: even(date(2025, 10, 26), 0.6, TWO_RATES).amount, 4.02),
    ("M04", lambda: summer_clock().amount, 0.45),
    ("M05", lambda: even(date(2026, 4, 27), 1, DUAL_RATES, DUAL).amount, 5.3016),
    ("M06", lambda: even(date(2026, 4, 20), 1, DUAL_RATES, DUAL).amount, 5.7816),
    (
        "M07",
        lambda: (
            even(
                date(2026, 7, 3),
                1,
                line(rate={"peak": 0.5, "rest": 0.4}),
                home(US, [date(2026, 7, 3)], peak="Mon-Fri,-PH 17:00-20:00"),
            ).amount
        ),
        9.60,
    ),
    ("M08", change_of_tariff, 98.95),
    ("M09", twelve_after_195, 46.50),
    ("M10", month_of_slabs, 1630),
    ("M11", blocks_by_day, 7.00),
    ("M12", lambda: baseline_credit().amount, -32.967),
    ("M12 kWh", lambda: baseline_credit().items[0].tally.parts["to 405"][0], 405),
    (
        "M13",
        lambda: (
            hour(line(whole=True, blocks=[*SLABS[:2], {"rate": 8.0}]), {"import": 410.0}).amount
        ),
        3280,
    ),
    (
        "M14",
        lambda: (
            hour([line(price="epex"), line(name="Tax", rate=0.1108)], {"import": 2.0}, -0.05).amount
        ),
        0.1216,
    ),
    ("M15", lambda: hour(line(per="export", price="epex"), {"export": 1.5}, -0.05).amount, 0.075),
    (
        "M16",
        lambda: hour(line(per="export", price="epex", least=0), {"export": 1.5}, -0.05).amount,
        0.0,
    ),
    ("M17", lambda: hour(line(per="export", rate=0.0786), {"export": 10.0}).amount, -0.786),
    ("M18", lambda: part_of_a_day().amount, 2.79370),
    ("M18 known", lambda: part_of_a_day().known, 0.75),
    ("M19", lambda: divided_bucket().amount, 0.018),
    ("M19 split", lambda: divided_bucket().split, 0.12),
    ("M20", off_the_grid, 0.0),
    ("M21 throughout", lambda: unknown_minutes(11), 0.0),
    ("M21", lambda: unknown_minutes(31), 15.0),
    ("M22", lambda: by_the_mean(60), 0.30),
    ("M22 by quarters", lambda: by_the_mean(15), 0.38),
    ("M23", lambda: missing_price().amount, 1.84),
    ("M23 unpriced", lambda: missing_price().unpriced, 0.8),
    ("M24", lambda: capacity()[1], 15.2556),
    ("M24 kW", lambda: capacity()[0], 3.43),
    (
        "M25",
        lambda: (
            day_peak(
                line(per="kW day", rate=1, minutes=15),
                date(2026, 5, 3),
                [after(NOON, 15, 1.215)],
                home(),
            )
            or 0.0
        ),
        4.86,
    ),
    ("M26", lambda: three_highest()[1], 384.5833),
    ("M26 kW", lambda: three_highest()[0], 4.7333),
    ("M27", lambda: netted_hour(less="export", within=60), 0.40),
    ("M27 as metered", netted_hour, 0.60),
    ("M28", lambda: year(line(rate=0.0916, less="export", within="bill")), 0.0),
    (
        "M28 surplus",
        lambda: year(line(per="export", rate=0.05, less="import", within="bill")),
        -20.0,
    ),
    (
        "M29",
        lambda: (
            hour(
                [line(per="import_t1", rate=0.2209), line(per="import_t2", rate=0.2509)],
                {"import_t1": 3.0, "import_t2": 5.0},
            ).amount
        ),
        1.9172,
    ),
    ("M30", lambda: returned(TWO_RATES).amount, 0.0),
    ("M30 unpriced", lambda: returned(TWO_RATES).unpriced, 2.0),
    ("M30 flat", lambda: returned(line(rate=0.30)).amount, 0.60),
    (
        "M31",
        lambda: (
            hour(
                [
                    line(name="Spot", price="epex"),
                    line(name="Markup", rate=0.1),
                    line(name="VAT", percent=21),
                    line(name="Feed-in", per="export", rate=1.0),
                ],
                {"import": 10.0, "export": 3.0},
                1.0,
            ).amount
        ),
        10.31,
    ),
    ("M32", lambda: rounded(sum(map(rounded, (0.125, -0.125, 2.675)))), 2.68),
    (
        "M33",
        lambda: (
            billed_days(
                line(per="year", rate=366.0), Days(date(2028, 2, 1), date(2028, 3, 1)), home()
            ).amount
        ),
        29.0,
    ),
    ("M34", lambda: sum(wh or 0 for wh in whole([0.3334, 0.3333, 0.3333])), 1000),
    ("M35", lambda: half_slot().amount, 0.42),
    ("M35 split", lambda: half_slot().split, 1.2),
    ("M36", short_night, 5.131),
    (
        "M37",
        lambda: (
            billed_days(
                line(per="day", rate=-36.18, since=date(2026, 8, 20), until=date(2026, 8, 21)),
                Days(date(2026, 8, 13), date(2026, 9, 13)),
                home(US),
            ).amount
        ),
        -36.18,
    ),
    ("M38", delhi, 2520.35),
    ("M39", broken_record, 2.7097),
    ("M40", saved, 2.2795),
    ("M41", short_bill, 124.0323),
]


@pytest.mark.parametrize(
    ("found", "expected"),
    [pytest.param(found, expected, id=name) for name, found, expected in EXAMPLES],
)
def test_example(found: Callable[[], float], expected: float) -> None:
    """Each figure to the four decimals in which an amount is written."""
    assert found() == pytest.approx(expected, abs=5e-5)


def test_no_example_is_missing() -> None:
    """There are 41 of them."""
    assert {name[:3] for name, _, _ in EXAMPLES} == {f"M{number:02}" for number in range(1, 42)}


def test_whole_wh_keep_what_is_unknown() -> None:
    """The second of three slots carries what the first has lost."""
    assert list(whole([0.3334, None, 0.3333, 0.3333])) == [333, None, 334, 333]
