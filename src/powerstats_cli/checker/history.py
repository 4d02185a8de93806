"""`history`: each interval that the recorder still has, computed anew."""

from datetime import date, datetime
from typing import Final

from powerstats_cli.checker.stored import Stored
from powerstats_cli.clock import Clock
from powerstats_cli.core import filling
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, bucket_minutes
from powerstats_cli.core.periods import day_span
from powerstats_cli.core.tiers import newest_closed_day
from powerstats_cli.core.verification.differences import Difference, amount, kind_of
from powerstats_cli.core.verification.results import Result
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.past import Past
from powerstats_cli.settings import Settings

CHECK: Final = "history"
PURGED: Final = "Home Assistant has less of it by now"


def check_history(settings: Settings, stored: Stored, home: HomeAssistant, clock: Clock) -> Result:
    """Compare each interval of the archived days with the recorder's states, read anew."""
    archived = {
        document.day: (name, document)
        for name, document in sorted(stored.documents.items())
        if document.day is not None and name != "daily.json"
    }
    newest = newest_closed_day((document for _, document in archived.values()), settings.zone)
    if newest is None:
        return Result(CHECK, "no day is archived")
    days = [day for day in archived if (newest - day).days < filling.HISTORY_DAYS]
    compared = 0
    differences: list[Difference] = []
    problems: list[PowerstatsError] = []
    with home:
        past = _past(
            settings, {day: document for day, (_, document) in archived.items()}, home, clock
        )
        for day in days:
            name, document = archived[day]
            names = document.series.keys() & settings.entities.keys()
            end, minutes = day_span(day, settings.zone).end, bucket_minutes(document.bucket)
            anew, told = past.part(day, set(names), end, minutes)
            problems += told
            if anew is not None:
                compared += sum(map(len, anew.points.values()))
                differences += _differences(name, document, anew, settings)
    text = f"{compared:,} intervals of {len(days)} days computed anew"
    return Result(CHECK, text, tuple(differences), tuple(problems))


def _past(
    settings: Settings, archived: dict[date, Document], home: HomeAssistant, clock: Clock
) -> Past:
    kinds = {
        name: series.kind
        for document in archived.values()
        for name, series in document.series.items()
    }
    stored = filling.Stored(
        first_own=min(archived),
        newest=max(archived),
        until={},
        kinds=kinds,
        asked={day: set(document.series) for day, document in archived.items()},
        tiers={},
    )
    return Past(settings, archived.get, home, clock, stored, ())


def _differences(
    name: str, stored: Document, anew: Document, settings: Settings
) -> list[Difference]:
    found = []
    for start in sorted(stored.points.keys() | anew.points.keys()):
        for series in sorted(anew.series.keys() & stored.series.keys()):
            here, there = stored.value(start, series), anew.value(start, series)
            if here != there:
                found.append(_difference(name, stored, start, series, here, there, settings))
    return found


def _difference(
    name: str,
    stored: Document,
    start: datetime,
    series: str,
    here: Value | None,
    there: Value | None,
    settings: Settings,
) -> Difference:
    kind = kind_of(stored.series.get(series))
    number = amount(here, kind) if here else (None, "")
    other = amount(there, kind) if there else (None, "")
    return Difference(
        check=CHECK,
        file=name,
        bucket=start.astimezone(settings.zone).isoformat(timespec="minutes"),
        series=series,
        text="computed anew it is another value" if there else "computed anew it is unknown",
        here=number[0],
        there=other[0],
        unit=number[1] or other[1],
        explained=_explained(here, there),
    )


def _explained(here: Value | None, there: Value | None) -> str:
    if here is not None and here.corrected:
        return f"corrected by {here.corrected}"
    if here is not None and (there is None or there.coverage < here.coverage):
        return PURGED
    return ""
