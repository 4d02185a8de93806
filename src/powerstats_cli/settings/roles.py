"""The roles of a home's series: as `[flows]` names them, or as names and files suggest them."""

from collections.abc import Sequence

from powerstats_cli.core.candidates.stored import stored_roles
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.pieces import kinds_in
from powerstats_cli.core.energy.roles import Roles, unfit
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.tables import Settings


def home_roles(settings: Settings, documents: Sequence[Document]) -> Roles:
    """Return the roles that `[flows]` names; without it those that names and files suggest.

    Raises ConfigError if a series cannot have its role.
    """
    if settings.flows is None:
        return stored_roles(settings.entities, documents)
    roles = Roles.written(settings.flows.written, settings.flows.within)
    for complaint in unfit(roles, kinds_in(documents)):
        raise ConfigError(complaint)
    return roles
