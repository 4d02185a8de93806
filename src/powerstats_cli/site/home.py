"""The facts that the page gets of a home beside its data: the roles of its series."""

from collections.abc import Mapping

from powerstats_cli.core.candidates.meters import meters
from powerstats_cli.core.candidates.quantities import quantity_named
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.flows import drawn, planned
from powerstats_cli.core.energy.page import sums
from powerstats_cli.core.energy.pieces import kinds_in
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles


def told(roles: Roles, documents: list[Document]) -> Mapping[str, object]:
    """Return what the page is told: what counts, what draws a curve, and what is of one device."""
    kinds = kinds_in(documents)
    names = sorted({name for document in documents for name in document.series})
    return {
        "counts": sums(planned(roles, kinds)),
        "draws": sums(drawn(roles, kinds)),
        "meters": meters(names),
        "factors": [name for name in names if quantity_named(name) == "power_factor"],
    }


def of_files(settings: Settings, files: Store) -> tuple[Mapping[str, object], ConfigError | None]:
    """Return what the page is told of the stored series; and the error if a role is wrong.

    A file that cannot be read says nothing: the step that writes it tells of it.
    """
    documents = []
    for name in ("daily", *TIERS):
        try:
            document = files.read(files.tier(name))
        except PowerstatsError:
            continue
        if document is not None:
            documents.append(document)
    try:
        return told(home_roles(settings, documents), documents), None
    except ConfigError as error:
        return told(Roles(), documents), error
