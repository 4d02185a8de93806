"""The questions about what energy costs, which may be left out: each adds to a first tariff.

Nothing but what Home Assistant's Energy dashboard says is taken if nobody can be asked.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init.answers import Answers, Pricing
from powerstats_cli.commands.init.asking import NONE, asked, asked_rate, optional, with_draft
from powerstats_cli.commands.init.pricing import (
    as_charged,
    asked_sensor,
    charged,
    offered,
    with_sensor,
)
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import zones
from powerstats_cli.core.candidates.charges import Charge, feeds_in, paid_for
from powerstats_cli.core.candidates.prices import unit_of
from powerstats_cli.core.energy import typed
from powerstats_cli.core.energy.drafts import FIXED, NAME, Draft, Hours, with_hours
from powerstats_cli.core.periods import local_day
from powerstats_cli.core.units import PER_KWH
from powerstats_cli.terminal.dialogue import Dialogue

SENSOR: Final = "sensor"
FLAT: Final = "A kWh, with all taxes,"
HOURS: Final = "Hours with a price of their own, such as 23:00-07:00 or Sat,Sun"
HOW: Final = """\
What energy costs is computed from a tariff, which can be changed at any time.
  flat       one price all day; or type it right now, such as 0.28
  hours      prices by the clock, such as a night rate
  sensor     a price that a sensor shows, such as a market's"""


def ask_pricing(answers: Answers, dialogue: Dialogue) -> Answers:
    """Return the answers with the way in which a kWh is priced, and the currency.

    A tariff that is configured stays as it is.
    """
    answers = msgspec.structs.replace(answers, pricing=NONE, draft=None)
    present = answers.present.settings if answers.present else None
    if present and present.tariffs:
        dialogue.done("tariffs: as they are configured")
        return answers
    if present and not all(isinstance(each, dict) for each in (present.money, present.zones)):
        dialogue.warn("money and zones have to be tables, so what energy costs is not asked for")
        return answers
    if not answers.has_roles:
        return answers  # a line of a tariff needs the flow that it counts
    if paid_for(answers.kept) is None:
        dialogue.explain("No sensor measures what the grid gives, so its cost is not asked for.")
        return answers
    currency = (present.currency if present else None) or answers.found.about.currency or ""
    proven = charged(answers, "import", currency)
    if dialogue.asks:
        answers = _ask_pricing(answers, currency, proven, dialogue)
    elif proven:
        answers = msgspec.structs.replace(answers, pricing="dashboard")
    if answers.pricing == NONE:
        return answers
    if answers.pricing != "dashboard":
        answers, currency = _ask_currency(answers, currency, dialogue)
    first = local_day(utc_now(), zones.zone(answers.timezone)).replace(day=1)
    draft = Draft(currency=currency, since=first)
    return msgspec.structs.replace(answers, draft=draft)


def _ask_pricing(
    answers: Answers, currency: str, proven: Sequence[Charge], dialogue: Dialogue
) -> Answers:
    dialogue.heading("Money (optional)")
    dialogue.explain(HOW + _dashboard(proven, currency))
    ways: dict[str, Pricing] = {"flat": "flat", "hours": "hours", SENSOR: "sensor"}
    ways |= {"dashboard": "dashboard", NONE: "none"} if proven else {NONE: "none"}
    *others, last = ways

    def read(text: str) -> tuple[Pricing, float | None]:
        way = ways.get(text.lower())
        if way == SENSOR and not offered(answers, currency):
            message = "Home Assistant has no sensor with a unit such as EUR/kWh"
            raise ValueError(message)
        if way is None and not any(letter.isdigit() for letter in text):
            message = f"{text}: type a price, {', '.join(others)} or {last}"
            raise ValueError(message)
        return (way, None) if way else ("flat", typed.rate(text, currency))

    answers, (pricing, rate) = asked(
        answers,
        dialogue,
        f"What does a kWh cost: {', '.join(others)} or {last}",
        "dashboard" if proven else NONE,
        read,
    )
    known = {} if rate is None else {f"{FLAT} in {currency}": f"{rate:g}"}
    return msgspec.structs.replace(answers, pricing=pricing, typed={**answers.typed, **known})


def _dashboard(proven: Sequence[Charge], currency: str) -> str:
    if not proven:
        return ""
    prices = ", ".join(each.entity_id or f"{each.rate:g} {currency}" for each in proven)
    return f"\n  dashboard  as in Home Assistant's Energy dashboard: {prices}"


def _ask_currency(answers: Answers, currency: str, dialogue: Dialogue) -> tuple[Answers, str]:
    if answers.pricing == SENSOR:
        unit = unit_of(offered(answers, currency)[0], currency)
        currency = unit.removesuffix(PER_KWH) if unit else currency
    return asked(answers, dialogue, "Currency", currency, typed.currency)


# --- what is bought -----------------------------------------------------------------------------


