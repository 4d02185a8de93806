"""What a home pays and is paid for energy by the prices of its Energy dashboard."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from powerstats_cli.core.candidates.dashboard import Priced
from powerstats_cli.core.candidates.selection import Selection

Paid = Literal["import", "export"]


class Charge(msgspec.Struct, frozen=True):
    """A flow or a series with its price: money per kWh, or the entity that shows it."""

    per: str
    rate: float | None = None
    entity_id: str | None = None


def charges(priced: Sequence[Priced], kept: Selection, role: Paid) -> list[Charge]:
    """Return what each counter of a role is charged, all as one if that is the same.

    Nothing is returned unless all of them have a price, so that no energy is left out. A number of
    0 for import is a price that nobody has set.
    """
    found = []
    known = {each.entity_id: each for each in priced if each.role == role}
    for one in kept:
        if one.role != role or (one.kind is not None and one.kind.is_power):
            continue
        price = known.get(one.entity_id)
        if price is None or (not price.price and role == "import" and not price.rate):
            return []
        rate = None if price.price else price.rate
        found.append(Charge(one.name, rate, price.price or None))
    if len({(each.rate, each.entity_id) for each in found}) == 1:
        return [msgspec.structs.replace(found[0], per=role)]
    return found


def paid_for(kept: Selection) -> str | None:
    """Return the flow that a home pays for; None if nothing measures it.

    A house without sun and battery takes all from the grid.
    """
    roles = {one.role for one in kept}
    if roles & {"grid", "import"}:
        return "import"
    makes = {"solar", "battery", "charge", "discharge"}
    return "house" if "house" in roles and not roles & makes else None


def feeds_in(kept: Selection) -> bool:
    """Tell whether the energy that a home feeds into the grid is measured."""
    return bool({one.role for one in kept} & {"grid", "export"})
