"""Hours with a name: the zones of a tariff, such as a peak, as rules of the calendar and the clock.

A rule is `[MONTHS] [DAYS] [TIMES] [standard]`, such as `"Jun-Sep Mon-Fri,-PH 16:00-21:00"`. A zone
is wherever any of its rules fits. Times are local times as clocks show them, so an hour that comes
twice is in the zone twice, and one that is left out is not in it; `standard` is for clocks that do
not know summer time.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.periods import DAY, MINUTE, Span, days

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOLIDAY: Final = "PH"
STANDARD: Final = "standard"
MINUTES: Final = 24 * 60

Holidays = Callable[[date], bool]
_MONTH: Final = re.compile(rf"({'|'.join(MONTHS)})(\d\d?)?")
_TIMES: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
MonthDay = tuple[int, int]


class Rule(msgspec.Struct, frozen=True):
    """One rule of a zone; what it does not name it does not restrict.

    `months` are stretches of the year, from a month and day to another, both included. `weekdays`
    are numbers from 0, Monday. `holidays` tells whether public holidays are added (True) or taken
    out (False). `times` are minutes of the day, `[from, to)`.
    """

    months: tuple[tuple[MonthDay, MonthDay], ...] = ()
    weekdays: frozenset[int] = frozenset()
    holidays: bool | None = None
    times: tuple[tuple[int, int], ...] = ((0, MINUTES),)
    is_standard: bool = False

    def has(self, day: date, is_holiday: Holidays) -> bool:
        """Tell whether the rule is of a day, whatever the time."""
        return self._has_season(day) and self._has_weekday(day, is_holiday)

    def _has_season(self, day: date) -> bool:
        at = (day.month, day.day)
        return not self.months or any(
            first <= at <= last if first <= last else (at >= first or at <= last)
            for first, last in self.months
        )

    def _has_weekday(self, day: date, is_holiday: Holidays) -> bool:
        if self.holidays is not None and is_holiday(day):
            return self.holidays
        if not self.weekdays:
            return self.holidays is not True
        return day.weekday() in self.weekdays


Zone = tuple[Rule, ...]


# --- reading --------------------------------------------------------------------------------------


def parsed(written: str) -> Rule:
    """Return the rule that a text says; raises ValueError that says what is wrong with it."""
    words = written.split()
    is_standard = words[-1:] == [STANDARD]
    words = words[:-1] if is_standard else words
    if not words:
        message = "it names no months, no days and no times"
        raise ValueError(message)
    months = _months(words.pop(0)) if _kind(words) == "months" else ()
    weekdays, holidays = _days(words.pop(0)) if _kind(words) == "days" else (frozenset(), None)
    times = _times(words.pop(0)) if _kind(words) == "times" else ((0, MINUTES),)
    if words:
        message = f"{words[0]!r} is neither months, days nor times, in this order, and standard"
        raise ValueError(message)
    return Rule(months, weekdays, holidays, times, is_standard)


def _kind(words: Sequence[str]) -> str:
    """Return whether the first of some words is of months, days or times; empty if of none."""
    word = words[0] if words else ""
    if _MONTH.match(word):
        return "months"
    if word.removeprefix("-").startswith((*WEEKDAYS, HOLIDAY)):
        return "days"
    return "times" if word[:1].isdigit() else ""


def _months(word: str) -> tuple[tuple[MonthDay, MonthDay], ...]:
    return tuple(map(_stretch, word.split(",")))


def _stretch(part: str) -> tuple[MonthDay, MonthDay]:
    first, _, last = part.partition("-")
    return _month_day(first, 1), _month_day(last or first, 31)


def _month_day(written: str, otherwise: int) -> MonthDay:
    match = _MONTH.fullmatch(written)
    if match is None or (match[2] and not 1 <= int(match[2]) <= 31):
        message = f"{written!r} is no month such as Jun, and no day of one such as Jun15"
        raise ValueError(message)
    return MONTHS.index(match[1]) + 1, int(match[2] or otherwise)


def _days(word: str) -> tuple[frozenset[int], bool | None]:
    weekdays: set[int] = set()
    holidays: bool | None = None
    for part in word.split(","):
        if part in {HOLIDAY, f"-{HOLIDAY}"}:
            holidays = part == HOLIDAY
        else:
            weekdays |= _weekdays(part)
    return frozenset(weekdays), holidays


def _weekdays(part: str) -> set[int]:
    first, _, last = part.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        message = f"{part!r} is no day such as Mon, no days such as Mon-Fri, and not PH or -PH"
        raise ValueError(message)
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return {number % 7 for number in range(start, end + 1 + 7 * (end < start))}


def _times(word: str) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(stretch for part in word.split(",") for stretch in _stretches(part)))


def _stretches(part: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a day; one over midnight is the end and the beginning of each day."""
    match = _TIMES.fullmatch(part)
    numbers = [int(number) for number in match.groups()] if match else [99] * 4
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if start >= MINUTES or end > MINUTES or start == end or max(numbers[1], numbers[3]) > 59:
        message = f"{part!r} are no times such as 16:00-21:00"
        raise ValueError(message)
    if start < end:
        yield start, end
    else:
        yield start, MINUTES
        if end:
            yield 0, end