def ask_bought(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with the line of the energy that is bought, or all of the dashboard's."""
    draft = answers.draft
    if draft is None:
        return answers
    match answers.pricing:
        case "hours":
            return _ask_hours(answers, draft, dialogue)
        case "sensor":
            return _ask_sensor(answers, draft, wishes, dialogue)
        case "dashboard":
            return msgspec.structs.replace(answers, draft=as_charged(draft, answers, wishes))
    answers, rate = asked_rate(answers, draft, dialogue, FLAT)
    return with_draft(answers, bought=[{"per": paid_for(answers.kept), "rate": rate}])


def _ask_hours(answers: Answers, draft: Draft, dialogue: Dialogue) -> Answers:
    found: list[Hours] = []
    while True:
        answers, rules = _ask_rules(answers, draft, found, dialogue)
        if not rules:
            break
        answers, rate = asked_rate(answers, draft, dialogue, f"A kWh in {'; '.join(rules)},")
        found.append(Hours(rules, rate))
    answers, rest = asked_rate(answers, draft, dialogue, "A kWh at all other times,")
    settings = answers.present.settings if answers.present else None
    zones_of, rates = with_hours(found, rest, settings.zones if settings else ())
    bought = [{"per": paid_for(answers.kept), "rate": rates}]
    return with_draft(answers, bought=bought, zones=zones_of)


def _ask_rules(
    answers: Answers, draft: Draft, found: Sequence[Hours], dialogue: Dialogue
) -> tuple[Answers, Sequence[str]]:
    """Return the rules of the next hours with a price of their own, none if there are no more."""
    others = [one.rules for one in found]
    zone = zones.zone(answers.timezone)

    def read(text: str) -> Sequence[str]:
        if found and text.lower() == NONE:
            return ()
        return typed.hours(text, others, draft.since, zone)

    if not found:
        return asked(answers, dialogue, HOURS, "", read)
    beside = ", ".join("; ".join(rules) for rules in others)
    return asked(answers, dialogue, f"More such hours, beside {beside}", NONE, read)


def _ask_sensor(answers: Answers, draft: Draft, wishes: Wishes, dialogue: Dialogue) -> Answers:
    answers, sensor = asked_sensor(answers, draft, wishes, dialogue, "Which sensor")
    answers, plus = asked_rate(answers, draft, dialogue, "Added to each kWh, such as a tax,", "0")
    answers, vat = asked(
        answers, dialogue, "A percentage on both, such as VAT", NONE, optional(typed.percent)
    )
    line: dict[str, object] = {"per": paid_for(answers.kept), "price": sensor.name}
    if plus:
        line["plus"] = plus
    return with_draft(answers, bought=[line], vat=vat, sensors=[sensor])


# --- what is fed in, fixed charges, and the first day ---------------------------------------------


def ask_sold(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with the line of the energy that is fed in, if that is measured."""
    draft = answers.draft
    if draft is None or not dialogue.asks or not feeds_in(answers.kept):
        return answers
    if answers.pricing == "dashboard" and draft.sold:
        return answers
    has_sensor = bool(offered(answers, draft.currency))

    def read(text: str) -> float | None:
        if text.lower() == SENSOR and has_sensor:
            return None
        return 0.0 if text.lower() == NONE else typed.rate(text, draft.currency)

    also = f", or {SENSOR} for a sensor's price" if has_sensor else ""
    question = f"A kWh that is fed in, in {draft.currency}{also}"
    answers, rate = asked(answers, dialogue, question, NONE, read)
    if rate is not None:
        return with_draft(answers, sold=[{"per": "export", "rate": rate}] if rate else ())
    which = "Which sensor for what is fed in"
    answers, sensor = asked_sensor(answers, draft, wishes, dialogue, which)
    answers = msgspec.structs.replace(answers, draft=with_sensor(draft, sensor))
    return with_draft(answers, sold=[{"per": "export", "price": sensor.name}])


def ask_fixed(answers: Answers, dialogue: Dialogue) -> Answers:
    """Return the answers with a fixed charge, which may be left out."""
    draft = answers.draft
    if draft is None or not dialogue.asks:
        return answers
    question = "A fixed charge, such as 6.20 a month or 0.53 a day"
    read = optional(lambda text: typed.fixed(text, draft.currency))
    answers, fixed = asked(answers, dialogue, question, NONE, read)
    return with_draft(answers, fixed=fixed)


def ask_since(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with the tariff's first day, and tell what will be written."""
    draft = answers.draft
    if draft is None:
        return answers
    if dialogue.asks:
        since: date
        answers, since = asked(
            answers, dialogue, "Since which day does it hold", draft.since.isoformat(), typed.day
        )
        draft = msgspec.structs.replace(draft, since=since)
    lines = ", ".join(_told(line, draft.currency) for line in draft.lines)
    source = ", by the Energy dashboard" if answers.pricing == "dashboard" else ""
    dialogue.done(f"tariff {NAME} from {draft.since}{source}: {lines}")
    _tell_interval(answers, draft, wishes, dialogue)
    return msgspec.structs.replace(answers, draft=draft)


def _tell_interval(answers: Answers, draft: Draft, wishes: Wishes, dialogue: Dialogue) -> None:
    """Tell the length that buckets get, and when, if it is not the one that they have."""
    interval = draft.lengths(answers.lengths).interval
    if interval == answers.lengths.interval:
        return
    when = " from tomorrow on" if answers.present else ""
    dialogue.done(f"buckets of {interval} minutes{when}, so that no price changes in one")
    if wishes.scheduled:
        dialogue.warn("the schedule has another interval: `powerstats doctor` says what mends it")


def _told(line: Mapping[str, object], currency: str) -> str:
    """Return a line in words, such as Fixed charge 6.20 EUR a month."""
    name, rate, per = line["name"], line.get("rate"), line.get("per")
    if "percent" in line:
        return f"{name} {line['percent']:g} %"
    if isinstance(rate, Mapping):
        return f"{name} {' and '.join(f'{each:g}' for each in rate.values())} {currency}"
    if "price" in line:
        return f"{name} by {line['price']}"
    return f"{name} {rate:g} {currency}{f' a {per}' if name == FIXED else ''}"
