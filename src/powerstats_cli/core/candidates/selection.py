"""The sensors that a home keeps, each with its role: changed one by one, and checked each time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.core.documents import is_series_name
from powerstats_cli.core.energy.roles import BOTH_WAYS, ROLES, Meter, Role, Roles, circle, unfit
from powerstats_cli.core.series import Kind

NO_ROLE: Final = "none"
# A person types the singular.
_ALSO: Final[Mapping[str, Role]] = {"device": "devices"}


class Kept(msgspec.Struct, frozen=True):
    """A sensor that is kept: its name, its entity id, its kind if that is known, and its role.

    A power that is `turned` has the other sign than its role expects. `within` is the name of the
    device that a device is part of. `was` is its name in the configuration, None if it is new.
    """

    name: str
    entity_id: str
    kind: Kind | None = None
    role: Role | None = None
    turned: bool = False
    within: str | None = None
    was: str | None = None

    @property
    def written(self) -> str:
        """Its role as `role_written` reads it."""
        return f"{'-' * self.turned}{self.role}" if self.role else NO_ROLE

    @property
    def described(self) -> str:
        """Its role as it is typed, with the device that it is part of; "" without a role."""
        if self.role is None:
            return ""
        inside = f" in {self.within}" if self.within else ""
        return f"{'-' * self.turned}{'device' if self.role == 'devices' else self.role}{inside}"


Selection = tuple[Kept, ...]


def selected(entities: Mapping[str, str], roles: Roles, kinds: Mapping[str, Kind]) -> Selection:
    """Return the sensors of a configuration."""
    found = []
    has = {meter.name: (role, meter.turned) for role in ROLES for meter in roles.of(role)}
    for name, entity_id in entities.items():
        role, turned = has.get(name, (None, False))
        within = roles.within.get(name)
        found.append(Kept(name, entity_id, kinds.get(name), role, turned, within, was=name))
    return tuple(found)


def roles_of(kept: Sequence[Kept]) -> Roles:
    """Return the roles of the sensors."""
    meters: dict[Role, list[Meter]] = {}
    for role in ROLES:
        if found := [Meter(one.name, one.turned) for one in kept if one.role == role]:
            meters[role] = found
    return Roles(meters, {one.name: one.within for one in kept if one.within})


def role_written(written: str) -> tuple[Role | None, bool]:
    """Return the role that is written, None for `none`, and whether a `-` turns the power around.

    Raises ValueError.
    """
    turned = written.startswith("-")
    name = written.removeprefix("-").lower()
    name = _ALSO.get(name, name)
    if name == NO_ROLE and not turned:
        return None, False
    for role in ROLES:
        if role == name:
            return role, turned
    message = f"{written}: the roles are {', '.join(ROLES)}, and none"
    raise ValueError(message)


# --- changes: each returns the whole selection, and raises ValueError for what cannot be ----------


def added(kept: Selection, new: Kept) -> Selection:
    """Return the sensors with one more."""
    if new.name in {one.name for one in kept}:
        message = f"{new.name}: two sensors cannot have one name"
        raise ValueError(message)
    _check_name(new.name)
    return checked((*kept, new))


def put(kept: Selection, new: Kept) -> Selection:
    """Return the sensors with another one under its name, or with one more; roles are not checked.

    The series is the one that it was.
    """
    if new.name not in {one.name for one in kept}:
        return (*kept, new)
    return tuple(
        msgspec.structs.replace(new, was=one.was) if one.name == new.name else one for one in kept
    )


def renamed(kept: Selection, old: str, new: str) -> Selection:
    """Return the sensors with another name for one of them."""
    _check_name(new)
    if new in {one.name for one in kept}:
        message = f"{new}: two sensors cannot have one name"
        raise ValueError(message)
    return tuple(
        msgspec.structs.replace(
            one,
            name=new if one.name == old else one.name,
            within=new if one.within == old else one.within,
        )
        for one in kept
    )


def without(kept: Selection, name: str) -> Selection:
    """Return the other sensors; a device that was part of it is part of nothing then."""
    return tuple(
        msgspec.structs.replace(one, within=None) if one.within == name else one
        for one in kept
        if one.name != name
    )


def with_role(kept: Selection, name: str, written: str, within: str | None = None) -> Selection:
    """Return the sensors with another role for one of them."""
    role, turned = role_written(written)
    if within is not None and role != "devices":
        message = f"{name}: only a device is part of another one"
        raise ValueError(message)
    changed = tuple(
        msgspec.structs.replace(one, role=role, turned=turned, within=within)
        if one.name == name
        else one
        for one in kept
    )
    if role != "devices":
        changed = tuple(
            msgspec.structs.replace(one, within=None) if one.within == name else one
            for one in changed
        )
    checked(sorted(changed, key=lambda one: one.name == name))  # of two, this one is complained of
    return changed


def checked(kept: Iterable[Kept]) -> Selection:
    """Return the sensors if each can have its role."""
    kept = tuple(kept)
    roles = roles_of(kept)
    for role in BOTH_WAYS:
        names = [meter.name for meter in roles.of(role)]
        if len(names) > 1:
            message = f"{names[-1]}: {names[0]} is {role} already, and one power has both ways"
            raise ValueError(message)
    for complaint in unfit(roles, {one.name: one.kind for one in kept if one.kind}):
        raise ValueError(complaint)
    devices = {meter.name for meter in roles.of("devices")}
    for inner, outer in roles.within.items():
        if outer not in devices:
            message = f"{inner}: {outer} is no device that it could be part of"
            raise ValueError(message)
    if found := circle(roles.within):
        message = f"{' in '.join([*found, found[0]])}: is a circle"
        raise ValueError(message)
    return kept


def _check_name(name: str) -> None:
    if not is_series_name(name):
        message = f"{name!r}: a sensor's history cannot have this name"
        raise ValueError(message)
