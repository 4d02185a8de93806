"""`sensor`: lists the sensors that are kept, adds one, gives one another name, takes one out."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
from tomlkit import TOMLDocument

from powerstats_cli.core import zones
from powerstats_cli.core.candidates import selection
from powerstats_cli.core.candidates.clues import clues_of
from powerstats_cli.core.candidates.flows import guessed
from powerstats_cli.core.candidates.selection import Kept, Selection
from powerstats_cli.core.candidates.sensors import Entity
from powerstats_cli.core.documents import Document, Latest
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.configuration import change
from powerstats_cli.files.renaming import rewrite, stored_under
from powerstats_cli.files.store import Store
from powerstats_cli.session import Session
from powerstats_cli.settings import Settings, editing
from powerstats_cli.settings.roles import home_roles

JSON_VERSION: Final = 1
MOST_NAMED: Final = 3
Edit = Callable[[TOMLDocument], object]


class Sensors(msgspec.Struct, frozen=True):
    """The sensors that are kept, and the latest reading of each that has one.

    `is_guessed` tells that no `[flows]` names their roles.
    """

    kept: Selection
    latest: Mapping[str, Latest]
    is_guessed: bool

    def named(self, name: str) -> Kept:
        """Return a sensor; raises ConfigError if there is none of that name."""
        for one in self.kept:
            if one.name == name:
                return one
        names = joined(one.name for one in self.kept)
        message = f"{name}: no sensor has this name; there are {names}"
        raise ConfigError(message)


class New(msgspec.Struct, frozen=True):
    """A sensor to add; without a role its names suggest one."""

    name: str
    entity: Entity
    role: str | None = None
    within: str | None = None


class Done(msgspec.Struct, frozen=True):
    """A change, told in lines, and the errors of single files."""

    lines: Sequence[str]
    problems: Sequence[PowerstatsError] = ()


def sensors(settings: Settings, files: Store) -> Sensors:
    """Return the sensors that are kept; raises ConfigError if one cannot have its role."""
    documents = _documents(files)
    kinds = kinds_in(documents)
    roles = home_roles(settings, documents, kinds)
    latest = next((one.latest for one in documents if one.latest), {})
    kept = selection.selected(settings.entities, roles, kinds)
    return Sensors(kept, latest, is_guessed=settings.flows is None)


def _documents(files: Store) -> list[Document]:
    paths = [files.daily, *map(files.tier, TIERS)]
    return [found for path in paths if (found := reading.or_skip(files, path)) is not None]


# --- changes ----------------------------------------------------------------------------------


def add(session: Session, new: New) -> Done:
    """Add a sensor; raises ConfigError if its name is taken, or it cannot have its role.

    Without `[flows]` all roles stay a guess, unless one is written.
    """
    before = sensors(session.settings, session.files)
    _check_not_an_earlier_name(session.settings, new.name)
    _check_past(session.files, new)
    with _as_config_error():
        kept = selection.added(before.kept, Kept(new.name, new.entity.entity_id, new.entity.kind))
        role = new.role or _suggested(kept, new.name)
        kept = selection.with_role(kept, new.name, role, new.within)

    def edit(document: TOMLDocument) -> None:
        editing.add(document, new.name, new.entity.entity_id)
        if new.role or not before.is_guessed:
            editing.set_roles(document, selection.roles_of(kept))

    _change(session, edit)
    described = kept[-1].described or "no role"
    return Done([f"{new.name}: {new.entity.entity_id} is kept, {described}"])


def _check_not_an_earlier_name(settings: Settings, name: str) -> None:
    if present := settings.homeassistant.renamed.get(name):
        message = f"{name}: was the name of {present}, whose past has it: choose another name"
        raise ConfigError(message)


def _check_past(files: Store, new: New) -> None:
    """Raise ConfigError if a series of the name is stored that the new one cannot go on with."""
    stored, kind = kinds_in(_documents(files)).get(new.name), new.entity.kind
    if stored is not None and not stored.fits(kind):
        message = (
            f"{new.name}: is stored as {stored.described}, and {new.entity.entity_id} is "
            f"{kind.described}: choose another name"
        )
        raise ConfigError(message)


def _suggested(kept: Selection, name: str) -> str:
    """Return the role that names suggest for a new sensor: a device's, or one that is not there."""
    kinds = {one.name: one.kind for one in kept if one.kind}
    clues = clues_of({one.name: one.entity_id for one in kept}, kinds, {})
    taken = {one.role for one in kept}
    for guess in guessed(clues):
        is_free = guess.role == "devices" or guess.role not in {"house", *taken}
        if guess.clue.key == name and is_free:
            return "-" * guess.turned + guess.role
    return selection.NO_ROLE


