"""Guesses which sensors are the grid, the sun, a battery, the house and its devices.

The words of a name say what a sensor measures. The series of a role are added up, so of sensors
that measure the same, such as a total and its tariffs, only the whole is taken.
"""

from collections.abc import Iterable, Sequence

import msgspec

from powerstats_cli.core.candidates import vocabulary as said
from powerstats_cli.core.candidates.clues import Clue
from powerstats_cli.core.energy.roles import BOTH_WAYS, ROLES, Meter, Role, Roles


class Guess(msgspec.Struct, frozen=True):
    """A sensor's role, and whether its power has the other sign than the role expects."""

    clue: Clue
    role: Role
    turned: bool = False


def guessed(clues: Iterable[Clue]) -> list[Guess]:
    """Return the sensors that have a role, in the order of the roles."""
    clues = sorted(clues, key=lambda clue: clue.key)
    is_metered = any(clue.says(said.TARIFF) for clue in clues)
    found = [guess for clue in clues if (guess := _guess(clue, is_metered=is_metered))]
    if not any(guess.role in {"grid", "import", "house"} for guess in found):
        found += _unnamed(clues, {guess.clue.key for guess in found})
    found = _of_the_grid(_both_ways(found))
    chosen = [guess for role in ROLES for guess in _chosen(role, found)]
    return _without_doubles(chosen)


def roles_of(guesses: Iterable[Guess]) -> Roles:
    """Return guesses as roles."""
    meters: dict[Role, list[Meter]] = {}
    for guess in guesses:
        meters.setdefault(guess.role, []).append(Meter(guess.clue.key, guess.turned))
    return Roles(meters)


# --- the role of one sensor ---------------------------------------------------------------------


def _guess(clue: Clue, *, is_metered: bool) -> Guess | None:
    if not _is_energy(clue):
        return None
    role = _named_role(clue, is_metered=is_metered)
    if role == "battery":
        return _battery(clue)
    if role == "house" and clue.is_signed:
        # Some inverters have what the house takes below zero; a meter is on both sides of it.
        return Guess(clue, "house", turned=True) if clue.way == "back" else Guess(clue, "grid")
    turned = (role == "grid" and clue.says(said.TURNED_GRID)) or (
        role == "house" and clue.says(said.TURNED_HOUSE) and not clue.says(said.TAKEN)
    )
    return Guess(clue, role, turned) if role else None


def _is_energy(clue: Clue) -> bool:
    """Tell whether a sensor measures energy that flowed, and no forecast, limit or balance."""
    return not clue.says(said.NOT_MEASURED) and not (clue.is_counter and clue.says(said.BALANCE))


def _named_role(clue: Clue, *, is_metered: bool) -> Role | None:
    if clue.says(said.VEHICLE):
        return "devices"
    if clue.says(said.GRID) or clue.says(said.TURNED_GRID):
        return _grid(clue)
    if clue.says(said.BATTERY):
        return "battery"
    if clue.says(said.APPLIANCE) or (clue.says(said.ROOM) and not clue.says(said.SOLAR)):
        return "devices"
    return _other_role(clue, is_metered=is_metered)


def _other_role(clue: Clue, *, is_metered: bool) -> Role | None:
    if clue.says(said.EXPORTING) or clue.says(said.IMPORTING):
        return "export" if clue.says(said.EXPORTING) else "import"
    is_solar = clue.says(said.SOLAR)
    takes, makes = clue.says(said.CONSUMING), clue.says(said.PRODUCING)
    is_house = clue.says(said.HOUSE) and not clue.says(said.NO_HOUSE) and not is_solar
    if is_house and not makes:
        return "house"
    if not is_solar and (clue.says(said.METER) or (is_metered and (takes or makes))):
        return _grid(clue)
    if takes:
        return None if makes else "house"  # a load that makes something is none
    if is_solar or makes:
        return "solar"
    # A name that says nothing but what is measured is of the whole home.
    return None if clue.thing else "house"


def _grid(clue: Clue) -> Role:
    """Return which way of the grid a sensor measures; a power may measure both."""
    is_net = not clue.is_counter and " net " in clue.text
    if clue.says(said.EXPORTING) or (clue.says(said.PRODUCING) and not is_net):
        return "export"
    takes = clue.is_counter or clue.says(said.IMPORTING) or clue.says(said.CONSUMING)
    return "import" if takes and not is_net else "grid"


def _battery(clue: Clue) -> Guess | None:
    gives = clue.says(said.DISCHARGING) or clue.says(said.EXPORTING)
    takes = clue.says(said.CHARGING) or clue.says(said.IMPORTING)
    if gives and takes:
        return None if clue.is_counter else Guess(clue, "battery", turned=True)
    if gives or takes:
        return Guess(clue, "discharge" if gives else "charge")
    return None if clue.is_counter else Guess(clue, "battery")


def _unnamed(clues: Sequence[Clue], taken: set[str]) -> list[Guess]:
    """Return a power and a counter that no name tells: the house's, or the grid's."""
    found = []
    for is_counter in (False, True):
        left = [
            clue
            for clue in clues
            if clue.is_counter == is_counter and clue.key not in taken and _is_energy(clue)
        ]
        best = min(left, key=_rank, default=None)
        # All phases of it, if there is no whole.
        found += [
            Guess(clue, "grid" if clue.is_signed else "house")
            for clue in left
            if best is not None and clue.thing == best.thing
        ]
    return found


