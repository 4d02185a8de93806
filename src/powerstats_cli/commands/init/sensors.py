"""The question for the sensors: which entities are kept, and under which names."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.candidates.picking import Pick, default_name, picks
from powerstats_cli.core.candidates.quantities import lively
from powerstats_cli.core.candidates.sensors import Candidate, Entity, fitting, suggested
from powerstats_cli.core.documents import is_series_name
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import ConfigError, MissingError
from powerstats_cli.lines import one_line
from powerstats_cli.terminal.dialogue import Dialogue

MOST_LISTED: Final = 30
ALL: Final = "all"


class _Choice(msgspec.Struct, frozen=True):
    """The sensors to choose from: all entities, those that fit a role, the suggested, by name."""

    entities: Mapping[str, Entity]
    listed: Sequence[Candidate]
    suggested: Mapping[str, Candidate]

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> "_Choice":
        """Return the choice that all entities of a Home Assistant give."""
        candidates = fitting(entities)
        best = suggested(candidates)
        # The suggested ones come first, so that their numbers are easy to type.
        others = [candidate for candidate in candidates if candidate not in best.values()]
        return cls(
            {entity.entity_id: entity for entity in entities}, [*best.values(), *others], best
        )


def ask_sensors(
    given: Mapping[str, str], entities: Sequence[Entity], dialogue: Dialogue
) -> dict[str, str]:
    """Return the entity ids that are kept, by name: those given, asked for, or suggested.

    Raises ConfigError for a name that cannot be, MissingError for an entity that is not there.
    """
    choice = _Choice.of(entities)
    chosen = _chosen(given, choice, dialogue)
    if dialogue.asks:
        dialogue.done(f"{joined(chosen)} {'is' if len(chosen) == 1 else 'are'} kept")
    else:
        for name, entity_id in chosen.items():
            dialogue.done(f"{name}: {entity_id}")
    roles = {candidate.entity_id: candidate.role for candidate in choice.listed}
    if not lively([roles.get(entity_id, "") for entity_id in chosen.values()]):
        dialogue.warn(
            "none of these changes often, as a voltage does: after a power cut it will not be "
            "known well how long Home Assistant was running before"
        )
    return chosen


def _chosen(given: Mapping[str, str], choice: _Choice, dialogue: Dialogue) -> dict[str, str]:
    if given:
        _check(given, choice, dialogue)
        return dict(given)
    if dialogue.asks:
        dialogue.heading("Sensors")
        _show(choice, dialogue)
        return dialogue.until_right(lambda: _asked(choice, dialogue))
    if not choice.suggested:
        message = "no sensor of Home Assistant's fits: name one with --entity NAME=ID"
        raise MissingError(message)
    return {name: candidate.entity_id for name, candidate in choice.suggested.items()}


def _check(chosen: Mapping[str, str], choice: _Choice, dialogue: Dialogue) -> None:
    for name, entity_id in chosen.items():
        if not is_series_name(name):
            message = f"{name!r}: a sensor's history cannot have this name"
            raise ConfigError(message)
        if entity_id not in choice.entities:
            message = f"{name}: Home Assistant has no {entity_id}"
            raise MissingError(message)
        if math.isnan(choice.entities[entity_id].value):
            dialogue.warn(f"{entity_id} has no number at the moment")


# --- the list -----------------------------------------------------------------------------------


def _show(choice: _Choice, dialogue: Dialogue) -> None:
    listed = choice.listed
    if not listed:
        dialogue.say("None of its sensors measures a power, an energy, a voltage or a current.")
        return
    dialogue.console.print(_table(listed[:MOST_LISTED], choice))
    if len(listed) > MOST_LISTED:
        dialogue.say(f"… and {len(listed) - MOST_LISTED} more: `{ALL}` lists them")
    if role := lively({candidate.role for candidate in choice.suggested.values()}):
        dialogue.explain(
            f"Keep the {role}: it changes often, so its last change before a power cut tells how "
            f"long Home Assistant was running."
        )
    dialogue.explain(
        "Type numbers, such as 1 3; attic=3 also gives a name. Enter takes the suggested ones."
    )


def _table(listed: Sequence[Candidate], choice: _Choice) -> Table:
    names = {candidate.entity_id: name for name, candidate in choice.suggested.items()}
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Sensor", overflow="fold")
    table.add_column("Now", justify="right", no_wrap=True)
    table.add_column("Suggested as", no_wrap=True)
    for number, candidate in enumerate(listed, start=1):
        table.add_row(
            Text(str(number), "bold"),
            Text.assemble(one_line(candidate.entity.name), "\n", (candidate.entity_id, "dim")),
            Text(_now(candidate.entity)),
            Text(names.get(candidate.entity_id, ""), "green"),
        )
    return table


def _now(entity: Entity) -> str:
    if math.isnan(entity.value):
        return "-"
    unit = one_line(entity.unit or "")
    return f"{entity.value:.7g} {unit}".strip()


# --- the answer ---------------------------------------------------------------------------------


def _asked(choice: _Choice, dialogue: Dialogue) -> dict[str, str]:
    """Return the entity ids of one answer, by name; raises ConfigError or MissingError."""
    chosen: dict[str, str] = {}
    picked = _picks(choice, dialogue)
    given_names = {pick.name for pick in picked if pick.name}
    for pick in picked:
        name = pick.name
        if name is None:
            free = default_name(pick.entity_id, choice.listed, given_names | chosen.keys())
            name = dialogue.ask(f"A name for {pick.entity_id}", free)
        if name in chosen:
            message = f"{name}: two sensors cannot have one name"
            raise ConfigError(message)
        chosen[name] = pick.entity_id
    _check(chosen, choice, dialogue)
    return chosen


def _picks(choice: _Choice, dialogue: Dialogue) -> list[Pick]:
    default = [Pick(candidate.entity_id, name) for name, candidate in choice.suggested.items()]
    numbers = f"1-{len(default)}" if len(default) > 1 else "1" * len(default)
    while (answer := dialogue.ask("Which sensors", numbers)) == ALL:
        dialogue.console.print(_table(choice.listed, choice))
    try:
        picked = picks(answer, choice.listed, choice.entities.keys(), default)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if not picked:
        message = "at least one is needed: a number, or an entity id"
        raise ConfigError(message)
    return picked
