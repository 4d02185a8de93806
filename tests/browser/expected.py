"""What the dashboard has to show, computed from the data files: arithmetic of its own.

Days, hours and intervals come from the program's periods; every sum, mean and comparison is done
here again, by what docs/data.md and the page's headings say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from statistics import fmean
from urllib.parse import quote
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, HOUR, Span, day_span, day_start, hours, local_day
from powerstats_cli.core.tiers import buckets

Raw = float | str | None
Numbers = dict[str, Raw]

WINDOWS = {"daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
WHOLE = 0.999
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Roles:
    """Which series the page is about; the tests say it, the page has to find it."""

    main: str | None = "power"
    energy: str | None = "power"
    sun: str | None = "solar"
    sun_energy: str | None = "solar"

    @property
    def beside(self) -> str | None:
        """The series in the main chart next to the main one."""
        return self.sun if self.main is not None and self.main == self.energy else None


@dataclass(frozen=True)
class Cell:
    """A bucket, and what is known of a series in it."""

    span: Span
    value: Value | None

    @property
    def amount(self) -> float | None:
        """What the bucket adds up."""
        if self.value is None:
            return None
        return self.value.kwh if self.value.kwh is not None else self.value.change

    @property
    def known(self) -> timedelta:
        """How much of it is known."""
        return self.span.length * (self.value.coverage if self.value else 0)


@dataclass(frozen=True)
class Day:
    """A local day of a series."""

    day: date
    span: Span
    cells: list[Cell]

    @property
    def total(self) -> float | None:
        """What the day adds up."""
        return total(self.cells)

    @property
    def coverage(self) -> float:
        """The known share."""
        return min(1.0, sum(cell.known / self.span.length for cell in self.cells))

    @property
    def is_whole(self) -> bool:
        """Whether it is known to its end, rounding aside."""
        return self.total is not None and self.coverage >= WHOLE


class Grid:
    """A file's buckets, laid on the days of its window."""

    def __init__(self, document: Document) -> None:
        """Find the window's days."""
        self.document = document
        self.zone = ZoneInfo(document.timezone)
        there = [local_day(start, self.zone) for start in document.points]
        if document.day:
            first = last = document.day
        else:
            until = max(series.until for series in document.series.values())
            last = max([local_day(until, self.zone) - DAY, *there])
            first = min([last - (WINDOWS[document.tier] - 1) * DAY, *there])
        self.days = [first + number * DAY for number in range((last - first).days + 1)]
        self.spans = [
            span for day in self.days for span in buckets(document.bucket, day, self.zone)
        ]
        begins = self.days[0] if document.day or not there else min(there)
        self.start = day_start(begins, self.zone)
        self.end = self.spans[-1].end

    def cells(self, name: str | None) -> list[Cell]:
        """Return a series' buckets."""
        points = self.document.points
        return [
            Cell(span, points.get(span.start, {}).get(name) if name else None)
            for span in self.spans
        ]

    def by_day(self, name: str | None) -> list[Day]:
        """Return a series' days."""
        cells = iter(self.cells(name))
        days = [(day, day_span(day, self.zone)) for day in self.days]
        return [
            Day(day, span, list(islice(cells, len(buckets(self.document.bucket, day, self.zone)))))
            for day, span in days
            if span.length
        ]

    def until(self, name: str) -> datetime:
        """Return up to when a series was asked for."""
        return self.document.series[name].until

    def is_counter(self, name: str) -> bool:
        """Tell whether a series counts."""
        return self.document.series[name].state_class != "measurement"

    def known_share(self, name: str) -> float | None:
        """Return the known share of the time asked for."""
        asked = min(self.until(name), self.end) - self.start
        if asked <= timedelta(0):
            return None
        return min(1.0, sum((cell.known for cell in self.cells(name)), timedelta(0)) / asked)

    def asked(self, name: str) -> tuple[datetime, datetime]:
        """Return the time in which a series was there to be asked for."""
        until = min(self.until(name), self.end)
        if self.document.day:
            return self.start, until
        first = next((cell.span.start for cell in self.cells(name) if cell.value), until)
        return first, until