def _both_ways(found: Sequence[Guess]) -> list[Guess]:
    """Return guesses in which the only power of a battery has both ways, whatever it is called."""
    ways = {guess.role for guess in found if not guess.clue.is_counter}
    alone = {"discharge", "charge"} & ways
    if len(alone) != 1 or "battery" in ways:
        return list(found)
    return [
        msgspec.structs.replace(guess, role="battery", turned=guess.role == "charge")
        if guess.role in alone and not guess.clue.is_counter
        else guess
        for guess in found
    ]


def _of_the_grid(found: Sequence[Guess]) -> list[Guess]:
    """Return guesses in which a meter's counter imports if its power is the grid's."""
    things = {guess.clue.thing for guess in found if guess.role == "grid" and guess.clue.is_signed}
    return [
        msgspec.structs.replace(guess, role="import")
        if guess.role == "house" and guess.clue.is_counter and guess.clue.thing in things
        else guess
        for guess in found
    ]


def _without_doubles(chosen: Sequence[Guess]) -> list[Guess]:
    """Return guesses without what a better one has already.

    Those are the powers of each way beside one of both, and counters that change every hour.
    """
    has_power = {guess.role for guess in chosen if not guess.clue.is_counter}
    both = {
        way
        for role, ways in (("grid", ("import", "export")), ("battery", ("charge", "discharge")))
        if role in has_power
        for way in ways
    }
    return [
        guess
        for guess in chosen
        if guess.role not in both or (guess.clue.is_counter and not guess.clue.says(said.HOURLY))
    ]


# --- the sensors of a role ----------------------------------------------------------------------


def _chosen(role: Role, found: Sequence[Guess]) -> list[Guess]:
    """Return the guesses of a role that are kept: its powers, and its counters."""
    guesses = [guess for guess in found if guess.role == role]
    if role == "devices":
        return _devices(guesses)
    powers = _alike([guess for guess in guesses if not guess.clue.is_counter], role)
    counters = _alike([guess for guess in guesses if guess.clue.is_counter], role)
    if role in BOTH_WAYS:
        # The sum of phases has one sign, which three powers do not tell.
        return powers if len(powers) == 1 else []
    if role == "solar" and powers and counters and len(powers) != len(counters):
        # Counters come before powers, so they must be those of all inverters.
        return max(counters, powers, key=len)
    return powers + counters


def _alike(guesses: Sequence[Guess], role: Role) -> list[Guess]:
    """Return the likeliest sensor, and those that measure other parts of the same, or like it."""
    lasting = [guess for guess in guesses if not guess.clue.says(said.PERIOD)]
    things: dict[tuple[str, ...], list[Guess]] = {}
    for guess in lasting or guesses:
        things.setdefault(guess.clue.thing, []).append(guess)
    wholes = [_whole(of_thing) for of_thing in things.values()]
    if not wholes:
        return []
    best = min(wholes, key=lambda whole: (_rank(whole[0].clue), whole[0].clue.key))
    if role != "solar":
        return best
    others = [whole for whole in wholes if whole is not best and _is_like(best[0], whole[0])]
    return [guess for whole in (best, *others) for guess in whole]


def _whole(guesses: Sequence[Guess]) -> list[Guess]:
    """Return what measures the whole of a thing: one sensor, or all of its parts.

    A second one of a kind has the number 2, and the first has none; parts begin with 1.
    """
    by_part: dict[str | None, list[Guess]] = {}
    for guess in guesses:
        by_part.setdefault(guess.clue.part, []).append(guess)
    best = {part: min(same, key=lambda guess: _rank(guess.clue)) for part, same in by_part.items()}
    if None in best and by_part.keys() & {"1", "a"}:
        return [best[None]]
    return [best[part] for part in sorted(best, key=lambda part: part or "")]


def _is_like(guess: Guess, other: Guess) -> bool:
    """Tell whether two things are of a kind: their names differ in one word that says which."""
    first, second = guess.clue.thing, other.clue.thing
    if len(first) != len(second) or " total " in guess.clue.own + other.clue.own:
        return False
    differing = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    return len(differing) == 1 and not all(
        said.SOLAR.search(f" {word} ") or said.PRODUCING.search(f" {word} ")
        for word in differing[0]
    )


def _devices(guesses: Sequence[Guess]) -> list[Guess]:
    """Return each device once: its counter, or else its power."""
    things: dict[tuple[str, ...], list[Guess]] = {}
    for guess in guesses:
        things.setdefault(guess.clue.thing, []).append(guess)
    return [
        guess
        for same in things.values()
        for guess in _whole([one for one in same if one.clue.is_counter] or same)
    ]


def _rank(clue: Clue) -> tuple[object, ...]:
    """Return a sensor's place among those that measure the same: the smallest is the likeliest."""
    return (
        clue.says(said.PERIOD),
        not clue.says(said.HOUSE),
        not clue.says(said.GRID),
        not clue.says(said.PRODUCING),
        not clue.says(said.TAKEN),
        " total " not in clue.own,
        clue.is_silent,
        len(clue.own),
        clue.key,
    )
