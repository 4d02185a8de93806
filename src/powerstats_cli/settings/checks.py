"""The checks of the configuration's values: whether each can be used, and why if it cannot."""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

from powerstats_cli.core import zones
from powerstats_cli.core.address import is_host, without_page
from powerstats_cli.core.documents import is_series_name
from powerstats_cli.settings.places import flaw
from powerstats_cli.settings.tables import (
    GitHubSettings,
    HomeAssistantSettings,
    PublishSettings,
    Settings,
)

MOST_RETENTION_DAYS: Final = 30
MOST_SETTLE_SECONDS: Final = 300
MOST_TITLE: Final = 60


def mistakes(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each key whose value has the right type and cannot be used, and why it cannot."""
    if not is_zone(settings.timezone):
        yield "timezone", f"{settings.timezone!r} is no time zone, such as Europe/Amsterdam"
    yield from _home_mistakes(settings.homeassistant, settings.entities)
    if settings.flows:
        from powerstats_cli.settings.flows import flow_mistakes  # without [flows] not needed

        yield from flow_mistakes(settings.flows, settings.entities)
    if settings.prices:
        from powerstats_cli.settings.prices import price_mistakes  # without [prices] not needed

        yield from price_mistakes(settings.prices, settings.entities)
    if settings.github:
        yield from _github_mistakes(settings.github, settings.publish)
    yield from _place_mistakes(settings)
    title = settings.publish.title
    if not title.strip() or not title.isprintable() or len(title) > MOST_TITLE:
        yield "publish.title", f"must be one line of 1 to {MOST_TITLE} characters"
    data = settings.data
    if data.collection_interval_minutes < 1 or 60 % data.collection_interval_minutes:
        yield "data.collection_interval_minutes", "must divide 60"
    if not 1 <= data.retention_days <= MOST_RETENTION_DAYS:
        yield "data.retention_days", f"must be from 1 to {MOST_RETENTION_DAYS}"
    if not 0 <= data.settle_seconds <= MOST_SETTLE_SECONDS:
        yield "data.settle_seconds", f"must be from 0 to {MOST_SETTLE_SECONDS}"


def _place_mistakes(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the mistakes in other servers' addresses and in paths."""
    url = settings.monitoring.healthcheck_url
    if url is not None and not _is_address(url):
        yield "monitoring.healthcheck_url", f"{_shown(url, hides_path=True)} is no address"
    proxy = settings.network.proxy
    if proxy is not None and not is_proxy(proxy):
        yield "network.proxy", f"{_shown(proxy)} is no proxy, such as http://proxy.example.com:3128"
    for key, path in _paths(settings):
        if (found := flaw(path)) is not None:
            yield key, found


def _home_mistakes(
    home: HomeAssistantSettings, entities: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if not _is_address(home.url):
        example = "such as http://homeassistant.local:8123"
        yield "homeassistant.url", f"{_shown(home.url)} is no address, {example}"
    elif (url := _without_page(home.url)) is not None:
        yield "homeassistant.url", f"{home.url!r} is the address of a page: write {url}"
    if home.token and home.token_file:
        yield "homeassistant.token", "token and token_file are both given; keep one"
    if home.entity_id and home.entities:
        yield "homeassistant.entities", "entity_id and entities are both given; keep one"
    if not entities:
        yield "homeassistant.entities", "no entity is configured"
    for name, entity_id in entities.items():
        key = f"homeassistant.entities.{name}"
        if not is_series_name(name):
            yield key, "a series cannot have this name"
        if not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", entity_id):
            yield key, f"{entity_id!r} is no entity id, such as sensor.house_power"
    yield from _sensor_mistakes(home, entities)


def _sensor_mistakes(
    home: HomeAssistantSettings, entities: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for table, names in (("plausible", home.plausible), ("state_class", home.state_class)):
        for name in names:
            if name not in entities:
                yield f"homeassistant.{table}.{name}", "no series of this name is configured"
    for old, new in home.renamed.items():
        if old in entities:
            yield f"homeassistant.renamed.{old}", "a series of this name is configured"
        elif new in home.renamed or not is_series_name(new):
            yield f"homeassistant.renamed.{old}", f"{new!r} is not the present name of a series"
    for name, (low, high) in home.plausible.items():
        if not (isfinite(low) and isfinite(high) and low < high):
            yield f"homeassistant.plausible.{name}", "must be a lower and a higher number"


def _github_mistakes(github: GitHubSettings, publish: PublishSettings) -> Iterator[tuple[str, str]]:
    if not _is_address(github.api_url):
        yield "github.api_url", f"{_shown(github.api_url)} is no address"
    if not is_repository_name(github.repo):
        yield "github.repo", f"{github.repo!r} is no repository, such as me/powerstats-data"
    if github.token and github.token_file:
        yield "github.token", "token and token_file are both given; keep one"
    for key, branch in (("github.branch", github.branch), ("publish.branch", publish.branch)):
        if not re.fullmatch(r"\w[\w./-]*", branch, re.ASCII) or ".." in branch:
            yield key, f"{branch!r} is no branch, such as main"
    for key, path in (("github.path", github.path), ("publish.path", publish.path)):
        if path and not all(re.fullmatch(r"(?!\.+$)[\w. -]+", part) for part in path.split("/")):
            yield key, f"{path!r} is no folder of a repository, such as docs/power"
    if (publish.branch, publish.path) == (github.branch, github.path):
        # The published monthly.json and yearly.json would replace the files that `sync` merges.
        yield "publish.path", "is the same as github.path, on the same branch: change one of them"
    if publish.history == "squash" and publish.branch == github.branch:
        yield "publish.history", f"squash would drop the history of the data on {github.branch}"


def _paths(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each path that is configured, with its key."""
    home, github, paths = settings.homeassistant, settings.github, settings.paths
    written = {
        "homeassistant.token_file": home.token_file,
        "homeassistant.ca_file": home.ca_file,
        "github.token_file": github.token_file if github else None,
        "github.ca_file": github.ca_file if github else None,
        "monitoring.ca_file": settings.monitoring.ca_file,
        "paths.data_dir": paths.data_dir,
        "paths.web_root": paths.web_root,
        "paths.state_file": paths.state_file,
    }
    yield from ((key, path) for key, path in written.items() if path is not None)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_port_usable = parts.port != 0
    except ValueError:
        return False
    is_plain = parts.username is None and not parts.query and not parts.fragment
    is_http = parts.scheme in {"http", "https"} and url.isprintable()
    return is_http and is_host(parts.hostname or "") and is_port_usable and is_plain


def is_proxy(url: str) -> bool:
    """Tell whether an address is that of a proxy; it may have a user and a password."""
    scheme, separator, rest = url.partition("://")
    user, _, host = rest.rpartition("@")
    is_alone = "/" not in host.removesuffix("/") and "/" not in user
    return is_alone and _is_address(f"{scheme}{separator}{host}") and user.isprintable()


def _without_page(url: str) -> str | None:
    """Return the address of Home Assistant itself if that of a page of it is given, else None."""
    path = urlsplit(url).path
    kept = without_page(path, is_sure=True)
    is_page = kept.count("/") < len(list(filter(None, path.split("/"))))
    return url.removesuffix(path) + kept if is_page else None


def _shown(url: str, *, hides_path: bool = False) -> str:
    """Return an address for a message, without a password or a token that may be in it.

    The path of a health check is its secret.
    """
    shown = re.sub(r"//.*@", "//***@", re.sub(r"[?#].*", "?***", url, flags=re.DOTALL))
    return repr(re.sub(r"(?<![:/])/.*", "/***", shown, flags=re.DOTALL) if hides_path else shown)


def is_repository_name(name: str) -> bool:
    """Tell whether a name is an owner's and a repository's, such as me/powerstats-data."""
    return re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII) is not None


def is_zone(name: str) -> bool:
    """Tell whether a name is a time zone of the tz database, such as Europe/Amsterdam."""
    try:
        zones.zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
