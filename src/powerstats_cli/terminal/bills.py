"""What energy costs, as tables: costs, a bill, and a comparison of tariffs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.energy.bills import Bill, rounded
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.costs import Row, together
from powerstats_cli.core.energy.statement import Row as BillRow
from powerstats_cli.core.energy.tariffs import Days
from powerstats_cli.core.energy.trying import Comparison, Try
from powerstats_cli.core.periods import DAY
from powerstats_cli.terminal.labels import ALL_KNOWN, label, share
from powerstats_cli.terminal.screen import fitting
from powerstats_cli.terminal.words import count, is_ascii

By = Literal["hour", "day", "week", "month", "bill"]


def money(amount: float | None, decimals: int, nothing: str) -> str:
    """Return an amount in a currency's decimals."""
    return nothing if amount is None else f"{rounded(amount, decimals) + 0.0:.{decimals}f}"


def days_label(days: Days, console: Console) -> str:
    """Return the first and the last of some days."""
    dash = "-" if is_ascii(console) else "–"
    last = days.end - DAY
    year = "" if days.first.year == last.year else f" {days.first:%Y}"
    return f"{days.first.day} {days.first:%b}{year} {dash} {last.day} {last:%b %Y}"


def _nothing(console: Console) -> str:
    return "-" if is_ascii(console) else "–"


