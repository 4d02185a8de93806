"""The ledger: its form, its days beside the other files, and what is whole in a broken one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, timezone_in
from powerstats_cli.core.energy.ledger import (
    Ledger,
    LedgerDay,
    Slots,
    decode,
    encode,
)
from powerstats_cli.core.energy.ledger_days import merged, new_ledger
from powerstats_cli.core.energy.slots import agrees, energy, total_kwh
from powerstats_cli.core.periods import DAY, day_start, days, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import roll_up
from powerstats_cli.core.units import ENERGY
from powerstats_cli.core.verification import agreement, form
from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.sources import BACKFILL, Left, Plan, Step, some, values
from powerstats_cli.errors import UnreadableError

NAME: Final = "ledger.json"
# Coverages in the files are rounded.
KNOWN_ALIKE: Final = 1e-3
_ASIDE: Final = re.compile(r"ledger\.json\.unreadable-.+")
_DAY: Final = re.compile(rb'\s*(\{"date":.*\})(?:,|\]\})?\s*')
_DATE: Final = re.compile(rb'\s*\{"date":"(\d{4}-\d\d-\d\d)"')
_BEGINS_DAY: Final = re.compile(rb'\s*\{"date":')
_SERIES: Final = re.compile(rb'\s*(?:"series":\{)?("(?:[^"\\]|\\.)+":\{"unit":[^{}]*\})[},]*\s*')


class LedgerFile(msgspec.Struct, frozen=True):
    """The ledger's bytes, and the ledger that they hold, None if they are broken."""

    raw: bytes
    ledger: Ledger | None


def is_ledger(name: str) -> bool:
    """Tell whether a file is the ledger, or one that was set aside."""
    return name == NAME or _ASIDE.fullmatch(name) is not None


# --- verify -------------------------------------------------------------------------------------


def differences(file: LedgerFile, zone: ZoneInfo, now: datetime) -> Iterator[Difference]:
    """Yield what does not hold in the ledger by itself."""
    ledger = file.ledger
    if ledger is None:
        return
    if not is_as_written(file):
        text = "its bytes are not those that powerstats writes: somebody edited it, or it broke"
        yield _difference(form.CHECK, text)
    if ledger.last_update > now:
        text = f"last_update {ledger.last_update.astimezone(zone):%Y-%m-%dT%H:%M%z} is to come"
        yield _difference(form.CHECK, text)
    today = local_day(now, zone)
    for day, found in ledger.days.items():
        if day >= today:
            yield _difference(form.CHECK, "it is not over", _written(day, zone))
        for name, slots in found.energy.items():
            if not _is_even(slots):
                text = "a slot without a known share has an energy, or one with a share has none"
                yield _difference(form.CHECK, text, _written(day, zone), name)


def is_as_written(file: LedgerFile) -> bool:
    """Tell whether the ledger's bytes are those that powerstats writes.

    A zone's old name stays until the file is written again.
    """
    if file.ledger is None or file.ledger.lost:
        return False
    return encode(msgspec.structs.replace(file.ledger, timezone=timezone_in(file.raw))) == file.raw


def _is_even(slots: Slots) -> bool:
    shares = slots.known or (1.0,) * len(slots.wh)
    return all((wh is None) == (share == 0) for wh, share in zip(slots.wh, shares, strict=True))


def disagreement(
    ledger: Ledger, documents: Mapping[str, Document], zone: ZoneInfo
) -> Iterator[Difference | None]:
    """Yield a difference, or None, for each energy of a day beside the finest file with the day.

    Slots that do not agree with their day do not count (`slots.agrees`), so that is explained if
    the day was corrected since, or if not as much is known of both.
    """
    found = days_in(documents, zone)
    for day, own in ledger.days.items():
        for name, slots in own.energy.items():
            file, value, written = found.get((day, name), ("", None, None))
            if agrees(slots, value):
                yield None
                continue
            pending = agreement.PENDING if written and written > ledger.last_update else ""
            yield Difference(
                check=agreement.CHECK,
                file=NAME,
                bucket=_written(day, zone),
                series=name,
                text=f"its slots are not the energy in {file}" if value else "no file has the day",
                here=total_kwh(slots),
                there=energy(value) if value else None,
                unit=ENERGY if ledger.series[name].is_power else ledger.series[name].unit,
                beside=file,
                explained=pending or _explained(slots, value),
            )


