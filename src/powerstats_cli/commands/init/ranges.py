"""The question for plausible ranges, if a power's history has spikes that no home can have."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init.address import connected
from powerstats_cli.commands.init.answers import Answers, Server
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import plausible
from powerstats_cli.core.periods import DAY
from powerstats_cli.core.spikes import Proposal, proposal
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.states import Expected
from powerstats_cli.terminal.dialogue import Dialogue

# The history of so many sensors is asked for at most: a day of each is up to 5 MB.
MOST_SENSORS: Final = 8


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
    ids = list(dict.fromkeys(powers.values()))[:MOST_SENSORS]
    histories = _last_day(ids, answers.found, wishes)
    for name, entity_id in powers.items():
        if found := proposal(histories.get(entity_id, ())):
            yield name, found


def _last_day(ids: Sequence[str], home: Server, wishes: Wishes) -> dict[str, Sequence[float]]:
    """Return the states of the last day by entity id, in W; none if they cannot be had."""
    if not ids:
        return {}
    now = utc_now()
    try:
        with connected(home.url, home.token, wishes) as client:
            recorded = client.history(
                ids,
                now - DAY,
                now,
                expected=dict.fromkeys(ids, Expected(plausible=plausible.ANYTHING)),
                goes_on=True,
            ).recorded
    except PowerstatsError:
        return {}  # nothing is wrong with the sensors: a slow recorder, or a day of too many states
    return {entity_id: found.history.values for entity_id, found in recorded.items()}
