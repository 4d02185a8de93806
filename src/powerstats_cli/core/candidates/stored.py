"""The roles of a home's series, as its configuration and its files suggest them."""

from collections.abc import Mapping, Sequence

from powerstats_cli.core.candidates.clues import clues_of, ways_of
from powerstats_cli.core.candidates.flows import guessed, roles_of
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.pieces import kinds_in
from powerstats_cli.core.energy.roles import Roles


def stored_roles(entities: Mapping[str, str], documents: Sequence[Document]) -> Roles:
    """Return the roles that names, entity ids, and the stored kinds and values suggest."""
    ways = ways_of(
        item
        for document in documents
        for point in document.points.values()
        for item in point.items()
    )
    return roles_of(guessed(clues_of(entities, kinds_in(documents), ways)))
