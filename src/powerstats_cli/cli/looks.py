"""The commands that show something: status, flows, doctor, serve, demo."""

import os
import signal
import sys
from pathlib import Path
from shutil import which
from typing import Annotated

import typer

from powerstats_cli.cli.options import installation_of, session_of, this_machine
from powerstats_cli.cli.ranges import BY, FROM, PERIOD, TO, period_of
from powerstats_cli.session import Session, say


def status(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is stored, how much of it is known, what ran last and what is due.

    If a tariff is in force, a line tells the running bill. Exits with 1 if a step is overdue, if a
    pause has lasted a week, or if no sensor has had a number for a day; with 65 if a file could not
    be read, with 78 if a tariff is wrong.

    Examples:
        powerstats status
        powerstats status --json  # for a program
    """
    from powerstats_cli.commands.status import as_json, running_bill
    from powerstats_cli.commands.status import status as command

    session = session_of(context)
    health, problems = command(session.settings, session.files, session.clock)
    bill, mistakes = running_bill(session.settings, session.files, session.clock)
    problems += tuple(each for each in mistakes if str(each) not in map(str, problems))
    if json:
        print(as_json(health, problems, bill))
    else:
        from powerstats_cli.terminal.report import show
        from powerstats_cli.terminal.screen import Screen

        show(Screen(), health, problems, bill)
    raise typer.Exit(problems[0].exit_code if problems else int(health.is_stale))


def flows(
    context: typer.Context,
    period: PERIOD = None,
    *,
    by: BY = None,
    first: FROM = None,
    end: TO = None,
    devices: Annotated[
        bool, typer.Option("--devices", help="Show each device over the whole period instead.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the house took, and where it came from: grid, sun and battery.

    The table [flows] of the configuration says which series is what; without it powerstats guesses
    by the names.
    With a tariff --devices tells what each would have cost from the grid, without fixed charges.
    Without a period it shows today by the hour, the last 7 days, 12 weeks or 12 months. Exits with
    65 if a file could not be read, with 69 if nothing is stored of the period.

    Examples:
        powerstats flows
        powerstats flows last month --by week
        powerstats flows 2025-02-01..2025-08-01
        powerstats flows --devices
    """
    from powerstats_cli.commands.flows import Wish, as_json, device_costs
    from powerstats_cli.commands.flows import flows as command

    if devices and by:
        message = "devices are shown over the whole period: leave one of --by and --devices out"
        raise typer.BadParameter(message)
    session = session_of(context)
    wish = Wish(by, period_of(session, period, first, end))
    found, problems = command(session.settings, session.files, session.clock, wish)
    costs = None
    if devices:
        costs, wrong = device_costs(session.settings, session.files, session.clock, found)
        told = {str(problem) for problem in problems}
        problems = [*problems, *(each for each in wrong if str(each) not in told)]
    if json:
        print(as_json(found, problems, by_device=devices, costs=costs))
    else:
        from powerstats_cli.terminal.flows import show
        from powerstats_cli.terminal.screen import Screen

        show(Screen(), found, by_device=devices, costs=costs)
        for problem in problems:
            say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)


def doctor(
    context: typer.Context,
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask neither Home Assistant nor GitHub.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check every part, and say what is wrong with it and what to do; change nothing.

    Exits with 1 if something does not work.

    Examples:
        powerstats doctor
        powerstats doctor --offline
    """
    from powerstats_cli.commands.doctor import as_json
    from powerstats_cli.commands.doctor import doctor as command
    from powerstats_cli.core.findings import is_well

    found = command(lambda: session_of(context), this_machine(), installation_of, offline=offline)
    if json:
        findings = list(found)
        print(as_json(findings))
    else:
        from powerstats_cli.terminal.findings import show_findings
        from powerstats_cli.terminal.screen import Screen

        findings = show_findings(Screen(), found)
    raise typer.Exit(int(not is_well(findings)))


def serve(
    context: typer.Context,
    *,
    port: Annotated[
        int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535, metavar="PORT")
    ] = 8129,
    bind: Annotated[
        str,
        typer.Option(
            help="The address to listen on; :: for the home's own network.", metavar="ADDRESS"
        ),
    ] = "127.0.0.1",
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="Another name of this machine, if a proxy gives it one. Repeat it for more.",
            metavar="NAME",
        ),
    ] = None,
    if_down: Annotated[
        bool, typer.Option("--if-down", help="End at once if something answers there already.")
    ] = False,
) -> None:
    """Show the dashboard on this machine until Ctrl-C is pressed.

    If the configuration has tariffs, it shows what the energy costs, too, whatever is published.

    Examples:
        powerstats serve
        powerstats serve --bind ::  # for every device at home
    """
    from powerstats_cli.commands.render import render
    from powerstats_cli.commands.serve import serve as command
    from powerstats_cli.site.addresses import why_down

    if if_down and not why_down(bind, port):
        raise typer.Exit
    from powerstats_cli.site.live import Home, Live
    from powerstats_cli.site.ownership import Consent

    def home(session: Session) -> Home:
        return Home(session.config, session.settings, session.files, session.clock)

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    session = session_of(context)
    for problem in render(session.settings, session.files, Consent()).problems:
        say(str(problem))

    def show(addresses: str) -> None:
        if session.options.verbosity >= 0:
            print(f"Dashboard: {addresses}   (Ctrl-C ends it)")

    names = {name.lower() for name in host or ()}
    live = Live(home(session), lambda: home(session.reopened()))
    command(session.settings.web_root, bind, port, names, show, live)
    raise typer.Exit


def demo(
    context: typer.Context,
    *,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="A folder for the demo's files alone. Without it: ~/.cache/powerstats-demo.",
            metavar="DIR",
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="How many days to run.", min=1, metavar="NUMBER")] = 400,
    again: Annotated[
        bool, typer.Option("--again", help="Make the demo anew if there is one already.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Show the dashboard at the end.")] = False,
    port: Annotated[
        int, typer.Option(help="The dashboard's port.", min=0, max=65535, metavar="PORT")
    ] = 8129,
) -> None:
    """Run a simulated home through a year, with no account and no Home Assistant.

    It takes about a minute on a PC. The files stay, so that other commands can show them.

    Examples:
        powerstats demo --serve  # then show its dashboard
        powerstats demo --again --days 30
    """
    from powerstats_cli.cli.main import main
    from powerstats_cli.commands import demo as command
    from powerstats_cli.terminal.screen import Screen

    usual = command.place.usual_folder(os.environ)
    folder = (folder or usual).absolute()
    console = Screen(quiet=context.obj.verbosity < 0)
    exit_code = command.demo(main, folder, console, number_of_days=days, again=again)
    steps = command.next_steps(_program(), folder, is_usual=folder == usual)
    console.print(f"\n{steps}", highlight=False, soft_wrap=True)
    if serve:
        config = ["--config", str(folder / "powerstats.toml")]
        exit_code = main([*config, "serve", "--port", str(port)])
    raise typer.Exit(exit_code)


def _program() -> str:
    """Return how this program is called here: by its name only if the shell finds that."""
    typed = sys.argv[0]
    return typed if typed.endswith("/powerstats") and not which("powerstats") else "powerstats"
