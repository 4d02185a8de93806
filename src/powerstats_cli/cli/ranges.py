"""A period on the command line: its argument, its options, and the spans that they ask for."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, cast, get_args

import typer

from powerstats_cli.core import ranges
from powerstats_cli.core.comparison import Earlier
from powerstats_cli.core.periods import Span, local_day
from powerstats_cli.core.scales import By
from powerstats_cli.session import Session

EARLIER: Final = get_args(Earlier)
PERIOD = Annotated[
    list[str] | None,
    typer.Argument(
        help="today, yesterday, 2025-11-20, 2025-W47, 2025-11, 2025-Q4, 2025, last week, this "
        "month, 30d, 12m, 2025-11-20T10, or 2025-02-01..2025-08-01.",
        metavar="PERIOD",
        show_default=False,
    ),
]
FROM = Annotated[
    str | None,
    typer.Option("--from", help="Where the period begins, such as 2025-11-20.", metavar="WHEN"),
]
TO = Annotated[
    str | None,
    typer.Option("--to", help="Where it ends: the day after the last.", metavar="WHEN"),
]
BY = Annotated[
    By | None,
    typer.Option(
        help="The buckets: interval, hour, day, week, month, quarter or year. Without it the "
        "length of the period decides.",
        metavar="BUCKET",
    ),
]


def compared_of(
    session: Session, written: str | None, spans: Sequence[Span]
) -> Earlier | Span | None:
    """Return what a period is compared with, None for nothing; raises BadParameter."""
    if written is None:
        return None
    edges = {spans[0].start, spans[-1].end}
    if edges & {ranges.EARLIEST, ranges.LATEST}:
        message = "only a period that has a beginning and an end is compared"
        raise typer.BadParameter(message, param_hint="--compare")
    if written in EARLIER:
        return cast("Earlier", written)
    found = period_of(session, [written], None, None)
    return Span(found[0].start, found[-1].end)


def period_of(
    session: Session, words: Sequence[str] | None, first: str | None, end: str | None
) -> Sequence[Span]:
    """Return the spans of a period, none if no period is asked for; raises BadParameter."""

    def minutes(_: date) -> int:
        return session.settings.data.collection_interval_minutes

    if words and (first is not None or end is not None):
        message = "give either a period, or --from and --to"
        raise typer.BadParameter(message, param_hint="PERIOD")
    zone = session.settings.zone
    calendar = ranges.Calendar(zone, local_day(session.clock.now(), zone), minutes)
    try:
        if words:
            spans = ranges.written(" ".join(words), calendar)
        elif first is not None or end is not None:
            spans = [ranges.between(first, end, calendar)]
        else:
            return ()
        ranges.check_even(spans, calendar)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="PERIOD") from None
    return spans
