"""The energy that flows in a span from the grid, the sun and a battery to the house.

Energies are in kWh. A sum is unknown if any of its terms is.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.energy.roles import BOTH_WAYS, Meter, Role, Roles
from powerstats_cli.core.series import Kind

Flow = Literal["import", "export", "solar", "charge", "discharge"]
FLOWS: Final[tuple[Flow, ...]] = get_args(Flow)
HOUSE: Final = "house"
Way = Literal["net", "forward", "back"]
# house = import + solar - export + discharge - charge
SIGNS: Final[Mapping[Flow, int]] = {
    "import": 1,
    "solar": 1,
    "export": -1,
    "discharge": 1,
    "charge": -1,
}
# The flows that one power with both ways has: if it is above zero, and below.
_ONE_POWER: Final[Mapping[Flow, tuple[Role, Way]]] = {
    "import": ("grid", "forward"),
    "export": ("grid", "back"),
    "discharge": ("battery", "forward"),
    "charge": ("battery", "back"),
}
_OTHER: Final[Mapping[Way, Way]] = {"net": "net", "forward": "back", "back": "forward"}
# Terms of a sum that are known to shares which differ by more are of different times.
MOST_APART: Final = 0.02
_ROUNDING: Final = 1e-9


class Term(msgspec.Struct, frozen=True):
    """The energy of one series that a flow counts: all of it, or what went one way.

    `sign` is -1 if the series is a power with the other sign.
    """

    name: str
    way: Way = "net"
    sign: Literal[1, -1] = 1


class Amount(NamedTuple):
    """An energy in kWh, and the least and the greatest coverage of the series in it."""

    kwh: float
    coverage: float
    most: float


class Plan(msgspec.Struct, frozen=True):
    """The terms of each flow that is there, of the house if it is measured, and of the devices.

    `left` are the terms of what the flows leave to the house, with their signs; `outermost` are
    the devices that are not part of another one.
    """

    flows: Mapping[Flow, Sequence[Term]]
    left: Sequence[tuple[int, Term]]
    house: Sequence[Term]
    devices: Mapping[str, Term]
    outermost: Sequence[str]

    def terms_of(self, name: str) -> Sequence[Term]:
        """Return the terms of a flow, of the house, or of another series; none of no such flow.

        A flow that is not there is 0. A house that is neither measured nor balanced is unknown.
        """
        if name in FLOWS:
            return self.flows.get(name, ())
        if name != HOUSE:
            return [Term(name)]
        if self.house or not self.has_house:
            return self.house or [Term(name)]
        return [msgspec.structs.replace(term, sign=term.sign * sign) for sign, term in self.left]

    @property
    def has_house(self) -> bool:
        """Tell whether the house is measured, or is what the flows leave.

        The sun alone does not tell what a house takes: it needs the grid, or a battery without one.
        """
        return bool(self.house) or "import" in self.flows or "discharge" in self.flows

    @property
    def tells_sufficiency(self) -> bool:
        """Tell whether it is known how much of the house's energy came from the grid."""
        return "import" in self.flows or (self.has_house and not self.house)

    @property
    def tells_consumption(self) -> bool:
        """Tell whether it is known how much of the sun left."""
        return "solar" in self.flows and ("export" in self.flows or not self.house)

    @property
    def tells_untracked(self) -> bool:
        """Tell whether there are devices, and a house that they are parts of."""
        return bool(self.outermost) and self.has_house

    @property
    def names(self) -> frozenset[str]:
        """The series that count."""
        terms = [*self.house, *self.devices.values(), *(term for _, term in self.left)]
        return frozenset(term.name for flow in (*self.flows.values(), terms) for term in flow)

    @property
    def is_empty(self) -> bool:
        """Tell whether no role is there."""
        return not (self.flows or self.house or self.devices)


class Balance(msgspec.Struct, frozen=True):
    """The energies of one bucket; None is unknown, and a flow that is not there is left out.

    `balanced` is what the flows leave to the house, whether or not it is measured.
    """

    flows: Mapping[Flow, Amount | None]
    house: Amount | None
    balanced: Amount | None
    devices: Mapping[str, Amount | None]
    untracked: Amount | None


# --- what counts ------------------------------------------------------------------------------


def planned(roles: Roles, kinds: Mapping[str, Kind]) -> Plan:
    """Return what counts: of a role its counters, else its powers, else the power of both ways.

    A device stands for itself. A series whose kind is not known yet is unknown, and counts.
    """
    flows = {flow: terms for flow in FLOWS if (terms := _terms(flow, roles, kinds))}
    return Plan(
        flows=flows,
        left=_left(flows, roles),
        house=_counted(roles.of("house"), kinds),
        devices={meter.name: _term(meter) for meter in roles.of("devices")},
        outermost=[meter.name for meter in roles.of("devices") if meter.name not in roles.within],
    )


