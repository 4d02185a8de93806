"""Every number of each tab."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import floor
from statistics import fmean

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_span, day_start
from tests.page.expected.charts import (
    calendar,
    chart_of,
    energy_chart,
    further_charts,
    heat,
    main_chart,
    main_lines,
    rolled,
)
from tests.page.expected.flows import with_sums
from tests.page.expected.gaps import gap_list
from tests.page.expected.grid import Day, Grid, Numbers, Roles, escaped, iso, total
from tests.page.expected.made import made, now, own_by, readings
from tests.page.expected.so_far import with_today
from tests.page.expected.sums import (
    ENOUGH,
    change,
    ends,
    known_time,
    per_day,
    same_time,
    span_of,
    sum_of,
)


def today(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the first tab."""
    gap_numbers = gap_list(Grid(documents["daily"]))
    documents = _summed(documents, roles)
    daily = documents["daily"]
    grid = Grid(daily)
    roles = roles.of(daily)
    numbers = {**gap_numbers, **main_chart(grid, roles), **further_charts(grid, roles)}
    numbers |= made(grid, roles) | readings(grid, roles) | now(grid, roles)
    if roles.energy and (so_far := total(grid.cells(roles.energy))) is not None:
        numbers["so-far"] = so_far
    if "weekly" in documents:
        weekly = Grid(documents["weekly"])
        numbers |= _compared(grid, weekly, roles)
        numbers |= _ghost(grid, weekly, roles)
    return numbers


def _summed(documents: Mapping[str, Document], roles: Roles) -> Mapping[str, Document]:
    """Return files with the sums that the page makes."""
    if not roles.sums:
        return documents
    return {tier: with_sums(document, roles.sums) for tier, document in documents.items()}


def _compared(grid: Grid, week: Grid, roles: Roles) -> Numbers:
    """Return today beside yesterday and beside the mean of seven days, up to a whole hour."""
    name = roles.energy
    if not name or name not in week.document.series:
        return {}
    numbers: Numbers = {}
    so_far = total(grid.cells(name))
    if so_far is not None and (found := _beside(grid, week, name, [1])):
        by, mine, theirs, _ = found
        if (more := change(mine, theirs)) is not None:
            numbers |= {"so-far-time": iso(by), "yesterday": theirs}
            numbers |= _told(more, "yesterday-change")
            if abs(so_far - mine) >= 1e-6:
                numbers["so-far-then"] = mine
    if (found := _beside(grid, week, name, range(1, 8))) and found[3] > 1:
        numbers["usual"] = found[2]
        if (more := change(found[1], found[2])) is not None:
            numbers["usual-change"] = more
    return numbers


def _beside(
    grid: Grid, week: Grid, name: str, ago: Iterable[int]
) -> tuple[datetime, float, float, int] | None:
    """Return the hour, today's amount up to it, the mean of other days', and of how many."""
    day, zone = grid.days[0], grid.zone
    for by in ends(grid, name):
        spans = [
            (day_start(day - back * DAY, zone), end)
            for back in ago
            if (end := same_time(day - back * DAY, by, zone)) is not None
        ]
        if not spans:
            continue
        ours = span_of(grid, name, day_start(day, zone), by)
        known = [a for span in spans if (a := span_of(week, name, *span)) is not None]
        return None if ours is None or not known else (by, ours, fmean(known), len(known))
    return None


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
    lines = main_lines(grid, roles)
    return chart_of("main", {**lines, "yesterday": {"value": ghost}}, grid.spans)


def closed(grid: Grid, roles: Roles) -> Numbers:
    """Return the numbers that all tabs of closed days have."""
    numbers = made(grid, roles) | readings(grid, roles)
    if roles.sun_energy:
        numbers |= _in_days("solar", grid.by_day(roles.sun_energy))
    for flow, name in roles.flows.items():
        if name != roles.energy:
            numbers |= _in_days(flow, grid.by_day(name))
    if not roles.energy:
        return numbers
    days = grid.by_day(roles.energy)
    numbers |= _in_days("house", days)
    whole = [day for day in days if day.is_whole]
    if (added := sum_of(days)) is not None and (each := per_day(days)) is not None:
        number = len([day for day in days if day.total is not None])
        numbers |= {"total": added, "per-day": each, "total-days": number}
    for key, pick in (("highest-day", max), ("lowest-day", min)):
        found = pick(whole, key=lambda day: day.total or 0.0, default=None)
        numbers[key] = found.total if found else None
        if found:
            numbers[f"{key}-date"] = f"{found.day}"
    return numbers


def _in_days(key: str, days: list[Day]) -> Numbers:
    """Return in how many days a sum was made, if these are not all."""
    there = sum(day.total is not None for day in days)
    return {f"{key}-days": there} if 0 < there < len(days) else {}


