"""Zones that overlap: two zones of one line may not, since no order among them says which holds.

The calendar is looked at day by day only if the rules do not tell by themselves that no time can be
in both.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.energy.hours import Holidays, MonthDay, Rule, Zone, spans
from powerstats_cli.core.periods import DAY, day_span, days

# The rules of the calendar repeat, so some years tell.
CHECKED_DAYS: Final = 2 * 366
_WEEK: Final = frozenset(range(7))
_WHOLE_YEAR: Final = ((1, 1), (12, 31))


def overlap(
    one: Zone, other: Zone, first: date, timezone: ZoneInfo, is_holiday: Holidays
) -> datetime | None:
    """Return an instant that is in both zones, in two years from a day on; None if none is."""
    pairs = [(mine, its) for mine in one for its in other if _may_meet(mine, its)]
    if not pairs:
        return None
    for day in days(first, first + CHECKED_DAYS * DAY):
        if any(_both_have(*pair, day, is_holiday) for pair in pairs):
            at = _met(one, other, day, timezone, is_holiday)
            if at is not None:
                return at
    return None


def _met(
    one: Zone, other: Zone, day: date, timezone: ZoneInfo, is_holiday: Holidays
) -> datetime | None:
    within = day_span(day, timezone)
    mine = spans(one, within, timezone, is_holiday)
    others = spans(other, within, timezone, is_holiday)
    starts = (
        max(span.start, each.start)
        for span in mine
        for each in others
        if span.start < each.end and each.start < span.end
    )
    return min(starts, default=None)


def _both_have(one: Rule, other: Rule, day: date, is_holiday: Holidays) -> bool:
    """Tell whether two rules may be of one day; by different clocks it may be the next one."""
    if one.is_standard == other.is_standard:
        return one.has(day, is_holiday) and other.has(day, is_holiday)
    near = [day - DAY, day, day + DAY]
    return all(any(rule.has(each, is_holiday) for each in near) for rule in (one, other))


def _may_meet(one: Rule, other: Rule) -> bool:
    """Tell whether a time can be in both rules, as far as they tell by themselves."""
    if one.is_standard != other.is_standard:
        return True
    return (
        _meet(one.times, other.times)
        and _seasons_meet(one, other)
        and bool(_usual(one) & _usual(other) or _on_holidays(one) & _on_holidays(other))
    )


def _meet(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> bool:
    return any(
        start < its_end and its_start < end for start, end in one for its_start, its_end in other
    )


def _seasons_meet(one: Rule, other: Rule) -> bool:
    return any(
        first <= its_last and its_first <= last
        for first, last in _stretches(one)
        for its_first, its_last in _stretches(other)
    )


def _stretches(rule: Rule) -> Iterator[tuple[MonthDay, MonthDay]]:
    """Yield the stretches of a rule's year, none of them over its end."""
    for first, last in rule.months or (_WHOLE_YEAR,):
        if first <= last:
            yield first, last
        else:
            yield first, _WHOLE_YEAR[1]
            yield _WHOLE_YEAR[0], last


def _usual(rule: Rule) -> frozenset[int]:
    """Return the weekdays of a rule when they are no holidays."""
    return rule.weekdays or (frozenset() if rule.holidays is True else _WEEK)


def _on_holidays(rule: Rule) -> frozenset[int]:
    """Return the weekdays of a rule when they are holidays."""
    if rule.holidays is None:
        return rule.weekdays or _WEEK
    return _WEEK if rule.holidays else frozenset()
