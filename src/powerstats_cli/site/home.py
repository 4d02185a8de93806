"""The facts that the page gets of a home beside its data: the roles of its series."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from powerstats_cli.core.candidates.levels import level
from powerstats_cli.core.candidates.quantities import quantity_named
from powerstats_cli.core.candidates.stored import assumed_kinds
from powerstats_cli.core.energy.flows import drawn, planned
from powerstats_cli.core.energy.page import devices, sums
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles


def told(roles: Roles, kinds: Mapping[str, Kind], names: Iterable[str]) -> Mapping[str, object]:
    """Return what the page is told: what counts, what draws a curve, and its devices.

    `level` is the series that says how full the battery is, None if that is not known.
    """
    names = sorted(names)
    plan = planned(roles, kinds)
    return {
        "counts": sums(plan),
        "draws": sums(drawn(roles, kinds)),
        "devices": devices(plan, roles.within),
        "level": level(roles, kinds),
        "shares": {"sufficiency": plan.tells_sufficiency, "consumption": plan.tells_consumption},
        "factors": [name for name in names if quantity_named(name) == "power_factor"],
    }


def of_files(settings: Settings, files: Store) -> tuple[Mapping[str, object], ConfigError | None]:
    """Return what the page is told of the home and its series; and the error if a role is wrong.

    A page may be rendered before anything is stored, so a kind that is not stored is assumed. A
    file that cannot be read says nothing: the step that writes it tells of it.
    """
    documents = []
    for tier in ("daily", *TIERS):
        with suppress(PowerstatsError):
            document = files.read(files.tier(tier))
            if document is not None:
                documents.append(document)
    kinds = assumed_kinds(settings.entities, documents)
    names = settings.entities.keys() | {name for one in documents for name in one.series}
    place = {"zone": settings.timezone}
    try:
        return {**told(home_roles(settings, documents, kinds), kinds, names), **place}, None
    except ConfigError as error:
        return {**told(Roles(), kinds, names), **place}, error
