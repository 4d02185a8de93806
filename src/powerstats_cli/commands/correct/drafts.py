"""What is to be corrected: drafts, which say what changes in the files as they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from powerstats_cli.core.amounts import Amount
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.correcting import (
    Finest,
    Held,
    Level,
    changes,
    check_closed,
    undone,
)
from powerstats_cli.core.documents import bucket_minutes
from powerstats_cli.core.entries import Change, Do
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.periods import MINUTE, Span, hours
from powerstats_cli.core.series import Kind
from powerstats_cli.core.spreading import evenly
from powerstats_cli.core.whens import one_span, parts_of
from powerstats_cli.settings import Settings


class Draft(msgspec.Struct, frozen=True):
    """A correction of a series over a span, not made yet; `of` is the entry that it undoes.

    `changes` gives what it changes in documents.
    """

    do: Do
    name: str
    span: Span
    changes: Callable[[Held, Journal], Sequence[Change]]
    why: str = ""
    of: str | None = None


class Wish(msgspec.Struct, frozen=True):
    """The series and the spans that a user wants to correct, and why."""

    name: str
    spans: Sequence[Span]
    why: str = ""


class Place(msgspec.Struct, frozen=True):
    """The finest stored buckets that a wish is about, and the kind of its series."""

    kind: Kind
    span: Span
    parts: Sequence[Finest]

    @property
    def spans(self) -> list[Span]:
        """The spans of all these buckets."""
        return [span for part in self.parts for span in part.spans]


def place_of(wish: Wish, held: Held, settings: Settings) -> Place:
    """Return the buckets of a wish.

    Raises ValueError, with a line for the user, if these are no whole ones, MissingError if a day
    or the series is in no file, and TryAgainError if `collect` will still read them again.
    """
    kind = held.kind(wish.name)
    span = one_span(wish.spans, held.zone)
    parts = parts_of(held, wish.name, span)
    daily = held.days[held.open_day] if held.open_day else None
    until = daily.until(wish.name) if daily and wish.name in settings.entities else None
    if daily is not None and until is not None:
        interval = bucket_minutes(daily.bucket) * MINUTE
        check_closed(parts[-1].spans[-1], until, interval, held.zone)
    return Place(kind, span, parts)


def unknown(wish: Wish, held: Held, settings: Settings) -> Draft:
    """Return the draft by which nothing is known of a series in some buckets."""
    place = place_of(wish, held, settings)
    return _draft("unknown", wish, place, {}, {})


def value(wish: Wish, amount: Amount, held: Held, settings: Settings) -> Draft:
    """Return the draft by which a series has an amount over some buckets.

    Raises ValueError, with a line for the user, if the amount does not fit the series.
    """
    place = place_of(wish, held, settings)
    plausible = settings.homeassistant.plausible.get(wish.name)

    def reading(span: Span) -> Value | None:
        return held.reading(wish.name, span)

    level = amount.level(wish.name, place.kind, place.spans, reading, plausible)
    by_hour: dict[datetime, Value] = {}
    for part in place.parts:
        if part.bucket == "day":
            spans = hours(part.day, held.zone)
            by_hour |= evenly(place.kind, spans, level[part.spans[0].start], reading)
    return _draft("value", wish, place, level, by_hour)


def again(
    wish: Wish, held: Held, settings: Settings, read: Callable[[Place], tuple[Level, Level]]
) -> Draft:
    """Return the draft by which a series has in some buckets what Home Assistant has of it.

    `read` gives the new values of the finest buckets, and of the hours of days without finer ones.
    """
    place = place_of(wish, held, settings)
    level, by_hour = read(place)
    return _draft("again", wish, place, level, by_hour)


def undo(wanted: str, why: str, held: Held, journal: Journal) -> Draft:
    """Return the draft that undoes an entry; raises the errors of `correcting.undone`."""
    entry, _ = undone(held, journal, wanted)
    span = Span(entry.start, entry.end)
    return Draft(
        "undo",
        entry.series,
        span,
        lambda held, journal: undone(held, journal, wanted)[1],
        why,
        of=wanted,
    )


def _draft(
    do: Do, wish: Wish, place: Place, level: Level, by_hour: Mapping[datetime, Value | None]
) -> Draft:
    return Draft(
        do,
        wish.name,
        place.span,
        lambda held, _: changes(held, wish.name, place.parts, level, by_hour),
        wish.why,
    )
