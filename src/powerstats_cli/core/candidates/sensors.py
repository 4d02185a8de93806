"""Which of Home Assistant's sensors fit a role, and which are suggested."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.core.candidates.quantities import ROLES, Role, has_phrase, role_of, words
from powerstats_cli.core.series import StateClass
from powerstats_cli.core.units import POWER, normalised

# A battery has less, any mains has more.
LEAST_MAINS_VOLTAGE: Final = 80.0


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# How much a phrase in a name says that a sensor measures the whole home, in the languages in which
# sensors are often named; without accents.
_WHOLE_HOME: Final[Mapping[str, int]] = {
    **dict.fromkeys(_set("house home household whole mains haus huis woning maison casa"), 3),
    **dict.fromkeys(_set("main total grid meter dsmr p1 gesamt totaal netz haushalt linky"), 2),
    **dict.fromkeys(["em", "shellyem", "channel 1", "consumption", "load", "verbrauch"], 1),
}
_ONE_APPLIANCE: Final = _set(
    "assistant office cinema plug socket switch lamp light fridge freezer oven stove kettle washer "
    "washing dryer dishwasher tv pc computer server router nas ups heater boiler pump heatpump "
    "charger wallbox car ev battery akku steckdose waschmaschine trockner lampe stekker lader "
    "wasmachine koelkast"
)
_OUT_OF_THE_HOME: Final = _set(
    "export exported return returned production produced feed teruglevering geleverd einspeisung"
)
_NOT_MEASURED: Final = _set(
    "forecast estimate estimated expected prognose limit setpoint threshold rated nominal max min "
    "maximum minimum peak average"
)
_BATTERY: Final = _set("battery akku")


class Entity(msgspec.Struct, frozen=True):
    """An entity's present state in Home Assistant; `value` is nan if its state is no number."""

    entity_id: str
    name: str
    value: float
    unit: str | None = None
    device_class: str | None = None
    state_class: StateClass | None = None

    @property
    def words(self) -> str:
        """The words of its id and of its name, as `quantities.words` returns them."""
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


def suggested(candidates: Sequence[Candidate]) -> dict[Role, Candidate]:
    """Return at most one sensor for each role, out of what `fitting` returned.

    If the power is the home's, an appliance's sensor is suggested only as the voltage, which is
    the same at every socket.
    """
    best: dict[Role, Candidate] = {}
    for candidate in candidates:
        if candidate.role not in best and _is_likely(candidate):
            best[candidate.role] = candidate
    has_home_power = "power" in best and best["power"].worth >= 0
    return {
        role: candidate
        for role, candidate in best.items()
        if role in {"voltage", "solar"} or not has_home_power or candidate.worth >= 0
    }


def _role(entity: Entity) -> Role | None:
    if not re.fullmatch(r"sensor\.[a-z0-9_]+", entity.entity_id):
        return None
    return role_of(entity.unit, entity.device_class, entity.state_class, entity.words)


def _is_likely(candidate: Candidate) -> bool:
    text = candidate.entity.words
    is_battery = candidate.role == "voltage" and (
        candidate.entity.value < LEAST_MAINS_VOLTAGE or has_phrase(text, _BATTERY)
    )
    return not is_battery and not has_phrase(text, _NOT_MEASURED)


def _worth(entity: Entity, role: Role) -> int:
    text = entity.words
    worth = max(
        (points for phrase, points in _WHOLE_HOME.items() if f" {phrase} " in text), default=0
    )
    if role != "solar" and has_phrase(text, _ONE_APPLIANCE | _OUT_OF_THE_HOME):
        worth -= 10
    return worth - 100 * has_phrase(text, _NOT_MEASURED)
