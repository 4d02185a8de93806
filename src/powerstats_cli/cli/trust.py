"""The commands that check what is stored, and mend it: verify."""

from typing import Annotated

import typer

from powerstats_cli.cli.options import repository_of, session_of


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
