"""The commands that tell what energy cost, and would have cost: cost, bill, compare."""

from datetime import date
from typing import Annotated, Literal

import typer

from powerstats_cli.cli.options import session_of
from powerstats_cli.cli.ranges import FROM, PERIOD, TO, period_of
from powerstats_cli.core.periods import local_day
from powerstats_cli.session import Session, say

TARIFF = Annotated[
    str | None,
    typer.Option(help="This tariff instead of those that were in force.", metavar="NAME"),
]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def cost(
    context: typer.Context,
    period: PERIOD = None,
    *,
    by: Annotated[
        Literal["hour", "day", "week", "month", "bill"] | None,
        typer.Option(
            help="The rows: hour, day, week, month or bill. Without it: day.", metavar="BUCKET"
        ),
    ] = None,
    first: FROM = None,
    end: TO = None,
    tariff: TARIFF = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: JSON = False,
) -> None:
    """Show what energy cost, by the kWh and fixed, in rows of days, weeks, months or bills.

    Amounts are computed by the tariffs of the configuration; nothing is stored. What is not known
    has no amount, and nothing is scaled up: the last column tells how much is known. Hours are of
    one day, and have no fixed part.

    Without a period it shows the days of the running bill. Exits with 65 if a file could not be
    read, with 69 if nothing is stored of the period, with 78 if a tariff is wrong.

    Examples:
        powerstats cost
        powerstats cost last month --by week
        powerstats cost 2025 --by bill --csv
        powerstats cost yesterday --by hour --tariff dynamic
    """
    from powerstats_cli.commands.cost import Wish, as_json
    from powerstats_cli.commands.cost import cost as command

    if csv and json:
        message = "give one of --csv and --json"
        raise typer.BadParameter(message, param_hint="--csv")
    session = session_of(context)
    wish = Wish(by or "day", period_of(session, period, first, end), tariff)
    try:
        told, problems = command(session.settings, session.files, session.clock, wish)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if json:
        print(as_json(told, problems))
    elif csv:
        from powerstats_cli.cli.periods import print_lines
        from powerstats_cli.export import costs

        print_lines(costs.csv(told.rows, told.contract.timezone, told.contract.currency))
    else:
        from powerstats_cli.terminal.bills import show_costs
        from powerstats_cli.terminal.screen import Screen

        show_costs(Screen(highlight=False), told.rows, told.by, told.contract)
    if not json:
        for problem in problems:
            say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)


def bill(
    context: typer.Context,
    day: Annotated[
        str | None,
        typer.Argument(
            help="A day of the bill, such as 2025-11-20. Without it: the running bill.",
            metavar="DATE",
            show_default=False,
        ),
    ] = None,
    *,
    last: Annotated[bool, typer.Option("--last", help="The bill before it.")] = False,
    tariff: TARIFF = None,
    json: JSON = False,
) -> None:
    """Show a bill line by line, as on paper: quantities, rates, amounts and their sum.

    Zones and blocks stand under their line. The last line tells how much is known, if that is not
    all, and how many kWh could not be priced, or were divided because a rate changed inside their
    time.

    Exits with 65 if a file could not be read, with 69 if nothing is stored of the bill or no tariff
    was in force, with 78 if a tariff is wrong.

    Examples:
        powerstats bill
        powerstats bill --last
        powerstats bill 2025-11-20 --tariff dynamic
    """
    from powerstats_cli.commands.bill import Wish, as_json
    from powerstats_cli.commands.bill import bill as command

    session = session_of(context)
    wish = Wish(_day(session, day), last, tariff)
    try:
        told, problems = command(session.settings, session.files, session.clock, wish)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--tariff") from None
    if json:
        print(as_json(told, problems))
    else:
        from powerstats_cli.terminal.bills import show_bill
        from powerstats_cli.terminal.screen import Screen

        show_bill(Screen(highlight=False), told.bill, told.rows, told.contract)
        for problem in problems:
            say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)


def _day(session: Session, written: str | None) -> date | None:
    """Return the first day of a period; raises BadParameter."""
    if written is None:
        return None
    [span, *_] = period_of(session, [written], None, None)
    return local_day(span.start, session.settings.zone)


def compare(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Tariffs. Without them: all that are no part of another one.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    *,
    first: FROM = None,
    end: TO = None,
    by: Annotated[
        Literal["month"] | None, typer.Option(help="A row for each month.", metavar="month")
    ] = None,
    without_sun: Annotated[
        bool,
        typer.Option("--without-sun", help="Add what it would have cost without sun and battery."),
    ] = False,
    json: JSON = False,
) -> None:
    """Show what other tariffs would have cost, the cheapest first, beside what was paid.

    It is the same use at the same hours: nobody would have used less in dear hours. It counts the
    whole days of the last 365, or of those asked for, that each tariff can price, and tells why
    others do not count. A tariff needs no first day to be compared.

    Exits with 65 if a file could not be read, with 69 if there is no such day, with 78 if a tariff
    is wrong.

    Examples:
        powerstats compare
        powerstats compare fixed dynamic --by month
        powerstats compare --from 2025-01 --to 2025-07 --without-sun
    """
    from powerstats_cli.commands.compare import Wish, as_json
    from powerstats_cli.commands.compare import compare as command

    session = session_of(context)
    period = period_of(session, None, first, end)
    wish = Wish(names or (), period, by is not None, without_sun)
    try:
        told, problems = command(session.settings, session.files, session.clock, wish)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if json:
        print(as_json(told, problems))
    else:
        from powerstats_cli.terminal.bills import show_comparison
        from powerstats_cli.terminal.screen import Screen

        months = told.months if told.by_month else {}
        show_comparison(Screen(highlight=False), told.comparison, told.contract, months)
        for problem in problems:
            say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)
