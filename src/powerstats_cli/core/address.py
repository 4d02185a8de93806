"""Addresses: hosts that can be, and a path that is Home Assistant's own or that of a page of it."""

import re
from collections.abc import Iterator
from typing import Final

LONGEST_LABEL: Final = 63
LONGEST_HOST: Final = 253

# Each of these begins the path of Home Assistant's API or of a page, and is no place to put it.
_SURELY_PAGES: Final = frozenset({"api", "config", "developer-tools", "lovelace", "profile"})
_PAGES: Final = _SURELY_PAGES | {
    "auth",
    "calendar",
    "climate",
    "energy",
    "hassio",
    "history",
    "light",
    "logbook",
    "map",
    "media-browser",
    "onboarding.html",
    "security",
    "shopping-list",
    "states",
    "todo",
}
# The dashboards that people make themselves; the second part is the name they give.
_DASHBOARD: Final = re.compile(r"(?:lovelace|dashboard)-.")


def is_host(name: str) -> bool:
    """Tell whether a name can be looked up, or is an IP address (of version 6 without brackets)."""
    if ":" in name:
        from ipaddress import IPv6Address  # takes a millisecond, which most runs do without

        try:
            return bool(IPv6Address(name))
        except ValueError:
            return False
    labels = name.removesuffix(".").split(".")
    if not all(0 < len(label) <= LONGEST_LABEL for label in labels) or len(name) > LONGEST_HOST:
        return False
    if name.isascii() and "xn--" not in name:
        return all(re.fullmatch(r"[\w-]+", label, re.ASCII) for label in labels)
    try:
        return bool(name.encode("idna").decode("idna"))
    except UnicodeError:
        return False


def without_page(path: str, *, is_sure: bool = False) -> str:
    """Return a path up to the page of Home Assistant in it, without a slash at its end.

    Only names that cannot be a place of Home Assistant itself count if it has to be sure.
    """
    segments = list(filter(None, path.split("/")))
    pages = _SURELY_PAGES if is_sure else _PAGES
    for number, segment in enumerate(segments):
        if segment in pages or _DASHBOARD.match(segment):
            del segments[number:]
            break
    return "".join(f"/{segment}" for segment in segments)


def above(url: str) -> Iterator[str]:
    """Yield an address and those above it, up to the one without a path."""
    scheme, _, rest = url.partition("://")
    parts = rest.split("/")
    for length in range(len(parts), 0, -1):
        yield f"{scheme}://{'/'.join(parts[:length])}"
