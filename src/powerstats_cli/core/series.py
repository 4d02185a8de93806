"""A series: its unit and its state class, and how far it was asked for."""

from datetime import datetime
from typing import Literal

import msgspec

from powerstats_cli.core.units import ENERGY, POWER, decimals

StateClass = Literal["measurement", "total_increasing", "total"]


class Kind(msgspec.Struct, frozen=True, gc=False):
    """The unit that a series is kept in, and its state class."""

    unit: str
    state_class: StateClass

    @property
    def is_counter(self) -> bool:
        """Tell whether its buckets have a change and a state, and no mean."""
        return self.state_class != "measurement"

    @property
    def is_signed(self) -> bool:
        """Tell whether it is a counter that may go down."""
        return self.state_class == "total"

    @property
    def only_rises(self) -> bool:
        """Tell whether it is a counter that may not go down, but for a new start."""
        return self.state_class == "total_increasing"

    @property
    def decimals(self) -> int:
        """The decimals of its numbers in the files, if it is a measurement."""
        return decimals(self.unit)

    @property
    def is_power(self) -> bool:
        """Tell whether its integral is an energy: a measurement in W."""
        return self.unit == POWER and not self.is_counter

    @property
    def is_energy(self) -> bool:
        """Tell whether it is a counter in kWh."""
        return self.unit == ENERGY and self.is_counter

    def fits(self, other: "Kind") -> bool:
        """Tell whether two series can be one: in the same unit, both counters or neither.

        Sensors change between `total` and `total_increasing`; the buckets of both are alike.
        """
        return self.unit == other.unit and self.is_counter == other.is_counter

    @property
    def described(self) -> str:
        """Say what the series is, for a message."""
        return f"{self.state_class} in {self.unit or 'no unit'}"


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The entry of a series in a file: its kind, and `until`.

    `until` is the end of the last bucket that was asked for and answered.
    """

    unit: str
    state_class: StateClass
    until: datetime

    @property
    def kind(self) -> Kind:
        """The unit and the state class."""
        return Kind(self.unit, self.state_class)

    @classmethod
    def of(cls, kind: Kind, until: datetime) -> "Series":
        """Return a series of a kind that was asked for up to `until`."""
        return cls(kind.unit, kind.state_class, until)
