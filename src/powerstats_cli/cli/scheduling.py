"""`schedule`: show, install, remove, pause and resume the steps that cron or systemd runs."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from powerstats_cli.cli.options import installation_of, instance_from, session_of, this_machine
from powerstats_cli.errors import ConfigError
from powerstats_cli.lines import one_line

HELP = """\
Let cron or systemd run the steps; without a command, print the lines for a crontab.

Examples:
    powerstats schedule                 # print the lines for a crontab
    powerstats schedule install --cron  # put them there
    powerstats schedule show
"""

schedule = typer.Typer(
    name="schedule",
    help=HELP,
    add_completion=False,
    invoke_without_command=True,
)


@schedule.callback()
def print_schedule(context: typer.Context) -> None:
    """Print the crontab if no command of `schedule` is given."""
    if context.invoked_subcommand is None:
        from powerstats_cli.core.schedule.crontab import crontab
        from powerstats_cli.jobs.checks import check_is_kept

        check_is_kept(Path(sys.prefix))
        print(crontab(installation_of(session_of(context)).setup), end="")


@schedule.command("show")
def show_schedule(context: typer.Context) -> None:
    """Show where the schedule is installed, whether it is up to date, and whether it is paused.

    Examples:
        powerstats schedule show
    """
    from powerstats_cli.commands.schedule import show

    session = session_of(context)
    if pause := session.pause():
        print(pause.in_words(session.settings.zone))
    for line in show(this_machine(), installation_of(session)):
        print(one_line(line))


@schedule.command("install")
def install_schedule(
    context: typer.Context,
    *,
    cron: Annotated[
        bool, typer.Option("--cron", help="Install into the user's crontab; as root, into cron.d.")
    ] = False,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="Install services and timers.")
    ] = False,
    user: Annotated[
        bool, typer.Option("--user", help="Install into the user's own systemd.")
    ] = False,
    as_user: Annotated[
        str | None,
        typer.Option(
            help="As root: the user that runs the steps. Without it: the data directory's owner.",
            metavar="NAME",
        ),
    ] = None,
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve",
            help="Keep the dashboard up for the home's own network. Without either: as it is.",
        ),
    ] = None,
    bind: Annotated[
        str,
        typer.Option(
            help="With --serve: the address to listen on; :: is every one.", metavar="ADDRESS"
        ),
    ] = "::",
    port: Annotated[
        int, typer.Option(help="With --serve: the port.", min=1, max=65535, metavar="PORT")
    ] = 8129,
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="With --serve: another name of this machine. Repeat it for more.", metavar="NAME"
        ),
    ] = None,
) -> None:
    """Install the schedule, or bring it up to date; nothing else in a crontab is changed.

    Each configuration has a schedule of its own.

    Examples:
        powerstats schedule install --cron
        powerstats schedule install --systemd --serve  # and the dashboard
        sudo powerstats schedule install --systemd --as-user pi
    """
    from powerstats_cli.commands.schedule import install
    from powerstats_cli.jobs.accounts import account_for
    from powerstats_cli.site.addresses import in_words

    if cron == systemd:
        message = "give either --cron or --systemd"
        raise typer.BadParameter(message)
    if user and (cron or as_user is not None):
        message = "--user is for --systemd only, and for your own steps"
        raise typer.BadParameter(message)
    session, machine = session_of(context), this_machine()
    is_root = machine.is_root and not user
    account = account_for(session.settings.data_dir, as_user, is_root=is_root)
    wanted = msgspec.structs.replace(installation_of(session), account=account)
    instance = wanted.instance
    place = (
        machine.cron(instance, account.pw_name) if cron else machine.systemd(instance, of_user=user)
    )
    names = [word for name in host or () for word in ("--host", name)]
    words = ("serve", "--bind", bind, *names, "--port", str(port)) if serve else ()
    for line in install(place, wanted, machine, None if serve is None else words):
        _tell(context, line)
    if serve:
        _tell(context, f"Dashboard: {in_words(bind, port)}")


@schedule.command("remove")
def remove_schedule(context: typer.Context) -> None:
    """Remove the schedule of this configuration from cron and systemd, wherever it is.

    Examples:
        powerstats schedule remove
    """
    from powerstats_cli.commands.schedule import remove, without_configuration

    machine = this_machine()
    try:
        instances = [instance_from(context.obj)]
    except ConfigError:
        instances = without_configuration(machine)
        if not instances:
            raise
    for instance in instances:
        for line in remove(machine, instance):
            _tell(context, line)


@schedule.command("pause")
def pause_schedule(
    context: typer.Context,
    *,
    length: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="The length, such as 90m, 2h, 3d or '1 week'. Without it: until `resume`.",
            metavar="LENGTH",
        ),
    ] = None,
) -> None:
    """Let every step do nothing for a while; a step that already runs ends as usual.

    The next runs catch up, as far back as Home Assistant's recorder goes: about ten days.

    Examples:
        powerstats schedule pause --for 2h
        powerstats schedule pause --for "3 days"
        powerstats schedule pause  # until `powerstats schedule resume`
    """
    from powerstats_cli.commands.schedule import pause as command
    from powerstats_cli.core.lengths import length as read

    try:
        span = read(length) if length is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from None
    session = session_of(context)
    pause = command(session.settings, session.files, session.clock, span)
    session.tell(pause.in_words(session.settings.zone))


@schedule.command("resume")
def resume_schedule(context: typer.Context) -> None:
    """End a pause before its time.

    Examples:
        powerstats schedule resume
    """
    from powerstats_cli.commands.schedule import resume

    session = session_of(context)
    was_paused = resume(session.settings, session.files, session.clock)
    session.tell("the next runs catch up" if was_paused else "there was no pause")


def _tell(context: typer.Context, line: str) -> None:
    if context.obj.verbosity >= 0:
        print(one_line(line))