# --- sums -------------------------------------------------------------------------------------


def total(cells: Iterable[Cell]) -> float | None:
    """Return what buckets add up, None where nothing is known."""
    amounts = [cell.amount for cell in cells if cell.amount is not None]
    return float(sum(map(Fraction, amounts))) if amounts else None


def mean(cells: Iterable[Cell]) -> float | None:
    """Return the mean, weighted by known time."""
    weighted, known = Fraction(0), Fraction(0)
    for cell in cells:
        if cell.value is not None and cell.value.mean is not None:
            time = Fraction(cell.known.total_seconds())
            weighted += Fraction(cell.value.mean) * time
            known += time
    return float(weighted / known) if known else None


def lowest(cells: Iterable[Cell]) -> Cell | None:
    """Return the first bucket with the lowest value in it."""
    some = [cell for cell in cells if cell.value is not None and cell.value.min is not None]
    return min(some, key=lambda cell: cell.value.min or 0.0 if cell.value else 0.0, default=None)


def highest(cells: Iterable[Cell]) -> Cell | None:
    """Return the first bucket with the highest value in it."""
    some = [cell for cell in cells if cell.value is not None and cell.value.max is not None]
    return max(some, key=lambda cell: cell.value.max or 0.0 if cell.value else 0.0, default=None)


def known_time(days: Iterable[Day]) -> timedelta:
    """Return the known time of the days that have a total."""
    return sum(
        (day.coverage * day.span.length for day in days if day.total is not None), timedelta(0)
    )


def sum_of(days: Iterable[Day]) -> float | None:
    """Return what days add up."""
    return total(cell for day in days for cell in day.cells)


def per_day(days: Iterable[Day]) -> float | None:
    """Return the total for 24 hours of known time."""
    days = list(days)
    added, time = sum_of(days), known_time(days)
    return None if added is None or not time else added / (time / DAY)


def change(ours: float | None, theirs: float | None) -> float | None:
    """Return how much more we have, as a share of theirs."""
    return None if ours is None or theirs is None or theirs <= 0 else ours / theirs - 1


def whole_hours(grid: Grid, name: str, day: date) -> dict[str, float]:
    """Return the amounts of a day's wholly known hours by local time and offset order."""
    found: dict[str, float] = {}
    cells = grid.cells(name)
    for hour in hours(day, grid.zone):
        inside = [cell for cell in cells if hour.start <= cell.span.start < hour.end]
        known = sum((cell.known for cell in inside), timedelta(0))
        if hour.end <= grid.until(name) and known >= WHOLE * hour.length:
            label = f"{hour.start.astimezone(grid.zone):%H:%M}"
            found[f"{label} again" if label in found else label] = total(inside) or 0.0
    return found


# --- the parts of a tab -----------------------------------------------------------------------


def iso(instant: datetime) -> str:
    """Return an instant as the page marks it."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}Z"


def millis(instant: datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return round(instant.timestamp() * 1000)


def card(key: str, value: float | None) -> Numbers:
    """Return a number that is shown, as a dash where it is unknown."""
    return {key: value}


def extreme_cards(grid: Grid, name: str, low: str, high: str) -> Numbers:
    """Return the lowest and the highest value and their times."""
    cells = grid.cells(name)
    numbers: Numbers = {low: None, high: None}
    if (cell := lowest(cells)) and cell.value:
        numbers |= {low: cell.value.min, f"{low}-time": iso(cell.span.start)}
    if (cell := highest(cells)) and cell.value:
        numbers |= {high: cell.value.max, f"{high}-time": iso(cell.span.start)}
    return numbers


def rests(grid: Grid, names: Iterable[str]) -> Numbers:
    """Return what charts say of their series while nothing is read in them."""
    numbers: Numbers = {}
    for name in names:
        cells, key = grid.cells(name), escaped(name)
        if grid.is_counter(name):
            numbers[f"total-{key}"] = total(cells)
        elif (low := lowest(cells)) and (high := highest(cells)) and low.value and high.value:
            numbers |= {
                f"mean-{key}": mean(cells),
                f"min-{key}": low.value.min,
                f"max-{key}": high.value.max,
            }
    return numbers


def escaped(name: str) -> str:
    """Return a name as keys have it."""
    return quote(name, safe="!*'()~")


def table(
    chart: str, series: str, columns: Mapping[str, Iterable[float | None]], spans: list[Span]
) -> Numbers:
    """Return a chart's table: one row a bucket of which something is known."""
    return {
        f"cell-{chart}-{escaped(series)}-{column}-{millis(span.start)}": value
        for column, values in columns.items()
        for span, value in zip(spans, values, strict=True)
    }


