"""The command line: the app and the list of its commands."""

import typer

from powerstats_cli.cli import looks, options, scheduling, setup, steps

app = typer.Typer(
    name="powerstats",
    help="Home Assistant's power sensors as a small, exact, self-healing history of a home.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(options.options)

for command in (
    setup.init,
    steps.collect,
    setup.backfill,
    steps.rotate,
    steps.aggregate,
    steps.publish,
    steps.sync,
    looks.serve,
    looks.status,
    looks.doctor,
    looks.demo,
    setup.migrate,
):
    app.command()(command)
app.add_typer(scheduling.schedule, name="schedule")
