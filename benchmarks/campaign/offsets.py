"""Attack: offsets in a data file are others, by other rules of the zone or by a hand's mistake."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import MORNING, SECRETS, Victim, victim
from benchmarks.campaign.judge import problem
from powerstats_cli.core.documents import Document, decode
from powerstats_cli.core.periods import day_start, local_day
from powerstats_cli.core.zones import zone
from tests.faults.place import Snapshot

ZONE: Final = "Europe/Amsterdam"
OFFSETS: Final = ("Z", "+02:00", "+00:00", "-01:00", "+01:30", "+05:45", "-08:00", "+13:00")
NIGHT: Final = (("collect",), *(("aggregate", tier) for tier in ("weekly", "monthly", "yearly")))
DAYS: Final = ("monthly.json", "yearly.json")


@contextmanager
def broken_offsets(folder: Path) -> Iterator[Try]:
    """Change offsets in one file of a night's end, and run the night's steps."""
    with victim(folder) as home:
        home.fresh(home.life.morning)
        yield lambda random: _trial(home, random)


def _trial(home: Victim, random: Random) -> Trial:
    files = home.life.morning
    name = random.choice(list(files))
    offset, share = random.choice(OFFSETS), random.choice([0.02, 0.3, 1.0])
    head, points = files[name].decode().split('"data_points":[')
    edited = re.sub(
        r"\+01:00", lambda found: offset if random.random() < share else found[0], points
    )
    home.fresh(files)
    (home.place.data_dir / name).write_text(f'{head}"data_points":[{edited}')
    fault = f"{name}: {share:.0%} of its offsets are {offset}"
    for command in NIGHT:
        ended = home.place.step(*command, at=MORNING)
        if wrong := problem(ended, secrets=SECRETS):
            return Trial(f"{fault}; {' '.join(command)}", ended, wrong)
    return Trial(fault, ended, _harm(files, home.place.snapshot()))


def _harm(files: Snapshot, after: Snapshot) -> str:
    """Return what is wrong with the days of the long-term files, "" if nothing is."""
    for name in DAYS:
        before, now = (decode(raw, timezone=ZONE) for raw in (files[name], after[name]))
        days = [local_day(start, zone(ZONE)) for start in now.points]
        if len(set(days)) < len(days):
            return f"{name} has a day twice"
        if any(
            start != day_start(local_day(start, zone(ZONE)), zone(ZONE)) for start in now.points
        ):
            return f"{name} has a point that begins no day"
        for series in now.series:
            if _energy(now, series) > 1.001 * _energy(before, series) + _most(before, series):
                return f"{name} has more than {series} ever was"
    return ""


def _energies(document: Document, name: str) -> list[float]:
    values = [point[name] for point in document.points.values() if name in point]
    return [value.kwh or value.change or 0.0 for value in values]


def _energy(document: Document, name: str) -> float:
    return sum(_energies(document, name))


def _most(document: Document, name: str) -> float:
    return max(_energies(document, name), default=0.0)
