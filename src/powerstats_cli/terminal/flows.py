"""The energy that the house took, and its sources, as a table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.energy.account import Account
from powerstats_cli.core.energy.rows import DeviceRow, Row
from powerstats_cli.terminal.labels import label, share
from powerstats_cli.terminal.screen import fitting
from powerstats_cli.terminal.words import is_ascii

if TYPE_CHECKING:
    from powerstats_cli.core.energy.device_costs import DeviceCosts

HEADS: Final = {
    "house": "House",
    "import": "Import",
    "export": "Export",
    "solar": "Solar",
    "charge": "Charge",
    "discharge": "Dis-\ncharge",
    "self_consumption": "Self-\ncons.",
    "self_sufficiency": "Self-\nsuff.",
    "untracked": "Un-\ntracked",
    "known": "Known",
}
SHARES: Final = {"self_consumption", "self_sufficiency", "known"}


def show(
    console: Console, found: Account, *, by_device: bool, costs: "DeviceCosts | None" = None
) -> None:
    """Print the rows, or the devices, and which series was taken for what if that is a guess."""
    if by_device and not found.devices:
        console.print(Text("No series is a device: [flows] in the configuration names them."))
    else:
        nothing = "-" if is_ascii(console) else "–"
        table = device_table(found, nothing, costs) if by_device else flow_table(found, nothing)
        # A sum that does not say how much of it is known is not honest, however narrow the screen.
        console.print(fitting(table, console, keep=1))
    if found.is_guessed:
        console.print()
        for line in _guesses(found):
            console.print(Text(line, style="dim"))


def flow_table(found: Account, nothing: str) -> Table:
    """Return the rows of an account, and below more than one of them what flowed in all.

    `nothing` is the mark of what is unknown.
    """
    cells = found.cells(found.total)
    table = _table("kWh", *(HEADS[name] for name in cells))
    has_years = len({row.span.start.astimezone(found.zone).year for row in found.rows}) > 1
    for row in found.rows:
        table.add_row(
            label(row.span, found.by, found.zone, with_year=has_years),
            *_numbers(row, found, nothing),
        )
    if len(found.rows) > 1:
        table.add_section()
        total = _numbers(found.total, found, nothing)
        table.add_row("in all", *total, style="bold")
    return table


def _numbers(row: Row, found: Account, nothing: str) -> Iterator[str]:
    for name, number in found.cells(row).items():
        yield share(number, nothing) if name in SHARES else _energy(number, nothing)


def device_table(found: Account, nothing: str, costs: "DeviceCosts | None" = None) -> Table:
    """Return the devices of an account, and what no device has taken.

    `costs` are what they would have cost from the grid.
    """
    money = [f"{costs.currency} if\nfrom grid"] if costs else []
    table = _table("Device", "kWh", "Of the\nhouse", *money, "Known")
    depths: dict[str, int] = {}
    for row in found.devices:
        depths[row.name] = 0 if row.within is None else depths.get(row.within, 0) + 1
        table.add_row(*_device(row, depths[row.name], nothing, costs))
    if found.plan.tells_untracked:
        untracked, house = found.total.untracked, found.total.house
        part = untracked / house if untracked is not None and house else None
        table.add_row("untracked", _energy(untracked, nothing), share(part, nothing))
    return table


def _device(
    row: DeviceRow, depth: int, nothing: str, costs: "DeviceCosts | None"
) -> tuple[str, ...]:
    return (
        "  " * depth + row.name,
        _energy(row.kwh, nothing),
        share(row.share, nothing),
        *([_money(costs, row.name, nothing)] if costs else []),
        share(row.known, nothing),
    )


def _money(costs: "DeviceCosts", device: str, nothing: str) -> str:
    amount = costs.told(device)
    return nothing if amount is None else f"{amount:.{costs.decimals}f}"


def _guesses(found: Account) -> Iterator[str]:
    """Yield the roles that the names suggest, as a configuration would say them."""
    yield "Taken by their names; [flows] in the configuration says it otherwise:"
    for role, meters in found.roles.meters.items():
        yield f"  {role} = {', '.join(map(str, meters))}"


def _energy(number: float | None, nothing: str) -> str:
    return nothing if number is None else f"{number:.2f}"


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True, vertical="bottom")
    return table
