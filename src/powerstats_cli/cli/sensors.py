"""`sensor`: list, add, rename and remove the sensors that are kept."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from powerstats_cli.cli.options import session_of
from powerstats_cli.core.energy.roles import ROLES
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.lines import one_line
from powerstats_cli.secrets import homeassistant_token
from powerstats_cli.session import Session, say

if TYPE_CHECKING:
    from powerstats_cli.commands.sensor import Done
    from powerstats_cli.core.candidates.selection import Kept
    from powerstats_cli.core.candidates.sensors import Entity

SECONDS = 30.0

HELP = """\
List, add, rename and remove the sensors that are kept.

The comments and all other keys of the configuration stay as they are.

Examples:
    powerstats sensor list
    powerstats sensor add heating=sensor.heat_pump --role device
    powerstats sensor rename energy_2 grid_export
"""

sensor = typer.Typer(name="sensor", help=HELP, add_completion=False)


@sensor.command("list")
def list_sensors(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the sensors that are kept: name, entity, role, and the latest stored reading.

    Examples:
        powerstats sensor list
        powerstats sensor list --json
    """
    from powerstats_cli.commands.sensor import as_json, sensors

    session = session_of(context)
    found = sensors(session.settings, session.files)
    if json:
        print(as_json(found, session.settings.timezone))
        return
    from powerstats_cli.terminal.screen import Screen
    from powerstats_cli.terminal.sensors import reading, sensor_table

    def now(one: "Kept") -> str:
        latest = found.latest.get(one.name)
        return reading(latest.value if latest else None, one.kind.unit if one.kind else "")

    Screen().print(sensor_table(found.kept, now))


@sensor.command("add")
def add_sensor(
    context: typer.Context,
    sensor: Annotated[
        str,
        typer.Argument(
            help="The name of the new series, and its entity.", metavar="NAME=ENTITY_ID"
        ),
    ],
    *,
    role: Annotated[
        str | None,
        typer.Option(
            help=f"Its role: {', '.join(ROLES)}, none; a - before it turns a power around. "
            "Without it: what its names suggest.",
            metavar="ROLE",
        ),
    ] = None,
    within: Annotated[
        str | None, typer.Option(help="The device that it is part of.", metavar="NAME")
    ] = None,
) -> None:
    """Keep one more sensor, from now on; `backfill` fills in its past.

    Examples:
        powerstats sensor add heating=sensor.heat_pump
        powerstats sensor add oven=sensor.oven_energy --role device --within kitchen
        powerstats sensor add battery=sensor.battery_power --role=-battery
    """
    from powerstats_cli.commands.sensor import New, add

    name, _, entity_id = sensor.rpartition("=")
    if not name:
        message = f"{sensor!r} is not NAME=ENTITY_ID"
        raise typer.BadParameter(message)
    session = session_of(context)
    new = New(name, _entity(session, entity_id), role, within)
    _change(session, lambda: add(session, new))


def _entity(session: Session, entity_id: str) -> "Entity":
    from powerstats_cli.homeassistant.client import HomeAssistant

    server = session.settings.homeassistant
    token = homeassistant_token(session.settings, session.environment)
    with HomeAssistant(
        server.url, token, ca_file=server.ca_file, seconds=SECONDS, has_next_run=False
    ) as home:
        for entity in home.states():
            if entity.entity_id == entity_id:
                return entity
    message = f"Home Assistant has no {entity_id}"
    raise MissingError(message)


@sensor.command("rename")
def rename_sensor(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="Its name now.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="Its new name.", metavar="NEW")],
) -> None:
    """Give a series another name; it keeps its past, in the data files and on GitHub.

    Examples:
        powerstats sensor rename energy_2 grid_export
    """
    from powerstats_cli.commands.sensor import rename

    session = session_of(context)
    _change(session, lambda: rename(session, old, new))


@sensor.command("remove")
def remove_sensor(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.", metavar="NAME")],
) -> None:
    """Keep a sensor no longer; its past stays in the data files.

    Examples:
        powerstats sensor remove oven
    """
    from powerstats_cli.commands.sensor import remove

    session = session_of(context)
    _change(session, lambda: remove(session, name))


def _change(session: Session, work: Callable[[], "Done"]) -> None:
    """Make a change, tell of it, and render the page again if it is there."""
    done = work()
    if session.options.verbosity >= 0:
        for line in done.lines:
            print(one_line(line))
    problems = [*done.problems, *_rendered(session.reopened())]
    for problem in problems:
        say(str(problem))
    raise typer.Exit(problems[0].exit_code if problems else 0)


def _rendered(session: Session) -> list[PowerstatsError]:
    """Tell the page of the change: it knows the roles of the series by their names."""
    from powerstats_cli.commands.render import render
    from powerstats_cli.site.ownership import Consent

    if not (session.settings.web_root / "index.html").is_file():
        return []
    try:
        return list(render(session.settings, session.files, Consent()).problems)
    except PowerstatsError as error:
        return [error]