def rename(session: Session, old: str, new: str) -> Done:
    """Give a series another name, in the configuration and in all data files.

    All files are copied first. Then the configuration is changed, and keeps the earlier name: files
    that have it are read as if they had the new one, so a kill at any time loses nothing. Raises
    ConfigError if the new name is taken, or has a past of its own.
    """
    settings, files = session.settings, session.files
    is_begun = settings.homeassistant.renamed.get(old) == new
    if not is_begun:
        _check_free(session, old, new)
    files.prepare()
    with files.lock():
        make_copy(files, session.clock.now())
    if not is_begun:
        _change(session, lambda document: editing.rename(document, settings, old, new))
    again = session.reopened()
    with again.files.lock():
        problems = rewrite(again.files)
    return Done([f"{old} is now {new}, with its past"], problems)


def _check_free(session: Session, old: str, new: str) -> None:
    before = sensors(session.settings, session.files)
    before.named(old)
    with _as_config_error():
        selection.renamed(before.kept, old, new)
    present = session.settings.homeassistant.renamed.get(new)
    if present not in {None, old}:
        _check_not_an_earlier_name(session.settings, new)
    if present is None and (names := stored_under(session.files, new)):
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        message = (
            f"{new}: a series of this name is in {', '.join(names[:MOST_NAMED])}{more}: choose "
            f"another name"
        )
        raise ConfigError(message)


def remove(session: Session, name: str) -> Done:
    """Take a sensor out of the configuration; its past stays in the files. Raises ConfigError."""
    before = sensors(session.settings, session.files)
    gone = before.named(name)
    kept = selection.without(before.kept, name)
    if not kept:
        message = f"{name}: is the only sensor: add another one first"
        raise ConfigError(message)

    def edit(document: TOMLDocument) -> None:
        editing.take_out(document, name)
        if not before.is_guessed:
            editing.set_roles(document, selection.roles_of(kept))

    _change(session, edit)
    again = f"`powerstats sensor add {name}={gone.entity_id}` goes on with it"
    return Done([f"{name} is kept no longer; its past stays in the files: {again}"])


def _change(session: Session, edit: Edit) -> None:
    session.files.prepare()
    with session.files.lock():
        change(session.config.resolve(), edit)


@contextmanager
def _as_config_error() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ConfigError(str(error)) from None


# --- JSON -------------------------------------------------------------------------------------


def as_json(found: Sensors, timezone: str) -> str:
    """Return the sensors as versioned JSON; times are local, with their offset."""
    zone = zones.zone(timezone)

    def latest(name: str) -> object:
        if (reading := found.latest.get(name)) is None:
            return None
        at = reading.timestamp.astimezone(zone).isoformat(timespec="seconds")
        return {"timestamp": at, "value": reading.value}

    rows = [
        {
            "name": one.name,
            "entity_id": one.entity_id,
            "role": one.role,
            "turned": one.turned,
            "within": one.within,
            "unit": one.kind and one.kind.unit,
            "state_class": one.kind and one.kind.state_class,
            "latest": latest(one.name),
        }
        for one in found.kept
    ]
    document = {"version": JSON_VERSION, "guessed": found.is_guessed, "sensors": rows}
    return json.dumps(document, indent=1, ensure_ascii=False)
