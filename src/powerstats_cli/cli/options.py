"""The options that stand before a command, and what a command is given because of them."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powerstats_cli import __version__
from powerstats_cli.secrets import github_token
from powerstats_cli.session import Options, Session, opened
from powerstats_cli.settings import find

if TYPE_CHECKING:
    from powerstats_cli.core.schedule.instance import Instance
    from powerstats_cli.github.repository import Repository
    from powerstats_cli.jobs.installation import Installation
    from powerstats_cli.jobs.machine import Machine


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        print(f"powerstats {__version__}")
        raise typer.Exit


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
            help="Run as if it were this time, such as 2025-11-22T10:20 in the home's time zone.",
            metavar="TIME",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Print what was done, and failures that were told before."
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but failures.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Keep the options that stand before the command."""
    context.obj = Options(config, data_dir, at, verbosity=verbose - quiet)


def session_of(context: typer.Context) -> Session:
    """Return the session that the options before a command ask for.

    Raises ConfigError, and BadParameter if `--at` is not a time.
    """
    try:
        return opened(context.obj)
    except ValueError as error:
        message = f"{context.obj.at!r} is no time such as 2025-11-22T10:20: {error}"
        raise typer.BadParameter(message, param_hint="--at") from None


def repository_of(session: Session) -> "Repository":
    """Return the configured GitHub repository; raises ConfigError if none is configured."""
    from powerstats_cli.github.client import Client
    from powerstats_cli.github.repository import Repository

    github = session.settings.known_github
    token = github_token(github, session.environment)
    zone = session.settings.zone
    proxy = session.settings.network.proxy
    client = Client(
        github.api_url, github.repo, token, zone=zone, ca_file=github.ca_file, proxy=proxy
    )
    return Repository(client)


def this_machine() -> "Machine":
    """Return the cron and the systemd of the machine that this runs on."""
    from powerstats_cli.jobs.machine import Machine

    return Machine.this(os.environ)


def installation_of(session: Session) -> "Installation":
    """Return the installation that a schedule runs: this program, for the user that runs it."""
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


def instance_from(options: Options) -> "Instance":
    """Return the instance that the options name, whether or not its configuration is valid.

    Raises ConfigError if there is no configuration.
    """
    from powerstats_cli.core.schedule.instance import Instance

    config = os.path.abspath(find(options.config, os.environ))  # noqa: PTH100 - a link stays
    return Instance(config, str(options.data_dir.absolute()) if options.data_dir else None)


def is_attended() -> bool:
    """Tell whether a person can read the output and answer questions."""
    return sys.stdin.isatty() and sys.stdout.isatty()
