"""`aggregate`: roll the archived days up into weekly.json, monthly.json or yearly.json."""

from powerstats_cli.clock import Clock
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.tiers import Tier
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.files.tierfiles import roll_up
from powerstats_cli.settings import Settings


def aggregate(tier: Tier, settings: Settings, files: Store, clock: Clock) -> Outcome:
    """Bring a tier up to date with the archive, and with finer tiers for days before the archive.

    Raises TryAgainError if the clock is behind the newest stored bucket.
    """
    files.prepare()
    with files.lock():
        done = roll_up(DayFiles(files, settings, clock.now()), tier, clock)
    summary = f"{tier.name}.json: {done.points} points" + ("" if done.changed else ", unchanged")
    return Outcome(summary, tuple(done.problems))
