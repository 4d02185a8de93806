"""Which series have which role in a home's energy."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

import msgspec

from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import ENERGY

Role = Literal[
    "grid",
    "import",
    "export",
    "solar",
    "battery",
    "charge",
    "discharge",
    "house",
    "devices",
]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# Roles of one power that flows both ways.
BOTH_WAYS: Final[tuple[Role, ...]] = ("grid", "battery")
TURNED: Final = "-"


class Meter(msgspec.Struct, frozen=True):
    """A series in a role; a power that is `turned` has the other sign than its role expects."""

    name: str
    turned: bool = False

    @classmethod
    def of(cls, written: str) -> "Meter":
        """Return a series as it is written: a leading `-` turns it."""
        return cls(written.removeprefix(TURNED), written.startswith(TURNED))

    def __str__(self) -> str:
        """Return the series as it is written."""
        return TURNED * self.turned + self.name


class Roles(msgspec.Struct, frozen=True):
    """The series of each role that is there, and the device that each inner device is part of."""

    meters: Mapping[Role, Sequence[Meter]] = {}
    within: Mapping[str, str] = {}

    @classmethod
    def written(cls, series: Mapping[str, Sequence[str]], within: Mapping[str, str]) -> "Roles":
        """Return roles as a configuration writes them: the series of each, by its name."""
        meters: dict[Role, Sequence[Meter]] = {
            role: [Meter.of(name) for name in series[role]] for role in ROLES if role in series
        }
        return cls(meters, within)

    @property
    def names(self) -> list[str]:
        """The names of all series that have a role."""
        return [meter.name for role in ROLES for meter in self.of(role)]

    def of(self, role: Role) -> Sequence[Meter]:
        """Return the series of a role, none if the role is not there."""
        return self.meters.get(role, ())


def unfit(roles: Roles, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Yield why a series cannot have its role; a series whose kind is not known yet may have it."""
    for role in ROLES:
        for meter in roles.of(role):
            kind, name = kinds.get(meter.name), meter.name
            if kind is None or kind.is_power:
                continue
            if not kind.is_counter or kind.unit != ENERGY:
                yield f"flows.{role}: {name} is a {kind.described}, not a power or a counter in kWh"
            elif role in BOTH_WAYS:
                yield f"flows.{role}: {name} is a counter, not a power that has both ways"
            elif meter.turned:
                yield f"flows.{role}: {name} is a counter: only a power is turned around by a -"


def circle(within: Mapping[str, str]) -> Sequence[str]:
    """Return the devices of a circle in which each is part of the next, none if there is none."""
    for first in within:
        chain = [first]
        while (outer := within.get(chain[-1])) is not None:
            if outer == first:
                return chain
            if outer in chain:
                break  # a circle further out, which is found from one of its own devices
            chain.append(outer)
    return ()
