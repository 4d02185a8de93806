"""What is proposed to be kept: of the Energy dashboard, by names, or what is kept already."""

import math
from typing import Final

import msgspec

from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init.answers import Answers, Present
from powerstats_cli.commands.init.lately import last_day, ways
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core.candidates import proposal, selection
from powerstats_cli.core.candidates.dashboard import prices, uses
from powerstats_cli.core.candidates.proposal import Home, Proposal
from powerstats_cli.core.candidates.selection import Selection
from powerstats_cli.core.documents import is_series_name
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import ConfigError, MissingError, PowerstatsError
from powerstats_cli.homeassistant import dashboard
from powerstats_cli.homeassistant.websocket import LongTerm
from powerstats_cli.terminal.dialogue import Dialogue

# The ways of so many powers are asked for at most.
MOST_POWERS: Final = 40
MOST_NAMED: Final = 3


def propose(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with the sensors that are proposed; asks nobody but Home Assistant.

    Raises ConfigError for a name that cannot be, MissingError for an entity that is not there.
    """
    _check_given(answers, wishes, dialogue)
    home = _home(answers, wishes, dialogue)
    unknown = [each for each in proposal.unproven(home) if each not in home.ways]
    lately = last_day(unknown, answers.found, wishes)
    home = msgspec.structs.replace(home, ways={**ways(lately, utc_now()), **home.ways})
    found = proposal.given(home, wishes.entities) if wishes.entities else proposal.proposed(home)
    if wishes.entities:
        _tell_taken_roles(found, home, dialogue)
    if found.missing and dialogue.asks:
        more = len(found.missing) - MOST_NAMED
        names = [*found.missing[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
        dialogue.warn(
            f"the Energy dashboard counts {joined(names)}, of which Home Assistant has no sensor "
            f"that can be kept"
        )
    if answers.present and wishes.entities:
        found = _with_given(found, answers.present, dialogue)
    elif answers.present:
        found = _with_present(found, answers.present)
    if not (found.kept or dialogue.asks):
        message = "no sensor of Home Assistant's fits: name one with --entity NAME=ID"
        raise MissingError(message)
    kept = answers.kept or found.kept
    return msgspec.structs.replace(
        answers, lately=lately, proposal=found, kept=kept, priced=home.priced
    )


def _check_given(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> None:
    entities = {entity.entity_id: entity for entity in answers.found.entities}
    for name, entity_id in wishes.entities.items():
        if not is_series_name(name):
            message = f"{name!r}: a sensor's history cannot have this name"
            raise ConfigError(message)
        if entity_id not in entities:
            message = f"{name}: Home Assistant has no {entity_id}"
            raise MissingError(message)
        if math.isnan(entities[entity_id].value):
            dialogue.warn(f"{entity_id} has no number at the moment")


def _with_present(found: Proposal, present: Present) -> Proposal:
    """Return what is kept already as what is proposed, and all else as what could be added.

    Without `[flows]` the roles that are proposed count, for entities that are kept.
    """
    kept: Selection = present.kept
    if present.settings.flows is None:
        by_id = {one.entity_id: one for one in found.kept}
        names = {by_id[one.entity_id].name: one.name for one in kept if one.entity_id in by_id}
        kept = tuple(
            msgspec.structs.replace(
                one,
                role=by_id[one.entity_id].role,
                turned=by_id[one.entity_id].turned,
                within=names.get(by_id[one.entity_id].within or ""),
            )
            if one.entity_id in by_id
            else one
            for one in kept
        )
        try:
            selection.checked(kept)
        except ValueError:
            kept = present.kept
    ids = {one.entity_id for one in kept}
    others = tuple(one for one in (*found.kept, *found.others) if one.entity_id not in ids)
    return msgspec.structs.replace(found, kept=kept, others=others)


def _tell_taken_roles(found: Proposal, home: Home, dialogue: Dialogue) -> None:
    """Tell of each named sensor without a role which one it would have, and which sensor has it."""
    for one in found.kept:
        if one.role is not None:
            continue
        [alone] = proposal.given(home, {one.name: one.entity_id}).kept
        if others := [other.name for other in found.kept if other.role == alone.role is not None]:
            dialogue.warn(f"{one.name} gets no role: {others[0]} is {alone.role} already")


def _with_given(found: Proposal, present: Present, dialogue: Dialogue) -> Proposal:
    """Return what is kept already with the sensors of the options, which come first by name.

    One that cannot have its role has none, and a line says why.
    """
    kept: Selection = present.kept
    # A device has to be there before another one can be part of it.
    for one in sorted(found.kept, key=lambda one: one.within is not None):
        bare = selection.put(kept, msgspec.structs.replace(one, role=None, within=None))
        try:
            kept = selection.with_role(bare, one.name, one.written, one.within)
        except ValueError as error:
            dialogue.warn(f"{error}; {one.name} gets no role")
            kept = selection.with_role(bare, one.name, selection.NO_ROLE)
    return msgspec.structs.replace(found, kept=kept)


# --- asked of Home Assistant ------------------------------------------------------------------


def _home(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Home:
    server = answers.found
    ca_file = str(wishes.ca_file) if wishes.ca_file else None
    home = Home(server.entities)
    try:
        with LongTerm(server.url, server.token, ca_file=ca_file) as connection:
            asked, registry = dashboard.asked(connection), dashboard.registered(connection)
            home = Home(server.entities, uses(asked), registry, priced=prices(asked))
            powers = proposal.unproven(home)[:MOST_POWERS]
            seen = dashboard.ways(connection, powers, utc_now())
            home = msgspec.structs.replace(home, ways=seen)
    except PowerstatsError as error:
        dialogue.warn(f"the Energy dashboard could not be asked: {error}")
    else:
        source = "the Energy dashboard" if home.uses else "the names and units of sensors"
        dialogue.done(f"proposed from {source}")
    return home