def columns_of(grid: Grid, name: str, *, with_band: bool = True) -> dict[str, list[float | None]]:
    """Return a series' columns in a table."""
    cells = grid.cells(name)
    if grid.is_counter(name):
        return {"value": [cell.amount for cell in cells]}
    made = {"value": [cell.value.mean if cell.value else None for cell in cells]}
    if with_band:
        made["min"] = [cell.value.min if cell.value else None for cell in cells]
        made["max"] = [cell.value.max if cell.value else None for cell in cells]
    return made


def main_chart(grid: Grid, roles: Roles) -> Numbers:
    """Return the main chart's table and what it says at rest."""
    if roles.main is None:
        return {}
    lines = {roles.main: columns_of(grid, roles.main)}
    if roles.beside:
        lines[roles.beside] = columns_of(grid, roles.beside, with_band=False)
    return chart_of("main", lines, grid.spans) | rests(grid, lines)


def chart_of(
    key: str, lines: Mapping[str, Mapping[str, list[float | None]]], spans: list[Span]
) -> Numbers:
    """Return a chart's table; rows of which nothing is known are left out."""
    empty = {
        number
        for number in range(len(spans))
        if all(columns["value"][number] is None for columns in lines.values())
    }
    kept = [span for number, span in enumerate(spans) if number not in empty]
    numbers: Numbers = {}
    for name, columns in lines.items():
        some = {
            column: [value for number, value in enumerate(values) if number not in empty]
            for column, values in columns.items()
        }
        numbers |= table(key, name, some, kept)
    return numbers


def further_charts(grid: Grid, roles: Roles) -> Numbers:
    """Return every other series' chart; voltages share one, up to four."""
    about = grid.document.series
    rest = [name for name in about if name not in {roles.main, roles.beside}]
    volts = [n for n in rest if about[n].unit == "V" and not grid.is_counter(n)][:4]
    groups = [volts] if volts else []
    groups += [[name] for name in rest if name not in volts]
    numbers: Numbers = {}
    for names in groups:
        lines = {name: columns_of(grid, name, with_band=len(names) == 1) for name in names}
        key = "voltage" if names == volts else names[0]
        numbers |= chart_of(f"series-{escaped(key)}", lines, grid.spans)
        numbers |= rests(grid, names)
    return numbers


# --- gaps -------------------------------------------------------------------------------------


@dataclass
class Gap:
    """Unknown time: the buckets it touches, and how much of them it is."""

    start: datetime
    end: datetime
    length: timedelta
    missing: list[str]
    kind: str
    is_whole: bool


def gaps(grid: Grid) -> list[Gap]:
    """Return a window's gaps in order."""
    found: list[Gap] = []
    columns = {name: grid.cells(name) for name in grid.document.series}
    asked = {name: grid.asked(name) for name in columns}
    is_daily = grid.document.bucket == "day"
    for number, span in enumerate(grid.spans):
        expected = [n for n, (start, end) in asked.items() if start <= span.start < end]
        unknown = {
            name: span.length - columns[name][number].known
            for name in expected
            if span.length - columns[name][number].known >= span.length * 0.00005
        }
        before = [gap for gap in found if gap.end == span.start]
        for part in _apart(unknown) if is_daily else [unknown] if unknown else []:
            length = max(part.values())
            is_whole = span.length - length < span.length * 0.00005
            kind = _kind(list(part), expected, grid.document)
            last = next((g for g in before if (g.missing, g.kind) == (list(part), kind)), None)
            if last and (not is_daily or is_whole or last.is_whole):
                last.end, last.length, last.is_whole = span.end, last.length + length, is_whole
            else:
                found.append(Gap(span.start, span.end, length, list(part), kind, is_whole))
    return found


