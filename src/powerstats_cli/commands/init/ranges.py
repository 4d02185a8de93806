"""The question for plausible ranges, if a power's history has spikes that no home can have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init.home import Home, connected
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import plausible
from powerstats_cli.core.periods import DAY
from powerstats_cli.core.spikes import Proposal, proposal
from powerstats_cli.core.units import POWER, normalised
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.states import Expected
from powerstats_cli.terminal.dialogue import Dialogue

# The history of so many sensors is asked for at most: a day of each is up to 5 MB.
MOST_SENSORS: Final = 8


def ask_ranges(
    entities: Mapping[str, str], home: Home, wishes: Wishes, dialogue: Dialogue
) -> dict[str, tuple[int, int]]:
    """Return the ranges in W that are wanted, by the names of their series.

    If nobody can be asked, a line says which range would help. Home Assistant's last day is looked
    at; if it cannot be asked for that, there is no proposal.
    """
    wanted = {}
    for name, found in _proposals(entities, home, wishes):
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
    return wanted


def _proposals(
    entities: Mapping[str, str], home: Home, wishes: Wishes
) -> Iterator[tuple[str, Proposal]]:
    units = {entity.entity_id: normalised(entity.unit or "")[0] for entity in home.entities}
    powers = {
        name: entity_id for name, entity_id in entities.items() if units.get(entity_id) == POWER
    }
    histories = _last_day(list(dict.fromkeys(powers.values()))[:MOST_SENSORS], home, wishes)
    for name, entity_id in powers.items():
        if found := proposal(histories.get(entity_id, ())):
            yield name, found


def _last_day(entity_ids: Sequence[str], home: Home, wishes: Wishes) -> dict[str, Sequence[float]]:
    """Return the states of the last day by entity id, in W; none if they cannot be had."""
    if not entity_ids:
        return {}
    now = utc_now()
    try:
        with connected(home.url, home.token, wishes) as client:
            recorded = client.history(
                entity_ids,
                now - DAY,
                now,
                expected=dict.fromkeys(entity_ids, Expected(plausible=plausible.ANYTHING)),
                goes_on=True,
            ).recorded
    except PowerstatsError:
        return {}  # nothing is wrong with the sensors: a slow recorder, or a day of too many states
    return {entity_id: found.history.values for entity_id, found in recorded.items()}
