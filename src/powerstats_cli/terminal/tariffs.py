"""Tariffs on a screen: a bar of what a kWh costs through a day, the lines, and the zones."""

from collections.abc import Container, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.day_rates import Kwh
from powerstats_cli.core.energy.rates import holds
from powerstats_cli.core.energy.tariff_day import TariffDay
from powerstats_cli.terminal.kwh import show_kwh
from powerstats_cli.terminal.tariff_words import cost, dates, hours
from powerstats_cli.terminal.words import FAIR


def show(
    console: Console,
    contract: Contract,
    found: Sequence[TariffDay],
    lacking: Container[str],
    *,
    lists: bool,
) -> None:
    """Print tariffs on a day; `lists` puts a list of all tariffs before them.

    `lacking` are the flows that the home has not.
    """
    if lists:
        console.print(_list(contract))
    for number_of, tariff in enumerate(found):
        if lists or number_of:
            console.print()
        _show(console, contract, tariff, lacking)


# --- the list -------------------------------------------------------------------------------------


def _list(contract: Contract) -> Table:
    table = _table()
    for head in ("Tariff", "Name", "In force", ""):
        table.add_column(head)
    for name in contract.tariffs:
        shown = contract.shown(name)
        table.add_row(
            name, "" if shown == name else shown, _in_force(contract, name), _use(contract, name)
        )
    return table


def _in_force(contract: Contract, name: str) -> str:
    """Return the days on which a tariff is in force, also if the next one ends it."""
    found = (dates(each.since, each.until) for each in contract.timeline if each.name == name)
    return next(found, "")


def _use(contract: Contract, name: str) -> str:
    """Return what a tariff is there for, if it never is in force."""
    wholes = [other for other, tariff in contract.tariffs.items() if name in tariff.plus]
    if wholes:
        return f"part of {', '.join(wholes)}"
    return "" if contract.tariffs[name].since else "to compare with"


# --- one tariff -----------------------------------------------------------------------------------


def _show(console: Console, contract: Contract, tariff: TariffDay, lacking: Container[str]) -> None:
    name = tariff.name
    told = ", ".join(filter(None, (_in_force(contract, name), _use(contract, name))))
    head = Text(contract.shown(name), style="bold").append(f"  {told}", style="dim not bold")
    console.print(head)
    now = "" if tariff.is_in_force is not False else ", not in force"
    console.print(Text(f"{tariff.day:%a %d %b %Y}, in {contract.currency}{now}", style="dim"))
    for kwh in tariff.kwh:
        console.print()
        console.print(Text(_title(kwh)))
        if kwh.of in lacking:
            words = f"  [flows] has no series of {kwh.of}: it counts as nothing."
            console.print(Text(words, style=FAIR))
        show_kwh(console, kwh, contract.timezone)
    if tariff.fixed_day or tariff.fixed_year:
        year = f"{tariff.fixed_year:.2f} in all of {tariff.day.year}"
        console.print()
        console.print(Text(f"What is fixed costs {tariff.fixed_day:.4f} on this day, {year}."))
    console.print()
    console.print(_lines(contract, tariff))
    if zones := _zones(contract, tariff):
        console.print()
        console.print(zones)


def _lines(contract: Contract, tariff: TariffDay) -> Table:
    table = _table()
    for head in ("Line", "Costs"):
        table.add_column(head)
    if any(line.since or line.until for _, line in tariff.lines):
        table.add_column("Holds", no_wrap=True)
    for origin, line in tariff.lines:
        name = line.name if origin == tariff.name else f"{line.name} ({contract.shown(origin)})"
        cells = [name, cost(line), dates(line.since, line.until)][: len(table.columns)]
        table.add_row(*cells, style="" if holds(line, tariff.day) else "dim")
    return table


def _zones(contract: Contract, tariff: TariffDay) -> Table | None:
    names = dict.fromkeys(
        name
        for _, line in tariff.lines
        for name in (*line.zones, line.only)
        if name in contract.zones
    )
    table = _table()
    for head in ("Zone", "Hours"):
        table.add_column(head)
    for name in names:
        table.add_row(name, hours(contract.zones[name]))
    return table if names else None


def _title(kwh: Kwh) -> str:
    words = {"import": "A kWh from the grid", "export": "A kWh into the grid"}
    what = words.get(kwh.flow, f"A kWh of {kwh.of}")
    register = f", on {kwh.of}" if kwh.flow and kwh.of != kwh.flow else ""
    verb = "brings" if kwh.is_received else "costs"
    return f"{what}{register} {verb} ({', '.join(kwh.lines)})"


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