def _apart(unknown: Mapping[str, timedelta]) -> list[dict[str, timedelta]]:
    """Return a day's unknown times, those of about one length together."""
    groups: list[dict[str, timedelta]] = []
    for name, length in unknown.items():
        for group in groups:
            first = next(iter(group.values()))
            if abs(length - first) <= max(10 * MINUTE, first / 10):
                group[name] = length
                break
        else:
            groups.append({name: length})
    return groups


QUANTITIES = re.compile(
    "power.?factor|apparent.?power|reactive.?power|power|voltage|current|energy|frequency"
    "|cos.?phi|consumption|[^a-z0-9]"
)


def _kind(missing: list[str], expected: list[str], document: Document) -> str:
    if missing == expected:
        return "No data"
    meters: dict[str, set[str]] = {}
    for name in expected:
        meters.setdefault(QUANTITIES.sub("", name.lower()), set()).add(name)
    is_meter = any(len(meter) > 1 and meter <= set(missing) for meter in meters.values())
    is_voltage = all(document.series[name].unit == "V" for name in missing)
    return "Power cut" if is_meter or is_voltage else "Unknown"


def gap_list(grid: Grid) -> Numbers:
    """Return the gaps as they are listed, the newest first."""
    found = gaps(grid)
    numbers: Numbers = {"gaps": len(found)}
    for number, gap in enumerate(reversed(found)):
        numbers |= {
            f"gap-{number}-start": iso(gap.start),
            f"gap-{number}-length": round(gap.length.total_seconds()),
            f"gap-{number}-missing": " ".join(gap.missing),
        }
    return numbers


# --- the tabs ---------------------------------------------------------------------------------


