"""What devices would have cost from the grid: their energy at the rates of what is imported.

That is without sun, battery, fixed charges, and blocks that the rest of the home has filled.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Final

import msgspec

from powerstats_cli.core.energy.bills import bill, rounded
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.flows import HOUSE
from powerstats_cli.core.energy.metering import Known
from powerstats_cli.core.energy.supply import Wanted
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, Term

IMPORT: Final = "import"
MOST_UNPRICED: Final = 0.01


class Rates(msgspec.Struct, frozen=True):
    """The lines by which a kWh of a device costs on some days, by the bills of these days."""

    contract: Contract
    terms: Sequence[Term]
    lines: Mapping[str, Sequence[Line]]
    is_whole: bool

    @classmethod
    def of(cls, contract: Contract, days: Days) -> "Rates":
        """Return the rates of some days; they are whole if a tariff is in force on each."""
        terms = [
            term._replace(days=term.days.cut(days.first, days.end)) for term in contract.terms(days)
        ]
        lines = {term.tariff: list(_rates(contract.lines(term.tariff))) for term in terms}
        return cls(contract, terms, lines, sum(len(term.days) for term in terms) == len(days))

    def wanted(self, devices: Iterable[str]) -> Wanted:
        """Return what has to be known to price some devices."""
        names = list(devices)
        return Wanted.together(
            Wanted.by(self.lines[term.tariff], term.days, names) for term in self.terms
        )

    def cost(self, device: str, registers: Container[str], known: Known) -> float | None:
        """Return what a device's energy costs, None if that is not known.

        It is not if a tariff is not in force on all days, if more than a hundredth of the kWh has
        no price, or if a tariff has lines for `registers`, series of the grid's meter: no device
        has registers.
        """
        counted = {line.per for lines in self.lines.values() for line in lines}
        if not self.is_whole or any(name in registers for name in counted):
            return None
        energy = known.energy[device]
        flows = (device,) if device in counted else (IMPORT, HOUSE)
        alone = msgspec.structs.replace(known, energy=dict.fromkeys(flows, energy))
        bills = [
            bill(self.lines[term.tariff], term, self.contract.home, alone) for term in self.terms
        ]
        if fsum(each.unpriced for each in bills) > MOST_UNPRICED * fsum(
            each.kwh for each in energy
        ):
            return None
        return fsum(cost.energy for each in bills for cost in each.days.values())


class DeviceCosts(msgspec.Struct, frozen=True):
    """What each device would have cost from the grid, in a currency; None is not known."""

    currency: str
    decimals: int
    amounts: Mapping[str, float | None]

    def told(self, device: str) -> float | None:
        """Return an amount in the currency's decimals."""
        amount = self.amounts[device]
        return None if amount is None else rounded(amount, self.decimals)


def _rates(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines of energy that is taken, and the percents of them."""
    for line in lines:
        if line.kind == "percent" or (line.kind == "energy" and line.per != "export"):
            yield line
