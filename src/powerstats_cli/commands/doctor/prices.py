"""The sensors of prices: their units, how often they change, and whether they still do."""

from collections.abc import Iterator
from datetime import datetime
from math import isnan
from typing import Final

from powerstats_cli.clock import in_words
from powerstats_cli.core.candidates.prices import changes_of, step_of
from powerstats_cli.core.findings import Finding, error, warning
from powerstats_cli.core.periods import DAY, MINUTE, instant, micros
from powerstats_cli.core.prices import phase
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.inquiry import expected
from powerstats_cli.homeassistant.states import Expected
from powerstats_cli.session import Session
from powerstats_cli.settings import Settings

LOOK_BACK: Final = 10 * DAY
LATELY: Final = 3 * DAY
# A price that changed regularly, and then not for so long, is no longer brought by anything.
SILENT: Final = 2 * DAY
# So many of its steps have to have a change of their own to say that it changes more seldom.
LEAST_SHARE: Final = 0.5


def check_prices(session: Session, home: HomeAssistant) -> Iterator[Finding]:
    """Yield what is found of each price that is in Home Assistant."""
    settings = session.settings
    now = home.date or session.clock.now()
    known = expected(settings, {})
    for name in settings.prices:
        entity_id = settings.entities[name]
        there = home.present(entity_id, known[entity_id])
        if there is None or (isnan(there.value) and not there.unit):
            continue  # the check of the sensors tells it
        price = known[entity_id].price
        flaw = price.mistake(name, there.unit or "") if price else None
        if flaw is not None:
            yield error(f"price {name}", flaw)
            continue
        yield from _changes(settings, name, home, known[entity_id], now)


def _changes(
    settings: Settings, name: str, home: HomeAssistant, known: Expected, now: datetime
) -> Iterator[Finding]:
    """Yield whether a price has stood still, or changes otherwise than its step says."""
    entity_id, area = settings.entities[name], f"price {name}"
    answer = home.history([entity_id], now - LOOK_BACK, now, expected={entity_id: known})
    if (found := answer.recorded.get(entity_id)) is None:
        return
    changes = changes_of(found.history)
    silent = now - instant(changes[-1]) if changes else None
    offset = phase(now, settings.zone)
    if silent is not None and silent >= SILENT:
        if step_of(changes, offset) is not None:
            yield warning(
                area,
                f"{entity_id} has not changed for {in_words(silent)}",
                "find out in Home Assistant whether its integration still brings prices",
            )
        return
    step = settings.prices[name].step
    lately = [at for at in changes if at >= micros(now - LATELY)]
    measured = step_of(lately, offset)
    if measured is None or measured == step:
        return
    is_dense = len(lately) * measured * MINUTE >= LEAST_SHARE * min(
        LATELY, now - instant(lately[0])
    )
    if measured < step or is_dense:
        yield warning(
            area,
            f"{entity_id} changes every {measured} minutes, but prices.{name}.step is {step}",
            f"set prices.{name}.step = {measured}",
        )
