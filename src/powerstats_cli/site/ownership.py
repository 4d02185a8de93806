"""The owners of the files of a place: powerstats, which put some of them there, and others.

A place is a web root, or a folder of a branch. A list in it names the files that powerstats put
there. An earlier version left no list: its page shows that the place is powerstats'.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import msgspec

from powerstats_cli.core.blobs import blob_id
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError
from powerstats_cli.site.rendering import (
    MONEY_NAME,
    NO_JEKYLL,
    OWN_ASSET,
    PAGE_NAME,
    YEARS,
    Site,
    is_page,
)

LIST_NAME: Final = ".powerstats.json"
LIST_VERSION: Final = 1
EMPTY: Final = blob_id(b"")
DATA_NAMES: Final = tuple(f"{tier}.json" for tier in ("daily", *TIERS))
# All names that a version without a list gave to files, besides those of script and style.
EARLIER: Final = (
    PAGE_NAME,
    "manifest.webmanifest",
    "icon.svg",
    "icon-192.png",
    "icon-512.png",
    *DATA_NAMES,
)
# A page of ours in the same folder hides these: other start pages, and a site that Jekyll makes.
HIDDEN: Final = re.compile(r"index\.(html?|xhtml|shtml|php|md|markdown)|_config\.yml")
_YEAR: Final = re.compile(r"year-(\d{4}\.json)", re.ASCII)
_SIMPLE: Final = re.compile(r"(?!\.+$)[\w.-]+", re.ASCII)

Listed = Mapping[str, str | None]
"""Names of files; each has the id of its bytes, or None if any data file of that name is meant."""


class Place(Protocol):
    """A folder, as far as it has to be known before a site is put into it."""

    @property
    def names(self) -> frozenset[str]:
        """The names of all that is in it."""

    def id(self, name: str) -> str | None:
        """Return the id of a file's bytes; None if it is a folder, a link or not there."""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""

    def is_link(self, name: str) -> bool:
        """Tell whether a name is a link, which has no bytes of its own."""

    def leads_to_data(self, name: str) -> bool:
        """Tell whether a link leads to the data file of that name."""


class Consent(msgspec.Struct, frozen=True):
    """The user's consent to take the place of others' files, and to show less than before."""

    adopts: bool = False
    replaces: bool = False


class _List(msgspec.Struct):
    """The list as its JSON is written."""

    version: int
    files: dict[str, str | None]


def listed_of(site: Site) -> Listed:
    """Return what the list of a place names if the place has nothing but this site."""
    pages = {name: blob_id(raw) for name, raw in site.files.items() if name not in NO_JEKYLL}
    return {**pages, **dict.fromkeys([*site.data, *site.computed])}


def data_file(name: str) -> str | None:
    """Return the name in the data directory of a data file on a site; None if it is none."""
    if name in DATA_NAMES:
        return name
    year = _YEAR.fullmatch(name)
    return f"{YEARS}/{year[1]}" if year else None


def is_data_name(name: str) -> bool:
    """Tell whether the content tells the owner: of a data file, and of what is computed of them."""
    return data_file(name) is not None or name == MONEY_NAME


def encode(listed: Listed) -> bytes:
    """Return the bytes of a list."""
    written = _List(LIST_VERSION, dict(sorted(listed.items())))
    return msgspec.json.format(msgspec.json.encode(written), indent=1) + b"\n"


def claimed(site: Site, place: Place) -> Listed:
    """Return the files that powerstats put into a place; none if it was never there."""
    wanted = listed_of(site)
    found = place.id(LIST_NAME)
    if found == blob_id(encode(wanted)):
        return wanted
    if found is not None and (listed := decode(place.read(LIST_NAME))) is not None:
        return listed
    if place.id(PAGE_NAME) is not None and is_page(place.read(PAGE_NAME)):
        names = (name for name in place.names if name in EARLIER or OWN_ASSET.fullmatch(name))
        return dict.fromkeys(names)
    return {}


def decode(raw: bytes) -> Listed | None:
    """Return what a list names, None if the bytes are no list."""
    try:
        written = msgspec.json.decode(raw, type=_List)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return {name: id_ for name, id_ in written.files.items() if _SIMPLE.fullmatch(name)}


def others(place: Place, ours: Listed, differing: Iterable[str]) -> set[str]:
    """Return the names of others' files that the site would replace, or hide, if it was put there.

    `differing` are the names that the site has with other bytes than the place. The content
    of a data file that is in `ours` tells its owner.
    """
    replaced = {name for name in differing if name in place.names}
    hidden = {name for name in place.names if HIDDEN.fullmatch(name) and name != PAGE_NAME}
    return {name for name in replaced if not _may_replace(place, ours, name)} | (
        hidden if not ours else set()
    )


def _may_replace(place: Place, ours: Listed, name: str) -> bool:
    if place.is_link(name):
        return place.leads_to_data(name) or is_claimed(ours, name, None)
    id_ = place.id(name)
    if id_ is None:
        return False
    if id_ == EMPTY or name == LIST_NAME or is_claimed(ours, name, id_):
        return True
    return name == PAGE_NAME and is_page(place.read(name))


def check_no_others(where: str, names: Iterable[str], key: str) -> None:
    """Raise ConfigError if there are others' files; `key` is the setting that names the place."""
    if found := ", ".join(sorted(names)):
        message = (
            f"{where} has files that powerstats did not make, and would replace or hide: {found}; "
            f"set {key} to another folder, or `powerstats publish --adopt` takes their place"
        )
        raise ConfigError(message)


def is_claimed(ours: Listed, name: str, id_: str | None) -> bool:
    """Tell whether a file with these bytes is one that powerstats put there; None for a link."""
    return name in ours and ours[name] in (None, id_)


def outdated(site: Site, place: Place, ours: Listed) -> list[str]:
    """Return the names of powerstats' own files in a place that no longer belong to the site.

    The content of a data file tells its owner.
    """
    return [
        name
        for name in sorted(ours.keys() & place.names - listed_of(site).keys() - {LIST_NAME})
        if (place.is_link(name) or place.id(name)) and is_claimed(ours, name, place.id(name))
    ]