def _explained(slots: Slots, value: Value | None) -> str:
    if value is None or value.corrected:
        return "the day was corrected: it is priced without hours"
    if abs(value.coverage - slots.coverage) > KNOWN_ALIKE:
        return "more is known of one than of the other: the day is priced without hours"
    return ""


def days_in(
    documents: Mapping[str, Document], zone: ZoneInfo
) -> dict[tuple[date, str], tuple[str, Value, datetime | None]]:
    """Return each day's value of a series, with the file that tells it.

    A day that is in the archive has the time at which that was last written, too: the ledger is
    made from it. That a day was corrected stands in the files of days.
    """
    found: dict[tuple[date, str], tuple[str, Value, datetime | None]] = {}
    for file, document in documents.items():
        if document.tier == "daily" and document.latest is None and document.day is not None:
            for _, name, value in roll_up(document, document.day, "day", zone):
                found[document.day, name] = (file, value, document.last_update)
    for bucket in ("monthly", "yearly", "year"):
        for file, document in documents.items():
            for start, point in document.points.items() if document.tier == bucket else ():
                for name, value in point.items():
                    key = (local_day(start, zone), name)
                    own, its, written = found.setdefault(key, (file, value, None))
                    if value.corrected and not its.corrected:
                        marked = msgspec.structs.replace(its, corrected=value.corrected)
                        found[key] = (own, marked, written)
    return found


def _written(day: date, zone: ZoneInfo) -> str:
    return day_start(day, zone).astimezone(zone).isoformat(timespec="minutes")


def _difference(check: str, text: str, bucket: str = "", series: str = "") -> Difference:
    return Difference(check=check, file=NAME, text=text, bucket=bucket, series=series)


# --- repair -------------------------------------------------------------------------------------


class Salvaged(msgspec.Struct, frozen=True):
    """The days of a ledger whose lines are whole, and the dates of the other lines.

    The date of a broken line is None if that broke, too.
    """

    ledger: Ledger
    broken: tuple[date | None, ...]


def salvaged(raw: bytes, kinds: Mapping[str, Kind], zone: ZoneInfo, now: datetime) -> Salvaged:
    """Return what is whole in a broken ledger: a day is a line, which decodes alone.

    `kinds` are those of the series in other files, if their own lines are broken.
    """
    lines = raw.split(b"\n")
    written = [match[1] for line in lines if (match := _SERIES.fullmatch(line))]
    known = [msgspec.json.encode({name: kind})[1:-1] for name, kind in kinds.items()]
    series = b",".join(piece for piece in [*known, *written] if _is_whole(b"{" + piece + b"}"))
    head = encode(new_ledger(zone.key, now)).replace(b'"series":{}', b'"series":{' + series + b"}")
    begin, end = head.split(b'"days":[')
    found: list[Ledger] = []
    broken: list[date | None] = []
    for line in filter(_BEGINS_DAY.match, lines):
        match = _DAY.fullmatch(line)
        day = match[1] if match else line
        try:
            found.append(decode(begin + b'"days":[' + day + end, timezone=zone.key))
        except UnreadableError:
            broken.append(_date(line))
    return Salvaged(_joined(found, new_ledger(zone.key, now)), tuple(broken))


def _joined(found: Iterable[Ledger], empty: Ledger) -> Ledger:
    days: dict[date, LedgerDay] = {}
    series: dict[str, Kind] = {}
    for ledger in found:
        days |= ledger.days
        series |= ledger.series
    names = {name for day in days.values() for name in (*day.energy, *day.prices)}
    return msgspec.structs.replace(
        empty,
        series={name: series[name] for name in sorted(names)},
        days={day: days[day] for day in sorted(days)},
    )