def week(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the second tab."""
    gap_numbers = gap_list(Grid(documents["weekly"]))
    documents = _summed(documents, roles)
    grid = Grid(documents["weekly"])
    roles = roles.of(grid.document)
    numbers = (
        gap_numbers | closed(grid, roles) | main_chart(grid, roles) | further_charts(grid, roles)
    )
    if roles.energy:
        for day in grid.by_day(roles.energy):
            numbers |= {f"day-{day.day}": day.total, f"known-day-{day.day}": day.coverage}
        if roles.sun_energy:
            for day in grid.by_day(roles.sun_energy):
                numbers[f"solar-day-{day.day}"] = day.total
        numbers |= own_by(grid, roles, lambda day: f"own-day-{day}")
        numbers |= _today_row(grid, documents.get("daily"), roles)
    name = roles.energy or roles.main
    if name:
        values = [value for row in heat(grid, name) for value in row if value is not None]
        if values:
            is_amount = grid.document.series[name].unit == "W" or grid.is_counter(name)
            ends = [0.0, *values] if is_amount else values
            numbers |= {"hours-low": min(ends), "hours-high": max(ends)}
    return numbers


def _today_row(grid: Grid, daily: Document | None, roles: Roles) -> Numbers:
    """Return today so far, as the last of the week's bars."""
    if daily is None or daily.day is None or not daily.points or not roles.energy:
        return {}
    if daily.day <= grid.days[-1]:
        return {}
    today = Grid(daily)
    numbers: Numbers = {
        f"day-{daily.day}": total(today.cells(roles.energy)),
        f"known-day-{daily.day}": today.known_share(roles.energy),
    }
    if roles.sun_energy:
        numbers[f"solar-day-{daily.day}"] = total(today.cells(roles.sun_energy))
    return numbers | own_by(today, roles, lambda day: f"own-day-{day}")


def month(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the third tab."""
    gap_numbers = gap_list(Grid(documents["monthly"]))
    documents = _summed(documents, roles)
    grid = Grid(documents["monthly"])
    roles = roles.of(grid.document)
    shown = with_today(grid, documents.get("daily"))
    numbers = gap_numbers | closed(grid, roles) | further_charts(grid, roles, shown)
    if roles.main and not grid.is_counter(roles.main):
        numbers |= main_chart(grid, roles, shown)
    lines = {n: {"value": [d.total for d in days]} for n, days in energy_chart(shown, roles)}
    numbers |= chart_of("energy", lines, shown.spans)
    numbers |= {f"sum-{escaped(n)}": sum_of(days) for n, days in energy_chart(grid, roles)}
    if not roles.energy:
        return numbers
    days = grid.by_day(roles.energy)
    for weekday in range(1, 8):
        same = [d.total for d in days if d.is_whole and d.day.isoweekday() == weekday]
        amounts = [amount for amount in same if amount is not None]
        numbers[f"weekday-{weekday}"] = fmean(amounts) if amounts else None
        numbers[f"weekday-{weekday}-days"] = len(amounts)
    yearly = documents.get("yearly")
    if yearly and yearly.points and "total" in numbers:
        numbers |= _before(days, Grid(yearly), roles.energy)
    return numbers


def _before(days: list[Day], year: Grid, name: str) -> Numbers:
    """Return as many days before some days; both are compared only if 90 % of them is known."""
    since = days[0].day - len(days) * DAY
    older = [day for day in year.by_day(name) if since <= day.day < days[0].day]
    ours = known_time(days) / sum((day.span.length for day in days), timedelta(0))
    span = sum((day.span.length for day in older), timedelta(0))
    theirs = known_time(older) / span * len(older) / len(days) if span else 0.0
    more = change(per_day(days), per_day(older))
    if more is None or min(ours, theirs) < ENOUGH:
        return {}
    return {"before": per_day(older), **_told(more, "before-change")}


def _told(more: float, key: str) -> Numbers:
    """Return a difference in per cent as a sentence tells it: one of zero is "as much as"."""
    return {} if floor(more * 100 + 0.5) == 0 else {key: more}


def year(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the last tab."""
    gap_numbers = gap_list(Grid(documents["yearly"]))
    documents = _summed(documents, roles)
    grid = Grid(documents["yearly"])
    roles = roles.of(grid.document)
    shown = with_today(grid, documents.get("daily"))
    more = len(shown.spans) - len(grid.spans)
    numbers = gap_numbers | closed(grid, roles) | further_charts(grid, roles, shown)
    if roles.main and not grid.is_counter(roles.main):
        numbers |= main_chart(grid, roles, shown)
    lines: dict[str, dict[str, list[float | None]]] = {}
    for name, days in energy_chart(grid, roles):
        if not lines:
            lines["daily"] = {"value": [day.total for day in shown.by_day(name)]}
            numbers[f"sum-{escaped(name)}"] = sum_of(days)
        means = [rolled(days, number) for number in range(len(days))]
        lines[name] = {"value": [*means, *[None] * more]}
    numbers |= chart_of("rolling", lines, shown.spans)
    subject = roles.energy or roles.main
    if subject:
        values = [value for _, value in calendar(grid, subject) if value is not None]
        if values:
            unit = grid.document.series[subject].unit
            ends = [0.0, *values] if unit == "W" or grid.is_counter(subject) else values
            numbers |= {"calendar-low": min(ends), "calendar-high": max(ends)}
    if not roles.energy:
        return numbers
    own = own_by(grid, roles, lambda day: f"month-{day:%Y-%m}-own")
    numbers |= _months(grid, roles)
    return numbers | {key: share for key, share in own.items() if key[:-4] in numbers}


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
        comparable = mine if known * len(some) / in_all.days >= ENOUGH else None
        if (more := change(comparable, before)) is not None:
            numbers[f"month-{month}-change"] = more
        if roles.sun_energy:
            numbers[f"month-{month}-solar"] = sum_of([suns[day.day] for day in some])
        before = comparable
    return numbers


TABS = {
    "today": ("daily", today),
    "7-days": ("weekly", week),
    "30-days": ("monthly", month),
    "365-days": ("yearly", year),
}
