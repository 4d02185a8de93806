"""The static site: the page and its assets, rendered for the published tiers."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Final

from powerstats_cli.errors import PowerstatsError

# Made from templates/ when the package is built.
PAGE: Final = Path(__file__).parent.parent / "page"
HASHED: Final = {"script": "dashboard.js", "style": "dashboard.css"}
# What the page fetches when it needs it: the words of a language, or a part of the script.
FETCHED: Final = {
    "words": re.compile(r"words\.([a-z]{2})\.json"),
    "later": re.compile(r"later\.([a-z]+)\.js"),
}
PAGE_NAME: Final = "index.html"
MANIFEST: Final = "manifest.webmanifest"
PUBLISH_MINUTES: Final = 60
YEARS: Final = "years"
MONEY: Final = "money"
MONEY_NAME: Final = f"{MONEY}.json"
NO_JEKYLL: Final = {".nojekyll": b"GitHub Pages shows these files as they are.\n"}
OWN_ASSET: Final = re.compile(r"dashboard\.[0-9a-f]{10}\.(js|css)")
# Marks that only a page of powerstats has: those of now, and those of before.
MARK: Final = b'<meta name="generator" content="powerstats">'
EARLIER_MARKS: Final = (b" data-tiers=", b"<title>powerstats</title>")


@dataclass(frozen=True, slots=True)
class Site:
    """The files of the page by name, and the data files that belong beside them.

    Each data file has a name on the site, and one in the data directory. `computed` are files that
    are made from those for the site alone; one without bytes stays as it is there.
    """

    files: Mapping[str, bytes]
    data: Mapping[str, str]
    computed: Mapping[str, bytes | None] = field(default_factory=dict)

    @property
    def contents(self) -> Mapping[str, bytes]:
        """The files whose bytes are known, by name."""
        made = {name: raw for name, raw in self.computed.items() if raw is not None}
        return {**self.files, **made}


def render(
    tiers: Iterable[str],
    interval_minutes: int,
    home: Mapping[str, object] | None = None,
    years: Iterable[int] = (),
    title: str = "powerstats",
    money: bytes | None = None,
) -> Site:
    """Return the site for the published tiers, with the home's name and what it is told of it.

    `years` are the calendar years that are stored; they are published if `years` is a tier. `money`
    is money.json, if that is a tier; None leaves it as it is.

    The names of scripts, style and words have a hash of their content: no cache mixes versions.
    """
    tiers = tuple(tiers)
    years = tuple(years) if YEARS in tiers else ()
    parts = {path.name: path.read_bytes() for path in PAGE.glob("*") if path.is_file()}
    if "dashboard.html" not in parts:
        message = "this powerstats was installed without its page: install it again"
        raise PowerstatsError(message)
    template = parts.pop("dashboard.html").decode()
    values = {
        "tiers": " ".join(tiers),
        "years": " ".join(map(str, years)),
        "interval_minutes": str(interval_minutes),
        "publish_minutes": str(PUBLISH_MINUTES),
        "title": escape(title),
        "home": escape(json.dumps(home or {}, separators=(",", ":"))),
        "icon": "icon.svg",
        "manifest": MANIFEST,
    }
    for key, name in HASHED.items():
        values[key] = _hash_name(parts, name)
    if MANIFEST in parts:
        parts[MANIFEST] = _named(parts[MANIFEST], title)
    for key, form in FETCHED.items():
        names = {match[1]: match[0] for name in sorted(parts) if (match := form.fullmatch(name))}
        hashed = {part: _hash_name(parts, name) for part, name in names.items()}
        values[key] = escape(json.dumps(hashed, separators=(",", ":")))
    page = re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)
    data = {f"{tier}.json": f"{tier}.json" for tier in tiers if tier not in {YEARS, MONEY}}
    data |= {f"year-{year}.json": f"{YEARS}/{year}.json" for year in years}
    computed = {MONEY_NAME: money} if MONEY in tiers else {}
    return Site({**parts, **NO_JEKYLL, PAGE_NAME: page.encode()}, data, computed)


def _named(manifest: bytes, title: str) -> bytes:
    """Return a manifest with the home's name: a home screen may have the pages of two homes."""
    about = {**json.loads(manifest), "name": title, "short_name": title}
    return json.dumps(about, ensure_ascii=False, indent=2).encode() + b"\n"


def _hash_name(parts: dict[str, bytes], name: str) -> str:
    """Give a file a name with a hash of its content, and return that name."""
    content = parts.pop(name)
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
    parts[hashed] = content
    return hashed


def without_home(page: bytes) -> bytes:
    """Return a page without what it is told of the home, which follows what is stored."""
    return re.sub(rb' data-(home|years)="[^"]*"', b"", page)


def keeping_page(site: Site, page: bytes) -> Site:
    """Return the site with another page if that differs only in what it is told of the home."""
    if without_home(page) != without_home(site.files[PAGE_NAME]):
        return site
    return replace(site, files={**site.files, PAGE_NAME: page})


def is_page(content: bytes) -> bool:
    """Tell whether a file is the page of some version of powerstats."""
    return MARK in content or all(mark in content for mark in EARLIER_MARKS)
