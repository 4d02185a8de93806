"""Home Assistant's JSON of states as values: numbers in the unit kept, unknown if there is none."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec

from powerstats_cli.core.candidates import Entity
from powerstats_cli.core.history import NO_RESET, UNKNOWN, History
from powerstats_cli.core.periods import micros
from powerstats_cli.core.series import StateClass
from powerstats_cli.core.units import normalised

# A state beyond it is nonsense, and its integral over a day would not be finite.
LARGEST: Final = 1e100
# What decoding raises on bytes that are no JSON of the form: wrong, no UTF-8, or nested too deep.
NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Attributes(msgspec.Struct, gc=False):
    """The attributes that are of use; an integration may put anything into them.

    The others are skipped while they are decoded: ten attributes a second fill a small board.
    """

    unit_of_measurement: Any = None
    state_class: Any = None
    device_class: Any = None
    friendly_name: Any = None
    last_reset: Any = None


class Item(msgspec.Struct, gc=False):
    """One state; in a minimal answer only an entity's first has all the fields."""

    state: str | None
    entity_id: str | None = None
    attributes: Attributes | None = None
    last_changed: Instant | None = None
    last_updated: Instant | None = None


items = msgspec.json.Decoder(list[Item])
item = msgspec.json.Decoder(Item)
lists = msgspec.json.Decoder(list[msgspec.Raw])


class Recorded(msgspec.Struct):
    """What Home Assistant's recorder has of an entity in a window.

    `unit` is None if no state said one; `mixed` names the units if they are of two dimensions.
    """

    unit: str | None
    state_class: StateClass | None
    history: History
    has_start: bool
    mixed: str | None = None

    def add(self, later: "Recorded") -> None:
        """Take along what was recorded afterwards."""
        for state in zip(
            later.history.times, later.history.values, later.history.resets, strict=True
        ):
            self.history.append(*state)
        if later.mixed or (self.unit and later.unit and self.unit != later.unit):
            self.mixed = self.mixed or later.mixed or f"{self.unit} and {later.unit}"
        self.unit = self.unit or later.unit
        self.state_class = later.state_class or self.state_class

    @property
    def starts_anew(self) -> bool:
        """Tell whether its newest state has a `last_reset`."""
        return bool(self.history.resets) and self.history.resets[-1] != NO_RESET


class Present(msgspec.Struct, frozen=True):
    """An entity's state right now."""

    value: float
    unit: str | None
    state_class: StateClass | None
    last_changed: datetime


def recorded(states: Sequence[Item], start: datetime) -> Recorded:
    """Return an entity's states; the first is the one that held at `start`, if there was one."""
    history = History()
    units: dict[str, None] = {}
    factor, reset, state_class = 1.0, NO_RESET, None
    for state in states:
        if state.attributes is not None:
            unit, factor = _unit(state.attributes)
            if unit is not None:
                units[unit] = None
            state_class = _state_class(state.attributes) or state_class
            reset = _last_reset(state.attributes)
        at = state.last_changed or state.last_updated
        if at is not None:
            # Sensors without a clock date a state before 1970: earlier than all that is asked for.
            history.append(max(micros(at), 0), number(state.state) * factor, reset)
    return Recorded(
        unit=next(iter(units), None),
        state_class=state_class,
        history=history,
        has_start=bool(history.times) and history.times[0] <= micros(start),
        mixed=" and ".join(units) if len(units) > 1 else None,
    )


def present(state: Item, now: datetime) -> Present:
    """Return an entity's state; one without a time has changed just `now`."""
    attributes = state.attributes or Attributes()
    unit, factor = _unit(attributes)
    changed = state.last_changed or state.last_updated or now
    return Present(number(state.state) * factor, unit, _state_class(attributes), changed)


def entity(state: Item) -> Entity:
    """Return what there is to choose by."""
    attributes = state.attributes or Attributes()
    return Entity(
        entity_id=state.entity_id or "",
        name=_text(attributes.friendly_name) or "",
        value=number(state.state),
        unit=_text(attributes.unit_of_measurement),
        device_class=_text(attributes.device_class),
        state_class=_state_class(attributes),
    )


def needs_all_attributes(states: Sequence[Item]) -> bool:
    """Tell whether a minimal answer leaves out what the states mean.

    All but its first state come without attributes: the unit may change among them, or a
    `last_reset`. A sensor that waits for its first number may not say its unit yet, and an
    unavailable one not its `last_reset`.
    """
    first = states[0].attributes or Attributes()
    says_all = first.unit_of_measurement is not None and first.state_class != "total"
    if not says_all and math.isnan(number(states[0].state)):
        return len(states) > 1
    known = [state.attributes for state in states if state.attributes is not None]
    units = {_text(attributes.unit_of_measurement) for attributes in known}
    return len(units) > 1 or any(attributes.last_reset for attributes in known)


def number(state: str | None) -> float:
    """Return a state's number, UNKNOWN if it is none: unavailable, unknown, nan, inf, text."""
    try:
        value = float(state or "")
    except ValueError:
        return UNKNOWN
    is_number = abs(value) < LARGEST and "_" not in (state or "")
    return value if is_number else UNKNOWN


def _text(attribute: object) -> str | None:
    return attribute if isinstance(attribute, str) and attribute else None


def _unit(attributes: Attributes) -> tuple[str | None, float]:
    written = attributes.unit_of_measurement
    return normalised(written) if isinstance(written, str) else (None, 1.0)


def _state_class(attributes: Attributes) -> StateClass | None:
    match attributes.state_class:
        case "measurement":
            return "measurement"
        case "total_increasing":
            return "total_increasing"
        case "total":
            return "total"
        case _:
            return None


def _last_reset(attributes: Attributes) -> int:
    try:
        reset = datetime.fromisoformat(attributes.last_reset)
    except (TypeError, ValueError):
        return NO_RESET
    return micros(reset if reset.tzinfo else reset.replace(tzinfo=UTC))
