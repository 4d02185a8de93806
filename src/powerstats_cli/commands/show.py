"""`show`: what is stored of a period, and beside it what is stored of another one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.comparison import Earlier, earlier, mates
from powerstats_cli.core.documents import in_local_time
from powerstats_cli.core.periods import Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.rows import chosen, rows
from powerstats_cli.core.scales import By
from powerstats_cli.core.told import Told
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.pieces import Stored, stored_of
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings

JSON_VERSION: Final = 1


class Wish(msgspec.Struct, frozen=True):
    """What to show: a period; the series, none for all; and what to compare it with.

    `is_for_people`: without `by` no bucket is shorter than an hour.
    """

    period: Sequence[Span]
    by: By | None = None
    series: Sequence[str] = ()
    compared: Earlier | Span | None = None
    is_for_people: bool = False


def show(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Told, Sequence[PowerstatsError]]:
    """Return what is stored, and the errors of files that could not be read, which are left out.

    Raises MissingError if nothing is stored of a period, or not so fine; ValueError, with a line
    for the user, if nothing is stored of a series.
    """
    stored = stored_of(settings, files, wish.period, clock.now())
    kinds = stored.kinds()
    order = [*settings.entities, *sorted(kinds)]
    names = chosen(wish.series or sorted(kinds, key=order.index), kinds)
    by = wish.by or _by(stored, names, is_for_people=wish.is_for_people)
    wanted = {name: kinds[name] for name in names}
    own = list(rows(stored.told(by, names), wanted))
    asked = Span(wish.period[0].start, wish.period[-1].end)
    told = Told(
        zone=settings.zone,
        by=by,
        kinds=wanted,
        rows=own,
        shares=[stored.share(by, asked, piece.span) for piece in own],
        until=stored.period[-1].end,
        asked=asked,
    )
    if wish.compared is None:
        return told, stored.problems
    other = _other(asked, wish.compared, settings)
    beside = stored_of(settings, files, [other], clock.now())
    found = list(rows(beside.told(by, names), wanted))
    told = msgspec.structs.replace(
        told, other=other, mates=mates(own, found, by, (asked, other), settings.zone)
    )
    return told, [*stored.problems, *beside.problems]


def _by(stored: Stored, names: Sequence[str], *, is_for_people: bool) -> By:
    by = stored.usual_by(names)
    return "hour" if by == "interval" and is_for_people else by


def _other(asked: Span, compared: Earlier | Span, settings: Settings) -> Span:
    return compared if isinstance(compared, Span) else earlier(asked, compared, settings.zone)


# --- JSON ---------------------------------------------------------------------------------------


def as_json(told: Told, problems: Sequence[PowerstatsError]) -> str:
    """Return the rows as versioned JSON; times are local, with their offset."""
    document: dict[str, object] = {
        "version": JSON_VERSION,
        "timezone": zones.current(told.zone.key),
        "by": told.by,
        "series": {name: msgspec.structs.asdict(kind) for name, kind in told.kinds.items()},
        "rows": list(_rows(told)),
        "total": {name: _total(told, name) for name in told.kinds},
        "problems": [str(problem) for problem in problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _rows(told: Told) -> Iterator[Mapping[str, object]]:
    for at, row in enumerate(told.rows):
        mate = told.mates[at] if told.mates else None
        changes = {name: told.change(at, name) for name in told.kinds}
        yield {
            **_piece(told, row),
            **({"compared": _piece(told, mate) | {"changes": changes}} if mate else {}),
        }


def _piece(told: Told, piece: Piece) -> dict[str, object]:
    start, end = (in_local_time(at, told.zone) for at in piece.span)
    values = {name: msgspec.to_builtins(value) for name, value in piece.point.items()}
    return {"start": start, "end": end, "values": values}


def _total(told: Told, name: str) -> Mapping[str, object]:
    value = told.total(name)
    return {
        **(msgspec.to_builtins(value) if value else {}),
        **({"change_on_compared": told.total_change(name)} if told.mates is not None else {}),
    }
