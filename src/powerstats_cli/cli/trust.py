"""The commands that check what is stored, and mend it: verify, repair."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

import typer

from powerstats_cli.cli.options import is_attended, repository_of, session_of
from powerstats_cli.secrets import homeassistant_token
from powerstats_cli.session import Session

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.client import HomeAssistant
    from powerstats_cli.homeassistant.websocket import LongTerm

# All requests of verify together.
RUN_SECONDS: Final = 900.0


def verify(
    context: typer.Context,
    checks: Annotated[
        list[str] | None,
        typer.Argument(
            help="files, tiers, github, statistics or history; without one, all but history.",
            metavar="CHECK",
        ),
    ] = None,
    *,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="The first day whose statistics are compared; without it, a year's.",
            metavar="DATE",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List all, and what is explained, too.")
    ] = False,
) -> None:
    """Check every stored number against what it comes from; change nothing.

    files looks at each file by itself, tiers compares the hours and days with the finer files, and
    github the repository's copies and the page. statistics compares the energy of each day with
    Home Assistant's own sums, and history computes each interval anew that its recorder still has.
    Exits with 1 if something differs, with 65 if a file cannot be read.

    Examples:
        powerstats verify
        powerstats verify tiers -v  # list all that differs, and what explains it
        powerstats verify statistics --from 2024-01-01
    """
    from powerstats_cli.commands.verify import CHECKS, Others, as_json, exit_code
    from powerstats_cli.commands.verify import verify as command

    for check in checks or ():
        if check not in CHECKS:
            message = f"{check!r} is not one of {', '.join(CHECKS)}"
            raise typer.BadParameter(message, param_hint="CHECK")
    begin = _day(first)
    session = session_of(context)
    found = command(session, checks or (), Others(repository_of, _home, _long_term), begin)
    if json:
        results = list(found)
        print(as_json(results))
    else:
        from powerstats_cli.terminal.screen import Screen
        from powerstats_cli.terminal.verification import show_results

        in_full = verbose or session.options.verbosity > 0
        results = show_results(Screen(), found, in_full=in_full)
    raise typer.Exit(exit_code(results))


def _day(written: str | None) -> date | None:
    try:
        return None if written is None else date.fromisoformat(written)
    except ValueError:
        message = f"{written!r} is no day such as 2025-11-01"
        raise typer.BadParameter(message, param_hint="--from") from None


def _home(session: Session) -> "HomeAssistant":
    from powerstats_cli.homeassistant.client import HomeAssistant

    server = session.settings.homeassistant
    token = homeassistant_token(session.settings, session.environment)
    return HomeAssistant(
        server.url, token, ca_file=server.ca_file, seconds=RUN_SECONDS, has_next_run=False
    )


def _long_term(session: Session) -> "LongTerm":
    from powerstats_cli.homeassistant.websocket import LongTerm

    server = session.settings.homeassistant
    token = homeassistant_token(session.settings, session.environment)
    return LongTerm(server.url, token, ca_file=server.ca_file)


def repair(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="The files to mend, such as yearly.json; without one, all.", metavar="FILE"
        ),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what can be mended, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Mend it without a question.")] = False,
) -> None:
    """Rebuild what is broken out of what is whole; never invent a number.

    A broken file is made of its own whole lines, of GitHub's copy, of the archive and the finer
    files; what Home Assistant still has is read again by the next collect. All files are copied
    into backups/ first. Exits with 1 if something is left, with 65 if nothing could be rebuilt of a
    file.

    Examples:
        powerstats repair --dry-run
        powerstats repair yearly.json
    """
    from powerstats_cli.commands.repair import done, is_data_file, prepared
    from powerstats_cli.terminal.screen import Screen
    from powerstats_cli.terminal.verification import show_repair

    session, screen, names = session_of(context), Screen(), files or ()
    for name in names:
        if not is_data_file(session.files, name):
            message = f"{name!r} is no data file such as yearly.json or archive/2025-11-20.json"
            raise typer.BadParameter(message, param_hint="FILE")
    found = prepared(session, names, repository_of)
    show_repair(screen, found.plan)
    if found.plan.steps and not dry_run and (yes or _agreed()):
        found = done(session, found, names)
        print(f"done; what was there before is in {found.backup}")
    raise typer.Exit(found.exit_code)


def _agreed() -> bool:
    """Ask whether to go on; without a terminal nobody agrees."""
    return is_attended() and typer.confirm("Mend it?")
