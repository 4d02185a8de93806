"""`migrate`: the configuration and the readings of earlier scripts, judged before believed.

The order: the old configuration becomes a new one, the old files are read, each series is judged,
a plan says which files change, and the plan is written. The old files are only read.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from powerstats_cli.commands.migrate.config import ConfigWishes, converted, tried, write_config
from powerstats_cli.commands.migrate.plan import Plan, planned, tell_plan, write_plan
from powerstats_cli.commands.migrate.readings import Readings, check_apart, read, tell_readings
from powerstats_cli.commands.migrate.series import (
    check_present,
    chosen,
    plausible,
    stated_units,
)
from powerstats_cli.commands.migrate.stored import read_stored
from powerstats_cli.core.history import History
from powerstats_cli.core.legacy.spacing import history_of
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import newest_until
from powerstats_cli.files.backups import make_copy
from powerstats_cli.session import Session
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.words import is_ascii

__all__ = ["ConfigWishes", "Wishes", "migrate"]


class Wishes(msgspec.Struct, frozen=True):
    """The arguments of the command.

    `series` are words such as `solar=kWh`; `config` is None if no configuration is taken over.
    """

    files: Sequence[Path] = ()
    series: Sequence[str] = ()
    config: ConfigWishes | None = None
    is_dry: bool = False
    asks: bool = False


def migrate(wishes: Wishes, console: Console, opened: Callable[[Path | None], Session]) -> None:
    """Take over the old configuration, the readings, or both.

    `opened` returns the session with a configuration file, for None with the configured one.
    Raises ConfigError, UnreadableError, RefusedError and TryAgainError.
    """
    dialogue = Dialogue(console, asks=wishes.asks, is_ascii=is_ascii(console))
    units = stated_units(wishes.series)
    config = converted(wishes.config, dialogue) if wishes.config else None
    session = tried(config, opened) if config else opened(None)
    check_apart(wishes.files, session.files.data_dir)
    readings = read(wishes.files, session.settings.zone)
    if config:
        write_config(config, dialogue, is_dry=wishes.is_dry)
    if wishes.files:
        _take(session, readings, units, dialogue, is_dry=wishes.is_dry)


def _take(
    session: Session,
    readings: Readings,
    units: Mapping[str, str],
    dialogue: Dialogue,
    *,
    is_dry: bool,
) -> None:
    """Bring the readings into the archive and the tiers."""
    check_present(units, readings.series)
    tell_readings(readings, session.settings.zone, dialogue)
    verdicts = chosen(readings.series, read_stored(session.files).kinds(), units, dialogue)
    if not verdicts:
        dialogue.say("There is nothing to take.")
        return
    kinds = {name: verdict.kind for name, verdict in verdicts.items() if verdict.kind}
    configured = session.settings.homeassistant.plausible
    samples = plausible(readings.series, verdicts, configured, dialogue)
    histories = {
        name: history_of(samples[name], verdict.factor) for name, verdict in verdicts.items()
    }
    if is_dry:
        plan = _planned(session, histories, kinds)
    else:
        session.files.prepare()
        with session.files.lock():
            plan = _planned(session, histories, kinds)
            make_copy(session.files, session.clock.now())
            write_plan(plan, session.files)
    tell_plan(plan, dialogue, is_dry=is_dry)


def _planned(session: Session, histories: Mapping[str, History], kinds: Mapping[str, Kind]) -> Plan:
    """Return the plan beside the stored files; the lock is held if it will be written."""
    stored = read_stored(session.files)
    session.clock.check_not_before(newest_until(stored.documents()))
    return planned(stored, histories, kinds, session.settings, session.clock.now())
