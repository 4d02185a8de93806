"""The commands, and the one boundary where every failure becomes a line and an exit code."""

import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
import typer.main

from powerstats_cli import __version__
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.session import Options, Session, opened, say
from powerstats_cli.settings import github_token, homeassistant_token

if TYPE_CHECKING:
    from powerstats_cli.github.repository import Repository
    from powerstats_cli.jobs.installation import Installation
    from powerstats_cli.jobs.machine import Machine

# What only one command needs is imported in it: httpx and rich cost more than a whole run.

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="powerstats",
    help="Home Assistant's power sensors as a small, exact, self-healing history of a home.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class TierName(StrEnum):
    """The tiers that `aggregate` makes."""

    weekly = "weekly"
    monthly = "monthly"
    yearly = "yearly"


class LongTermTier(StrEnum):
    """The tiers that `sync` keeps."""

    monthly = "monthly"
    yearly = "yearly"


class Scheduler(StrEnum):
    """What `init` has run the steps."""

    cron = "cron"
    systemd = "systemd"
    none = "none"


class Direction(StrEnum):
    """Which way `sync` goes where it goes only one."""

    push = "push"
    fetch = "fetch"


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"powerstats {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            help="The configuration file. Without it: $POWERSTATS_CONFIG, ./powerstats.toml, "
            "~/.config/powerstats/config.toml, /etc/powerstats/config.toml.",
            metavar="FILE",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the data files, instead of the configured one.", metavar="DIR"
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            help="Run as of this time (ISO 8601; without an offset, in the configured zone).",
            metavar="TIME",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what was done, and repeat old failures.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but failures.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Keep what stands before the command."""
    context.obj = Options(config, data_dir, at, verbosity=verbose - quiet)


@app.command()
def init(
    context: typer.Context,
    *,
    url: Annotated[str | None, typer.Option(help="Home Assistant's address.")] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(help="Certificates to trust, for an https address of your own."),
    ] = None,
    token_file: Annotated[
        str | None,
        typer.Option(
            help="A file with Home Assistant's token, - for stdin; or "
            "$POWERSTATS_HOMEASSISTANT_TOKEN.",
            metavar="FILE",
        ),
    ] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(
            help="A sensor to keep; again for each. Without it the suggested ones.",
            metavar="NAME=ENTITY_ID",
        ),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="The home's, if not Home Assistant's.", metavar="ZONE")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="The folder for the data files; without it ~/.local/share/powerstats, root's "
            "/var/lib/powerstats.",
            metavar="DIR",
        ),
    ] = None,
    github_repo: Annotated[
        str | None, typer.Option(help="Such as me/powerstats-data.", metavar="OWNER/NAME")
    ] = None,
    github_token_file: Annotated[
        str | None,
        typer.Option(
            help="A file with a token for it, - for stdin; or $POWERSTATS_GITHUB_TOKEN.",
            metavar="FILE",
        ),
    ] = None,
    github_api_url: Annotated[
        str, typer.Option(help="The API of another GitHub server.", metavar="URL")
    ] = "https://api.github.com",
    schedule: Annotated[
        Scheduler | None, typer.Option(help="What runs the steps; without it none, or asked.")
    ] = None,
    no_collect: Annotated[
        bool, typer.Option("--no-collect", help="Do not collect at the end.")
    ] = False,
    backfill: Annotated[
        bool | None,
        typer.Option(
            "--backfill/--no-backfill",
            help="Fill the past year from Home Assistant's statistics; without it offered.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a configuration that is there.")
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: the options are the answers.")
    ] = False,
) -> None:
    """Set powerstats up: ask, try each answer at once, write the configuration, collect.

    Every answer can be an option. Nothing is written before the last one.
    """
    from rich.console import Console

    from powerstats_cli.commands import init as command

    options: Options = context.obj
    if not no_input and not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = "there is no terminal to ask at: add --no-input, and the answers as options"
        raise typer.BadParameter(message)
    folders = command.Folders.of(is_root=os.geteuid() == 0)
    wishes = command.Wishes(
        config=command.configuration(options.config, os.environ, folders),
        data_dir=(data_dir or options.data_dir or folders.data_dir).absolute(),
        url=url,
        ca_file=ca_file,
        token_file=token_file,
        entities=command.entities(entity or ()),
        timezone=timezone,
        github_repo=github_repo,
        github_token_file=github_token_file,
        github_api_url=github_api_url,
        schedule=schedule.value if schedule else None,
        scheduler=command.scheduler(_machine()),
        asks=not no_input,
        collects=not no_collect,
        backfills=backfill,
        overwrites=force,
    )

    def run(arguments: Sequence[str]) -> int:
        at = ["--at", options.at] if options.at else []
        verbosity = {-1: ["-q"], 1: ["-v"]}.get(options.verbosity, [])
        return main([*at, *verbosity, *arguments])

    console = Console(quiet=options.verbosity < 0, highlight=False)
    raise typer.Exit(command.init(wishes, run, console, os.environ))


@app.command()
def collect(context: typer.Context) -> None:
    """Bring everything since the last stored bucket out of Home Assistant.

    Run it every ten minutes. What was missed is caught up, as far back as Home Assistant's recorder
    goes; past days are closed on the way.
    """
    from powerstats_cli.commands.collect import RUN_SECONDS
    from powerstats_cli.commands.collect import collect as command
    from powerstats_cli.homeassistant.client import HomeAssistant

    session = _session(context)

    def work() -> Outcome:
        token = homeassistant_token(session.settings, session.environment)
        where = session.settings.homeassistant
        with HomeAssistant(where.url, token, ca_file=where.ca_file, seconds=RUN_SECONDS) as home:
            return command(session.settings, session.files, home, session.clock, session.progress())

    raise typer.Exit(session.run("collect", work))


@app.command()
def backfill(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be filled, and change nothing.")
    ] = False,
) -> None:
    """Fill in the past: ten days of history, and a year out of Home Assistant's statistics.

    Nothing that is stored is replaced. It can be broken off: the next run goes on.
    """
    from powerstats_cli.commands import backfill as command
    from powerstats_cli.homeassistant.client import HomeAssistant
    from powerstats_cli.homeassistant.websocket import LongTerm

    session = _session(context)
    where = session.settings.homeassistant
    token = homeassistant_token(session.settings, session.environment)

    def work(watcher: command.Watcher) -> Outcome:
        with HomeAssistant(
            where.url, token, ca_file=where.ca_file, seconds=command.RUN_SECONDS
        ) as home:
            return command.backfill(
                session.settings,
                session.files,
                home,
                lambda: LongTerm(where.url, token, ca_file=where.ca_file),
                session.clock,
                watcher,
            )

    is_quiet = session.options.verbosity < 0
    is_attended = sys.stdin.isatty() and sys.stdout.isatty()
    if dry_run:
        with command.Screen(asks=False, stores=False, is_quiet=is_quiet) as screen:
            outcome = work(screen)
        for problem in outcome.problems:
            say(str(problem))
        raise typer.Exit(outcome.exit_code)
    if not is_attended:
        raise typer.Exit(session.run("backfill", lambda: work(command.Unattended())))
    with command.Screen(asks=not yes, stores=True, is_quiet=is_quiet) as screen:
        raise typer.Exit(session.run("backfill", lambda: work(screen)))


@app.command()
def rotate(context: typer.Context) -> None:
    """Close every day before today, and drop archived days that are rolled up and old."""
    from powerstats_cli.commands.rotate import rotate as command

    session = _session(context)
    work = lambda: command(session.settings, session.files, session.clock)  # noqa: E731
    raise typer.Exit(session.run("rotate", work))


@app.command()
def aggregate(context: typer.Context, tier: TierName) -> None:
    """Roll closed days up into weekly.json (hours), monthly.json or yearly.json (days)."""
    from powerstats_cli.commands.aggregate import aggregate as command

    session = _session(context)
    work = lambda: command(TIERS[tier], session.settings, session.files, session.clock)  # noqa: E731
    raise typer.Exit(session.run(f"aggregate {tier}", work))


@app.command()
def publish(
    context: typer.Context,
    *,
    local: Annotated[bool, typer.Option("--local", help="Only render into the web root.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and change nothing.")
    ] = False,
) -> None:
    """Render the dashboard into the web root, and put it on GitHub Pages.

    With [github] in the configuration page and published files go to their branch, in one commit,
    and none when nothing changed. Anyone may see them then, even of a private repository.
    """
    from powerstats_cli.commands.render import render

    if local and dry_run:
        message = "--local sends nothing: leave one of them out"
        raise typer.BadParameter(message, param_hint="--dry-run")
    session = _session(context)
    if dry_run:
        from powerstats_cli.commands.publish import preview

        with _github(session) as github:
            for line in preview(session.settings, session.files, github):
                typer.echo(line)
        raise typer.Exit

    def work() -> Outcome:
        rendered = render(session.settings, session.files)
        if local or session.settings.github is None:
            return rendered
        from powerstats_cli.commands.publish import publish as command

        tells = session.options.verbosity > 0
        with _github(session) as github:
            return command(session.settings, session.files, github, tells_address=tells)

    raise typer.Exit(session.run("publish", work))


@app.command()
def sync(
    context: typer.Context,
    direction: Annotated[
        Direction | None, typer.Argument(help="Only send, or only bring; without it both.")
    ] = None,
    tiers: Annotated[
        list[LongTermTier] | None, typer.Argument(help="Only these files; without it both.")
    ] = None,
) -> None:
    """Merge monthly.json and yearly.json with those in the GitHub repository.

    Nothing is overwritten: of each bucket the file keeps what is known best, whoever knew it.
    """
    from powerstats_cli.commands.sync import sync as command

    session = _session(context)
    exit_code = 0
    if session.skips("sync"):
        raise typer.Exit
    with _github(session) as github:
        for tier in tiers or LongTermTier:

            def work(tier: LongTermTier = tier) -> Outcome:
                return command(
                    TIERS[tier],
                    session.settings,
                    session.files,
                    github,
                    session.clock,
                    fetches=direction is not Direction.push,
                    pushes=direction is not Direction.fetch,
                )

            exit_code = session.run(f"sync {tier}", work) or exit_code
            if exit_code == os.EX_NOPERM:
                break
    raise typer.Exit(exit_code)


@app.command()
def serve(
    context: typer.Context,
    *,
    port: Annotated[
        int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)
    ] = 8129,
    bind: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 for the home's own network.")
    ] = "127.0.0.1",
) -> None:
    """Show the dashboard on this machine, until Ctrl-C."""
    from powerstats_cli.commands.render import render
    from powerstats_cli.commands.serve import serve as command

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    session = _session(context)
    render(session.settings, session.files)
    command(session.settings.web_root, bind, port, _show_address)
    raise typer.Exit


def _show_address(address: str) -> None:
    typer.echo(f"Dashboard: {address}   (Ctrl-C ends it)")


@app.command()
def status(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show what is there, how much of it is known, what ran last and what is due.

    Exits with 1 when a step is overdue, with 65 when a file could not be read.
    """
    from powerstats_cli.commands.status import as_json
    from powerstats_cli.commands.status import status as command

    session = _session(context)
    health, problems = command(session.settings, session.files, session.clock)
    if json:
        typer.echo(as_json(health, problems))
    else:
        from rich.console import Console

        from powerstats_cli.terminal.report import show

        show(Console(), health, problems)
    raise typer.Exit(problems[0].exit_code if problems else int(health.is_stale))