def _table(*columns: str) -> Table:
    """Return a table without rows; the columns whose name begins with > are set to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        name = column.removeprefix(">")
        side: Literal["right", "left"] = "right" if name != column else "left"
        table.add_column(name, justify=side, no_wrap=True, vertical="bottom")
    return table


# --- costs ----------------------------------------------------------------------------------------


def show_costs(console: Console, rows: Sequence[Row], by: By, contract: Contract) -> None:
    """Print a row each, and below more than one of them all together."""
    nothing = _nothing(console)
    fixed = () if by == "hour" else (">Fixed",)
    table = _table(contract.currency, ">Import", ">Export", ">Energy", *fixed, ">Amount",
                   ">Per kWh", ">Known")  # fmt: skip
    has_years = len({row.span.start.astimezone(contract.timezone).year for row in rows}) > 1

    def add(name: str, row: Row, style: str = "") -> None:
        amounts = (row.energy, row.amount) if by == "hour" else (row.energy, row.fixed, row.amount)
        table.add_row(
            name,
            *(nothing if kwh is None else f"{kwh:.2f}" for kwh in (row.imported, row.exported)),
            *(money(amount, contract.decimals, nothing) for amount in amounts),
            nothing if row.per_kwh is None else f"{row.per_kwh:.4f}",
            share(row.known, nothing),
            style=style,
        )

    for row in rows:
        add(_name(row, by, contract, console, with_year=has_years), row)
    if len(rows) > 1:
        table.add_section()
        add("in all", together(rows), "bold")
    # The amount is what was asked for: the columns before it go first, and then the one after it.
    console.print(fitting(fitting(table, console, keep=3), console, keep=1))


def _name(row: Row, by: By, contract: Contract, console: Console, *, with_year: bool) -> str:
    if by != "bill":
        return label(row.span, by, contract.timezone, with_year=with_year)
    first, end = (at.astimezone(contract.timezone).date() for at in row.span)
    last = end if row.span.end.astimezone(contract.timezone).hour else end - DAY
    return days_label(Days(first, last + DAY), console)


# --- a bill ---------------------------------------------------------------------------------------


def show_bill(console: Console, bill: Bill, rows: Sequence[BillRow], contract: Contract) -> None:
    """Print a bill: its lines with their zones and blocks, the sum, and what is not known."""
    nothing, decimals = _nothing(console), contract.decimals
    days = bill.term.days
    is_running = len(bill.days) < len(days)
    so_far = f", so far ({len(bill.days)} of {count(len(days), 'day')})" if is_running else ""
    tariff = contract.shown(bill.term.tariff)
    console.print(Text(f"Bill {days_label(days, console)}{so_far}, {tariff}", style="bold"))
    table = _table("", "", ">", ">Rate", f">{contract.currency}")
    for row in rows:
        for line in (row, *row.parts):
            name = line.name if line is row else ""
            table.add_row(
                name,
                line.part,
                _quantity(line, nothing),
                _rate(line),
                money(line.amount, decimals, nothing),
                style="dim" if line is not row else "",
            )
    table.add_section()
    total = money(bill.total(decimals), decimals, nothing)
    table.add_row("Total", "", "", "", total, style="bold")
    console.print(fitting(table, console, keep=1))
    for doubt in _doubts(bill):
        console.print(Text(doubt))


def _quantity(row: BillRow, nothing: str) -> str:
    if row.quantity is None:
        return nothing
    if row.unit == "days":
        return count(round(row.quantity), "day")
    number = f"{row.quantity:.6g}" if row.unit == "%" else f"{row.quantity:.2f}"
    return f"{number} {row.unit}"


def _rate(row: BillRow) -> str:
    if row.rate is None:
        return ""
    number = f"{row.rate:.6f}".rstrip("0")
    whole, _, decimals = number.partition(".")
    per = f" a {row.per}" if row.per else ""
    return f"{whole}.{decimals:0<2}{per}"


def _doubts(bill: Bill) -> Iterator[str]:
    if bill.known < ALL_KNOWN:
        yield f"known: {share(bill.known, '')}"
    if bill.unpriced >= 0.005:
        yield f"unpriced: {bill.unpriced:.2f} kWh have no rate that is known"
    if bill.split >= 0.005:
        yield f"split: {bill.split:.2f} kWh were divided, for the rate changed within their time"


# --- a comparison ---------------------------------------------------------------------------------


def show_comparison(
    console: Console,
    found: Comparison,
    contract: Contract,
    months: Mapping[date, Sequence[date]],
) -> None:
    """Print tariffs, the cheapest first, or a row for each month; and which days these are."""
    others = [each for each in (found.paid, found.without_sun) if each]
    table = _months if months else _totals
    shown = table(found, contract, [*found.tries, *others], months, _nothing(console))
    console.print(fitting(shown, console))
    console.print()
    for line in _about(found, console):
        console.print(Text(line, style="dim"))


def _totals(
    found: Comparison,
    contract: Contract,
    tries: Sequence[Try],
    _: Mapping[date, Sequence[date]],
    nothing: str,
) -> Table:
    table = _table("Tariff", f">{contract.currency}", ">Difference", ">Per kWh")
    paid = found.paid and found.paid.total(found.days)
    # It is the difference of the two amounts that stand here, to the cent.
    shown_paid = rounded(paid or 0.0, contract.decimals)
    for each in tries:
        amount = each.total(found.days)
        is_paid = each is found.paid or paid is None
        difference = rounded(amount, contract.decimals) - shown_paid + 0.0
        table.add_row(
            _shown(each, contract),
            money(amount, contract.decimals, nothing),
            "" if is_paid else f"{difference:+.{contract.decimals}f}",
            f"{amount / found.kwh:.4f}" if found.kwh > 0 else nothing,
            style="bold" if each is found.paid else "",
        )
    return table


def _months(
    found: Comparison,
    contract: Contract,
    tries: Sequence[Try],
    months: Mapping[date, Sequence[date]],
    nothing: str,
) -> Table:
    table = _table(contract.currency, *(f">{_shown(each, contract)}" for each in tries), ">Days")
    for first, days in months.items():
        amounts = [money(each.total(days), contract.decimals, nothing) for each in tries]
        table.add_row(f"{first:%b %Y}", *amounts, str(len(days)))
    table.add_section()
    totals = [money(each.total(found.days), contract.decimals, nothing) for each in tries]
    table.add_row("in all", *totals, str(len(found.days)), style="bold")
    return table


def _shown(each: Try, contract: Contract) -> str:
    return contract.shown(each.name) if each.name in contract.tariffs else each.name


def _about(found: Comparison, console: Console) -> Iterator[str]:
    days = Days(found.days[0], found.days[-1] + DAY)
    yield (
        f"The same use at the same hours: {found.kwh:.0f} kWh from the grid on "
        f"{count(len(found.days), 'day')}, {days_label(days, console)}."
    )
    for reason, number in found.reasons.items():
        yield f"{count(number, 'day')} of {found.asked} left out: {reason}"
    if found.unpaid:
        yield (
            f"No tariff was in force on {count(found.unpaid, 'day')} of these, so what was paid is "
            f"not known."
        )
