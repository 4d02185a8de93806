"""The site in WEB_ROOT: its files, and links to the data files."""

import os
from pathlib import Path

from powerstats_cli.files.store import os_errors, read_bytes, write_bytes
from powerstats_cli.site.rendering import PAGE_NAME, Site, outdated


def update_web_root(site: Site, web_root: Path, data_dir: Path) -> list[str]:
    """Bring WEB_ROOT up to date, and return the names that changed; the store's lock is held.

    Assets are written before the page that names them, and outdated ones are removed last: at no
    moment is there a page without its script.
    """
    with os_errors(web_root):
        web_root.mkdir(parents=True, exist_ok=True)
    changed = [
        name
        for name in (*sorted(site.files.keys() - {PAGE_NAME}), PAGE_NAME)
        if _write(web_root / name, site.files[name])
    ]
    data = [f"{tier}.json" for tier in site.tiers]
    changed += [name for name in data if _link(web_root / name, data_dir / name)]
    with os_errors(web_root):
        names = [path.name for path in web_root.iterdir()]
    return changed + [name for name in outdated(site, names) if _remove(web_root / name)]


def _write(path: Path, content: bytes) -> bool:
    if read_bytes(path) == content:
        return False
    write_bytes(path, content)
    return True


def _link(link: Path, target: Path) -> bool:
    """Make a relative link, or a copy if links are not possible; tell whether anything changed."""
    with os_errors(link):
        relative = os.path.relpath(target, link.parent)
        if link.is_symlink() and str(link.readlink()) == relative:
            return False
        temporary = link.with_name(f".{link.name}.tmp")
        temporary.unlink(missing_ok=True)
        try:
            temporary.symlink_to(relative)
        except OSError:
            return _copy(link, target)
        temporary.replace(link)
    return True


def _copy(copy: Path, target: Path) -> bool:
    content = read_bytes(target)
    return content is not None and _write(copy, content)


def _remove(path: Path) -> bool:
    with os_errors(path):
        if not (path.is_symlink() or path.exists()):
            return False
        path.unlink()
    return True