@app.command()
def doctor(
    context: typer.Context,
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask neither Home Assistant nor GitHub.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Look at every part, say what is wrong with it and what to do; change nothing.

    Exits with 1 when something does not work.
    """
    from powerstats_cli.commands.doctor import as_json
    from powerstats_cli.commands.doctor import doctor as command
    from powerstats_cli.core.findings import is_well

    found = command(lambda: _session(context), _machine(), _installation, offline=offline)
    if json:
        findings = list(found)
        typer.echo(as_json(findings))
    else:
        from rich.console import Console

        from powerstats_cli.terminal.report import show_findings

        findings = show_findings(Console(), found)
    raise typer.Exit(int(not is_well(findings)))


@app.command()
def demo(
    *,
    folder: Annotated[
        Path | None,
        typer.Option(help="An empty folder for the demo's files.", metavar="DIR"),
    ] = None,
    days: Annotated[int, typer.Option(help="How many days to run.", min=1)] = 400,
    serve: Annotated[bool, typer.Option("--serve", help="Show the dashboard at the end.")] = False,
    port: Annotated[int, typer.Option(help="The dashboard's port.", min=0, max=65535)] = 8129,
) -> None:
    """Run a simulated home through a year, with no account and no Home Assistant."""
    import tempfile

    from rich.console import Console

    from powerstats_cli.commands.demo import demo as command

    folder = folder or Path(tempfile.mkdtemp(prefix="powerstats-demo-"))
    exit_code = command(main, folder, Console(), number_of_days=days)
    if serve:
        config = ["--config", str(folder / "powerstats.toml")]
        exit_code = main([*config, "serve", "--port", str(port)])
    raise typer.Exit(exit_code)


@app.command()
def migrate(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of points, and folders of them.", show_default=False),
    ] = None,
    from_config: Annotated[
        Path | None, typer.Option(help="The old config.json.", metavar="FILE")
    ] = None,
    to_config: Annotated[
        Path | None,
        typer.Option(
            help="What it becomes; without it --config, $POWERSTATS_CONFIG or, as in `init`, "
            "~/.config/powerstats/config.toml, root's /etc/powerstats/config.toml.",
            metavar="FILE",
        ),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="The home's, for a new configuration.", metavar="ZONE")
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(
            help="What a series is in, such as W or kWh (a counter); - leaves it out. Again for "
            "each.",
            metavar="NAME=UNIT",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken, and change nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a configuration that is there.")
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: leave out series that are in doubt.")
    ] = False,
) -> None:
    """Take over the configuration and the readings of the scripts that powerstats replaces.

    Nothing is believed for its name alone, what is known better stays, and the old files are only
    read.
    """
    from rich.console import Console

    from powerstats_cli.commands import migrate as command
    from powerstats_cli.commands.init import Folders, configuration

    options: Options = context.obj
    if not (files or from_config):
        message = "give files of points, or --from-config"
        raise typer.BadParameter(message)
    asks = not (no_input or dry_run)
    if asks and not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = "there is no terminal to ask at: add --no-input, and the answers as --series"
        raise typer.BadParameter(message)
    config = None
    if from_config:
        folders = Folders.of(is_root=os.geteuid() == 0)
        config = command.ConfigWishes(
            old=from_config,
            target=configuration(to_config or options.config, os.environ, folders),
            data_dir=(options.data_dir or folders.data_dir).absolute(),
            timezone=timezone,
            overwrites=force,
        )

    def opened_with(path: Path | None) -> Session:
        context.obj = msgspec.structs.replace(options, config=path) if path else options
        return _session(context)

    wishes = command.Wishes(
        tuple(files or ()), tuple(series or ()), config, is_dry=dry_run, asks=asks
    )
    console = Console(quiet=options.verbosity < 0, highlight=False)
    command.migrate(wishes, console, opened_with)


# --- schedule ---------------------------------------------------------------------------------

schedule = typer.Typer(invoke_without_command=True)
app.add_typer(schedule, name="schedule")


@schedule.callback()
def print_schedule(context: typer.Context) -> None:
    """Have cron or systemd run the steps; alone, print the crontab for this installation."""
    if context.invoked_subcommand is None:
        from powerstats_cli.core.schedule.crontab import crontab

        typer.echo(crontab(_installation(_session(context)).setup), nl=False)


@schedule.command("show")
def show_schedule(context: typer.Context) -> None:
    """Show where the schedule is installed, whether it is up to date, and whether it is paused."""
    from powerstats_cli.commands.schedule import show

    session = _session(context)
    if pause := session.pause():
        typer.echo(pause.in_words(session.settings.zone))
    for line in show(_machine(), _installation(session)):
        typer.echo(line)


@schedule.command("install")
def install_schedule(
    context: typer.Context,
    *,
    cron: Annotated[
        bool, typer.Option("--cron", help="Into one's crontab; root's: cron.d.")
    ] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="As services and timers.")] = False,
    user: Annotated[bool, typer.Option("--user", help="Those of one's own systemd.")] = False,
    as_user: Annotated[
        str | None,
        typer.Option(
            help="As root: whose steps they are, if not the data directory's owner's.",
            metavar="NAME",
        ),
    ] = None,
) -> None:
    """Install the schedule, or bring it up to date; nothing else in a crontab is touched."""
    from powerstats_cli.commands.schedule import install
    from powerstats_cli.jobs.accounts import account_for

    if cron == systemd:
        message = "give one of --cron and --systemd"
        raise typer.BadParameter(message)
    if user and (cron or as_user is not None):
        message = "--user goes with --systemd, and is for one's own steps"
        raise typer.BadParameter(message)
    session, machine = _session(context), _machine()
    place = machine.cron if cron else machine.systemd(of_user=user)
    is_root = machine.is_root and not user
    account = account_for(session.settings.data_dir, as_user, is_root=is_root)
    wanted = msgspec.structs.replace(_installation(session), account=account)
    for line in install(place, wanted, machine):
        _tell(context, line)


@schedule.command("remove")
def remove_schedule(context: typer.Context) -> None:
    """Take the schedule out of cron and systemd, wherever it is."""
    from powerstats_cli.commands.schedule import remove

    for line in remove(_machine()):
        _tell(context, line)


@schedule.command("pause")
def pause_schedule(
    context: typer.Context,
    *,
    length: Annotated[
        str | None,
        typer.Option("--for", help="Such as 90m, 2h or 1d; without it until `resume`."),
    ] = None,
) -> None:
    """Have every step do nothing for a while; one that is at work already ends as usual.

    Nothing is lost: the next runs catch up.
    """
    from powerstats_cli.commands import schedule as command

    session = _session(context)
    try:
        span = command.length(length) if length is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from None
    pause = command.pause(session.settings, session.files, session.clock, span)
    session.tell(pause.in_words(session.settings.zone))


@schedule.command("resume")
def resume_schedule(context: typer.Context) -> None:
    """End a pause before its time."""
    from powerstats_cli.commands.schedule import resume

    session = _session(context)
    was_paused = resume(session.settings, session.files, session.clock)
    session.tell("the next runs catch up" if was_paused else "there was no pause")


def _installation(session: Session) -> "Installation":
    """Return what a schedule for whoever runs this is made of."""
    from powerstats_cli.jobs.accounts import own_account
    from powerstats_cli.jobs.installation import Installation, own_program

    program = [*own_program(), "--config", os.path.abspath(session.config)]  # noqa: PTH100 - a link stays
    data_dir = session.options.data_dir
    if data_dir is not None:
        program += ["--data-dir", str(data_dir.absolute())]
    return Installation(
        program=tuple(program),
        config=session.config.absolute(),
        settings=session.settings,
        account=own_account(),
        data_dir=str(data_dir.absolute()) if data_dir else None,
    )


def _machine() -> "Machine":
    from powerstats_cli.jobs.machine import Machine

    return Machine.this(os.environ)


def _tell(context: typer.Context, line: str) -> None:
    if context.obj.verbosity >= 0:
        typer.echo(line)


# --- helpers ----------------------------------------------------------------------------------


def _session(context: typer.Context) -> Session:
    try:
        return opened(context.obj)
    except ValueError as error:
        message = f"{context.obj.at!r} is no time such as 2025-11-22T10:20: {error}"
        raise typer.BadParameter(message, param_hint="--at") from None


def _github(session: Session) -> "Repository":
    from powerstats_cli.github.client import Client
    from powerstats_cli.github.repository import Repository

    github = session.settings.known_github
    token = github_token(github, session.environment)
    zone = session.settings.zone
    return Repository(Client(github.api_url, github.repo, token, zone=zone))


@cache
def _command_line() -> Callable[..., int | None]:
    """Return the commands, put together once however many are run in a process."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; a user's mistake never shows a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = _command_line()(args=list(arguments), prog_name="powerstats", standalone_mode=False)
    except typer.TyperException as error:
        say(f"{' '.join(error.format_message().split())} (see powerstats --help)")
        return error.exit_code
    except typer.Abort:
        return EXIT_INTERRUPTED
    except PowerstatsError as error:
        say(str(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last boundary: cron's mail is no debugger
        if {"-v", "--verbose"} & set(arguments):
            sys.stderr.write(_without_token(traceback.format_exc()))
        what = _without_token(repr(error))
        say(f"this is a bug in powerstats, please report it with the output of -v: {what}")
        return os.EX_SOFTWARE
    return int(code or 0)


def _without_token(text: str) -> str:
    """Return a crash's words without the token of a header that was passed around in it."""
    return re.sub(r"Bearer [!-~]+", "Bearer ***", text)
