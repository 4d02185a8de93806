"""`publish`, first half: the site in WEB_ROOT. It needs no network, so it imports none."""

from powerstats_cli.core.outcome import Outcome
from powerstats_cli.errors import ConfigError
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.site.home import of_files
from powerstats_cli.site.ownership import Consent
from powerstats_cli.site.rendering import render as rendered
from powerstats_cli.site.webroot import update_web_root


def render(
    settings: Settings, files: Store, consent: Consent, money: bytes | None = None
) -> Outcome:
    """Bring WEB_ROOT up to date; a file that has not changed is not written.

    Without the bytes of `money` money.json stays as it is.
    """
    web_root = settings.web_root
    if web_root.resolve() == files.data_dir.resolve():
        message = "paths.web_root is the data directory: its archive would be public; set another"
        raise ConfigError(message)
    home, unfit = of_files(settings, files)
    publish, minutes = settings.publish, settings.data.collection_interval_minutes
    site = rendered(publish.tiers, minutes, home, files.stored_years(), publish.title, money)
    files.prepare()
    with files.lock():
        done = update_web_root(
            site,
            web_root,
            files.data_dir,
            consent,
            links=publish.links,
            as_here=files.as_here,
        )
    number = len(done.changed)
    summary = f"{number} files changed in {web_root}" if number else "nothing changed"
    return Outcome(summary, (*done.problems, *([unfit] if unfit else [])))
