"""`statistics`: the energy of each day against Home Assistant's own hourly sums."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from powerstats_cli.checker.stored import Stored
from powerstats_cli.clock import Clock
from powerstats_cli.core import filling
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import newest_closed_day
from powerstats_cli.core.verification.longterm import CHECK, Pair, differences, pairs
from powerstats_cli.core.verification.results import Result
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.months import conversions, month_of
from powerstats_cli.homeassistant.past import Past
from powerstats_cli.settings import Settings

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm

# So far back it goes if no day is given.
DAYS: Final = 365


def check_statistics(
    settings: Settings,
    stored: Stored,
    home: HomeAssistant,
    long_term: "Callable[[], LongTerm]",
    clock: Clock,
    first: date | None,
) -> Result:
    """Compare each stored day with Home Assistant's statistics, from a day on, or of a year."""
    documents = _with_days(stored)
    newest = newest_closed_day(documents.values(), settings.zone)
    if newest is None:
        return Result(CHECK, "nothing is stored yet")
    begin = first or newest - (DAYS - 1) * DAY
    problems: list[PowerstatsError] = []
    found: list[Pair] = []
    with home, long_term() as connection:
        for month in _months(settings, documents, home, connection, clock, begin, newest, problems):
            found += pairs(documents, month.days)
    compared = list(differences(found, settings.zone))
    text = f"{len(found):,} days of energy from {begin} on compared with Home Assistant's sums"
    return Result(CHECK, text, tuple(filter(None, compared)), tuple(problems))


def _with_days(stored: Stored) -> Mapping[str, Document]:
    """Return the files of days, by name: those of the years last."""
    named = {name: each for name, each in stored.documents.items() if each.bucket == "day"}
    order = ("monthly.json", "yearly.json")
    return {name: named[name] for name in sorted(named, key=lambda name: (name not in order, name))}


def _months(
    settings: Settings,
    documents: Mapping[str, Document],
    home: HomeAssistant,
    connection: "LongTerm",
    clock: Clock,
    begin: date,
    newest: date,
    problems: list[PowerstatsError],
) -> Iterator[filling.Month]:
    """Yield the months of the statistics that have stored days, the newest first."""
    zone = settings.zone
    wanted: dict[date, set[str]] = {}
    kinds: dict[str, Kind] = {}
    for document in documents.values():
        kinds = {name: each.kind for name, each in document.series.items()} | kinds
        for start, point in document.points.items():
            day = local_day(start, zone)
            if begin <= day <= newest:
                wanted.setdefault(day, set()).update(point.keys() & settings.entities.keys())
    names = set().union(*wanted.values()) if wanted else set()
    entities = sorted({settings.entities[name] for name in names})
    statistics = connection.statistics(entities)
    past = _past(settings, home, clock, kinds, newest)
    scales, told = conversions(home, settings, statistics, past)
    problems += told
    by_month: dict[date, dict[date, set[str]]] = {}
    for day, lacking in wanted.items():
        if lacking & scales.keys():
            by_month.setdefault(day.replace(day=1), {})[day] = lacking & scales.keys()
    for first in sorted(by_month, reverse=True):
        yield month_of(connection, settings, newest, first, by_month[first], scales)


def _past(
    settings: Settings,
    home: HomeAssistant,
    clock: Clock,
    kinds: Mapping[str, Kind],
    newest: date,
) -> Past:
    """Return a reader of the recorder's days that knows the kinds of the series."""
    stored = filling.Stored(
        first_own=newest, newest=newest, until={}, kinds=kinds, asked={}, tiers={}
    )
    return Past(settings, lambda _: None, home, clock, stored, ())
