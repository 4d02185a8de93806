"""`demo`: run the real commands through the last year of a simulated home, day by day."""

import io
import os
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from json import dumps
from operator import attrgetter
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from powerstats_cli.clock import Clock, Stopwatch, in_words
from powerstats_cli.commands.demo import place
from powerstats_cli.core.periods import DAY, Span, day_span, day_start, days, intervals, local_day
from powerstats_cli.core.schedule.steps import NIGHTLY
from powerstats_cli.demo import sensors
from powerstats_cli.demo.house import House
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.terminal.plots import curve
from powerstats_cli.terminal.words import count, is_ascii

TIMEZONE: Final = "Europe/Amsterdam"
# Days before today on which collect runs at every interval, as under cron: today itself, and the
# days of the network outage and the power cut. On other days one collect a night reads the day.
REGULAR_DAYS: Final = (0, 4, 5)
# The steps run in each of the last nights. Before, they run in one night a week: Home Assistant's
# history goes back ten days, so each step catches up, and the files are the same.
EACH_NIGHT: Final = 10
# With the price, which changes by the quarter of an hour.
MINUTES: Final = 15
# On an idle machine with two cores.
SECONDS_A_DAY: Final = 0.13
LEAST_MINUTE: Final = 45
USUAL_DAYS: Final = 400
# As a command that Ctrl-C ends.
EXIT_INTERRUPTED: Final = 130
TOKEN: Final = "the-demo-has-no-secret"  # noqa: S105 - the server is its own
ENTITIES: Final = {
    "power": sensors.POWER,
    "voltage": sensors.VOLTAGE,
    "energy": sensors.ENERGY,
    "solar": sensors.SOLAR,
    "power_factor": sensors.POWER_FACTOR,
    "grid": sensors.GRID,
    "grid_import": sensors.GRID_IMPORT,
    "grid_export": sensors.GRID_EXPORT,
    "battery": sensors.BATTERY,
    "battery_charge": sensors.BATTERY_CHARGE,
    "heat_pump": sensors.HEAT_PUMP,
    "car": sensors.CAR,
    "kitchen": sensors.KITCHEN,
    "dishwasher": sensors.DISHWASHER,
    "price": sensors.PRICE,
}
TABLES: Final = """\
[flows]
grid = "grid"
import = "grid_import"
export = "grid_export"
solar = "solar"
battery = "-battery"
house = ["power", "energy"]
devices = ["heat_pump", "car", "kitchen", "dishwasher"]
within = { dishwasher = "kitchen" }

[prices]
price = { step = 15 }

[money]
currency = "EUR"
slot_minutes = 15

[zones]
low = ["Mon-Fri 23:00-07:00", "Sat,Sun"]

[tariffs.dynamic]
name = "Dynamic"
from = 2020-01-01
plus = ["grid_and_taxes"]
lines = [
  { name = "Spot", per = "import", price = "price", plus = 0.0182 },
  { name = "Spot fed in", per = "export", price = "price" },
  { name = "Standing charge", per = "month", rate = 4.95 },
]

# It was never in force: powerstats compare tells what it would have cost.
[tariffs.dual]
name = "Day and night"
plus = ["grid_and_taxes"]
lines = [
  { name = "Energy", per = "import", rate = { low = 0.1189, rest = 0.1421 } },
  { name = "Fed in", per = "export", rate = 0.05 },
  { name = "Standing charge", per = "month", rate = 6.20 },
]

[tariffs.grid_and_taxes]
lines = [
  { name = "Energy tax", per = "import", rate = 0.1015 },
  { name = "Grid", per = "year", rate = 396.36 },
  { name = "VAT", percent = 21 },
]
"""
# How long after its minute a step runs; by then the recorder has all states from before it.
AFTER: Final = timedelta(seconds=30)
Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class TimedRun:
    """A run of a command, and the simulated time at which cron starts it."""

    at: datetime
    command: tuple[str, ...]


def schedule(span: Span, regular_days: Container[date], zone: ZoneInfo) -> Iterator[TimedRun]:
    """Yield the runs of a span of days, unsorted: the steps at night, on some days collect all day.

    `regular_days` are the days on which collect runs at every interval. Before the last
    ten days the steps run in one night a week.
    """
    first, last = local_day(span.start, zone), local_day(span.end, zone)
    yield TimedRun(span.start + timedelta(minutes=MINUTES) + AFTER, ("collect",))
    for day in days(first, last + DAY):
        start = day_start(day, zone)
        if day > first and (day > last - EACH_NIGHT * DAY or day.weekday() == 0):
            yield TimedRun(start + AFTER, ("collect",))
            for step in NIGHTLY:
                yield TimedRun(start + step.after_midnight + AFTER, step.command)
        if day in regular_days:
            for interval in intervals(day, zone, MINUTES)[1:]:
                if interval.start + AFTER <= span.end:
                    yield TimedRun(interval.start + AFTER, ("collect",))


def demo(run: Run, folder: Path, console: Console, *, number_of_days: int, again: bool) -> int:
    """Run the real commands through the days of a simulated home, then show the result.

    `run` is the program's entry point; the status's exit code is returned. A demo that is there
    already is made anew only if `again` is true.
    """
    made = place.made(folder)
    if made and not again:
        ago = in_words(Clock().now() - made)
        console.print(f"A simulated home is there already, made {ago} ago.", highlight=False)
        if number_of_days != USUAL_DAYS:
            console.print(
                f"It stays as it is: add --again to run through {count(number_of_days, 'day')} "
                "instead.",
                highlight=False,
            )
        return 0
    with place.held(folder):
        console.print(announced(number_of_days), highlight=False)
        return _made(run, folder, console, number_of_days)


