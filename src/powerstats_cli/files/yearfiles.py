"""The files of the calendar years, kept for ever beside yearly.json."""

from collections.abc import Sequence
from typing import Final

from powerstats_cli.core.documents import Document
from powerstats_cli.core.tiers import misfits
from powerstats_cli.core.years import new_year, with_days, years_of
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store

LEFT_OUT: Final = "it is left out"


def open_year(open_files: DayFiles, year: int, remedy: str) -> Document:
    """Return a year's document for writing, a new one if the file is missing or set aside."""
    stored = open_files.or_set_aside(open_files.files.year(year), remedy)
    return stored or new_year(year, open_files.settings.zone)


def last_years(files: Store, problems: list[PowerstatsError]) -> list[Document]:
    """Return the documents of the two newest years, which have all the days of yearly.json."""
    paths = map(files.year, files.stored_years()[-2:])
    found = [reading.or_tell(files, path, problems, LEFT_OUT) for path in paths]
    return [document for document in found if document is not None]


def store_days(open_files: DayFiles, sources: Sequence[Document]) -> list[ConfigError]:
    """Put the days of yearly.json and monthly.json into their years; to be used under the lock.

    Only the files of the years that they have days of are read, and only those that change are
    made and written. Return the problems of single series, besides those that `open_files` has.
    """
    files, zone = open_files.files, open_files.settings.zone
    problems: list[ConfigError] = []
    for year in years_of(sources, zone):
        name = files.name(files.year(year))
        remedy = (
            f"{name} was made again from yearly.json and monthly.json; for older days run "
            f"`powerstats sync fetch yearly` and `powerstats backfill`"
        )
        stored = open_year(open_files, year, remedy)
        for series, how in misfits(stored, sources).items():
            message = f"{name}: {series} is {how}: give the series another name"
            problems.append(ConfigError(message))
        after = with_days(stored, year, sources, open_files.now)
        if after.points and after != stored:
            files.write(files.year(year), after)
    return problems
