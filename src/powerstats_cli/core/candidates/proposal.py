"""Which sensors of a home are to be kept, and their roles: what is proposed to a new user.

The Energy dashboard counts first. What it does not know, such as the powers beside its counters in
older versions, is guessed by names and units; without a dashboard everything is.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.core.candidates import vocabulary as said
from powerstats_cli.core.candidates.clues import Clue, Way
from powerstats_cli.core.candidates.dashboard import Priced, Use
from powerstats_cli.core.candidates.flows import Guess, guessed
from powerstats_cli.core.candidates.names import named, unique
from powerstats_cli.core.candidates.registry import Registered
from powerstats_cli.core.candidates.selection import Kept, Selection
from powerstats_cli.core.candidates.sensors import Candidate, Entity, beside, clue_of, fitting
from powerstats_cli.core.energy.roles import ROLES, Role, circle
from powerstats_cli.core.series import Kind

# The roles that have parts of the same; a home without one of `_WHOLE` has no house.
_PARTS: Final[Sequence[frozenset[Role]]] = (
    frozenset({"grid", "import", "export"}),
    frozenset({"solar"}),
    frozenset({"battery", "charge", "discharge"}),
    frozenset({"house"}),
)
_WHOLE: Final = frozenset({"grid", "import", "house"})


class Home(msgspec.Struct, frozen=True):
    """What is known of a home: its entities, what its dashboard uses, its registries, the ways.

    `priced` are the prices of the dashboard. `ways` has the way that each power was seen to flow,
    by entity id.
    """

    entities: Sequence[Entity]
    uses: Sequence[Use] = ()
    registry: Mapping[str, Registered] = {}
    ways: Mapping[str, Way] = {}
    priced: Sequence[Priced] = ()

    def label(self, entity: Entity, given: str | None = None) -> str:
        """Return a name for a series out of what the home calls an entity, such as heat_pump."""
        about = self.registry.get(entity.entity_id, Registered())
        own = entity.entity_id.partition(".")[2]
        for text in (given, about.name, entity.name, about.device, own):
            if text and (thing := Clue("", said.words(text), "", is_counter=False).thing):
                return "_".join(thing)
        return own


class Proposal(msgspec.Struct, frozen=True):
    """The sensors to keep, those of the dashboard first; others that fit; and what to tell.

    The roles are not `is_sure` if a power that was not seen to flow back would change them by that.
    `missing` are statistics that the dashboard counts and no entity can be read for.
    """

    kept: Selection
    others: Selection
    is_sure: bool
    missing: Sequence[str] = ()


class _Used(msgspec.Struct, frozen=True):
    """A use of the dashboard with its entity, as a guess that is none."""

    use: Use
    guess: Guess


def proposed(home: Home) -> Proposal:
    """Return what to keep of a home: no devices but those of the dashboard."""
    roles = _Roles.of(home, takes_all=False)
    kept = roles.kept(home)
    candidates = fitting(home.entities)
    kept += _beside(kept, candidates)
    return Proposal(kept, _others(home, kept, candidates), roles.is_sure, roles.missing)


def given(home: Home, names: Mapping[str, str]) -> Proposal:
    """Return the sensors that a user names, which are all in the home, with their roles."""
    by_id = {entity.entity_id: entity for entity in home.entities}
    # The name that a user gives says as much as the one that Home Assistant shows.
    entities = [
        msgspec.structs.replace(by_id[entity_id], name=f"{by_id[entity_id].name} {name}")
        for name, entity_id in names.items()
    ]
    ids = set(names.values())
    some = msgspec.structs.replace(
        home, entities=entities, uses=[use for use in home.uses if use.entity_id in ids]
    )
    roles = _Roles.of(some, takes_all=True)
    found = {one.entity_id: one for one in roles.kept(some)}
    own = {one.name: name for name, entity_id in names.items() if (one := found.get(entity_id))}
    kept = []
    for name, entity_id in names.items():
        one = found.get(entity_id, Kept(name, entity_id, _known_kind(by_id[entity_id])))
        within = own.get(one.within or "")
        kept.append(msgspec.structs.replace(one, name=name, within=within))
    return Proposal(tuple(kept), (), roles.is_sure)


def unproven(home: Home) -> list[str]:
    """Return the powers whose way matters: they may have a role, or change it by flowing back."""
    devices = {use.entity_id for use in home.uses if use.role == "devices"}
    guesses = [*_guesses(home, {}, devices), *_guesses(home, _all_both(home), devices)]
    powers = [
        guess.clue.key for guess in guesses if guess.role != "devices" and not guess.clue.is_counter
    ]
    return list(dict.fromkeys(powers))


class _Roles(msgspec.Struct, frozen=True):
    """The sensors of a home that have a role, and whether that is sure; the devices as used."""

    guesses: Sequence[Guess]
    devices: Sequence[_Used]
    is_sure: bool
    missing: Sequence[str]

    @classmethod
    def of(cls, home: Home, *, takes_all: bool) -> "_Roles":
        """Return the roles that the dashboard tells, and those that names and units tell.

        If it `takes_all`, each sensor may have a role that the dashboard does not know.
        """
        used, missing = _usable(home)
        flows = _without_halves([one for one in used if one.guess.role != "devices"])
        devices = [one for one in used if one.guess.role == "devices"]
        told = {one.guess.clue.key for one in devices}
        guesses = _guesses(home, home.ways, told)
        chosen = _completed(flows, guesses, takes_all=takes_all)
        others = _guesses(home, {**_all_both(home), **home.ways}, told)
        other = _completed(flows, others, takes_all=takes_all)
        more = [guess for guess in guesses if takes_all and guess.role == "devices"]
        everything = [*chosen, *(one.guess for one in devices), *more]
        return cls(everything, devices, _told(chosen) == _told(other), missing)

    def kept(self, home: Home) -> Selection:
        """Return the sensors, each with a name."""
        return _selection(home, self.guesses, self.devices)


def _guesses(home: Home, ways: Mapping[str, Way], devices: Collection[str]) -> list[Guess]:
    """Return what names and units tell of the entities that are no devices, and not hidden."""
    clues = [
        clue
        for entity in home.entities
        if entity.entity_id not in devices
        and not home.registry.get(entity.entity_id, Registered()).is_aside
        and (clue := clue_of(entity, ways.get(entity.entity_id)))
    ]
    return guessed(clues)


def _all_both(home: Home) -> dict[str, Way]:
    return {one.entity_id: "both" for one in home.entities if one.kind.is_power}


def _told(guesses: Iterable[Guess]) -> set[tuple[str, Role, bool]]:
    return {(guess.clue.key, guess.role, guess.turned) for guess in guesses}


# --- the dashboard ----------------------------------------------------------------------------


def _usable(home: Home) -> tuple[list[_Used], list[str]]:
    """Return the uses whose entities can be read, and the statistics that no entity has."""
    by_id = {entity.entity_id: entity for entity in home.entities}
    used, missing = [], []
    for use in home.uses:
        ids = [use.entity_id, *([use.instead] if use.instead else [])]
        for number, entity_id in enumerate(ids):
            entity = by_id.get(entity_id)
            if entity and _fits(entity, is_power=use.is_power or number > 0):
                is_counter = not (use.is_power or number > 0)
                used.append(_Used(use, Guess(_clue(entity, is_counter), use.role, use.turned)))
                break
        else:
            if not use.is_power:
                missing.append(use.entity_id)
    return used, missing


def _fits(entity: Entity, *, is_power: bool) -> bool:
    if entity.unit is None and math.isnan(entity.value):
        return True  # it is not there at the moment, and will say its unit
    return entity.kind.is_power if is_power else entity.kind.is_energy


def _clue(entity: Entity, is_counter: bool) -> Clue:  # noqa: FBT001 - as its unit may not be known
    own = said.words(entity.entity_id.partition(".")[2])
    return Clue(entity.entity_id, own, own + said.words(entity.name), is_counter)


def _without_halves(used: Sequence[_Used]) -> list[_Used]:
    """Return uses without a power of one of several batteries or inverters, and hourly counters.

    A curve is drawn from powers alone, so they have to be those of all.
    """
    counters = [one for one in used if not one.use.is_power]
    powers = [one for one in used if one.use.is_power]
    kept = []
    for power in powers:
        role = power.use.role
        alike = sum(other.use.role == role for other in powers)
        if role in {"grid", "battery"}:
            ways = _part(role)
            sources = {other.use.source for other in counters if other.use.role in ways}
            is_whole = alike == 1 and (role == "grid" or len(sources) <= 1)
        else:
            count = sum(other.use.role == role for other in counters)
            is_whole = role in {"import", "export"} or count in {0, alike}
        kept += [power] if is_whole else []
    measured = {part for one in kept for part in _part(one.use.role)}
    exact = [
        one
        for one in counters
        if one.use.role not in measured or not one.guess.clue.says(said.HOURLY)
    ]
    return [*exact, *kept]


def _part(role: Role) -> frozenset[Role]:
    return next(part for part in _PARTS if role in part)


def _completed(used: Sequence[_Used], guesses: Sequence[Guess], *, takes_all: bool) -> list[Guess]:
    """Return what the dashboard uses with what it does not know.

    If it knows the grid or the house, it knows the home: only powers are added to its counters,
    unless all is taken.
    """
    found = [one.guess for one in used]
    keys = {guess.clue.key for guess in found}
    roles = {guess.role for guess in found}
    knows_home = bool(roles & _WHOLE) and not takes_all
    for part in _PARTS:
        own = [guess for guess in found if guess.role in part]
        more = [guess for guess in guesses if guess.role in part and guess.clue.key not in keys]
        if not own:
            found += [] if knows_home else more
        elif all(guess.clue.is_counter for guess in own):
            powers = [guess for guess in more if not guess.clue.is_counter]
            found += powers if _are_of_all(part, own, powers) else []
    return sorted(found, key=lambda guess: ROLES.index(guess.role))


def _are_of_all(part: Collection[Role], counters: Sequence[Guess], powers: Sequence[Guess]) -> bool:
    """Tell whether powers are of all the things that the counters count."""
    if "grid" in part:
        return True  # tariffs have a counter each, and one power
    most = max(sum(one.role == role for one in counters) for role in part)
    return bool(powers) and all(
        sum(one.role == role for one in powers) == most for role in {one.role for one in powers}
    )


# --- names ------------------------------------------------------------------------------------


def _selection(home: Home, guesses: Sequence[Guess], devices: Sequence[_Used]) -> Selection:
    by_id = {entity.entity_id: entity for entity in home.entities}
    given = {one.guess.clue.key: one.use.name for one in devices}
    labels = {
        guess.clue.key: home.label(by_id[guess.clue.key], given.get(guess.clue.key))
        for guess in guesses
        if guess.role == "devices"
    }
    names = named(guesses, labels)
    within = _within(devices, {guess.clue.key: name for name, guess in names.items()})
    return tuple(
        Kept(
            name,
            guess.clue.key,
            _known_kind(by_id[guess.clue.key]),
            guess.role,
            guess.turned,
            within.get(name),
        )
        for name, guess in names.items()
    )


def _known_kind(entity: Entity) -> Kind | None:
    return entity.kind if entity.unit else None


def _within(devices: Sequence[_Used], names: Mapping[str, str]) -> dict[str, str]:
    """Return the device that each device is part of, by name; a circle is left out."""
    by_statistic = {one.use.entity_id: names[one.guess.clue.key] for one in devices}
    within: dict[str, str] = {}
    for one in devices:
        outer = by_statistic.get(one.use.within or "")
        if outer and not circle({**within, names[one.guess.clue.key]: outer}):
            within[names[one.guess.clue.key]] = outer
    return within


def _beside(kept: Selection, candidates: Sequence[Candidate]) -> Selection:
    """Return a voltage and the like beside the energies that are kept."""
    found = beside(candidates, {one.entity_id for one in kept}, {one.role for one in kept})
    taken = {one.name for one in kept}
    return tuple(
        Kept(unique(role, taken), one.entity_id, one.entity.kind) for role, one in found.items()
    )


def _others(home: Home, kept: Selection, candidates: Sequence[Candidate]) -> Selection:
    """Return the other sensors that fit, each with a name and, if it is a device's, the role."""
    ids, taken = {one.entity_id for one in kept}, {one.name for one in kept}
    clues = [clue for one in candidates if (clue := clue_of(one.entity))]
    devices = {guess.clue.key for guess in guessed(clues) if guess.role == "devices"}
    found = []
    for one in candidates:
        if one.entity_id in ids:
            continue
        label = home.label(one.entity)
        name = unique(label if label not in taken else f"{label}_{one.role}", taken)
        taken.add(name)
        role: Role | None = "devices" if one.entity_id in devices else None
        found.append(Kept(name, one.entity_id, one.entity.kind, role))
    return tuple(found)
