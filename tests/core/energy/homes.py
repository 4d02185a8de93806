"""Homes with roles, and the values of their series in a bucket."""

from collections.abc import Mapping, Sequence

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.energy.flows import Plan, planned
from powerstats_cli.core.energy.roles import Meter, Role, Roles
from powerstats_cli.core.series import Kind

POWER = Kind("W", "measurement")
COUNTER = Kind("kWh", "total_increasing")


def roles(within: Mapping[str, str] | None = None, **series: str) -> Roles:
    """Return roles, each with the series that a text lists; `imports` is the role import."""
    named: dict[str, Sequence[Meter]] = {
        role.replace("imports", "import"): [Meter.of(name) for name in text.split()]
        for role, text in series.items()
    }
    return Roles(_typed(named), within or {})


def _typed(named: Mapping[str, Sequence[Meter]]) -> Mapping[Role, Sequence[Meter]]:
    return named  # type: ignore[return-value]  # the tests write the roles


def plan_of(given: Roles, counters: str = "", powers: str = "") -> Plan:
    """Return what counts in a home with some counters and powers."""
    kinds = dict.fromkeys(counters.split(), COUNTER) | dict.fromkeys(powers.split(), POWER)
    return planned(given, kinds)


def counted(kwh: float, coverage: float = 1.0) -> Value:
    """Return a counter's value."""
    return Value(change=kwh, state=1000.0 + kwh, coverage=coverage)


def drawn(kwh: float, back: float = 0.0, coverage: float = 1.0, *, is_told: bool = True) -> Value:
    """Return a power's value; `is_told` says whether it tells the direction."""
    low, high = (-1000.0 if back else 0.0), (1000.0 if kwh + back else 0.0)
    told = back if back and is_told else None
    return Value(mean=0.0, min=low, max=high, kwh=kwh, back=told, coverage=coverage)
