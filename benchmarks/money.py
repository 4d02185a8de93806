"""A year in the ledger, and tariffs that price it: for `bill`, `cost`, `compare` and `status`."""

from datetime import datetime
from typing import Final

from benchmarks.board import TIMEZONE, ZONE, Board
from benchmarks.processes import Command, powerstats
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Slots
from powerstats_cli.core.periods import count_intervals, day_start
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import days_of
from powerstats_cli.files import ledgerfile

CONFIG: Final = "money.toml"
# As many lines as a bill of the Netherlands or of Belgium has.
TARIFFS: Final = """
[flows]
import = "energy"
solar = "solar"
[money]
currency = "EUR"
bill_from = 2024-12-01
bill_months = 12
[zones]
low = ["Mon-Fri 23:00-07:00", "Sat,Sun"]
peak = ["Mon-Fri 17:00-20:00"]
[tariffs.zones]
from = 2024-01-01
plus = ["network"]
lines = [{ name = "Energy", per = "import", rate = { low = 0.2209, rest = 0.2509 } }]
[tariffs.peak]
plus = ["network"]
lines = [{ name = "Energy", per = "import", rate = { peak = 0.41, rest = 0.22 } }]
[tariffs.flat]
plus = ["network"]
lines = [{ name = "Energy", per = "import", rate = 0.26 }]
[tariffs.slabs]
plus = ["network"]
lines = [
  { name = "Energy", per = "import", blocks = [{ to = 2000, rate = 0.2 }, { rate = 0.3 }] },
]
[tariffs.demand]
plus = ["network"]
lines = [
  { name = "Energy", per = "import", rate = 0.2 },
  { name = "Demand", per = "kW month", rate = 4.0, minutes = 60, months = 12 },
]
[tariffs.network]
lines = [
  { name = "Tax", per = "import", less = "solar", within = "bill", rate = 0.1 },
  { name = "Levy", per = "import", rate = 0.02, until = 2025-07-01 },
  { name = "Levy", per = "import", rate = 0.03, from = 2025-07-01 },
  { name = "Grid", per = "year", rate = 396.36 },
  { name = "VAT", percent = 21 },
]
"""


def fill(board: Board) -> None:
    """Write a configuration with tariffs, and the ledger of the days that yearly.json has."""
    yearly = board.files.read(board.files.tier("yearly"))
    if yearly is None:
        message = "the board has no yearly.json"
        raise RuntimeError(message)
    plain = (board.folder / "powerstats.toml").read_text()
    config = board.folder / CONFIG
    config.touch(mode=0o600)
    config.write_text(plain + TARIFFS)
    ledgerfile.write(board.files, _ledger(yearly))


def command(board: Board, *arguments: str, at: datetime) -> Command:
    """Return a run with the tariffs."""
    config = str(board.folder / CONFIG)
    return powerstats("--config", config, "--at", at.isoformat(), *arguments)


def _ledger(yearly: Document) -> Ledger:
    found = {}
    for day in sorted(days_of(yearly, ZONE)):
        point = yearly.points[day_start(day, ZONE)]
        number = count_intervals(day, ZONE, 60)
        sums = {"energy": point["energy"].change, "solar": point["solar"].kwh}
        found[day] = LedgerDay({name: _even(kwh or 0.0, number) for name, kwh in sums.items()})
    kinds = {"energy": Kind("kWh", "total_increasing"), "solar": Kind("W", "measurement")}
    return Ledger(TIMEZONE, yearly.last_update, kinds, found)


def _even(kwh: float, number: int) -> Slots:
    """Return a day's energy, a little different in each hour."""
    wh = round(kwh * 1000)
    parts = [wh // number + (place % 5 - 2) * 7 for place in range(number - 1)]
    return Slots(60, (*parts, wh - sum(parts)))
