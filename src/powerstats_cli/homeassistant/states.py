"""Home Assistant's states, from JSON to numbers in the kept unit; other states are unknown."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from powerstats_cli.core import plausible
from powerstats_cli.core.history import NO_RESET, UNKNOWN, History
from powerstats_cli.core.periods import YEARS, in_utc, micros
from powerstats_cli.core.series import Kind, StateClass
from powerstats_cli.core.units import normalised

if TYPE_CHECKING:
    from powerstats_cli.core.candidates.sensors import Entity
    from powerstats_cli.core.prices import Price

NO_UNIT: Final = "no unit"
EVER: Final = 2**63 - 1
# A sensor without a clock may date a state before 1970, or beyond all windows.
FIRST: Final = 0
LAST: Final = micros(datetime(YEARS[-1], 1, 1, tzinfo=UTC))
NEVER: Final = -1
# Units of one dimension that are used side by side (W and kW) differ by 1000, watts and amperes by
# the voltage; meanwhile the power itself may change a little.
UNIT_FACTOR: Final = 100
# The errors of decoding, if the bytes are no such JSON, no UTF-8, or nested too deep.
NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Attributes(msgspec.Struct, gc=False):
    """The attributes that we use; an integration may put anything into them.

    Decoding skips all other attributes: ten attributes per second would fill a small board's
    memory.
    """

    unit_of_measurement: Any = None
    state_class: Any = None
    device_class: Any = None
    friendly_name: Any = None
    last_reset: Any = None


class Item(msgspec.Struct, gc=False):
    """One state; in a minimal answer only an entity's first state has all fields."""

    state: str | None
    entity_id: str | None = None
    attributes: Attributes | None = None
    last_changed: Instant | None = None
    last_updated: Instant | None = None


items = msgspec.json.Decoder(list[Item])
item = msgspec.json.Decoder(Item)
lists = msgspec.json.Decoder(list[msgspec.Raw])


class Expected(msgspec.Struct, frozen=True):
    """The settings and the unit of an entity, known before its states are read.

    `unit` is the unit in which its series is stored, None if it has none yet. `state_class`
    overrides the sensor's own. A measurement outside `plausible` is unknown. A `price` says its
    unit in its own way.
    """

    unit: str | None = None
    state_class: StateClass | None = None
    plausible: tuple[float, float] | None = None
    price: "Price | None" = None

    def kept(self, attributes: Attributes) -> tuple[str | None, float]:
        """Return the unit in which a state's number is kept, and the factor that converts it."""
        written = attributes.unit_of_measurement
        if self.price is not None and (isinstance(written, str) or self.price.scale is not None):
            return self.price.kept_as(written if isinstance(written, str) else "")
        return normalised(written) if isinstance(written, str) else (None, 1.0)

    def range_of(self, kind: Kind) -> tuple[float, float]:
        """Return the lowest and the highest number of a series of a kind."""
        return plausible.ANYTHING if kind.is_counter else plausible.limits(kind, self.plausible)


class Recorded(msgspec.Struct):
    """The states of an entity in a window, from Home Assistant's recorder.

    `unit` is the one kept, None if no state said one. `newest` is the newest change's time (µs).
    A number in a unit of another dimension is unknown: `foreign` names the last such unit, and
    `foreign_until` is the time (µs) up to which it was seen. `first_said` and `last_said` are the
    units as the first and the last state with attributes said them.
    """

    unit: str | None
    state_class: StateClass | None
    history: History
    has_start: bool
    newest: int = NEVER
    foreign: str | None = None
    foreign_until: int = NEVER
    first_said: str | None = None
    last_said: str | None = None

    def add(self, later: "Recorded") -> None:
        """Add the states of the window that follows."""
        if self.unit is None and later.unit is not None:
            self.history.forget_numbers()  # the series has a unit, these numbers have none
        self.history.extend(later.history)
        if later.foreign is not None:
            self.foreign, self.foreign_until = later.foreign, later.foreign_until
        self.unit = self.unit if later.unit is None else later.unit
        self.newest = max(self.newest, later.newest)
        self.last_said = later.last_said
        self.state_class = later.state_class or self.state_class

    @property
    def starts_anew(self) -> bool:
        """Tell whether the newest state has a `last_reset`."""
        return bool(self.history.resets) and self.history.resets[-1] != NO_RESET


class Present(msgspec.Struct, frozen=True):
    """An entity's state right now."""

    value: float
    unit: str | None
    state_class: StateClass | None
    last_changed: datetime


