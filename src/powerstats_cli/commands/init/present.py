"""The configuration that is there, with the sensors in it."""

from powerstats_cli.commands.init.answers import Present
from powerstats_cli.core.candidates.selection import selected
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles


def present_at(settings: Settings) -> Present:
    """Return a configuration with its sensors; raises ConfigError if one cannot have its role."""
    home = settings.homeassistant
    files = Store(settings.data_dir, settings.timezone, renamed=home.renamed)
    documents = []
    for path in (files.daily, *map(files.tier, TIERS)):
        try:
            document = reading.or_skip(files, path)
        except ConfigError:
            continue  # another time zone: each step says so
        documents += [document] if document else []
    kinds = kinds_in(documents)
    roles = home_roles(settings, documents, kinds)
    return Present(settings, selected(settings.entities, roles, kinds))
