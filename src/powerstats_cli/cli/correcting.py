"""`correct`: what is typed to correct stored numbers, to undo that, and to list it."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from powerstats_cli.cli.options import is_attended, session_of
from powerstats_cli.core.journal import EMPTY, Journal
from powerstats_cli.lines import one_line
from powerstats_cli.session import Session, say

if TYPE_CHECKING:
    from powerstats_cli.commands.correct import Draft, Wish
    from powerstats_cli.core.correcting import Held

HELP = """\
Correct stored numbers by hand; every correction is kept in a journal, and can be undone.

Examples:
    powerstats correct unknown power 2025-11-20T10:10 --why "a spike"
    powerstats correct value power 2025-11-20T10 0.9kWh
    powerstats correct undo 5f3df81cb7d8
"""
LONGEST_REASON = 200

correct = typer.Typer(name="correct", help=HELP, add_completion=False)

SERIES = Annotated[str, typer.Argument(help="The series, as the configuration names it.")]
WHEN = Annotated[
    str,
    typer.Argument(
        help="A bucket such as 2025-11-20T10:10, an hour 2025-11-20T10, a day 2025-11-20, a month "
        "2025-11, or A..B.",
        metavar="WHEN",
    ),
]
WHY = Annotated[str, typer.Option(help="The reason, for the list.", metavar="TEXT")]
DRY_RUN = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
]
YES = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@correct.command("unknown")
def correct_unknown(
    context: typer.Context,
    series: SERIES,
    when: WHEN,
    *,
    why: WHY = "",
    dry_run: DRY_RUN = False,
    yes: YES = False,
) -> None:
    """Take the value of a series out of some buckets: nothing is known of it then.

    Examples:
        powerstats correct unknown power 2025-11-20T10:10 --why "a spike"
        powerstats correct unknown power 2025-11-20T10..2025-11-20T12 --dry-run
    """
    from powerstats_cli.commands import correct as command

    session = session_of(context)

    def draft(held: "Held", _: Journal) -> "Draft":
        return command.unknown(_wish(session, held, series, when, why), held, session.settings)

    _correct(session, draft, is_dry=dry_run, asks=not yes)


@correct.command("value", context_settings={"ignore_unknown_options": True})
def correct_value(
    context: typer.Context,
    series: SERIES,
    when: WHEN,
    number: Annotated[
        str,
        typer.Argument(
            help="The mean, or with kWh the energy of all these buckets together; for a meter "
            "what it counted.",
            metavar="NUMBER[UNIT]",
        ),
    ],
    *,
    why: WHY = "",
    dry_run: DRY_RUN = False,
    yes: YES = False,
) -> None:
    """Give a series another value in some buckets: a mean, or an energy that is spread evenly.

    Examples:
        powerstats correct value power 2025-11-20T10:10 600W
        powerstats correct value power 2025-11-20T10 0.9kWh
        powerstats correct value energy 2025-11-20 12.4  # what a meter counted that day
    """
    from powerstats_cli.commands import correct as command
    from powerstats_cli.core.amounts import Amount

    session = session_of(context)

    def draft(held: "Held", _: Journal) -> "Draft":
        wish = _wish(session, held, series, when, why)
        try:
            return command.value(wish, Amount.written(number), held, session.settings)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    _correct(session, draft, is_dry=dry_run, asks=not yes)


@correct.command("again")
def correct_again(
    context: typer.Context,
    series: SERIES,
    when: WHEN,
    *,
    why: WHY = "",
    dry_run: DRY_RUN = False,
    yes: YES = False,
) -> None:
    """Read some buckets of a series anew from Home Assistant, such as with another plausible range.

    Its history has about ten days; an older day is read from its statistics. What it knows replaces
    what is stored, also if that is less.

    Examples:
        powerstats correct again power 2025-11-21 --why "range set"
    """
    from powerstats_cli.commands import correct as command
    from powerstats_cli.homeassistant.client import HomeAssistant
    from powerstats_cli.homeassistant.websocket import LongTerm
    from powerstats_cli.secrets import homeassistant_token

    session = session_of(context)
    server = session.settings.homeassistant
    told = []

    def draft(held: "Held", _: Journal) -> "Draft":
        token = homeassistant_token(session.settings, session.environment)
        wish = _wish(session, held, series, when, why)
        with HomeAssistant(
            server.url,
            token,
            ca_file=server.ca_file,
            seconds=command.RUN_SECONDS,
            has_next_run=False,
        ) as home:
            source = command.Source(
                session.settings,
                home,
                lambda: LongTerm(server.url, token, ca_file=server.ca_file),
                session.clock,
            )
            made = command.again(
                wish, held, session.settings, lambda place: source.read(series, held, place)
            )
            told.extend(source.problems)
            return made

    _correct(session, draft, is_dry=dry_run, asks=not yes)
    for problem in told:
        say(str(problem))


@correct.command("undo")
def correct_undo(
    context: typer.Context,
    wanted: Annotated[
        str, typer.Argument(help="The correction, by its id in `correct list`.", metavar="ID")
    ],
    *,
    why: WHY = "",
    dry_run: DRY_RUN = False,
    yes: YES = False,
) -> None:
    """Undo a correction: the files have the numbers from before it again.

    Examples:
        powerstats correct undo 5f3df81cb7d8
    """
    from powerstats_cli.commands import correct as command

    session = session_of(context)

    def draft(held: "Held", journal: Journal) -> "Draft":
        return command.undo(wanted, _reason(why), held, journal)

    _correct(session, draft, is_dry=dry_run, asks=not yes)


@correct.command("list")
def list_corrections(
    context: typer.Context,
    *,
    series: Annotated[
        str | None, typer.Option(help="Only the corrections of this series.", metavar="NAME")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List all corrections, also those that are undone.

    Examples:
        powerstats correct list
        powerstats correct list --series power --json  # for a program
    """
    session = session_of(context)
    journal, problem = session.files.journal() or EMPTY, session.files.complaint()
    entries = [each for each in journal.entries if series in (None, each.series)]
    if json:
        from powerstats_cli.commands.correct import as_json

        print(as_json(entries, journal, problem, session.settings.zone))
    else:
        from powerstats_cli.terminal.corrections import show_corrections
        from powerstats_cli.terminal.screen import Screen

        show_corrections(Screen(highlight=False), entries, journal, session.settings.zone)
        if problem:
            say(str(problem))
    raise typer.Exit(problem.exit_code if problem else 0)


