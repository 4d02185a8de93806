"""The files of the days, opened for writing: past days are closed, broken files are set aside."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import msgspec

from powerstats_cli.core import archive
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import day_start, local_day
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import UnreadableError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings


class DayFiles(msgspec.Struct):
    """Access to daily.json and the archive; to be used under the store's lock.

    `problems` collects the files that were set aside, so that the command can name them. `lost` has
    the days of those that were archived.
    """

    files: Store
    settings: Settings
    now: datetime
    problems: list[UnreadableError] = []
    lost: list[date] = []

    def or_set_aside(self, path: Path, remedy: str) -> Document | None:
        """Return the document of a file that this step may write; set a broken file aside."""
        try:
            return self.files.read(path)
        except UnreadableError as error:
            self.set_aside(path, error, remedy)
            return None

    def set_aside(self, path: Path, error: UnreadableError, remedy: str) -> None:
        """Set a broken file aside."""
        aside = self.files.set_aside(path, self.now)
        message = f"{error}; it is kept as {self.files.name(aside)}: {remedy}"
        self.problems.append(UnreadableError(message))

    def daily(self) -> Document | None:
        """Return the document of daily.json, unchanged."""
        remedy = (
            "what Home Assistant still has is fetched again; for the rest mend that file and "
            "put it back while no step runs"
        )
        return self.or_set_aside(self.files.daily, remedy)

    def archived(self, day: date) -> Document | None:
        """Return a closed day; if its file is broken, the day is `lost`: to be asked for again."""
        before = len(self.problems)
        remedy = "the day is fetched again as far as Home Assistant still has it"
        document = self.or_set_aside(self.files.archived(day), remedy)
        if len(self.problems) > before:
            self.lost.append(day)
        return document

    def open_today(self, daily: Document | None, today: date) -> dict[date, Document]:
        """Return today's document, and the document of an earlier day that is closed by this.

        The caller must write them with `write_days`.
        """
        zone, minutes = self.settings.zone, self.settings.data.collection_interval_minutes
        if daily is None or daily.day is None:
            new = archive.new_day(today, zone, minutes)
            new.series = self.remembered(None)
            return {today: new}
        if daily.day < today:
            opened = archive.opened(daily, today, zone, minutes, self.settings.entities)
            archived = archive.closed(daily, daily.day, self.archived(daily.day))
            return {daily.day: archived, today: opened}
        if daily.day > today and not daily.points:
            early = self.archived(today) or archive.new_day(today, zone, minutes)
            return {today: archive.reopened(daily, early, today)}
        return {today: daily}

    def remembered(self, daily: Document | None) -> dict[str, Series]:
        """Return the configured series that the files have, each with its `until`.

        They come from daily.json; if it is missing, each comes from the file with its newest
        `until`.
        """
        series: dict[str, Series] = {}
        for document in [daily] if daily else self.older():
            for name, stored in document.series.items():
                if name in self.settings.entities and (
                    name not in series or stored.until > series[name].until
                ):
                    series[name] = stored
        return series

    def older(self) -> Iterator[Document]:
        """Yield the archived days and the tiers that can be read, newest first."""
        days = [self.files.archived(day) for day in reversed(self.files.archived_days())]
        for path in [*days, *map(self.files.tier, TIERS)]:
            document = reading.or_skip(self.files, path)
            if document is not None:
                yield document

    def begin(self, kinds: Mapping[str, Kind], since: datetime) -> None:
        """Store that series begin at an instant, unless today's file has them already."""
        today = local_day(self.now, self.settings.zone)
        days = self.open_today(self.daily(), today)
        for name, kind in kinds.items():
            days[today].series.setdefault(name, Series.of(kind, since))
        self.ask_again(days[today])
        write_days(self.files, days, today)

    def ask_again(self, daily: Document) -> None:
        """Move each series' `until` back, so that the next window asks for the `lost` days."""
        if not self.lost:
            return
        begin = day_start(min(self.lost), self.settings.zone)
        for name, series in daily.series.items():
            until = min(series.until, begin)
            daily.series[name] = Series.of(series.kind, until)


def write_days(files: Store, days: Mapping[date, Document], today: date) -> None:
    """Write the documents that changed: archived days first, today's last.

    Today's file has the `until` of each series, so the next run asks again for the buckets that a
    killed step did not store. A closed day is in the archive before daily.json becomes the next
    day's file.
    """
    for day in sorted(days.keys() - {today}):
        files.write(files.archived(day), days[day])
    files.write(files.daily, days[today])
