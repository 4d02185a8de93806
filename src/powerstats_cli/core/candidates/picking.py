"""The sensors that an answer picks out of a list, and a name for each."""

import re
from collections.abc import Collection, Iterable, Sequence

import msgspec

from powerstats_cli.core.candidates.sensors import Candidate


class Pick(msgspec.Struct, frozen=True):
    """One sensor of an answer, and the name that was given with it."""

    entity_id: str
    name: str | None = None


def picks(
    answer: str, listed: Sequence[Candidate], known_ids: Collection[str], default: Sequence[Pick]
) -> list[Pick]:
    """Return what an answer such as `1 3-4 attic=7 sensor.x` picks; an empty answer the default.

    Numbers count `listed` from 1, ids are in `known_ids`; raises ValueError with what is wrong.
    """
    names = {pick.entity_id: pick.name for pick in default}
    picked: dict[Pick, None] = {}  # a set that keeps the order
    for word in answer.replace(",", " ").split():
        name, _, sensors = word.rpartition("=")
        if "=" in word and not name:
            message = f"{word}: a name is missing before the ="
            raise ValueError(message)
        entity_ids = _entity_ids(sensors, listed, known_ids)
        if name and len(entity_ids) > 1:
            message = f"{word}: one name for {len(entity_ids)} sensors"
            raise ValueError(message)
        picked |= {Pick(entity_id, name or names.get(entity_id)): None for entity_id in entity_ids}
    return list(picked) or list(default)


def _entity_ids(sensors: str, listed: Sequence[Candidate], known_ids: Collection[str]) -> list[str]:
    """Return the entity ids of an id, a number or a span of numbers."""
    if sensors in known_ids:
        return [sensors]
    span = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", sensors, re.ASCII)
    if span is None:
        message = f"{sensors}: no number of the list, and no sensor that Home Assistant has"
        raise ValueError(message)
    first, last = int(span[1]), int(span[2] or span[1])
    if not 1 <= first <= last <= len(listed):
        message = f"{sensors}: the numbers go from 1 to {len(listed)}"
        raise ValueError(message)
    return [candidate.entity_id for candidate in listed[first - 1 : last]]


def default_name(entity_id: str, listed: Iterable[Candidate], taken: Collection[str]) -> str:
    """Return a name for a sensor that is not taken: its role, or the end of its id without one."""
    roles = {candidate.entity_id: candidate.role for candidate in listed}
    name: str = roles.get(entity_id) or entity_id.partition(".")[2]
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    return unique
