"""The sensors of prices that a first tariff may use, and what the Energy dashboard charges."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.asking import asked
from powerstats_cli.commands.init.lately import price_step
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import zones
from powerstats_cli.core.candidates.charges import Charge, Paid, charges
from powerstats_cli.core.candidates.names import unique
from powerstats_cli.core.candidates.prices import price_sensors, unit_of
from powerstats_cli.core.candidates.sensors import Entity
from powerstats_cli.core.energy.drafts import Draft, Sensor
from powerstats_cli.core.prices import STEPS
from powerstats_cli.core.units import PER_KWH
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.sensors import reading

# If nothing tells how long a price holds: with short steps longer ones are exact, too.
UNKNOWN_STEP: Final = 15
NAME: Final = "price"


def offered(answers: Answers, currency: str) -> list[Entity]:
    """Return the entities with a price, those first that the dashboard or `[prices]` names."""
    entities = {entity.entity_id: entity for entity in answers.found.entities}
    of_dashboard = [each.price for each in answers.priced if each.price]
    settings = answers.present.settings if answers.present else None
    configured = [settings.entities[name] for name in settings.prices] if settings else []
    ids = [*of_dashboard, *configured]
    ids += [entity.entity_id for entity in price_sensors(answers.found.entities, currency)]
    return [entities[each] for each in dict.fromkeys(ids) if each in entities]


def sensor_of(
    entity: Entity, answers: Answers, draft: Draft, wishes: Wishes, usual_step: int = 0
) -> Sensor:
    """Return a price of an entity, which has a series already or gets one; its step is measured.

    The step is the usual one if the last days do not tell it.
    """
    for sensor in draft.sensors:
        if sensor.entity_id == entity.entity_id:
            return sensor
    settings = answers.present.settings if answers.present else None
    names = {one.entity_id: one.name for one in answers.kept}
    used = {*names.values(), *(sensor.name for sensor in draft.sensors)}
    name = names.get(entity.entity_id) or unique(NAME, used)
    # The dashboard takes a number without such a unit as money per kWh.
    scale = None if unit_of(entity, draft.currency) else 1.0
    if settings and name in settings.prices:
        configured = settings.prices[name]
        scale = configured.scale or scale
        return Sensor(name, entity.entity_id, configured.step, scale, configured.billed)
    zone = zones.zone(answers.timezone)
    step = price_step(entity.entity_id, answers.found, wishes, zone) or usual_step
    return Sensor(name, entity.entity_id, step, scale)


def asked_sensor(
    answers: Answers, draft: Draft, wishes: Wishes, dialogue: Dialogue, question: str
) -> tuple[Answers, Sensor]:
    """Return the sensor that is chosen out of a list, with the minutes for which a price holds."""
    found = offered(answers, draft.currency)
    entity = found[0]
    if len(found) > 1:
        for number, one in enumerate(found, start=1):
            dialogue.say(f"{number:3}  {one.entity_id}  {reading(one.value, one.unit or '')}")
        answers, entity = asked(
            answers, dialogue, question, "1", lambda text: _one_of(text, found, draft.currency)
        )
    sensor = sensor_of(entity, answers, draft, wishes)
    if not sensor.step:
        dialogue.warn(f"its last days do not tell how long a price of {entity.entity_id} holds")
        question = f"Minutes for which it holds: {_steps()}"
        answers, step = asked(answers, dialogue, question, str(UNKNOWN_STEP), _step)
        sensor = msgspec.structs.replace(sensor, step=step)
    dialogue.done(f"{entity.entity_id}: a price holds for {sensor.step} minutes")
    return answers, sensor


def _one_of(text: str, found: Sequence[Entity], currency: str) -> Entity:
    """Return the sensor of a number or an entity id; raises ValueError."""
    chosen = next((each for each in found if each.entity_id == text), None)
    if text.isdecimal() and 1 <= int(text) <= len(found):
        chosen = found[int(text) - 1]
    if chosen is None:
        message = f"{text}: a number from 1 to {len(found)}"
        raise ValueError(message)
    if not _is_in(chosen, currency):
        message = f"{chosen.entity_id} is in {chosen.unit}, not in {currency}"
        raise ValueError(message)
    return chosen


def _is_in(entity: Entity, currency: str) -> bool:
    """Tell whether an entity's numbers are, or can be taken as, money of a currency."""
    return unit_of(entity, currency) in {None, currency + PER_KWH}


def _step(text: str) -> int:
    if text not in map(str, STEPS):
        message = f"{text}: a price holds for {_steps()} minutes"
        raise ValueError(message)
    return int(text)


def _steps() -> str:
    *first, last = map(str, STEPS)
    return f"{', '.join(first)} or {last}"


# --- the Energy dashboard -----------------------------------------------------------------------


def charged(answers: Answers, role: Paid, currency: str) -> Sequence[Charge]:
    """Return what the dashboard charges for import or pays for export, if it does for all of it."""
    entities = {entity.entity_id: entity for entity in answers.found.entities}
    found = charges(answers.priced, answers.kept, role) if currency else []
    sensors = [entities.get(each.entity_id) for each in found if each.entity_id]
    return found if all(each and _is_in(each, currency) for each in sensors) else []


def as_charged(draft: Draft, answers: Answers, wishes: Wishes) -> Draft:
    """Return a draft with the dashboard's prices, for import and, if it has any, for export."""
    draft, bought = _lines(draft, answers, wishes, "import")
    draft, sold = _lines(draft, answers, wishes, "export")
    return msgspec.structs.replace(draft, bought=bought, sold=sold)


def _lines(
    draft: Draft, answers: Answers, wishes: Wishes, role: Paid
) -> tuple[Draft, list[Mapping[str, object]]]:
    entities = {entity.entity_id: entity for entity in answers.found.entities}
    lines: list[Mapping[str, object]] = []
    for each in charged(answers, role, draft.currency):
        if each.entity_id is None:
            lines.append({"per": each.per, "rate": each.rate})
            continue
        sensor = sensor_of(entities[each.entity_id], answers, draft, wishes, UNKNOWN_STEP)
        draft = with_sensor(draft, sensor)
        lines.append({"per": each.per, "price": sensor.name})
    return draft, lines


def with_sensor(draft: Draft, sensor: Sensor) -> Draft:
    """Return a draft with a sensor among its sensors, once."""
    sensors: Iterable[Sensor] = [each for each in draft.sensors if each != sensor]
    return msgspec.structs.replace(draft, sensors=[*sensors, sensor])
