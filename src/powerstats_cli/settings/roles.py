"""The roles of a home's series: as `[flows]` names them, or as names and files suggest them."""

from collections.abc import Mapping, Sequence

from powerstats_cli.core.candidates.stored import stored_roles
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.roles import Roles, unfit
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.tables import Settings


def home_roles(
    settings: Settings, documents: Sequence[Document], kinds: Mapping[str, Kind] | None = None
) -> Roles:
    """Return the roles that `[flows]` names; without it those that names and files suggest.

    `kinds` are those of the series, if they are not only those in the files. Raises ConfigError if
    a series cannot have its role.
    """
    known = kinds_in(documents) if kinds is None else kinds
    if settings.flows is None:
        return stored_roles(settings.entities, documents, known)
    roles = Roles.written(settings.flows.written, settings.flows.within)
    for complaint in unfit(roles, kinds_in(documents)):
        raise ConfigError(complaint)
    return roles
