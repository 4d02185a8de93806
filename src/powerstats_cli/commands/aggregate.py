"""`aggregate`: roll the archived days up into weekly.json, monthly.json or yearly.json."""

from datetime import date
from pathlib import Path

from powerstats_cli.clock import Clock
from powerstats_cli.core.documents import Document
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.periods import day_start, local_day
from powerstats_cli.core.tiers import Tier, misfits, new_tier, newest_until
from powerstats_cli.core.tiers import aggregate as rolled_up
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings


def aggregate(tier: Tier, settings: Settings, files: Store, clock: Clock) -> Outcome:
    """Bring a tier up to date with the archive, and with finer tiers where the archive ends.

    Every archived day is rolled up each time, so missed nights and late readings are caught up.
    """
    files.prepare()
    problems: list[PowerstatsError] = []
    with files.lock():
        open_files = DayFiles(files, settings, clock.now())
        stored = open_files.read(
            files.tier(tier.name),
            f"{tier.name}.json was made again from the archive and the finer tiers; for older days "
            f"mend that file and put it in place of the new one",
        )
        archived, daily = _closed_days(files, problems)
        finer = [
            document
            for name in tier.finer
            if (document := _read(files, files.tier(name), problems)) is not None
        ]
        clock.check_not_before(newest_until([daily] if daily else []))
        today = day_start(local_day(clock.now(), settings.zone), settings.zone)
        before = stored or new_tier(tier, settings.timezone, today)
        after = rolled_up(
            tier,
            before,
            archive=archived,
            finer=finer,
            daily=daily,
            zone=settings.zone,
            now=clock.now(),
        )
        try:
            changed = bool(after.points) and files.write(files.tier(tier.name), after)
        except PowerstatsError as error:
            return Outcome("", (*open_files.problems, *problems, error))
    sources = [*([daily] if daily else []), *archived.values(), *finer]
    for name, how in misfits(before, sources).items():
        message = f"{name} is {how}: give the series another name in the configuration"
        problems.append(ConfigError(message))
    summary = f"{tier.name}.json: {len(after.points)} points" + ("" if changed else ", unchanged")
    return Outcome(summary, (*open_files.problems, *problems))


def _closed_days(
    files: Store, problems: list[PowerstatsError]
) -> tuple[dict[date, Document], Document | None]:
    """Return the archived days before daily.json's day, and daily.json."""
    daily = _read(files, files.daily, problems)
    archived = {}
    for day in files.archived_days():
        if daily is None or daily.day is None or day < daily.day:
            document = _read(files, files.archived(day), problems)
            if document is not None:
                archived[day] = document
    return archived, daily


def _read(files: Store, path: Path, problems: list[PowerstatsError]) -> Document | None:
    """Return a file that this step only reads; one that is broken is told and left out."""
    try:
        return files.read(path)
    except UnreadableError as error:
        message = f"{error}: mend it or move it away; the step went on without it"
        problems.append(UnreadableError(message))
        return None