def today(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the first tab."""
    daily = documents["daily"]
    grid = Grid(daily)
    numbers = {**gap_list(grid), **main_chart(grid, roles), **further_charts(grid, roles)}
    latest = daily.latest or {}
    if roles.main:
        numbers |= {"now": None, "known": grid.known_share(roles.main)}
        if roles.main in latest:
            last = latest[roles.main]
            numbers |= {"now": last.value, "now-time": iso(last.timestamp)}
        if not grid.is_counter(roles.main):
            cells = grid.cells(roles.main)
            numbers |= card("mean-today", mean(cells))
            numbers |= extreme_cards(grid, roles.main, "min-today", "max-today")
    if roles.sun or roles.sun_energy:
        numbers["solar-now"] = None
        if roles.sun and roles.sun in latest and _is_known_last(grid, roles.sun):
            numbers["solar-now"] = latest[roles.sun].value
        if roles.sun_energy:
            numbers["solar-today"] = total(grid.cells(roles.sun_energy))
    if roles.energy:
        numbers["energy-today"] = total(grid.cells(roles.energy))
    if "weekly" in documents:
        weekly = Grid(documents["weekly"])
        numbers |= _compared(grid, weekly, roles)
        numbers |= _ghost(grid, weekly, roles)
    return numbers


def _is_known_last(grid: Grid, name: str) -> bool:
    """Tell whether the newest bucket that was asked for knows a series."""
    ended = [cell for cell in grid.cells(name) if cell.span.end <= grid.until(name)]
    return bool(ended) and ended[-1].value is not None


def _compared(grid: Grid, week: Grid, roles: Roles) -> Numbers:
    name, day = roles.energy, grid.days[0]
    if not name:
        return {}
    numbers: Numbers = {}
    ours = whole_hours(grid, name, day)
    is_there = name in week.document.series
    before = {
        back: whole_hours(week, name, day - back * DAY) if is_there else {} for back in range(1, 8)
    }
    for key, others in (("yesterday", [before[1]]), ("mean-week", list(before.values()))):
        pairs = [
            (value, fmean(known))
            for label, value in ours.items()
            if (known := [other[label] for other in others if label in other])
        ]
        numbers[key] = None
        if not pairs:
            continue
        mine, theirs = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        numbers |= {key: theirs, f"{key}-hours": len(pairs), f"{key}-today": mine}
        if (more := change(mine, theirs)) is not None:
            numbers[f"{key}-change"] = more
    return numbers


def _ghost(grid: Grid, week: Grid, roles: Roles) -> Numbers:
    """Return yesterday's hourly means, at today's buckets of the same local hour."""
    name = roles.main
    if not name or grid.is_counter(name):
        return {}
    yesterday = day_span(grid.days[0] - DAY, grid.zone)
    by_hour: dict[int, float] = {}
    for cell in week.cells(name):
        is_inside = yesterday.start <= cell.span.start < yesterday.end
        if is_inside and cell.value and cell.value.mean is not None:
            by_hour.setdefault(cell.span.start.astimezone(week.zone).hour, cell.value.mean)
    ghost = [by_hour.get(span.start.astimezone(grid.zone).hour) for span in grid.spans]
    lines = {name: columns_of(grid, name)}
    if roles.beside:
        lines[roles.beside] = columns_of(grid, roles.beside, with_band=False)
    return chart_of("main", {**lines, "yesterday": {"value": ghost}}, grid.spans)


def closed(grid: Grid, roles: Roles) -> Numbers:
    """Return what each tab of closed days begins with."""
    numbers: Numbers = {}
    if roles.main:
        numbers["known"] = grid.known_share(roles.main)
        if not grid.is_counter(roles.main):
            numbers |= card("mean", mean(grid.cells(roles.main)))
            numbers |= extreme_cards(grid, roles.main, "min", "max")
    else:
        numbers["known"] = None
    if roles.energy:
        days = grid.by_day(roles.energy)
        whole = [day for day in days if day.is_whole]
        numbers |= {"total": sum_of(days), "per-day": per_day(days)}
        for key, pick in (("highest-day", max), ("lowest-day", min)):
            found = pick(whole, key=lambda day: day.total or 0.0, default=None)
            numbers[key] = found.total if found else None
            if found:
                numbers[f"{key}-date"] = f"{found.day}"
    if roles.sun_energy:
        days = grid.by_day(roles.sun_energy)
        numbers |= {"solar": sum_of(days), "solar-per-day": per_day(days)}
    return numbers | gap_list(grid)


def week(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the second tab."""
    grid = Grid(documents["weekly"])
    numbers = closed(grid, roles) | main_chart(grid, roles) | further_charts(grid, roles)
    if roles.energy:
        for day in grid.by_day(roles.energy):
            numbers |= {f"day-{day.day}": day.total, f"known-day-{day.day}": day.coverage}
        if roles.sun_energy:
            for day in grid.by_day(roles.sun_energy):
                numbers[f"solar-day-{day.day}"] = day.total
    name = roles.energy or roles.main
    if name:
        values = [value for row in heat(grid, name) for value in row if value is not None]
        if values:
            is_amount = grid.document.series[name].unit == "W" or grid.is_counter(name)
            low = min([0.0, *values]) if is_amount else min(values)
            numbers |= {"hours-low": low, "hours-high": max(values)}
    return numbers


def heat(grid: Grid, name: str) -> list[list[float | None]]:
    """Return a week's hours, a row a day, in order."""
    is_amount = grid.document.series[name].unit == "W" or grid.is_counter(name)
    return [
        [
            cell.amount if is_amount else cell.value.mean if cell.value else None
            for cell in day.cells
        ]
        for day in grid.by_day(name)
        if day.span.end > grid.start
    ]


def energy_chart(grid: Grid, roles: Roles) -> Iterator[tuple[str, list[Day]]]:
    """Yield the series of the energy chart and their days."""
    if roles.energy:
        yield roles.energy, grid.by_day(roles.energy)
    if roles.sun_energy:
        yield roles.sun_energy, grid.by_day(roles.sun_energy)


def month(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the third tab."""
    grid = Grid(documents["monthly"])
    numbers = closed(grid, roles) | further_charts(grid, roles)
    if roles.main and not grid.is_counter(roles.main):
        numbers |= main_chart(grid, roles)
    lines = {n: {"value": [d.total for d in days]} for n, days in energy_chart(grid, roles)}
    numbers |= chart_of("energy", lines, grid.spans)
    if not roles.energy:
        return numbers
    days = grid.by_day(roles.energy)
    for weekday in range(1, 8):
        same = [d.total for d in days if d.is_whole and d.day.isoweekday() == weekday]
        amounts = [amount for amount in same if amount is not None]
        numbers[f"weekday-{weekday}"] = fmean(amounts) if amounts else None
        numbers[f"weekday-{weekday}-days"] = len(amounts)
    yearly = documents.get("yearly")
    if yearly and yearly.points:
        since = grid.days[0] - len(days) * DAY
        older = [
            day
            for day in Grid(yearly).by_day(roles.energy)
            if since <= day.day < grid.days[0] and day.total is not None
        ]
        if older:
            numbers["before"] = sum_of(older)
            if len(older) < len(days):
                numbers["before-days"] = len(older)
            elif all(day.total is not None for day in days):
                more = change(per_day(days), per_day(older))
                numbers |= {} if more is None else {"before-change": more}
    return numbers


def year(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the last tab."""
    grid = Grid(documents["yearly"])
    numbers = closed(grid, roles) | further_charts(grid, roles)
    if roles.main and not grid.is_counter(roles.main):
        numbers |= main_chart(grid, roles)
    lines: dict[str, dict[str, list[float | None]]] = {}
    for name, days in energy_chart(grid, roles):
        if not lines:
            lines["daily"] = {"value": [day.total for day in days]}
        lines[name] = {"value": [_rolled(days, number) for number in range(len(days))]}
    numbers |= chart_of("rolling", lines, grid.spans)
    shown = roles.energy or roles.main
    if shown:
        values = [value for _, value in calendar(grid, shown) if value is not None]
        if values:
            numbers |= {"calendar-low": min(values), "calendar-high": max(values)}
    return numbers | (_months(grid, roles) if roles.energy else {})


def calendar(grid: Grid, name: str) -> list[tuple[date, float | None]]:
    """Return what the calendar shows of each day, from the first that is known of."""
    days = [day for day in grid.by_day(name) if day.span.start >= grid.start]
    is_amount = any(day.total is not None for day in days)
    return [(day.day, day.total if is_amount else mean(day.cells)) for day in days]


def _rolled(days: list[Day], number: int) -> float | None:
    """Return the mean of seven days, where half of them at least is known."""
    some = days[max(0, number - 6) : number + 1]
    return per_day(some) if known_time(some) >= 3.5 * DAY else None


def _months(grid: Grid, roles: Roles) -> Numbers:
    numbers: Numbers = {}
    days = grid.by_day(roles.energy)
    first = next(number for number, day in enumerate(days) if day.total is not None)
    suns = {day.day: day for day in grid.by_day(roles.sun_energy)}
    months: dict[str, list[Day]] = {}
    for day in days[first:]:
        months.setdefault(f"{day.day:%Y-%m}", []).append(day)
    before = None
    for month, some in months.items():
        next_month = (some[0].day.replace(day=1) + 32 * DAY).replace(day=1)
        in_all = next_month - some[0].day.replace(day=1)
        known = known_time(some) / sum((day.span.length for day in some), timedelta(0))
        mine = per_day(some)
        numbers |= {
            f"month-{month}": sum_of(some),
            f"month-{month}-per-day": mine,
            f"month-{month}-known": known * len(some) / in_all.days,
        }
        if (more := change(mine, before)) is not None:
            numbers[f"month-{month}-change"] = more
        if roles.sun_energy:
            numbers[f"month-{month}-solar"] = sum_of([suns[day.day] for day in some])
        before = mine
    return numbers


TABS = {
    "today": ("daily", today),
    "7-days": ("weekly", week),
    "30-days": ("monthly", month),
    "365-days": ("yearly", year),
}
__all__ = ["HOUR", "TABS", "Grid", "Roles"]
