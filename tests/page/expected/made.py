"""What a time is made of: the present, the flows, the devices, and the readings."""

from collections.abc import Callable, Iterable
from datetime import date

from powerstats_cli.core.periods import local_day
from tests.page.expected.charts import card, extreme_cards
from tests.page.expected.grid import Grid, Numbers, Roles, escaped, iso, total
from tests.page.expected.sums import change, mean

# Two meters of one thing that differ by no more agree.
AGREE = 0.01
# Numbers that are known to shares which differ by more are of different times.
TOGETHER = 0.02 + 1e-9


def now(grid: Grid, roles: Roles) -> Numbers:
    """Return what is shown of the present: of a counter, or a sum of them, the amount of today."""
    latest = grid.document.latest or {}
    numbers: Numbers = {}
    is_sum = roles.main in roles.sums and roles.main not in latest
    if roles.main and (grid.is_counter(roles.main) or is_sum):
        numbers["now"] = total(grid.cells(roles.main))
    elif roles.main:
        numbers["now"] = None
        if roles.main in latest:
            last = latest[roles.main]
            numbers |= {"now": last.value, "now-time": iso(last.timestamp)}
    powers = {"solar": roles.sun, "grid": "grid", "battery": roles.battery}
    for key, name in powers.items():
        if name and name in grid.document.series and name != roles.main:
            is_known = name in latest and _is_known_last(grid, name)
            numbers[f"now-{key}"] = abs(latest[name].value) if is_known else None
        elif name != roles.main or not name:
            numbers |= _metered(grid, roles, key)
    if roles.level and roles.battery and _is_known_last(grid, roles.level):
        numbers["battery-level"] = latest[roles.level].value
    return numbers


def _metered(grid: Grid, roles: Roles, key: str) -> Numbers:
    """Return the energies of a source that has meters only."""
    flows = dict(roles.flows)
    if roles.sun_energy and roles.sun_energy != roles.main:
        flows["solar"] = roles.sun_energy
    ways = {"solar": ["solar"], "grid": ["import", "export"], "battery": ["discharge", "charge"]}
    names = [flows[way] for way in ways[key] if way in flows]
    if not names or roles.main == "grid_power":
        return {}
    keys = [f"now-{key}", f"now-{key}-out"]
    return {one: total(grid.cells(name)) for one, name in zip(keys, names, strict=False)}


def made(grid: Grid, roles: Roles) -> Numbers:
    """Return what the time is made of, the devices, and what is measured twice."""
    numbers: Numbers = {}
    if roles.energy:
        numbers["house"] = total(grid.cells(roles.energy))
    if roles.sun_energy:
        numbers["solar"] = total(grid.cells(roles.sun_energy))
    for flow, name in roles.flows.items():
        if name != roles.energy:
            numbers[flow] = total(grid.cells(name))
    return numbers | _own(grid, roles) | _devices(grid, roles) | _twice(grid, roles)


def _devices(grid: Grid, roles: Roles) -> Numbers:
    """Return the energy and the share of each device, and of what no device took."""
    numbers: Numbers = {}
    for name in roles.devices:
        key = f"device-{escaped(name)}"
        numbers |= {key: total(grid.cells(name)), f"{key}-share": _share(grid, roles, [name])}
    if roles.devices and roles.energy:
        share = _share(grid, roles, roles.devices)
        left = None if share is None else 1 - share
        numbers |= {"other": _rest(grid, roles), "other-share": left}
    return numbers


def _twice(grid: Grid, roles: Roles) -> Numbers:
    """Return the house's power beside its counter, and how they differ."""
    if not roles.twice or roles.twice not in grid.document.series:
        return {}
    more = _difference(grid, roles.energy, roles.twice)
    numbers: Numbers = {"twice-house": total(grid.cells(roles.twice))}
    return numbers | ({"twice-house-change": more} if more and abs(more) > AGREE else {})


def _own(grid: Grid, roles: Roles) -> Numbers:
    """Return what the home made itself, and what it kept of that."""
    pairs = {
        "self-sufficiency": (roles.energy, roles.flows.get("import")),
        "self-consumption": (roles.sun_energy, roles.flows.get("export")),
    }
    numbers: Numbers = {}
    for key, (whole, part) in pairs.items():
        if roles.sun_energy and whole and part:
            amounts = _together(grid, [whole, part])
            all_of_it, gone = (sum(each[i] for each in amounts) for i in (0, 1))
            share = 1 - gone / all_of_it if all_of_it > 0 else None
            numbers[key] = None if share is None else min(max(share, 0.0), 1.0)
    return numbers


def own_by(grid: Grid, roles: Roles, key: Callable[[date], str]) -> Numbers:
    """Return the self-sufficiency of days or months, by their keys."""
    imported = roles.flows.get("import")
    if not (roles.energy and roles.sun_energy and imported):
        return {}
    sums: dict[str, list[float]] = {key(day): [0.0, 0.0] for day in grid.days}
    columns = [grid.cells(roles.energy), grid.cells(imported)]
    for house, grid_ in zip(*columns, strict=True):
        if not (house.value and grid_.value):
            continue
        if abs(house.value.coverage - grid_.value.coverage) <= TOGETHER:
            of_it = sums[key(local_day(house.span.start, grid.zone))]
            of_it[0] += house.amount or 0.0
            of_it[1] += grid_.amount or 0.0
    return {
        name: min(max(1 - part / whole, 0.0), 1.0) if whole > 0 else None
        for name, (whole, part) in sums.items()
    }


def _together(grid: Grid, names: Iterable[str | None]) -> list[list[float]]:
    """Return the amounts of several series in the buckets in which all are known of one time."""
    found = []
    for cells in zip(*(grid.cells(name) for name in names), strict=True):
        known = [cell.value.coverage for cell in cells if cell.value]
        if len(known) == len(cells) and max(known) - min(known) <= TOGETHER:
            found.append([cell.amount or 0.0 for cell in cells])
    return found


def _share(grid: Grid, roles: Roles, names: Iterable[str]) -> float | None:
    """Return the share of the house's energy that some devices took."""
    amounts = _together(grid, [roles.energy, *names])
    house = sum(each[0] for each in amounts)
    return sum(sum(each[1:]) for each in amounts) / house if house > 0 else None


def _rest(grid: Grid, roles: Roles) -> float | None:
    """Return what no device took."""
    amounts = _together(grid, [roles.energy, *roles.devices])
    return sum(each[0] - sum(each[1:]) for each in amounts) if amounts else None


def _difference(grid: Grid, one: str | None, other: str) -> float | None:
    """Return how much more the other has, over the buckets in which both are known."""
    both = _together(grid, [one, other])
    return change(sum(pair[1] for pair in both), sum(pair[0] for pair in both))


def readings(grid: Grid, roles: Roles) -> Numbers:
    """Return the mean and the extremes of the main series, and its known share."""
    if not roles.main:
        return {"known": None}
    numbers: Numbers = {"known": grid.known_share(roles.main)}
    if not grid.is_counter(roles.main):
        numbers |= card("mean", mean(grid.cells(roles.main)))
    if not grid.is_counter(roles.main) and roles.main not in roles.sums:
        numbers |= extreme_cards(grid, roles.main, "min", "max")
    return numbers


def _is_known_last(grid: Grid, name: str) -> bool:
    """Tell whether the newest bucket that was asked for knows a series."""
    ended = [cell for cell in grid.cells(name) if cell.span.end <= grid.until(name)]
    return bool(ended) and ended[-1].value is not None
