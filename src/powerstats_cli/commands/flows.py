"""`flows`: the energy that the house took and its sources, from the stored buckets."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.account import Account, account
from powerstats_cli.core.energy.flows import Plan, planned
from powerstats_cli.core.energy.pieces import Piece, Shelves, kinds_in
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.energy.rows import By, DeviceRow
from powerstats_cli.core.periods import DAY, days, local_day
from powerstats_cli.core.tiers import TIERS, newest_until
from powerstats_cli.errors import ConfigError, MissingError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles

JSON_VERSION: Final = 1
LEFT_OUT: Final = "it is left out"
# How many days before today are shown if no day is asked for.
USUAL_DAYS: Final = {"hour": 0, "day": 7, "week": 77, "month": 335}


class Wish(msgspec.Struct, frozen=True):
    """The account to make: rows of hours, days, weeks or months, from a day up to another."""

    by: By = "day"
    first: date | None = None
    end: date | None = None


def flows(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Account, Sequence[PowerstatsError]]:
    """Return what flowed, and the errors of files that could not be read, which are left out.

    Raises ConfigError if no series has a role, and MissingError if nothing is stored of the days.
    """
    zone, problems = settings.zone, list[PowerstatsError]()
    tiers = list(_read(files, [files.tier(name) for name in ("daily", *TIERS)], problems))
    archived = files.archived_days()
    first, end = _period(wish, _stored_days(tiers, archived, zone), local_day(clock.now(), zone))
    paths = [files.archived(day) for day in archived if first <= day < end]
    documents = [*_read(files, paths, problems), *tiers]
    roles, plan = _roles(settings, documents)
    pieces = list(Shelves(documents, zone).pieces(days(first, end), set(roles.names)))
    if wish.by == "hour":
        _check_hours(pieces, zone)
    found = account(
        roles,
        plan,
        pieces,
        by=wish.by,
        first=first,
        end=end,
        until=newest_until(documents) or clock.now(),
        zone=zone,
        is_guessed=settings.flows is None,
    )
    return found, problems


def _read(
    files: Store, paths: Sequence[Path], problems: list[PowerstatsError]
) -> Iterator[Document]:
    for path in paths:
        if document := reading.or_tell(files, path, problems, LEFT_OUT):
            yield document


def _roles(settings: Settings, documents: Sequence[Document]) -> tuple[Roles, Plan]:
    roles = home_roles(settings, documents)
    plan = planned(roles, kinds_in(documents))
    if plan.is_empty:
        message = 'no series has a role: name them in [flows], such as grid = "power"'
        raise ConfigError(message)
    return roles, plan


def _stored_days(tiers: Sequence[Document], archived: Sequence[date], zone: ZoneInfo) -> list[date]:
    """Return the days of which something is stored, in order."""
    found = {local_day(start, zone) for document in tiers for start in document.points}
    return sorted(found | set(archived))


def _period(wish: Wish, stored: Sequence[date], today: date) -> tuple[date, date]:
    """Return the first day that is shown, and the day after the last."""
    if not stored:
        message = "nothing is stored yet: powerstats collect begins"
        raise MissingError(message)
    first = wish.first
    if first is None:
        first = stored[0] if wish.end else _usual_start(wish.by, today)
    first, end = max(first, stored[0]), min(wish.end or today + DAY, max(stored[-1], today) + DAY)
    if first > stored[-1] or end <= stored[0]:
        message = (
            f"nothing is stored of these days: there are days from {stored[0]} to {stored[-1]}"
        )
        raise MissingError(message)
    return first, end


def _usual_start(by: By, today: date) -> date:
    day = today - USUAL_DAYS[by] * DAY
    if by == "week":
        return day - day.weekday() * DAY
    return day.replace(day=1) if by == "month" else day


def _check_hours(pieces: Sequence[Piece], zone: ZoneInfo) -> None:
    """Raise MissingError if only the whole of a day is stored."""
    whole = [piece.span for piece in pieces if piece.is_day]
    if not whole:
        return
    finer = [piece.span.start for piece in pieces if not piece.is_day]
    since = f"from {local_day(finer[0], zone)} on" if finer else "for the last days only"
    message = f"hours are kept {since}: use --by day"
    raise MissingError(message)


# --- JSON ---------------------------------------------------------------------------------------


def as_json(found: Account, problems: Sequence[PowerstatsError], *, by_device: bool) -> str:
    """Return the account as versioned JSON; times are local, with their offset."""
    document: dict[str, object] = {
        "version": JSON_VERSION,
        "timezone": zones.current(found.zone.key),
        "guessed": found.is_guessed,
        "roles": {
            role: [str(meter) for meter in meters] for role, meters in found.roles.meters.items()
        },
        "by": found.by,
        **({} if by_device else {"rows": [found.written(row) for row in found.rows]}),
        "total": found.written(found.total),
        **({"devices": [_device(row) for row in found.devices]} if by_device else {}),
        "problems": [str(problem) for problem in problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _device(row: DeviceRow) -> dict[str, object]:
    return msgspec.structs.asdict(row)
