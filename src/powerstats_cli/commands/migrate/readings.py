"""The points of all old files, as one series of samples for each sensor."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import in_words
from powerstats_cli.commands.migrate.oldfiles import parsed
from powerstats_cli.core.documents import TIMESTAMP
from powerstats_cli.core.legacy.points import Points, Samples
from powerstats_cli.core.legacy.spacing import usual_spacings
from powerstats_cli.core.periods import MICROSECOND, instant
from powerstats_cli.errors import ConfigError, UnreadableError
from powerstats_cli.files.wholefiles import listed
from powerstats_cli.terminal.dialogue import Dialogue

POINTS_KEY: Final = "data_points"


class Readings(msgspec.Struct, frozen=True):
    """The ordered samples of each series, and what was read.

    `files` and `points` count those that were read, `unreadable` the points without a time.
    `others` are lines on files in a folder that hold no points.
    """

    series: Mapping[str, Samples]
    files: int
    points: int
    unreadable: int
    others: Sequence[str]


def check_apart(paths: Sequence[Path], data_dir: Path) -> None:
    """Raise ConfigError if new files would replace the old ones."""
    target = data_dir.resolve()
    for path in paths:
        resolved = path.resolve()
        if target in {resolved, resolved.parent}:
            message = (
                f"{path} is in the data directory, where powerstats would write files of the same "
                f"names: give another --data-dir"
            )
            raise ConfigError(message)


def read(paths: Sequence[Path], zone: ZoneInfo) -> Readings:
    """Return the points of files, and of the *.json files of folders.

    Raises UnreadableError, also for a named file that holds no points.
    """
    series: dict[str, Samples] = {}
    files = points = unreadable = 0
    others: list[str] = []
    for path, is_named in _files(paths):
        found = _points(path)
        if isinstance(found, Points):
            found.put_into(series, zone)
            files += 1
            points += len(found.stamps)
            unreadable += found.unreadable
        elif is_named:
            message = f"{path} is none of the old files: it {found}; nothing was changed"
            raise UnreadableError(message)
        else:
            others.append(f"{path.name}: it {found}")
    ordered = {name: samples.in_order() for name, samples in series.items()}
    return Readings(ordered, files, points, unreadable, others)


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield each file, and whether it was named itself."""
    for path in paths:
        if path.is_dir():
            yield from ((file, False) for file in _json_files(path))
        else:
            yield path, True


def _json_files(folder: Path) -> list[Path]:
    return [folder / name for name in listed(folder) if name.endswith(".json")]


def _points(path: Path) -> Points | str:
    """Return a file's points, or the end of a sentence that says what the file is instead."""
    points = Points(stamps=[], columns={})

    def take(pairs: dict[str, object]) -> dict[str, object] | None:
        # A point goes into the columns at once: a year of minutes would not fit into the memory of
        # a small board as dictionaries.
        if TIMESTAMP not in pairs:
            return pairs
        points.add(pairs)
        return None

    written = parsed(path, take)
    if isinstance(written, dict):
        if "version" in written and "tier" in written:
            return "is a file of powerstats itself"
        written = written.get(POINTS_KEY)
    if not isinstance(written, list) or (written and not points.stamps):
        return f"holds no points, such as [{{{TIMESTAMP!r}: …, 'power': …}}]"
    points.unreadable += sum(rest is not None for rest in written)
    return points


def tell_readings(readings: Readings, zone: ZoneInfo, dialogue: Dialogue) -> None:
    """Say what was read, and what was not."""
    dialogue.say(f"Read {_summary(readings, zone)}")
    if readings.unreadable:
        dialogue.warn(f"{readings.unreadable} points without a time were left out")
    for other in readings.others:
        dialogue.warn(f"not taken: {other}")


def _summary(readings: Readings, zone: ZoneInfo) -> str:
    plural = "s" * (readings.files != 1)
    line = f"{readings.points} points in {readings.files} file{plural}"
    longest = max(readings.series.values(), key=lambda samples: len(samples.times), default=None)
    if longest is None:
        return line
    first, last = (instant(time).astimezone(zone) for time in (longest.times[0], longest.times[-1]))
    spacings = sorted(usual_spacings(longest.times))
    usual = in_words(spacings[len(spacings) // 2] * MICROSECOND)
    return f"{line}, {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, mostly {usual} apart"