def drawn(roles: Roles, kinds: Mapping[str, Kind]) -> Plan:
    """Return what a curve is drawn from: of a role its powers, if it has any."""
    powers = {name for name, kind in kinds.items() if kind.is_power}
    meters = {
        role: [meter for meter in roles.of(role) if meter.name in powers] for role in roles.meters
    }
    drawable = Roles({role: found for role, found in meters.items() if found}, roles.within)
    whole, curve = planned(roles, kinds), planned(drawable, kinds)
    flows = {flow: curve.flows.get(flow, terms) for flow, terms in whole.flows.items()}
    return Plan(
        flows=flows,
        left=_left(flows, roles),
        house=curve.house or whole.house,
        devices=whole.devices,
        outermost=whole.outermost,
    )


def _terms(flow: Flow, roles: Roles, kinds: Mapping[str, Kind]) -> list[Term]:
    if own := _counted(roles.of(flow), kinds):
        return own
    if flow not in _ONE_POWER:
        return []
    role, way = _ONE_POWER[flow]
    return [Term(meter.name, _OTHER[way] if meter.turned else way) for meter in roles.of(role)]


def _left(flows: Mapping[Flow, Sequence[Term]], roles: Roles) -> list[tuple[int, Term]]:
    """Return the terms of what is left to the house, with their signs.

    The difference of both ways of one power is its `kwh`, which is known if the ways are not.
    """
    terms: list[tuple[int, Term]] = []
    for role in BOTH_WAYS:
        both = [flow for flow in flows if flow in _ONE_POWER and _ONE_POWER[flow][0] == role]
        ways = {term.way for flow in both for term in flows[flow]}
        if ways == {"forward", "back"}:
            terms += [(1, _term(meter)) for meter in roles.of(role)]
        else:
            terms += [(SIGNS[flow], term) for flow in both for term in flows[flow]]
    return terms + [(SIGNS["solar"], term) for term in flows.get("solar", ())]


def _counted(meters: Sequence[Meter], kinds: Mapping[str, Kind]) -> list[Term]:
    counters = [meter for meter in meters if (kind := kinds.get(meter.name)) and kind.is_counter]
    return [_term(meter) for meter in counters or meters]


def _term(meter: Meter) -> Term:
    return Term(meter.name, "net", -1 if meter.turned else 1)


# --- the energies of a bucket -----------------------------------------------------------------


def balance(plan: Plan, point: Mapping[str, Value]) -> Balance:
    """Return the energies of a bucket, from the values of its series."""
    flows = {flow: sum_of(terms, point) for flow, terms in plan.flows.items()}
    balanced = added((sign, amount_of(term, point)) for sign, term in plan.left)
    house = balanced if plan.has_house else None
    if plan.house:
        house = sum_of(plan.house, point)
    devices = {name: amount_of(term, point) for name, term in plan.devices.items()}
    parts = [(-1, devices[name]) for name in plan.outermost]
    return Balance(
        flows=flows,
        house=house,
        balanced=balanced,
        devices=devices,
        untracked=added([(1, house), *parts]) if parts else None,
    )


def added(terms: Iterable[tuple[int, Amount | None]]) -> Amount | None:
    """Return a sum of amounts with their signs; its coverage is the least of theirs.

    It is unknown if a term is, if there is none, and if their coverages differ too much.
    """
    known = []
    for sign, amount in terms:
        if amount is None:
            return None
        known.append((sign, amount))
    if not known:
        return None
    least = min(amount.coverage for _, amount in known)
    most = max(amount.most for _, amount in known)
    if most - least > MOST_APART + _ROUNDING:
        return None
    kwh = math.fsum(sign * amount.kwh for sign, amount in known)
    return Amount(kwh, least, most)


def sum_of(terms: Sequence[Term], point: Mapping[str, Value]) -> Amount | None:
    """Return the energy of some terms in a bucket, None if it is unknown."""
    return added([(1, amount_of(term, point)) for term in terms])


def amount_of(term: Term, point: Mapping[str, Value]) -> Amount | None:
    """Return the energy of a term in a bucket, None if it is unknown."""
    value = point.get(term.name)
    kwh = None if value is None else _energy(value, term.way)
    if value is None or kwh is None:
        return None
    return Amount(term.sign * kwh, value.coverage, value.coverage)


def _energy(value: Value, way: Way) -> float | None:
    if value.change is not None:
        return value.change
    if way == "net" or value.kwh is None:
        return value.kwh
    back = value.backward
    if back is None or way == "back":
        return back
    return value.kwh + back


# --- shares -----------------------------------------------------------------------------------


def self_consumption(solar: float, export: float) -> float | None:
    """Return the share of the sun that did not leave, None without sun; it is from 0 to 1."""
    return _share(solar - export, solar)


def self_sufficiency(house: float, imported: float) -> float | None:
    """Return the share of the house that was not imported, None if it took nothing."""
    return _share(house - imported, house)


def _share(part: float, whole: float) -> float | None:
    return min(max(part / whole, 0.0), 1.0) if whole > 0 else None
