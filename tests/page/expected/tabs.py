"""Every number of each tab."""

from collections.abc import Mapping
from datetime import timedelta
from statistics import fmean

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_span
from tests.page.expected.charts import (
    calendar,
    card,
    chart_of,
    columns_of,
    energy_chart,
    extreme_cards,
    further_charts,
    heat,
    main_chart,
    rolled,
)
from tests.page.expected.gaps import gap_list
from tests.page.expected.grid import Day, Grid, Numbers, Roles, escaped, iso, total
from tests.page.expected.so_far import with_today
from tests.page.expected.sums import change, known_time, mean, per_day, sum_of, whole_hours


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
    """Return the numbers that all tabs of closed days have."""
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
        numbers |= _in_days("total", days)
        for key, pick in (("highest-day", max), ("lowest-day", min)):
            found = pick(whole, key=lambda day: day.total or 0.0, default=None)
            numbers[key] = found.total if found else None
            if found:
                numbers[f"{key}-date"] = f"{found.day}"
    if roles.sun_energy:
        days = grid.by_day(roles.sun_energy)
        numbers |= {"solar": sum_of(days), "solar-per-day": per_day(days)}
        numbers |= _in_days("solar", days)
    return numbers | gap_list(grid)


def _in_days(key: str, days: list[Day]) -> Numbers:
    """Return in how many days a sum was made, if these are not all."""
    there = sum(day.total is not None for day in days)
    return {f"{key}-days": there} if 0 < there < len(days) else {}


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
    return numbers


def month(documents: Mapping[str, Document], roles: Roles) -> Numbers:
    """Return every number of the third tab."""
    grid = Grid(documents["monthly"])
    shown = with_today(grid, documents.get("daily"))
    numbers = closed(grid, roles) | further_charts(grid, roles, shown)
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
    shown = with_today(grid, documents.get("daily"))
    more = len(shown.spans) - len(grid.spans)
    numbers = closed(grid, roles) | further_charts(grid, roles, shown)
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
    return numbers | (_months(grid, roles) if roles.energy else {})


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
