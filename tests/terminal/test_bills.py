"""What `cost` shows on a narrow screen: the amount stays the longest."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.costs import Row
from powerstats_cli.core.periods import Span
from powerstats_cli.terminal.bills import show_costs
from powerstats_cli.terminal.screen import Screen

CONTRACT = Contract(
    timezone=ZoneInfo("UTC"), currency="EUR", bill_from=date(2025, 1, 1), tariffs={}
)
ROW = Row(
    span=Span(datetime(2025, 11, 20, tzinfo=UTC), datetime(2025, 11, 21, tzinfo=UTC)),
    imported=30.12,
    exported=0.21,
    energy=8.96,
    fixed=-1.53,
    amount=7.43,
    known=0.93,
)


@pytest.mark.parametrize(
    ("width", "heads"),
    [
        (80, "EUR Import Export Energy Fixed Amount Per kWh Known"),
        (60, "EUR Import Export Energy Amount Per kWh Known"),
        (45, "EUR Import Amount Per kWh Known"),
        (40, "EUR Amount Per kWh Known"),
        (30, "EUR Amount Known"),
    ],
)
def test_the_amount_stays_on_a_narrow_screen(width: int, heads: str) -> None:
    """The columns before it go first, and then the rate; nothing is cut off."""
    out = io.StringIO()
    show_costs(Screen(file=out, width=width), [ROW], "day", CONTRACT)
    head, row = out.getvalue().splitlines()
    assert head.split() == heads.split()
    assert row.split()[:3] == ["Thu", "20", "Nov"]
    assert "7.43" in row.split()
