"""The question for the sensors: which are kept, under which names, and in which roles."""

import math
from collections.abc import Mapping
from typing import Final

import msgspec

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.configuration import check_names
from powerstats_cli.core.candidates import picking
from powerstats_cli.core.candidates.proposal import Proposal
from powerstats_cli.core.candidates.quantities import lively
from powerstats_cli.core.candidates.selection import Kept, Selection
from powerstats_cli.core.candidates.sensors import Entity, fitting
from powerstats_cli.errors import ConfigError
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.sensors import reading, sensor_table
from powerstats_cli.terminal.words import count

MOST_LISTED: Final = 30
MORE: Final = "more"
ALL: Final = "all"
HELP: Final = """\
Enter takes these. To change them:
  +12            adds a sensor; `more` lists those that could be added
  -3             takes one out
  attic=3        gives it a name
  role 3 solar   gives it a role, `none` takes it away; a - turns a power around
  role 4 device in 3   makes a device a part of another
  back           goes to the question before"""
SHORT: Final = "Enter takes these; ? tells how to change them."
HOW: Final = "?"


def ask_sensors(answers: Answers, dialogue: Dialogue) -> Answers:
    """Return the answers with the sensors to keep: those that are proposed, as they are reviewed.

    The roles are written if a person has seen them, or if they are sure. Raises ConfigError.
    """
    proposal = answers.proposed
    if not dialogue.asks:
        kept = proposal.kept
        for one in kept:
            role = f", {one.described}" if one.described else ""
            dialogue.done(f"{one.name}: {one.entity_id}{role}")
        if not proposal.is_sure:
            dialogue.warn(
                "the roles are guesses until more is stored; [flows] in the configuration can name "
                "them"
            )
        answers = msgspec.structs.replace(answers, kept=kept, has_roles=proposal.is_sure)
    else:
        dialogue.heading("Sensors")
        kept = _reviewed(answers, dialogue)
        dialogue.done(f"{count(len(kept), 'sensor')} to keep")
        answers = msgspec.structs.replace(answers, kept=kept, has_roles=True)
    _warn_of_silence(answers, dialogue)
    return answers


def _reviewed(answers: Answers, dialogue: Dialogue) -> Selection:
    """Return the sensors once they are as the person wants them."""
    proposal, kept = answers.proposed, answers.kept or answers.proposed.kept
    entities = {entity.entity_id: entity for entity in answers.found.entities}
    if not kept:
        dialogue.say("None of its sensors measures a power, an energy, a voltage or a current.")
    how = HELP
    while True:
        others = _others(kept, proposal)
        _show(kept, entities, dialogue)
        dialogue.explain(how)
        how = SHORT
        changed = _answered(answers, kept, others, dialogue)
        if changed == kept and kept:
            return kept
        kept = changed


def _answered(
    answers: Answers, kept: Selection, others: Selection, dialogue: Dialogue
) -> Selection:
    return dialogue.until_right(lambda: _changed(answers, kept, others, dialogue))


def _others(kept: Selection, proposal: Proposal) -> Selection:
    """Return the sensors that could be added, those first that were proposed."""
    ids = {one.entity_id for one in kept}
    return tuple(one for one in (*proposal.kept, *proposal.others) if one.entity_id not in ids)


def _changed(answers: Answers, kept: Selection, others: Selection, dialogue: Dialogue) -> Selection:
    """Return the sensors after one answer; raises ConfigError if it cannot be."""
    entities = {entity.entity_id: entity for entity in answers.found.entities}
    numbers = f"1-{len(kept)}" if len(kept) > 1 else "1" * len(kept)
    while (answer := dialogue.ask("Which sensors", numbers)) in {MORE, ALL, HOW}:
        if answer == HOW:
            dialogue.explain(HELP)
            continue
        most = len(others) if answer == ALL else MOST_LISTED
        _show_others(others[:most], len(kept), entities, dialogue)
        if len(others) > most:
            dialogue.say(f"… and {len(others) - most} more: `{ALL}` lists them")
    if answer == numbers and kept:
        return kept
    known = {each: entity.kind for each, entity in entities.items()}
    try:
        changed = picking.changed(answer, kept, others, known)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    check_names(msgspec.structs.replace(answers, kept=changed))
    for one in changed:
        if one.entity_id not in {each.entity_id for each in kept} and math.isnan(
            entities[one.entity_id].value
        ):
            dialogue.warn(f"{one.entity_id} has no number at the moment")
    return changed


# --- the lists ----------------------------------------------------------------------------------


def _show(kept: Selection, entities: Mapping[str, Entity], dialogue: Dialogue) -> None:
    if kept:
        dialogue.console.print(sensor_table(kept, lambda one: _now(one, entities), first=1))


def _show_others(
    others: Selection, before: int, entities: Mapping[str, Entity], dialogue: Dialogue
) -> None:
    if not others:
        dialogue.say("Home Assistant has no other sensor that fits; +sensor.name adds any.")
        return
    table = sensor_table(others, lambda one: _now(one, entities), first=before + 1)
    dialogue.console.print(table)


def _now(one: Kept, entities: Mapping[str, Entity]) -> str:
    entity = entities.get(one.entity_id)
    return reading(entity.value, entity.unit or "") if entity else "gone"


def _warn_of_silence(answers: Answers, dialogue: Dialogue) -> None:
    """Warn if no sensor tells when Home Assistant was running."""
    kept = set(answers.entities.values())
    fit = fitting([one for one in answers.found.entities if one.entity_id in kept])
    if not lively([candidate.role for candidate in fit]):
        dialogue.warn(
            "none of these changes often, as a voltage does: after a power cut it will not be "
            "known well how long Home Assistant was running before"
        )
