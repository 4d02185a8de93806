"""The commands that check what is stored, and mend it: verify, repair."""

from typing import Annotated

import typer

from powerstats_cli.cli.options import is_attended, repository_of, session_of


def verify(
    context: typer.Context,
    checks: Annotated[
        list[str] | None,
        typer.Argument(help="files, tiers or github; without one, all of them.", metavar="CHECK"),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List all, and what is explained, too.")
    ] = False,
) -> None:
    """Check every stored number against what it comes from; change nothing.

    files looks at each file by itself, tiers compares the hours and days with the finer files, and
    github the repository's copies and the page. Exits with 1 if something differs, with 65 if a
    file cannot be read.

    Examples:
        powerstats verify
        powerstats verify tiers -v  # list all that differs, and what explains it
    """
    from powerstats_cli.commands.verify import CHECKS, as_json, exit_code
    from powerstats_cli.commands.verify import verify as command

    for check in checks or ():
        if check not in CHECKS:
            message = f"{check!r} is not one of {', '.join(CHECKS)}"
            raise typer.BadParameter(message, param_hint="CHECK")
    session = session_of(context)
    found = command(session, checks or (), repository_of)
    if json:
        results = list(found)
        print(as_json(results))
    else:
        from powerstats_cli.terminal.screen import Screen
        from powerstats_cli.terminal.verification import show_results

        in_full = verbose or session.options.verbosity > 0
        results = show_results(Screen(), found, in_full=in_full)
    raise typer.Exit(exit_code(results))


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
