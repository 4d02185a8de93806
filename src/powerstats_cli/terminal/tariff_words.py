"""A tariff in words: what a line costs and of what, when it holds, and the hours of a zone."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from powerstats_cli.core.energy.hours import MONTHS, WEEKDAYS, MonthDay, Rule, Zone
from powerstats_cli.core.energy.tariff_lines import REST, Line
from powerstats_cli.core.periods import DAY

MINUTES: Final = 24 * 60
_OVER: Final = {"bill": "of a bill", "day": "of a day", "bill days": "per day of the bill"}


def number(written: float, fewest: int = 2) -> str:
    """Return a number as it is written in the configuration, with two decimals at least."""
    exact = Decimal(repr(written)).normalize()
    _, _, exponent = exact.as_tuple()
    decimals = max(-exponent if isinstance(exponent, int) else 0, fewest)
    return f"{exact:.{decimals}f}"


# --- lines ----------------------------------------------------------------------------------------


def cost(line: Line) -> str:
    """Return what a line costs, and of what."""
    if line.kind == "percent":
        return _percent(line)
    if line.kind == "fixed":
        return f"{number(line.rate_in(''))} a {line.per}{_times(line)}"
    return _demand(line) if line.kind == "demand" else _energy(line)


def _percent(line: Line) -> str:
    named = (line.of,) if isinstance(line.of, str) else line.of
    share = number((line.percent or 0.0) * line.times, 0)
    return f"{share} % of {', '.join(named) if named else 'all lines above'}"


def _energy(line: Line) -> str:
    rate = line.rate
    if line.price:
        cost = _priced(line)
    elif line.blocks:
        cost = _blocks(line)
    elif isinstance(rate, float | int):
        cost = number(rate) + _times(line)
    else:
        cost = ", ".join(f"{name} {number(line.rate_in(name))}" for name in line.zones)
        cost += f", {REST} {number(line.rate_in(REST))}{_times(line)}"
    less = f" less {line.less} within {_within(line)}" if line.less else ""
    only = f" in {line.only}" if line.only else ""
    return f"a kWh of {line.per}{less}{only}: {cost}"


def _within(line: Line) -> str:
    return "the bill" if line.within == "bill" else f"{line.within} minutes"


def _priced(line: Line) -> str:
    parts = [line.price + _times(line)]
    if line.plus:
        parts[0] += f" {'-' if line.plus < 0 else '+'} {number(abs(line.plus))}"
    if line.least is not None:
        parts.append(f"at least {number(line.least)}")
    if line.most is not None:
        parts.append(f"at most {number(line.most)}")
    return ", ".join(parts)


def _blocks(line: Line) -> str:
    rates = [
        f"{number(block.rate)} to {number(block.to, 0)} kWh"
        if block.to is not None
        else f"then {number(block.rate)}"
        for block in line.blocks
    ]
    whole = ", the block that is reached for all of them" if line.whole else ""
    return f"{', '.join(rates)}, {_OVER[line.over]}{whole}{_times(line)}"


def _times(line: Line) -> str:
    return "" if line.times == 1 else f" x {number(line.times, 0)}"


def _demand(line: Line) -> str:
    unit = line.per.removeprefix("kW ")
    parts = [f"the highest {line.minutes} minutes of {line.demanded}"]
    if line.only:
        parts[0] += f" in {line.only}"
    if line.highest > 1:
        parts.append(f"the mean of the {line.highest} highest days")
    if line.months > 1:
        parts.append(f"the mean of {line.months} months")
    if line.at_least:
        parts.append(f"at least {number(line.at_least, 0)} kW a month")
    return f"{number(line.rate_in(''))} a {unit} for each kW{_times(line)}: {', '.join(parts)}"


def dates(since: date | None, until: date | None) -> str:
    """Return on which days something holds; empty if on all."""
    if since and until:
        last = until - DAY
        return f"{since}" if since == last else f"{since} to {last}"
    if since:
        return f"from {since}"
    return f"until {until - DAY}" if until else ""


# --- zones ----------------------------------------------------------------------------------------


def hours(zone: Zone) -> str:
    """Return the hours of a zone."""
    return "; ".join(map(_rule, zone))


def _rule(rule: Rule) -> str:
    parts = [_months(rule), _days(rule), ", ".join(_times_of_day(rule))]
    if rule.is_standard:
        parts.append("by clocks without summer time")
    return ", ".join(filter(None, parts)) or "always"


def _months(rule: Rule) -> str:
    return ", ".join(_season(first, last) for first, last in rule.months)


def _season(first: MonthDay, last: MonthDay) -> str:
    if first == (last[0], 1) and last[1] == 31:
        return MONTHS[first[0] - 1]
    return f"{_month_day(first, 1)}-{_month_day(last, 31)}"


def _month_day(at: MonthDay, usual: int) -> str:
    month, day = at
    return MONTHS[month - 1] + ("" if day == usual else f" {day}")


def _days(rule: Rule) -> str:
    named = ", ".join(_stretches(sorted(rule.weekdays)))
    if rule.holidays is None:
        return named
    if rule.holidays:
        return f"{named} and public holidays" if named else "public holidays"
    return f"{named or 'all days'} but public holidays"


def _stretches(numbers: Sequence[int]) -> Iterator[str]:
    """Yield the days of a week, three or more that follow each other as one stretch."""
    while numbers:
        length = 1
        while length < len(numbers) and numbers[length] == numbers[0] + length:
            length += 1
        if length > 2:
            yield f"{WEEKDAYS[numbers[0]]}-{WEEKDAYS[numbers[length - 1]]}"
        else:
            yield from (WEEKDAYS[number] for number in numbers[:length])
        numbers = numbers[length:]


def _times_of_day(rule: Rule) -> Iterator[str]:
    if rule.times != ((0, MINUTES),):
        yield from (f"{_clock(start)}-{_clock(end)}" for start, end in rule.times)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
