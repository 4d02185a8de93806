"""The roles as the page gets them: the series that it adds up for the house, the sun, the grid."""

from collections.abc import Collection, Mapping

from powerstats_cli.core.energy.flows import Plan, Term

Terms = list[tuple[str, str, int]]
"""Series, way (net, forward or back) and sign of each energy in a sum."""


def sums(plan: Plan) -> dict[str, Terms]:
    """Return the terms of the house, and of each flow; `grid` and `battery` are both ways at once.

    A flow that is not there is left out. The house is measured, or it is the rest of the flows.
    """
    flows: dict[str, Terms] = {
        flow: [_written(term) for term in terms] for flow, terms in plan.flows.items()
    }
    if plan.has_house:
        house = [(1, term) for term in plan.house] or plan.left
        flows["house"] = [_written(term, sign) for sign, term in house]
    both = {"grid": ("import", "export"), "battery": ("discharge", "charge")}
    flows |= {name: terms for name, ways in both.items() if (terms := _both_ways(plan, ways))}
    return flows


def devices(plan: Plan, within: Mapping[str, str]) -> list[tuple[tuple[str, str, int], str | None]]:
    """Return the term of each device, and the device that it is part of, if it is of one."""
    return [(_written(term), within.get(name)) for name, term in plan.devices.items()]


def _both_ways(plan: Plan, ways: Collection[str]) -> Terms:
    names = {term.name for flow, terms in plan.flows.items() if flow in ways for term in terms}
    return [_written(term, sign) for sign, term in plan.left if term.name in names]


def _written(term: Term, sign: int = 1) -> tuple[str, str, int]:
    return term.name, term.way, sign * term.sign
