"""Changes of the sensors that are kept, as they are typed: numbers of a list, names and roles."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.core.candidates import selection
from powerstats_cli.core.candidates.names import unique
from powerstats_cli.core.candidates.selection import Kept, Selection
from powerstats_cli.core.series import Kind

ROLE: Final = "role"


class _Pick(msgspec.Struct, frozen=True):
    """A word of an answer: `+` adds, `-` takes out; a name that is given; and the sensors."""

    sign: str
    name: str
    found: Sequence[Kept]


def changed(
    answer: str, kept: Selection, others: Selection, known: Mapping[str, Kind | None]
) -> Selection:
    """Return the sensors after an answer.

    `1 3-4` keeps only these, `+7` adds one, `-2` takes one out, `attic=3` names one, and `role 3
    solar` or `role 3 device in 2` gives it a role. Numbers count those that are kept and then the
    others, from 1; `known` has the kind of each entity that there is. Raises ValueError with what
    is wrong.
    """
    words = answer.replace(",", " ").split()
    if words and words[0].lower() == ROLE:
        return _with_role(words[1:], kept, others, known)
    picks = [_pick(word, kept, others, known) for word in words]
    if any(not (pick.sign or pick.name) for pick in picks):
        return _only(picks, kept)
    for pick in picks:
        kept = _applied(pick, kept)
    if not kept:
        message = "at least one is needed: a number, or an entity id"
        raise ValueError(message)
    return selection.checked(kept)


def _pick(word: str, kept: Selection, others: Selection, known: Mapping[str, Kind | None]) -> _Pick:
    sign = word[0] if word[0] in "+-" else ""
    name, equals, sensors = word.removeprefix(sign).rpartition("=")
    if equals and not name:
        message = f"{word}: a name is missing before the ="
        raise ValueError(message)
    found = _found(sensors, kept, others, known)
    if name and len(found) > 1:
        message = f"{word}: one name for {len(found)} sensors"
        raise ValueError(message)
    return _Pick(sign, name, found)


def _found(
    sensors: str, kept: Selection, others: Selection, known: Mapping[str, Kind | None]
) -> Sequence[Kept]:
    """Return the sensors of a name, an entity id, a number or a span of numbers."""
    listed = (*kept, *others)
    for one in listed:
        if sensors in {one.entity_id, one.name}:
            return [one]
    if sensors in known:
        name = unique(sensors.partition(".")[2], {one.name for one in kept})
        return [Kept(name, sensors, known[sensors])]
    span = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", sensors, re.ASCII)
    if span is None:
        message = f"{sensors}: no number of the list, and no sensor that Home Assistant has"
        raise ValueError(message)
    first, last = int(span[1]), int(span[2] or span[1])
    if not 1 <= first <= last <= len(listed):
        message = f"{sensors}: the numbers go from 1 to {len(listed)}"
        raise ValueError(message)
    return listed[first - 1 : last]


def _only(picks: Sequence[_Pick], kept: Selection) -> Selection:
    """Return the sensors that are picked, in the order of the answer."""
    wanted = {one.entity_id for pick in picks if pick.sign != "-" for one in pick.found}
    for one in kept:
        if one.entity_id not in wanted:
            kept = selection.without(kept, one.name)
    for pick in picks:
        kept = _applied(pick, kept)
    order = [one.entity_id for pick in picks for one in pick.found]
    return selection.checked(tuple(sorted(kept, key=lambda one: order.index(one.entity_id))))


def _applied(pick: _Pick, kept: Selection) -> Selection:
    for one in pick.found:
        is_kept = one.entity_id in {each.entity_id for each in kept}
        if pick.sign == "-":
            kept = selection.without(kept, one.name)
        elif not is_kept:
            kept = _with(kept, one, pick.name)
        elif pick.name and pick.name != one.name:
            kept = selection.renamed(kept, one.name, pick.name)
    return kept


def _with(kept: Selection, one: Kept, name: str) -> Selection:
    """Return the sensors with one more; it has no role if its role is taken."""
    name = name or unique(one.name, {each.name for each in kept})
    new = msgspec.structs.replace(one, name=name)
    try:
        return selection.added(kept, new)
    except ValueError:
        return selection.added(kept, msgspec.structs.replace(new, role=None, turned=False))


def _with_role(
    words: Sequence[str], kept: Selection, others: Selection, known: Mapping[str, Kind | None]
) -> Selection:
    form = re.fullmatch(r"(\S+) (\S+)(?: in (\S+))?", " ".join(words))
    if form is None:
        message = "write for example role 3 solar, role 3 none, or role 3 device in 2"
        raise ValueError(message)
    one = _kept_one(form[1], kept, others, known)
    within = _kept_one(form[3], kept, others, known).name if form[3] else None
    return selection.with_role(kept, one.name, form[2], within)


def _kept_one(
    sensor: str, kept: Selection, others: Selection, known: Mapping[str, Kind | None]
) -> Kept:
    found = _found(sensor, kept, others, known)
    if len(found) != 1 or found[0] not in kept:
        message = f"{sensor}: none of the sensors that are kept; + adds one"
        raise ValueError(message)
    return found[0]
