"""The dashboard in the web root: its page, and the way from there to the data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.settings import Settings
from powerstats_cli.site import rendering
from powerstats_cli.site.webroot import strangers

AREA: Final = "dashboard"
PUBLISH: Final = "powerstats publish"
# In seconds: `collect` brings a copy up to date, and runs once an hour at the least.
OLD_COPY: Final = 2 * 3600


def check_page(configured: Settings, files: Store) -> Iterator[Finding]:
    """Yield whether the web root has this version's page, and leads to the data."""
    web_root, data_dir = configured.web_root, files.data_dir
    try:
        publish, minutes = configured.publish, configured.data.collection_interval_minutes
        years = files.stored_years()
        site = rendering.render(publish.tiers, minutes, years=years, title=publish.title)
        others = sorted(strangers(site, web_root, data_dir)) if web_root.is_dir() else []
        page = read_bytes(web_root / rendering.PAGE_NAME)
    except PowerstatsError as problem:
        yield error(AREA, str(problem))
        return
    if others:
        yield error(
            AREA,
            f"{web_root} has files that powerstats did not make: {', '.join(others)}",
            "set paths.web_root to another folder; powerstats publish --adopt takes this one",
        )
        return
    if page is None:
        yield skipped(AREA, f"not in {web_root} yet: {PUBLISH} makes it")
        return
    if rendering.without_home(page) != rendering.without_home(site.files[rendering.PAGE_NAME]):
        yield warning(AREA, f"{web_root} has another version's page", PUBLISH)
    else:
        yield ok(AREA, f"{web_root} has this version's page")
    for name, stored in site.data.items():
        yield from _way_to(data_dir / stored, web_root / name)


def _way_to(data: Path, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the link to a data file, or with its copy."""
    name, web_root = path.name, path.parent
    if not data.exists():
        return
    if not path.exists():
        leads = "leads to no file" if path.is_symlink() else "is not there"
        yield error(AREA, f"{name} in {web_root} {leads}", PUBLISH)
    elif path.is_symlink() and not path.samefile(data):
        yield error(AREA, f"{name} in {web_root} leads to {path.resolve()}", PUBLISH)
    elif not path.is_symlink() and _is_old(path, data):
        yield warning(AREA, f"{name} in {web_root} is an old copy", PUBLISH)


def _is_old(copy: Path, data: Path) -> bool:
    is_late = data.stat().st_mtime - copy.stat().st_mtime > OLD_COPY
    return is_late and read_bytes(copy) != read_bytes(data)
