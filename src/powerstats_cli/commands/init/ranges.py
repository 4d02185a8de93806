"""The question for plausible ranges, if a power's history has spikes that no home can have."""

from collections.abc import Iterator

import msgspec

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.lately import last_day
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core.spikes import Proposal, proposal
from powerstats_cli.terminal.dialogue import Dialogue


def ask_ranges(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with the ranges in W that are wanted, by the names of their series.

    If nobody can be asked, a line says which range would help. Home Assistant's last day is looked
    at; if it cannot be asked for that, there is no proposal.
    """
    wanted = {}
    for name, found in _proposals(answers, wishes):
        count = "a state" if found.spikes == 1 else f"{found.spikes} states"
        dialogue.warn(
            f"{name} had {count} of up to {found.worst:,.0f} W within a day, for a moment each: no "
            f"home has that"
        )
        line = f"homeassistant.plausible.{name} = [{found.low}, {found.high}]"
        if not dialogue.asks:
            dialogue.say(f"  {line} takes such states as unknown")
        elif dialogue.confirm(f"Take what is beyond {found.low} to {found.high} W as unknown?"):
            wanted[name] = (found.low, found.high)
    return msgspec.structs.replace(answers, plausible=wanted)


def _proposals(answers: Answers, wishes: Wishes) -> Iterator[tuple[str, Proposal]]:
    powers_of_home = {one.entity_id for one in answers.found.entities if one.kind.is_power}
    powers = {
        name: entity_id
        for name, entity_id in answers.new_entities.items()
        if entity_id in powers_of_home
    }
    unread = [each for each in dict.fromkeys(powers.values()) if each not in answers.lately]
    histories = {**answers.lately, **last_day(unread, answers.found, wishes)}
    for name, entity_id in powers.items():
        history = histories.get(entity_id)
        if history is not None and (found := proposal(history.values)):
            yield name, found