def announced(number_of_days: int) -> str:
    """Return what is about to happen, and how long it takes."""
    seconds = number_of_days * SECONDS_A_DAY
    minutes = count(round(seconds / 60), "minute")
    duration = f"about {minutes}" if seconds > LEAST_MINUTE else "less than a minute"
    return (
        f"A simulated home runs through {count(number_of_days, 'day')}. This takes {duration} on a "
        f"PC, and up to ten times as long on a small board."
    )


def _made(run: Run, folder: Path, console: Console, number_of_days: int) -> int:
    zone = ZoneInfo(TIMEZONE)
    end = Clock().now().replace(microsecond=0)
    today = local_day(end, zone)
    house = House(zone, today - (number_of_days - 1) * DAY, today)
    span = Span(day_start(today - (number_of_days - 1) * DAY, zone), end)
    regular_days = [today - back * DAY for back in REGULAR_DAYS]
    timed_runs = sorted(schedule(span, regular_days, zone), key=attrgetter("at"))
    simulated = _Simulated(span.start)
    stopwatch = Stopwatch()
    with HomeAssistant(house, token=TOKEN, clock=simulated.now) as server:
        config = _configure(folder, server.url)
        failed = _run_all(run, config, timed_runs, simulated, console)
    seconds = stopwatch.seconds
    store = Store(folder / place.DATA, TIMEZONE)
    place.conclude(folder, Clock().now())
    arguments = ["--config", str(config), "--at", end.isoformat()]
    exit_code = 0 if console.quiet else run([*arguments, "status"])
    _conclude(console, store, house, zone)
    console.print(
        f"\n{number_of_days} days, {len(timed_runs)} runs in {seconds:.0f} s."
        + (f" {failed} found Home Assistant down; later runs made up for them." if failed else "")
        + f"\nFiles: {store.data_dir}",
        highlight=False,
    )
    return exit_code


def next_steps(program: str, folder: Path, *, is_usual: bool) -> str:
    """Return the commands that show a demo, and those that may follow it."""
    words = f"{program} --config {place.typed(folder / place.CONFIG)}"
    where = "" if is_usual else f" --folder {place.typed(folder)}"
    lines = {
        "Show its dashboard": f"{words} serve",
        "Ask it anything, such as": f"{words} flows",
        "Or what another tariff would have cost": f"{words} compare",
        "Make it anew": f"{program} demo{where} --again",
        "Set powerstats up for your own home": f"{program} init",
    }
    return "\n".join(f"{what}:\n  {line}" for what, line in lines.items())


@dataclass(slots=True)
class _Simulated:
    """The clock of the simulated home."""

    time: datetime

    def now(self) -> datetime:
        """Return the simulated time."""
        return self.time


def _configure(folder: Path, url: str) -> Path:
    """Write the demo's configuration into its folder."""
    (folder / place.DATA).mkdir()
    entities = "\n".join(f'{name} = "{entity}"' for name, entity in ENTITIES.items())
    config = folder / place.CONFIG
    config.touch(mode=0o600)
    config.write_text(
        f'timezone = "{TIMEZONE}"\n\n'
        f'[homeassistant]\nurl = "{url}"\ntoken = "{TOKEN}"\n\n'
        f"[homeassistant.entities]\n{entities}\n\n{TABLES}\n"
        f"[data]\ncollection_interval_minutes = {MINUTES}\n\n"
        f"[paths]\ndata_dir = {dumps(str(folder / place.DATA))}\n"
    )
    return config


def _run_all(
    run: Run, config: Path, timed_runs: Sequence[TimedRun], simulated: _Simulated, console: Console
) -> int:
    """Start the runs at their simulated times; return how many found Home Assistant down."""
    failed = 0
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(timed_runs))
        for timed in timed_runs:
            simulated.time = timed.at
            errors = io.StringIO()
            with redirect_stderr(errors):
                exit_code = run(
                    ["--config", str(config), "-q", "--at", timed.at.isoformat(), *timed.command]
                )
            if exit_code == EXIT_INTERRUPTED:
                raise KeyboardInterrupt
            if exit_code == os.EX_TEMPFAIL:
                failed += 1
            elif exit_code:
                raise PowerstatsError(errors.getvalue().strip().removeprefix("powerstats: "))
            progress.update(task, advance=1, description=f"{timed.at:%d %b %Y}")
    return failed


def _conclude(console: Console, store: Store, house: House, zone: ZoneInfo) -> None:
    """Show today's power, and how far the year's energy in the files is from the truth."""
    daily, yearly = store.read(store.daily), store.read(store.tier("yearly"))
    if daily is not None:
        console.print("\nPower today, W", style="bold")
        drawn = curve(daily, "power", is_ascii=is_ascii(console))
        console.print(drawn, highlight=False, no_wrap=True, overflow="crop")
    if yearly is None or not yearly.points:
        return
    energies = [point["power"].kwh or 0.0 for point in yearly.points.values() if "power" in point]
    first = local_day(min(yearly.points), zone)
    last = local_day(max(yearly.points), zone)
    span = Span(day_span(first, zone).start, day_span(last, zone).end)
    stated, true = sum(energies), house.true_energy_kwh(sensors.POWER, span.start, span.end)
    console.print(
        f"\nThe year's energy: {stated:,.2f} kWh by yearly.json, {true:,.2f} kWh in truth "
        f"({abs(stated / true - 1):.3%} apart).",
        highlight=False,
    )