def recorded(
    states: Sequence[Item], values: Sequence[float], start: datetime, expected: Expected
) -> Recorded:
    """Return an entity's states as a history in one unit.

    `values` has the number of each state, in the state's own unit. A state without attributes has
    the attributes of the state before it. The first state is the one that held at `start`, if there
    was one.
    """
    unit = expected.unit if expected.unit is not None else _first_unit(states, expected)
    found = Recorded(unit, expected.state_class or _last_class(states), History(), has_start=False)
    if said := [_said(state.attributes) for state in states if state.attributes is not None]:
        found.first_said, found.last_said = said[0], said[-1]
    kind = Kind(unit or "", found.state_class or "measurement")
    low, high = expected.range_of(kind)
    factor: float | None = 1.0
    reset, foreign, begin, before = NO_RESET, None, micros(start), 0
    for state, value in zip(states, values, strict=True):
        if state.attributes is not None:
            kept, factor = expected.kept(state.attributes)
            foreign, is_first = None, not found.history.times
            if (kept or "") != (unit or ""):
                factor = None
                # A source that is not back yet has no unit for a while; this one had none before.
                foreign = kept or (NO_UNIT if is_first and expected.unit else None)
            reset = NO_RESET if expected.price else _last_reset(state.attributes)
        time = _time(state, before)
        if time is None:
            continue
        before = time
        if found.foreign_until == EVER:
            found.foreign_until = time
        number = UNKNOWN if factor is None else value * factor
        if foreign is not None and value == value:
            found.foreign, found.foreign_until = foreign, EVER
        found.history.append(time, number if low <= number <= high else UNKNOWN, reset)
        # A state from before the window comes with the asked start as its time: it is no change.
        if time >= begin:
            found.newest = time
    times = found.history.times
    found.has_start = bool(times) and times[0] <= begin
    return found


def _time(state: Item, before: int) -> int | None:
    """Return when a state began (µs), None if it does not say; the state before it began `before`.

    Home Assistant sorts states by `last_updated`. A value that was only reported again, with other
    attributes, has the time of its own beginning, which may be before the window: it holds from
    `last_updated` on. Raises ValidationError if the states are not in order.
    """
    at = state.last_changed or state.last_updated
    if at is None:
        return None
    time = micros(at)
    if not FIRST <= time <= LAST:
        time = min(max(time, FIRST), LAST)
    if time >= before:
        return time
    if state.last_updated is not None:
        time = micros(state.last_updated)
    if time < before:
        message = f"a state of {at} follows a later one"
        raise msgspec.ValidationError(message)
    return time


def _first_unit(states: Sequence[Item], expected: Expected) -> str | None:
    said = (expected.kept(state.attributes)[0] for state in states if state.attributes is not None)
    return next((unit for unit in said if unit is not None), None)


def _last_class(states: Sequence[Item]) -> StateClass | None:
    for state in reversed(states):
        if state.attributes is not None and (state_class := _state_class(state.attributes)):
            return state_class
    return None


def present(state: Item, now: datetime, known: Expected) -> Present:
    """Return an entity's present state; a state without a time has changed `now`."""
    attributes = state.attributes or Attributes()
    unit, factor = known.kept(attributes)
    changed = state.last_changed or state.last_updated or now
    since = in_utc(changed) or now
    return Present(number(state.state) * factor, unit, _state_class(attributes), since)


def entity(state: Item) -> "Entity":
    """Return an entity with what a user needs to choose it."""
    from powerstats_cli.core.candidates.sensors import Entity  # only `init` needs it

    attributes = state.attributes or Attributes()
    return Entity(
        entity_id=state.entity_id or "",
        name=_text(attributes.friendly_name) or "",
        value=number(state.state),
        unit=_text(attributes.unit_of_measurement),
        device_class=_text(attributes.device_class),
        state_class=_state_class(attributes),
    )


def needs_all_attributes(
    states: Sequence[Item], values: Sequence[float], expected: Expected
) -> bool:
    """Tell whether the unit or the `last_reset` may change within a minimal answer.

    In a minimal answer only the first state has attributes. The others are needed if the first
    state has no unit, or another unit than its series; if a number follows an unknown, as after a
    restart; or if neighbours differ so much that one may be in another unit.
    """
    if len(states) == 1:
        return False
    first = states[0].attributes or Attributes()
    said, _ = expected.kept(first)
    wanted = said if expected.unit is None else expected.unit
    is_total = first.state_class == "total" and values[0] != values[0]
    is_counted_anew = not expected.price and (first.last_reset or is_total)
    if is_counted_anew or (said or "") != (wanted or ""):
        return True
    return (said is None and values[0] != values[0]) or _may_change_unit(values)


def _may_change_unit(values: Sequence[float]) -> bool:
    last, was_unknown = 0.0, False
    for value in values:
        if value != value:
            was_unknown = True
            continue
        if was_unknown:
            return True
        size = abs(value)
        if size:
            if last and (size >= last * UNIT_FACTOR or last >= size * UNIT_FACTOR):
                return True
            last = size
    return False


def numbers(states: Sequence[Item]) -> "array[float]":
    """Return the number of each state, UNKNOWN if the state is no number."""
    return array("d", [number(state.state) for state in states])


def number(state: str | None) -> float:
    """Return a state's number, UNKNOWN if it is no number: unavailable, nan, inf, other text."""
    try:
        value = float(state or "")
    except ValueError:
        return UNKNOWN
    is_number = abs(value) < plausible.LARGEST and "_" not in (state or "")
    return value if is_number else UNKNOWN


def _text(attribute: object) -> str | None:
    return attribute if isinstance(attribute, str) and attribute else None


def _said(attributes: Attributes) -> str | None:
    return _text(attributes.unit_of_measurement)


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
