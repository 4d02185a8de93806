"""The commands that tell what is stored of a period: show, export."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from powerstats_cli.cli.options import session_of
from powerstats_cli.cli.ranges import BY, FROM, PERIOD, TO, compared_of, period_of
from powerstats_cli.core.periods import Span
from powerstats_cli.core.scales import By
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.session import Session, say
from powerstats_cli.streams import EXIT_UNREAD, drop, in_utf8

SERIES = Annotated[
    list[str] | None,
    typer.Option("--series", help="A series; repeat it for more. Without it, all.", metavar="NAME"),
]


def show(
    context: typer.Context,
    period: PERIOD = None,
    *,
    by: BY = None,
    first: FROM = None,
    end: TO = None,
    series: SERIES = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            help="previous, last-year or a period: its numbers and the change stand beside.",
            metavar="PERIOD",
        ),
    ] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw curves instead of a table.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is stored of a period: sums, and each bucket or a curve.

    Without a period it shows the curve of today, of the first power if no series is named. A table
    has no more than an hour in a row, unless --by says interval. What is known by less than 90 %
    is not compared. Exits with 65 if a file could not be read, with 69 if nothing is stored of the
    period.

    Examples:
        powerstats show
        powerstats show 2025-W47 --compare previous
        powerstats show last month --series power --plot
    """
    from powerstats_cli.commands.show import Wish, as_json
    from powerstats_cli.commands.show import show as command

    session = session_of(context)
    asked = period_of(session, period, first, end)
    spans = asked or period_of(session, ["today"], None, None)
    is_plot = plot or not (asked or by or compare)
    compared = compared_of(session, compare, spans)
    is_for_people = not (json or is_plot)
    wish = Wish(spans, by, series or (), compared, is_for_people)
    try:
        told, problems = command(session.settings, session.files, session.clock, wish)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--series") from None
    if json:
        print(as_json(told, problems))
    else:
        from powerstats_cli.terminal.screen import Screen
        from powerstats_cli.terminal.told import show as print_told

        plotted = list(told.kinds) if plot or series else [told.main]
        print_told(Screen(highlight=False), told, plotted=plotted if is_plot else ())
        for problem in problems:
            say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)


def export(
    context: typer.Context,
    period: PERIOD = None,
    *,
    by: BY = None,
    first: FROM = None,
    end: TO = None,
    series: SERIES = None,
    form: Annotated[
        Literal["csv", "jsonl", "lp"] | None,
        typer.Option(
            "--format",
            help="csv, jsonl (JSON lines) or lp (InfluxDB's line protocol). Without it the "
            "file's ending tells it, and it is csv without a file.",
            metavar="FORMAT",
        ),
    ] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="CSV with a row a bucket, for a spreadsheet.")
    ] = False,
    home: Annotated[
        str | None,
        typer.Option(help="The label of this home in line protocol.", metavar="LABEL"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A file instead of the standard output.", metavar="FILE"
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there already.")
    ] = False,
    cost: Annotated[
        bool,
        typer.Option("--cost", help="Write what energy cost instead, by hour, day, week or month."),
    ] = False,
) -> None:
    """Write what is stored of a period as CSV, JSON lines or line protocol.

    Without a period it writes everything by days. A period of up to 2 days is written by intervals,
    of up to 8 by hours, a longer one by days, if they are stored; --by says it otherwise. Exits
    with 65 if a file could not be read, with 69 if nothing is stored of the period.

    Examples:
        powerstats export --output power.csv
        powerstats export 2025 --by month --wide  # for a spreadsheet
        powerstats export yesterday --series power --format jsonl
        powerstats export 2025 --cost --by month --output cost.csv
    """
    from powerstats_cli.commands.export import Wish, format_of
    from powerstats_cli.commands.export import export as command
    from powerstats_cli.files.output import check_free, write_lines

    session = session_of(context)
    spans = period_of(session, period, first, end)
    try:
        found = format_of(output, form)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None
    if wide and found != "csv":
        message = "only CSV can be wide"
        raise typer.BadParameter(message, param_hint="--wide")
    if output is not None:
        check_free(output, force=force)
    if cost:
        lines, problems = _costs(session, spans, by, found, is_plain=not (wide or series or home))
    else:
        wish = Wish(spans, by, series or (), found, wide, _home(found, home))
        try:
            lines, problems = command(session.settings, session.files, session.clock, wish)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--series") from None
    if output is None:
        print_lines(lines)
    else:
        write_lines(output, lines)
    for problem in problems:
        say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)


def _costs(
    session: Session, spans: Sequence[Span], by: By | None, form: str, *, is_plain: bool
) -> tuple[Iterable[str], Sequence[PowerstatsError]]:
    """Return the lines of what energy cost, as `cost --csv` has them; raises BadParameter."""
    from powerstats_cli.commands.cost import Wish, cost
    from powerstats_cli.export import costs

    if by not in {None, "hour", "day", "week", "month"} or form == "lp" or not is_plain:
        message = "costs are CSV or JSON lines by hour, day, week or month, of no series"
        raise typer.BadParameter(message, param_hint="--cost")
    try:
        wish = Wish(by or "day", spans)
        told, problems = cost(session.settings, session.files, session.clock, wish)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--cost") from None
    write = costs.csv if form == "csv" else costs.jsonl
    return write(told.rows, told.contract.timezone, told.contract.currency), problems


def print_lines(lines: Iterable[str]) -> None:
    """Print lines in UTF-8; exits if nobody reads them any more."""
    try:
        in_utf8(sys.stdout).writelines(lines)
        sys.stdout.flush()
    except BrokenPipeError:  # typer would exit with 1
        drop(sys.stdout)
        raise typer.Exit(EXIT_UNREAD) from None


def _home(form: str, home: str | None) -> str:
    """Return the label of the home, which line protocol needs; raises BadParameter."""
    if form != "lp":
        return ""
    if home is None or not home.strip() or not home.isprintable():
        message = "line protocol needs a label that tells this home from others, such as amsterdam"
        raise typer.BadParameter(message, param_hint="--home")
    return home