def _date(line: bytes) -> date | None:
    match = _DATE.match(line)
    try:
        return date.fromisoformat(match[1].decode()) if match else None
    except ValueError:
        return None


def _is_whole(piece: bytes) -> bool:
    try:
        msgspec.json.decode(piece, type=dict[str, Kind])
    except msgspec.MsgspecError:
        return False
    return True


def mended(
    file: LedgerFile | None,
    aside: Mapping[str, bytes],
    documents: Mapping[str, Document],
    zone: ZoneInfo,
    now: datetime,
) -> Plan:
    """Return how the ledger is mended: out of its whole lines, and of those that were set aside.

    The archived days are rolled up into it after that.
    """
    kinds = {
        name: one.kind
        for document in documents.values()
        for name, one in document.series.items()
        if one.unit
    }
    archived = {document.day for document in documents.values() if document.day}
    notes: list[str] = []
    left: list[Left] = []
    ledger = file.ledger if file else None
    if file and ledger is None:
        found = salvaged(file.raw, kinds, zone, now)
        ledger = found.ledger
        number = len(ledger.days) + len(found.broken)
        notes.append(f"{len(ledger.days)} of its {number} days are whole")
        left += _gaps({*ledger.days, *filter(None, found.broken)}, archived | ledger.days.keys())
    elif file and not is_as_written(file):
        notes.append("its bytes are not as powerstats writes them")
    gone: list[Step] = []
    for name, raw in aside.items():
        other = salvaged(raw, kinds, zone, now)
        whole = merged(ledger or new_ledger(zone.key, now), other.ledger)
        if ledger is None or whole.days != ledger.days:
            notes.append(f"{len(other.ledger.days)} days from {name}")
            ledger = whole
        if lost := [day for day in other.broken if day not in {*ledger.days, *archived}]:
            text = f"{len(lost)} of its lines cannot be read: delete it if you do not need"
            left.append(Left(name, f"{text} them"))
        else:
            gone.append(Step(name, f"all of it is in {NAME}"))
    if ledger and (faulty := _faulty(ledger, zone, now)):
        notes.append(f"{values(len(faulty))} did not hold")
        ledger = _without(ledger, faulty)
    left += _differing(ledger, documents, zone) if ledger else ()
    steps = [Step(NAME, "; ".join(notes), ledger=ledger)] if notes and ledger else []
    return Plan((*steps, *gone), tuple(left))


def _faulty(ledger: Ledger, zone: ZoneInfo, now: datetime) -> set[tuple[str, str]]:
    """Return the series of a day that cannot be right, by its date; an empty one is all of it."""
    found = differences(LedgerFile(encode(ledger), ledger), zone, now)
    return {(each.bucket[:10], each.series) for each in found if each.bucket}


def _differing(ledger: Ledger, documents: Mapping[str, Document], zone: ZoneInfo) -> Iterator[Left]:
    """Yield the days that differ from those of a file: either may be wrong."""
    found = filter(None, disagreement(ledger, documents, zone))
    dates = sorted({each.bucket[:10] for each in found if not each.explained})
    if dates:
        text = f"it differs from the files on {some(dates)}: `powerstats verify tiers` lists how; "
        yield Left(NAME, text + BACKFILL)


def _without(ledger: Ledger, faulty: AbstractSet[tuple[str, str]]) -> Ledger:
    found = {
        day: LedgerDay(
            {name: slots for name, slots in own.energy.items() if (str(day), name) not in faulty},
            own.prices,
        )
        for day, own in ledger.days.items()
        if (str(day), "") not in faulty
    }
    return msgspec.structs.replace(ledger, days=found)


def _gaps(had: AbstractSet[date], known: AbstractSet[date]) -> Iterator[Left]:
    """Yield the days of a broken ledger, or between them, that nothing here gives back."""
    missing = [day for day in days(min(had), max(had) + DAY) if day not in known] if had else []
    if missing:
        yield Left(NAME, f"nothing is known of {some(missing)}: {BACKFILL}")
