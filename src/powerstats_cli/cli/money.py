"""The commands that show money: tariff."""

from datetime import date
from typing import Annotated

import typer

from powerstats_cli.cli.options import session_of
from powerstats_cli.core import ranges
from powerstats_cli.core.periods import DAY, MICROSECOND, YEARS, local_day
from powerstats_cli.session import Session, say


def day_of(session: Session, written: str | None, hint: str) -> date | None:
    """Return the day that an option names, None if it is not given; raises BadParameter."""
    if written is None:
        return None
    zone = session.settings.zone
    today = local_day(session.clock.now(), zone)
    if written.strip() == "tomorrow":
        return today + DAY

    def minutes(_: date) -> int:
        return session.settings.data.collection_interval_minutes

    try:
        found = ranges.written(written, ranges.Calendar(zone, today, minutes))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None
    if not all(span.length for span in found):
        message = f"its year must be from {YEARS.start} to {YEARS.stop - 1}"
        raise typer.BadParameter(message, param_hint=hint)
    days = {local_day(at, zone) for span in found for at in (span.start, span.end - MICROSECOND)}
    if len(days) > 1:
        message = f"{written} is more than one day"
        raise typer.BadParameter(message, param_hint=hint)
    return days.pop()


def tariff(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            help="The tariff, by its name in the configuration. Without it: all of them.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    *,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            help="The day to show, such as 2025-07-01, yesterday or tomorrow. Without it: today.",
            metavar="DATE",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a tariff costs: a kWh through a day, what is fixed, and each line.

    A kWh costs what all lines that count it cost together, with the percents on them, such as VAT.
    Prices of sensors are those that are stored of the day. Nothing depends on what was used: with
    blocks, each block is shown.

    Check a tariff by it, also one that is only to compare with, before you trust it. Exits with 78
    if something in [money], [zones], [holidays] or [tariffs] is wrong.

    Examples:
        powerstats tariff
        powerstats tariff night_rate --on 2026-01-01
        powerstats tariff --on tomorrow
    """
    from powerstats_cli.commands.tariff import as_json
    from powerstats_cli.commands.tariff import tariff as command

    session = session_of(context)
    day = day_of(session, on, "--on")
    try:
        found = command(session.settings, session.files, session.clock, name, day)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="NAME") from None
    if json:
        print(as_json(found))
    else:
        from powerstats_cli.terminal.screen import Screen
        from powerstats_cli.terminal.tariffs import show

        show(Screen(), found.contract, found.found, found.lacking, lists=name is None)
        for problem in found.problems:
            say(str(problem))
    raise typer.Exit(found.problems[0].exit_code if found.problems else 0)
