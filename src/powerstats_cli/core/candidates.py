"""Which of Home Assistant's sensors fit, which of them are the home's, and who chose which."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Literal, get_args

import msgspec

from powerstats_cli.core.buckets import StateClass
from powerstats_cli.core.units import ENERGY, POWER, normalised

Role = Literal["power", "voltage", "energy", "solar", "current", "power_factor"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# Of these the last change tells how long Home Assistant was at work; the first that is there does.
LIVELY: Final[tuple[Role, ...]] = ("voltage", "power")
# A battery's is less than that of any mains.
LEAST_MAINS_VOLTAGE: Final = 80.0


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words of a name, without accents; the languages are those that sensors are often named in.
_HOUSE: Final[Mapping[str, int]] = {
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
_THE_OTHER_WAY: Final = _set(
    "export exported return returned production produced feed teruglevering geleverd einspeisung"
)
_NO_READING: Final = _set(
    "forecast estimate estimated expected prognose limit setpoint threshold rated nominal max min "
    "maximum minimum peak average"
)
_SOLAR: Final = re.compile(
    r" (?:solar\w*|photovolt\w*|pv|zon|zonne\w*|einspeis\w*|inverter|wechselrichter|omvormer) "
)
# What an inverter says of the rest of the home.
_NOT_SOLAR: Final = _set("grid load consumption battery meter netz verbrauch akku verbruik")


class Entity(msgspec.Struct, frozen=True):
    """What Home Assistant says of an entity now; `value` is nan where its state is no number."""

    entity_id: str
    name: str
    value: float
    unit: str | None = None
    device_class: str | None = None
    state_class: StateClass | None = None


class Candidate(msgspec.Struct, frozen=True):
    """A sensor that fits a role, and how much its name is the home's: below 0 an appliance's."""

    entity: Entity
    role: Role
    worth: int

    @property
    def entity_id(self) -> str:
        """Its entity id."""
        return self.entity.entity_id

    @property
    def _rank(self) -> tuple[object, ...]:
        entity = self.entity
        # Solar power says more than a counter of it.
        is_second = self.role == "solar" and normalised(entity.unit or "")[0] != POWER
        is_silent = entity.state_class is None or math.isnan(entity.value)
        return is_second, -self.worth, is_silent, len(entity.entity_id), entity.entity_id


# --- what fits --------------------------------------------------------------------------------


def fitting(entities: Iterable[Entity]) -> list[Candidate]:
    """Return the sensors that fit: role by role, of each the likeliest first."""
    found = [
        Candidate(entity, role, _worth(entity, role))
        for entity in entities
        if (role := _role(entity)) is not None
    ]
    return sorted(found, key=lambda one: (ROLES.index(one.role), one._rank))  # noqa: SLF001 - its own


def suggested(candidates: Sequence[Candidate]) -> dict[Role, Candidate]:
    """Return one sensor at most for each role; beside a home's none of an appliance's.

    Only its voltage is the same at every socket.
    """
    best: dict[Role, Candidate] = {}
    for one in candidates:
        if one.role not in best and _is_likely(one):
            best[one.role] = one
    is_homes = "power" in best and best["power"].worth >= 0
    return {
        role: one
        for role, one in best.items()
        if role in {"voltage", "solar"} or not is_homes or one.worth >= 0
    }


def lively(roles: Collection[str]) -> Role | None:
    """Return which of the chosen roles changes often, None where none does."""
    return next((role for role in LIVELY if role in roles), None)


def _role(entity: Entity) -> Role | None:
    if not re.fullmatch(r"sensor\.[a-z0-9_]+", entity.entity_id):
        return None
    unit = normalised(entity.unit)[0] if entity.unit else None
    kind = entity.device_class
    is_counter = entity.state_class in {"total_increasing", "total"}
    role: Role
    if unit == POWER and kind in {"power", None}:
        role = "power"
    elif unit == ENERGY and kind in {"energy", None} and is_counter:
        role = "energy"
    elif unit in {"V", "kV"} and kind in {"voltage", None}:
        return "voltage"
    elif unit in {"A", "mA"} and kind in {"current", None}:
        return "current"
    elif unit in {"%", None} and _is_power_factor(entity):
        return "power_factor"
    else:
        return None
    text = _words(entity)
    return "solar" if _SOLAR.search(text) and not _has(text, _NOT_SOLAR) else role


def _is_power_factor(entity: Entity) -> bool:
    named = entity.device_class is None and _has(_words(entity), {"power factor", "cos phi"})
    return entity.device_class == "power_factor" or named


def _is_likely(one: Candidate) -> bool:
    is_battery = one.role == "voltage" and (
        one.entity.value < LEAST_MAINS_VOLTAGE or _has(_words(one.entity), {"battery", "akku"})
    )
    return not is_battery and not _has(_words(one.entity), _NO_READING)


def _worth(entity: Entity, role: Role) -> int:
    text = _words(entity)
    worth = max((weight for phrase, weight in _HOUSE.items() if f" {phrase} " in text), default=0)
    if role != "solar" and (_has(text, _ONE_APPLIANCE) or _has(text, _THE_OTHER_WAY)):
        worth -= 10
    return worth - 100 * _has(text, _NO_READING)


def _has(text: str, phrases: Collection[str]) -> bool:
    return any(f" {phrase} " in text for phrase in phrases)


def _words(entity: Entity) -> str:
    """Return the words of both names, a space around each."""
    both = f"{entity.entity_id.partition('.')[2]} {entity.name}".lower()
    plain = unicodedata.normalize("NFKD", both)
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    # p1 is a word, shellyem3 is two.
    return f" {' '.join(re.findall(r'p1(?![a-z0-9])|[a-z]+|[0-9]+', plain))} "


# --- what is chosen ---------------------------------------------------------------------------


class Pick(msgspec.Struct, frozen=True):
    """One sensor of an answer, and the name that was given with it."""

    entity_id: str
    name: str | None = None


def picks(
    answer: str, listed: Sequence[Candidate], known: Collection[str], default: Sequence[Pick]
) -> list[Pick]:
    """Return what an answer such as `1 3-4 attic=7 sensor.x` takes; an empty one the default.

    Numbers count `listed` from 1, ids are of `known`; raises ValueError with what is wrong.
    """
    found: dict[Pick, None] = {}
    for word in answer.replace(",", " ").split():
        name, _, what = word.rpartition("=")
        if "=" in word and not name:
            message = f"{word}: a name is missing before the ="
            raise ValueError(message)
        ids = _ids(what, listed, known)
        if name and len(ids) > 1:
            message = f"{word}: one name for {len(ids)} sensors"
            raise ValueError(message)
        names = {pick.entity_id: pick.name for pick in default}
        found |= dict.fromkeys(Pick(one, name or names.get(one)) for one in ids)
    return list(found) or list(default)


def _ids(what: str, listed: Sequence[Candidate], known: Collection[str]) -> list[str]:
    if what in known:
        return [what]
    span = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", what, re.ASCII)
    if span is None:
        message = f"{what}: no number of the list, and no sensor that Home Assistant has"
        raise ValueError(message)
    first, last = int(span[1]), int(span[2] or span[1])
    if not 1 <= first <= last <= len(listed):
        message = f"{what}: the numbers go from 1 to {len(listed)}"
        raise ValueError(message)
    return [one.entity_id for one in listed[first - 1 : last]]


def default_name(entity_id: str, listed: Iterable[Candidate], taken: Collection[str]) -> str:
    """Return a name for a sensor that is none of those taken: its role, or else its id's end."""
    roles = {one.entity_id: one.role for one in listed}
    name: str = roles.get(entity_id) or entity_id.partition(".")[2]
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    return unique