def _reason(why: str) -> str:
    reason = one_line(why).strip()
    if len(reason) > LONGEST_REASON:
        message = f"it has {len(reason)} characters, more than {LONGEST_REASON}"
        raise typer.BadParameter(message, param_hint="--why")
    return reason


def _wish(session: Session, held: "Held", series: str, when: str, why: str) -> "Wish":
    """Return what a user wants to correct; raises BadParameter if WHEN is no period."""
    from powerstats_cli.commands.correct import Wish
    from powerstats_cli.core import ranges
    from powerstats_cli.core.documents import bucket_minutes
    from powerstats_cli.core.periods import local_day

    def minutes(day: date) -> int:
        document = held.days.get(day)
        usual = session.settings.data.collection_interval_minutes
        return bucket_minutes(document.bucket) if document else usual

    today = local_day(session.clock.now(), held.zone)
    try:
        spans = ranges.written(when, ranges.Calendar(held.zone, today, minutes))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="WHEN") from None
    return Wish(series, spans, _reason(why))


def _correct(
    session: Session,
    drafted: "Callable[[Held, Journal], Draft]",
    *,
    is_dry: bool,
    asks: bool,
) -> None:
    """Show what a draft changes, ask, and make it."""
    from powerstats_cli.commands.correct import make, propose
    from powerstats_cli.core.shown import rows
    from powerstats_cli.files.held import held
    from powerstats_cli.terminal.corrections import show_proposal, told_span
    from powerstats_cli.terminal.dialogue import Dialogue
    from powerstats_cli.terminal.screen import Screen
    from powerstats_cli.terminal.words import is_ascii

    asks = asks and not is_dry
    if asks and not is_attended():
        message = "there is no terminal to ask at: add --yes"
        raise typer.BadParameter(message)
    session.check_presence()
    stored, journal = held(session.files), session.files.journal() or EMPTY
    try:
        draft = drafted(stored, journal)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="WHEN") from None
    proposal = propose(draft, stored, journal, session.clock.now())
    console = Screen(quiet=session.options.verbosity < 0 and not asks, highlight=False)
    dialogue = Dialogue(console, asks=asks, is_ascii=is_ascii(console))
    if not proposal.changes_anything:
        dialogue.say("Nothing would change: the numbers are like that already.")
        raise typer.Exit
    zone = stored.zone
    show_proposal(
        console,
        draft.name,
        stored.kind(draft.name),
        rows(stored, draft.name, proposal.changes),
        zone,
    )
    if is_dry:
        dialogue.say("Nothing was changed.")
        raise typer.Exit
    if asks and not dialogue.confirm("Correct this?"):
        dialogue.say("Nothing was changed.")
        raise typer.Exit
    entry = make(proposal, session.files, session.settings, session.clock)
    when = told_span(entry, zone)
    verb = "is undone" if entry.do == "undo" else "is corrected"
    dialogue.done(f"{draft.name} {when} {verb}: {entry.id}")
    for problem in session.files.told():
        say(str(problem))
