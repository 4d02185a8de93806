"""`publish`: render the dashboard into WEB_ROOT."""

from powerstats_cli.dashboard import put, render
from powerstats_cli.errors import ConfigError
from powerstats_cli.outcome import Outcome
from powerstats_cli.settings import Settings
from powerstats_cli.store import Store
from powerstats_cli.tiers import TIERS


def publish(settings: Settings, files: Store) -> Outcome:
    """Bring the site up to date; what has not changed is not written."""
    web_root = settings.web_root
    if web_root.resolve() == files.data_dir.resolve():
        message = "paths.web_root is the data directory: its archive would be public; set another"
        raise ConfigError(message)
    site = render(settings.publish.tiers, settings.data.collection_interval_minutes)
    files.prepare()
    with files.lock():
        changed = put(site, web_root, files.data_dir, ("daily", *TIERS))
    return Outcome(f"{len(changed)} files changed in {web_root}" if changed else "nothing changed")
