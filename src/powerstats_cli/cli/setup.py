"""The commands that set powerstats up and fill in its past: init, migrate, backfill."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from powerstats_cli.cli.options import is_attended, session_of, this_machine
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.secrets import homeassistant_token
from powerstats_cli.session import Options, Session, say
from powerstats_cli.settings import Folders, new_file

# A module that only one command needs is imported in that command.


def init(
    context: typer.Context,
    *,
    url: Annotated[
        str | None, typer.Option(help="Home Assistant's address.", metavar="URL")
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            help="A file of certificates to trust, for an https address of your own.",
            metavar="FILE",
        ),
    ] = None,
    token_file: Annotated[
        str | None,
        typer.Option(
            help="The file with Home Assistant's token, - for stdin. Without it: "
            "$POWERSTATS_HOMEASSISTANT_TOKEN.",
            metavar="FILE",
        ),
    ] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(
            help="A sensor to keep; repeat it for each. Without it: the suggested sensors.",
            metavar="NAME=ENTITY_ID",
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="The home's time zone. Without it: Home Assistant's.", metavar="ZONE"),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="The folder for the data files. Without it: ~/.local/share/powerstats, for root "
            "/var/lib/powerstats.",
            metavar="DIR",
        ),
    ] = None,
    github_repo: Annotated[
        str | None,
        typer.Option(
            help="The repository for the long-term files, such as me/powerstats-data.",
            metavar="OWNER/NAME",
        ),
    ] = None,
    github_token_file: Annotated[
        str | None,
        typer.Option(
            help="The file with a token for the repository, - for stdin. Without it: "
            "$POWERSTATS_GITHUB_TOKEN.",
            metavar="FILE",
        ),
    ] = None,
    github_api_url: Annotated[
        str, typer.Option(help="The API of another GitHub server.", metavar="URL")
    ] = "https://api.github.com",
    proxy: Annotated[
        str | None,
        typer.Option(
            help="A proxy for GitHub and the health check, such as "
            "http://proxy.example.com:3128. Home Assistant is asked directly.",
            metavar="URL",
        ),
    ] = None,
    schedule: Annotated[
        Scheduler | None,
        typer.Option(help="The program that runs the steps. Without it: asked, or none."),
    ] = None,
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve",
            help="Keep the dashboard up for the home's own network. Without it: asked, or not.",
        ),
    ] = None,
    no_collect: Annotated[
        bool, typer.Option("--no-collect", help="Do not collect at the end.")
    ] = False,
    backfill: Annotated[
        bool | None,
        typer.Option(
            "--backfill/--no-backfill",
            help="Fill the past year from Home Assistant's statistics. Without it: asked, or not.",
        ),
    ] = None,
    restore: Annotated[
        bool | None,
        typer.Option(
            "--restore/--no-restore",
            help="Fetch what the repository has of this home before the first collect. Without "
            "it: asked, or done.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a configuration that exists.")
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: the options are the answers.")
    ] = False,
) -> None:
    """Set powerstats up: ask, try each answer, write the configuration, and collect.

    It proposes what Home Assistant's Energy dashboard has. Every answer can be given as an option.
    Nothing is written before the last answer; `back` goes to the question before. Run again, it
    changes the configuration that is there, and leaves comments and other keys as they are.

    Examples:
        powerstats init
        powerstats init --no-input --url http://homeassistant.local:8123 --token-file token
    """
    from powerstats_cli.cli.main import main
    from powerstats_cli.commands import init as command
    from powerstats_cli.terminal.screen import Screen

    options: Options = context.obj
    if not no_input and not is_attended():
        message = "there is no terminal to ask at: add --no-input, and the answers as options"
        raise typer.BadParameter(message)
    folders = Folders.of(is_root=os.geteuid() == 0)
    config, machine = new_file(options.config, os.environ, folders), this_machine()
    own_data_dir = data_dir or options.data_dir
    wishes = command.Wishes(
        config=config,
        usual_data_dir=folders.data_dir.absolute(),
        data_dir=own_data_dir.absolute() if own_data_dir else None,
        url=url,
        ca_file=ca_file,
        token_file=token_file,
        entities=command.entities(entity or ()),
        timezone=timezone,
        github_repo=github_repo,
        github_token_file=github_token_file,
        github_api_url=github_api_url,
        schedule=schedule,
        scheduler=command.scheduler(machine),
        scheduled=[] if no_input else command.scheduled(machine, config),
        proxy=proxy,
        serves=serve,
        asks=not no_input,
        collects=not no_collect,
        backfills=backfill,
        restores=restore,
        overwrites=force,
    )

    def run(arguments: Sequence[str]) -> int:
        at = ["--at", options.at] if options.at else []
        verbosity = {-1: ["-q"], 1: ["-v"]}.get(options.verbosity, [])
        return main([*at, *verbosity, *arguments])

    console = Screen(quiet=options.verbosity < 0, highlight=False)
    raise typer.Exit(command.init(wishes, run, console, os.environ))


def migrate(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of points, and folders with such files.", metavar="FILE"),
    ] = None,
    from_config: Annotated[
        Path | None, typer.Option(help="The old config.json.", metavar="FILE")
    ] = None,
    to_config: Annotated[
        Path | None,
        typer.Option(
            help="The new configuration file. Without it: --config, $POWERSTATS_CONFIG or, as in "
            "`init`, ~/.config/powerstats/config.toml, for root /etc/powerstats/config.toml.",
            metavar="FILE",
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="The home's time zone, for a new configuration.", metavar="ZONE"),
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(
            help="The unit of a series, such as W or kWh (a counter); - leaves the series out. "
            "Repeat it for each series.",
            metavar="NAME=UNIT",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be taken, and change nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a configuration that exists.")
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: series that are in doubt are left out.")
    ] = False,
) -> None:
    """Take over the configuration and the readings of the scripts that powerstats replaces.

    A series is taken if its values can be what its name says. A stored value that is known better
    stays. The old files are not changed.

    Examples:
        powerstats migrate --from-config config.json data/
        powerstats migrate --dry-run data/  # only print what would be taken
    """
    from powerstats_cli.commands import migrate as command
    from powerstats_cli.terminal.screen import Screen

    options: Options = context.obj
    if not (files or from_config):
        message = "give files of points, or --from-config"
        raise typer.BadParameter(message)
    asks = not (no_input or dry_run)
    if asks and not is_attended():
        message = "there is no terminal to ask at: add --no-input, and the answers as --series"
        raise typer.BadParameter(message)
    config = None
    if from_config:
        folders = Folders.of(is_root=os.geteuid() == 0)
        config = command.ConfigWishes(
            old=from_config,
            target=new_file(to_config or options.config, os.environ, folders),
            data_dir=(options.data_dir or folders.data_dir).absolute(),
            timezone=timezone,
            overwrites=force,
        )

    def opened_with(path: Path | None) -> Session:
        context.obj = msgspec.structs.replace(options, config=path) if path else options
        return session_of(context)

    wishes = command.Wishes(
        tuple(files or ()), tuple(series or ()), config, is_dry=dry_run, asks=asks
    )
    console = Screen(quiet=options.verbosity < 0, highlight=False)
    command.migrate(wishes, console, opened_with)


def backfill(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be filled, and change nothing.")
    ] = False,
    years: Annotated[
        int | None,
        typer.Option(
            help="How many calendar years before this one. Without it: as many as there are "
            "statistics.",
            min=0,
            metavar="NUMBER",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Fill in the past: ten days from history, and all years from Home Assistant's statistics.

    Nothing that is stored is replaced. If it is interrupted, the next run goes on.

    Examples:
        powerstats backfill --dry-run  # only list what would be filled in
        powerstats backfill --years 3
        powerstats backfill
    """
    from powerstats_cli.commands import backfill as command
    from powerstats_cli.homeassistant.client import HomeAssistant
    from powerstats_cli.homeassistant.websocket import LongTerm
    from powerstats_cli.terminal import filling

    session = session_of(context)
    server = session.settings.homeassistant
    token = homeassistant_token(session.settings, session.environment)

    def work(watcher: filling.Watcher) -> Outcome:
        with HomeAssistant(
            server.url,
            token,
            ca_file=server.ca_file,
            seconds=command.RUN_SECONDS,
            has_next_run=False,
        ) as home:
            return command.backfill(
                session.settings,
                session.files,
                home,
                lambda: LongTerm(server.url, token, ca_file=server.ca_file),
                session.clock,
                watcher,
                years,
            )

    is_quiet = session.options.verbosity < 0
    if dry_run:
        with filling.Screen(asks=False, stores=False, is_quiet=is_quiet) as screen:
            outcome = work(screen)
        for problem in outcome.problems:
            say(str(problem))
        raise typer.Exit(outcome.exit_code)
    if not is_attended():
        raise typer.Exit(session.run("backfill", lambda: work(filling.Unattended())))
    with filling.Screen(asks=not yes, stores=True, is_quiet=is_quiet) as screen:
        raise typer.Exit(session.run("backfill", lambda: work(screen)))
