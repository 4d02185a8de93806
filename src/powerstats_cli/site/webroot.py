"""The site in WEB_ROOT: its files, and links to the data files, or copies of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.core.blobs import blob_id
from powerstats_cli.errors import UnreadableError
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.files.wholefiles import read_bytes, sync_folder, write_bytes
from powerstats_cli.site import ownership
from powerstats_cli.site.copies import AsHere, leads_to, put, shows_more
from powerstats_cli.site.ownership import LIST_NAME, Consent, Listed, data_file, is_data_name
from powerstats_cli.site.published import is_data
from powerstats_cli.site.rendering import NO_JEKYLL, PAGE_NAME, Site, keeping_page

ADOPTED: Final = ".before-powerstats"


class Rendered(msgspec.Struct, frozen=True):
    """The names that changed in WEB_ROOT, and an error for each copy that was left as it is."""

    changed: tuple[str, ...]
    problems: tuple[UnreadableError, ...]


class FolderPlace:
    """WEB_ROOT as it is; its files are read when they are asked for."""

    def __init__(self, folder: Path, data_dir: Path) -> None:
        """List the folder."""
        self._folder = folder
        self._data_dir = data_dir
        with os_errors(folder):
            self._names = frozenset(path.name for path in folder.iterdir())

    @property
    def names(self) -> frozenset[str]:
        """The names of all that is in it."""
        return self._names

    def id(self, name: str) -> str | None:
        """Return the id of a file's bytes; None if it is a folder, a link or not there."""
        path = self._folder / name
        return None if path.is_symlink() or not path.is_file() else blob_id(self.read(name))

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; of a link that leads to none, no bytes."""
        path = self._folder / name
        return (read_bytes(path) if path.exists() else None) or b""

    def is_link(self, name: str) -> bool:
        """Tell whether a name is a link, which has no bytes of its own."""
        return (self._folder / name).is_symlink()

    def leads_to_data(self, name: str) -> bool:
        """Tell whether a link leads to the data file of that name."""
        data = data_file(name)
        return data is not None and leads_to(self._folder / name, self._data_dir / data)


def update_web_root(
    site: Site,
    web_root: Path,
    data_dir: Path,
    consent: Consent = Consent(),  # noqa: B008 - it is frozen
    *,
    links: bool = True,
    as_here: AsHere | None = None,
) -> Rendered:
    """Bring WEB_ROOT up to date; the store's lock is held.

    `as_here` is that of the store.
    Assets are written before the page that names them, and outdated ones are removed last: at no
    moment is there a page without its script. Raises ConfigError, and changes nothing, if others'
    files are in the way.
    """
    with os_errors(web_root):
        web_root.mkdir(parents=True, exist_ok=True)
    place = FolderPlace(web_root, data_dir)
    ours = ownership.claimed(site, place)
    data = {name: data_dir / stored for name, stored in site.data.items()}
    in_the_way = _strangers(site, place, ours)
    if not consent.adopts:
        ownership.check_no_others(str(web_root), in_the_way, "paths.web_root")
    if not consent.replaces:
        known = {name: stored for name, stored in data.items() if name not in in_the_way}
        if any(shows_more(web_root / name, known[name], as_here) for name in known):
            # A page is told of the series that are in its data: it stays with the data.
            site = keeping_page(site, place.read(PAGE_NAME))
    contents = _contents(site, place)
    for name in sorted(in_the_way & {*contents, *data}):
        _set_aside(web_root / name)
    changed = [name for name in contents if _write(web_root / name, contents[name])]
    problems: list[UnreadableError] = []
    for name, stored in data.items():
        try:
            is_new = put(
                web_root / name,
                stored,
                links=links,
                replaces=consent.replaces,
                as_here=as_here,
            )
        except UnreadableError as error:
            problems.append(error)
        else:
            changed += [name] if is_new else []
    changed += _without_outdated(site, place, ours, web_root)
    _write(web_root / LIST_NAME, ownership.encode(ownership.listed_of(site)))
    return Rendered(tuple(changed), tuple(problems))


def strangers(site: Site, web_root: Path, data_dir: Path) -> set[str]:
    """Return the names of others' files in WEB_ROOT that are in the way of the site."""
    place = FolderPlace(web_root, data_dir)
    return _strangers(site, place, ownership.claimed(site, place))


def _strangers(site: Site, place: FolderPlace, ours: Listed) -> set[str]:
    data = site.data.keys()
    no_data = {
        name
        for name in data | (site.computed.keys() & site.contents.keys())
        if (place.id(name) or (place.is_link(name) and not place.leads_to_data(name)))
        and not is_data(name, place.read(name))
    }
    return ownership.others(place, ours, {*_contents(site, place), *data}) | no_data


def _contents(site: Site, place: FolderPlace) -> Mapping[str, bytes]:
    """Return the files that differ from those in the folder; the page comes last."""
    files = site.contents
    names = (*sorted(files.keys() - {PAGE_NAME}), PAGE_NAME)
    return {
        name: files[name]
        for name in names
        if place.id(name) != blob_id(files[name])
        and not (name in NO_JEKYLL and name in place.names)
    }


def _write(path: Path, content: bytes) -> bool:
    if read_bytes(path) == content:
        return False
    write_bytes(path, content)
    return True


def _set_aside(path: Path) -> None:
    """Rename another's file, so that its place is free."""
    aside, number = path.with_name(path.name + ADOPTED), 1
    while aside.exists() or aside.is_symlink():
        number += 1
        aside = path.with_name(f"{path.name}{ADOPTED}-{number}")
    with os_errors(path):
        path.rename(aside)
        sync_folder(path.parent)


def _without_outdated(site: Site, place: FolderPlace, ours: Listed, web_root: Path) -> list[str]:
    """Remove powerstats' own files that no longer belong to the site; return their names."""
    gone = [
        name
        for name in ownership.outdated(site, place, ours)
        if not is_data_name(name) or place.is_link(name) or is_data(name, place.read(name))
    ]
    for name in gone:
        with os_errors(web_root / name):
            (web_root / name).unlink(missing_ok=True)
    return gone
