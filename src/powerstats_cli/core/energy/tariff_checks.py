"""Whether a home's tariffs can be priced exactly, on each day and with what is collected."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from powerstats_cli.core.energy.checks import comes_seldom
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.exactness import Lengths, borders, fitting
from powerstats_cli.core.energy.flows import FLOWS, Plan, Term
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.findings import Finding, ok, skipped, warning
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import DAY
from powerstats_cli.core.pieces import Piece

AREA: Final = "money"
INTERVAL: Final = "data.collection_interval_minutes"
SLOTS: Final = "money.slot_minutes"


def lines_of(contract: Contract) -> list[Line]:
    """Return the lines of all tariffs that are in force or compared, each once."""
    names = {*contract.compared, *(each.name for each in contract.timeline)}
    lines = {id(line): line for name in sorted(names) for line in contract.lines(name)}
    return list(lines.values())


# --- lengths ------------------------------------------------------------------------------------


def split(
    contract: Contract, billed: Mapping[str, int], now: Lengths, *, has_ledger: bool
) -> Iterator[Finding]:
    """Yield each border that lies in a bucket or a slot, and the lengths that all borders fit."""
    found = list(borders(lines_of(contract), contract.zones, billed))
    suits = fitting(found, now)
    wanted = [f"{INTERVAL} = {suits.interval}"] if suits.interval != now.interval else []
    if has_ledger and suits.slots != now.slots:
        wanted.append(f"{SLOTS} = {suits.slots}")
    remedy = f"set {joined(wanted)}" if wanted else ""
    for border in found:
        if border.every % now.interval:
            text = f"{border.told}, but a bucket has {now.interval} minutes"
            yield warning(AREA, text, remedy)
        elif has_ledger and border.every % now.slots:
            text = f"{border.told}, but a slot of the ledger has {now.slots} minutes"
            yield warning(AREA, text, remedy)


# --- days ---------------------------------------------------------------------------------------


def uncovered(contract: Contract, today: date) -> Iterator[Finding]:
    """Yield the days since the first tariff on which none is in force."""
    timeline = contract.timeline
    ends = [(one.until, other.since) for one, other in pairwise(timeline)]
    gaps = [(until, since - DAY) for until, since in ends if until and until < since]
    last = timeline[-1].until if timeline else None
    if last is not None:
        gaps.append((last, today))
    for first, end in gaps:
        if first <= today:
            told = f"on {first}" if first == end else f"from {first} to {min(end, today)}"
            remedy = f"give a tariff from = {first}, or the one before no until"
            yield warning(AREA, f"no tariff is in force {told}", remedy)


def told(contract: Contract, today: date) -> Finding:
    """Return which tariff is in force today."""
    timeline = contract.timeline
    if not timeline:
        return skipped(AREA, "no tariff has a first day, so they can only be compared")
    for each in timeline:
        if each.has(today):
            return ok(AREA, f"{contract.shown(each.name)} is in force since {each.since}")
    return skipped(AREA, f"{contract.shown(timeline[0].name)} begins on {timeline[0].since}")


# --- counters -----------------------------------------------------------------------------------


def late(
    contract: Contract, today: date, plan: Plan, curve: Plan, pieces: Sequence[Piece]
) -> Iterator[Finding]:
    """Yield each counter that changes once an hour though the price of its energy changes.

    If a power of its role is there, the check of the roles tells it.
    """
    names = [each.name for each in contract.timeline if each.has(today)]
    lines = [line for name in names for line in contract.lines(name) if _changes(line)]
    for per in dict.fromkeys(line.per for line in lines):
        terms = _terms(plan, per)
        if terms != _terms(curve, per):
            continue
        for name in [term.name for term in terms] or [per]:
            if comes_seldom(name, pieces):
                yield warning(
                    AREA,
                    f"{name} changes only once an hour, so its energy is priced up to an hour late",
                    "name a sensor in its place that changes more often, such as a power",
                )


def _terms(plan: Plan, per: str) -> Sequence[Term]:
    """Return the series of a flow, none if it is a series itself."""
    flow = next((flow for flow in FLOWS if flow == per), None)
    return plan.flows.get(flow, ()) if flow else plan.house if per == "house" else ()


def _changes(line: Line) -> bool:
    """Tell whether a line prices energy otherwise at one time than at another."""
    is_priced = bool(line.zones or line.price or line.only or isinstance(line.within, int))
    return line.kind == "energy" and is_priced
