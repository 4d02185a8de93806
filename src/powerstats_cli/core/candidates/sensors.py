"""Which of Home Assistant's sensors fit a role, and which are suggested."""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from powerstats_cli.core.candidates.clues import LEAST_HOUSE, Clue, Way
from powerstats_cli.core.candidates.flows import guessed
from powerstats_cli.core.candidates.names import named
from powerstats_cli.core.candidates.quantities import ROLES, Role, role_of
from powerstats_cli.core.candidates.vocabulary import (
    APPLIANCE,
    BATTERY,
    CONSUMING,
    EXPORTING,
    GRID,
    HOUSE,
    METER,
    NOT_MEASURED,
    PRODUCING,
    TOTAL,
    VEHICLE,
    words,
)
from powerstats_cli.core.series import Kind, StateClass
from powerstats_cli.core.units import POWER, normalised

# A battery has less, any mains has more.
LEAST_MAINS_VOLTAGE: Final = 80.0


# How much a phrase in a name says that a sensor measures the whole home.
_WHOLE_HOME: Final = ((HOUSE, 3), (GRID, 2), (METER, 2), (TOTAL, 2), (CONSUMING, 1))
# Words for the power of an appliance, and for power that leaves the home.
_NOT_THE_HOME: Final = (APPLIANCE, VEHICLE, BATTERY, EXPORTING, PRODUCING)


class Entity(msgspec.Struct, frozen=True):
    """An entity's present state in Home Assistant; `value` is nan if its state is no number."""

    entity_id: str
    name: str
    value: float
    unit: str | None = None
    device_class: str | None = None
    state_class: StateClass | None = None

    @property
    def kind(self) -> Kind:
        """The kind of the series that it becomes."""
        return Kind(normalised(self.unit or "")[0], self.state_class or "measurement")

    @property
    def words(self) -> str:
        """The words of its id and of its name, as `vocabulary.words` returns them."""
        return words(f"{self.entity_id.partition('.')[2]} {self.name}")


class Candidate(msgspec.Struct, frozen=True):
    """A sensor that fits a role.

    `worth` is how much its name says that it measures the whole home; below 0 it is an appliance's.
    """

    entity: Entity
    role: Role
    worth: int

    @property
    def entity_id(self) -> str:
        """Its entity id."""
        return self.entity.entity_id

    @property
    def rank(self) -> tuple[object, ...]:
        """Its place among the candidates of its role: the smallest is the likeliest."""
        entity = self.entity
        # A home's solar power says more than the counter of its solar energy.
        is_second = self.role == "solar" and normalised(entity.unit or "")[0] != POWER
        is_silent = entity.state_class is None or math.isnan(entity.value)
        return is_second, -self.worth, is_silent, len(entity.entity_id), entity.entity_id


# --- what fits --------------------------------------------------------------------------------


def fitting(entities: Iterable[Entity]) -> list[Candidate]:
    """Return the sensors that fit, in the order of the roles, the likeliest first in each."""
    candidates = [
        Candidate(entity, role, _worth(entity, role))
        for entity in entities
        if (role := _role(entity)) is not None
    ]
    return sorted(candidates, key=lambda candidate: (ROLES.index(candidate.role), candidate.rank))


def suggested(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Return the sensors to keep out of what `fitting` returned, each with a name.

    These are the grid, the sun, a battery and the house as `flows.guessed` finds them, without
    devices, and one sensor for each other role.
    """
    by_id = {candidate.entity_id: candidate for candidate in candidates}
    guesses = guessed(clue for candidate in candidates if (clue := clue_of(candidate.entity)))
    names = named(guess for guess in guesses if guess.role != "devices")
    found = {name: by_id[guess.clue.key] for name, guess in names.items()}
    kept = {candidate.entity_id for candidate in found.values()}
    found |= beside(candidates, kept, {guess.role for guess in guesses})
    places = {candidate.entity_id: place for place, candidate in enumerate(candidates)}
    return dict(sorted(found.items(), key=lambda item: places[item[1].entity_id]))


def beside(
    candidates: Sequence[Candidate], kept: Collection[str], roles: Collection[object]
) -> dict[str, Candidate]:
    """Return one sensor for each role in the home that the ones kept have not, by the role.

    `roles` are those of the ones kept in the home's energy. If the home's power is among them, an
    appliance's sensor is suggested only as the voltage, which is the same at every socket.
    """
    chosen = [candidate for candidate in candidates if candidate.entity_id in kept]
    covered: set[Role] = {candidate.role for candidate in chosen}
    has_home_power = any(one.entity.kind.is_power for one in chosen)
    if not {"grid", "import", "house"}.isdisjoint(roles):
        covered |= {"power", "energy"}  # another is a part of it, or another meter
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        role = candidate.role
        is_home = role in {"voltage", "solar"} or not has_home_power or candidate.worth >= 0
        if role not in covered and is_home and _is_likely(candidate):
            covered.add(role)
            found[role] = candidate
            has_home_power |= role == "power" and candidate.worth >= 0
    return found


def clue_of(entity: Entity, way: Way | None = None) -> Clue | None:
    """Return what is known of a power or a counter, None of any other sensor.

    `way` is the one that a power was seen to flow; one that is below zero now flows both ways.
    """
    kind = entity.kind
    if not (kind.is_power or kind.is_energy):
        return None
    dips = kind.is_power and entity.value * normalised(entity.unit or "")[1] < LEAST_HOUSE
    own = words(entity.entity_id.partition(".")[2])
    return Clue(
        entity.entity_id,
        own,
        own + words(entity.name),
        kind.is_counter,
        way or ("both" if dips else None),
        is_silent=math.isnan(entity.value),
    )


def _role(entity: Entity) -> Role | None:
    if not re.fullmatch(r"sensor\.[a-z0-9_]+", entity.entity_id):
        return None
    return role_of(entity.unit, entity.device_class, entity.state_class, entity.words)


def _is_likely(candidate: Candidate) -> bool:
    text = candidate.entity.words
    is_battery = candidate.role == "voltage" and (
        candidate.entity.value < LEAST_MAINS_VOLTAGE or BATTERY.search(text) is not None
    )
    return not is_battery and not NOT_MEASURED.search(text)


def _worth(entity: Entity, role: Role) -> int:
    text = entity.words
    worth = max((points for phrases, points in _WHOLE_HOME if phrases.search(text)), default=0)
    if role != "solar" and any(pattern.search(text) for pattern in _NOT_THE_HOME):
        worth -= 10
    return worth - 100 * (NOT_MEASURED.search(text) is not None)
