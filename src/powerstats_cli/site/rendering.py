"""The static site in WEB_ROOT: the page, its assets, and links to the published data files."""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.store import os_errors, read_bytes, write_bytes

# Made from templates/ when the package is built.
PAGE: Final = Path(__file__).parent.parent / "page"
HASHED: Final = {"script": "dashboard.js", "style": "dashboard.css"}
PAGE_NAME: Final = "index.html"
PUBLISH_MINUTES: Final = 60
NO_JEKYLL: Final = {".nojekyll": b"GitHub Pages shows these files as they are.\n"}
_OWN_ASSET: Final = re.compile(r"dashboard\.[0-9a-f]{10}\.(js|css)")


@dataclass(frozen=True, slots=True)
class Site:
    """The files of the page by name; the data files come beside them."""

    files: Mapping[str, bytes]
    tiers: tuple[str, ...]


def render(tiers: Iterable[str], interval_minutes: int) -> Site:
    """Return the site for the published tiers; script and style are named by their content."""
    tiers = tuple(tiers)
    parts = {path.name: path.read_bytes() for path in PAGE.glob("*") if path.is_file()}
    if "dashboard.html" not in parts:
        message = "this powerstats was installed without its page: install it again"
        raise PowerstatsError(message)
    template = parts.pop("dashboard.html").decode()
    values = {
        "tiers": " ".join(tiers),
        "interval_minutes": str(interval_minutes),
        "publish_minutes": str(PUBLISH_MINUTES),
        "icon": "icon.svg",
        "manifest": "manifest.webmanifest",
    }
    for key, name in HASHED.items():
        content = parts.pop(name)
        stem, suffix = name.split(".")
        values[key] = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
        parts[values[key]] = content
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], template)
    return Site({**parts, **NO_JEKYLL, PAGE_NAME: page.encode()}, tiers)


def outdated(site: Site, names: Iterable[str]) -> list[str]:
    """Return which of a folder's files are powerstats' own and not of the site any more."""
    hidden = {f"{tier}.json" for tier in ("daily", *TIERS) if tier not in site.tiers}
    return [
        name
        for name in sorted(names)
        if name in hidden or (_OWN_ASSET.fullmatch(name) and name not in site.files)
    ]


def put(site: Site, web_root: Path, data_dir: Path) -> list[str]:
    """Bring WEB_ROOT up to date and return what changed; to be called under the store's lock.

    Assets come before the page that names them, and what no page names any more goes last, so a
    visitor never meets a page without its script.
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
    """Make a relative link, or a copy where links are not possible; tell if anything changed."""
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
