"""The kinds and roles of a home's series, as its configuration and its files suggest them."""

from collections.abc import Mapping, Sequence

from powerstats_cli.core.candidates.clues import clues_of, ways_of
from powerstats_cli.core.candidates.flows import guessed, roles_of
from powerstats_cli.core.candidates.quantities import names_a_flow, quantity_named
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import ENERGY, POWER


def stored_roles(
    entities: Mapping[str, str], documents: Sequence[Document], kinds: Mapping[str, Kind]
) -> Roles:
    """Return the roles that names, entity ids, kinds and the stored values suggest."""
    ways = ways_of(
        item
        for document in documents
        for point in document.points.values()
        for item in point.items()
    )
    return roles_of(guessed(clues_of(entities, kinds, ways)))


def assumed_kinds(entities: Mapping[str, str], documents: Sequence[Document]) -> Mapping[str, Kind]:
    """Return the kind of each series; if nothing is stored of it yet, what its names say."""
    assumed: dict[str, Kind] = {}
    for name, entity_id in entities.items():
        own = entity_id.partition(".")[2]
        quantity = quantity_named(name) or quantity_named(own)
        if quantity == "energy":
            assumed[name] = Kind(ENERGY, "total_increasing")
        elif quantity == "power" or (quantity is None and names_a_flow(f"{name} {own}")):
            assumed[name] = Kind(POWER, "measurement")
    return assumed | kinds_in(documents)