# --- on a day -------------------------------------------------------------------------------------


def spans(zone: Zone, within: Span, timezone: ZoneInfo, is_holiday: Holidays) -> list[Span]:
    """Return the parts of a span that are in a zone, in order and apart from each other."""
    found = [
        part
        for rule in zone
        for clock in _clocks(rule, within, timezone)
        for part in _parts(rule, *clock, is_holiday)
    ]
    return list(united(found))


def _clocks(rule: Rule, within: Span, timezone: ZoneInfo) -> Iterator[tuple[Span, timedelta]]:
    """Yield the parts of a span in which a clock has one offset, with that offset."""
    if rule.is_standard:
        yield within, standard_offset(within.start, timezone)
        return
    edges = [within.start, *_changes(within, timezone), within.end]
    for start, end in pairwise(edges):
        yield Span(start, end), offset(start, timezone)


def _changes(within: Span, timezone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants inside a span at which the clocks change, to the minute."""
    start, last = within.start, within.end - MINUTE
    while start < last:
        end = min(start + DAY, last)
        if offset(start, timezone) != offset(end, timezone):
            yield _change(start, end, timezone)
        start = end


def _change(before: datetime, after: datetime, timezone: ZoneInfo) -> datetime:
    """Return when the clocks have changed between two instants that have other offsets."""
    known = offset(before, timezone)
    while after - before > MINUTE:
        middle = before + (after - before) // 2 // MINUTE * MINUTE
        if offset(middle, timezone) == known:
            before = middle
        else:
            after = middle
    return after


def offset(instant: datetime, timezone: ZoneInfo) -> timedelta:
    """Return by how much local clocks are ahead of UTC."""
    return instant.astimezone(timezone).utcoffset() or timedelta(0)


def standard_offset(instant: datetime, timezone: ZoneInfo) -> timedelta:
    """Return the smaller of the two offsets of an instant's year."""
    return _least_offset(instant.astimezone(timezone).year, timezone)


@lru_cache(maxsize=64)
def _least_offset(year: int, timezone: ZoneInfo) -> timedelta:
    # Each month is looked at: in Morocco clocks go back for one month alone.
    months = (datetime(year, month, 1, tzinfo=UTC) for month in range(1, 13))
    return min(offset(month, timezone) for month in months)


def _parts(rule: Rule, within: Span, ahead: timedelta, is_holiday: Holidays) -> Iterator[Span]:
    """Yield the parts of a span that are in a rule, by a clock that is ahead of UTC."""
    midnight = datetime.min.time()
    first = (within.start + ahead).date()
    last = (within.end + ahead - MINUTE).date()
    for day in days(first, last + DAY):
        if not rule.has(day, is_holiday):
            continue
        start_of_day = datetime.combine(day, midnight, tzinfo=UTC) - ahead
        for begin, end in rule.times:
            start = max(start_of_day + begin * MINUTE, within.start)
            stop = min(start_of_day + end * MINUTE, within.end)
            if start < stop:
                yield Span(start, stop)


def united(parts: Iterable[Span]) -> Iterator[Span]:
    """Yield spans in order, those that touch or overlap as one."""
    current: Span | None = None
    for part in sorted(parts):
        if current is None:
            current = part
        elif part.start <= current.end:
            current = Span(current.start, max(current.end, part.end))
        else:
            yield current
            current = part
    if current is not None:
        yield current
