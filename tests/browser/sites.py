"""Dashboards served on loopback, by the program's own `publish` and `serve`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread

from powerstats_cli.commands.serve import serve
from powerstats_cli.core.documents import Document
from powerstats_cli.site import rendering as dashboard
from powerstats_cli.site.webroot import update_web_root
from tests.page.homes import TIER_NAMES, home_of, read, write
from tests.support.installation import Installation


@dataclass(frozen=True)
class Site:
    """A dashboard at an address, and the data files behind it."""

    data_dir: Path
    web_root: Path
    url: str

    def document(self, name: str) -> Document:
        """Return a file as it is now."""
        return read(self.data_dir, name)

    def documents(self) -> dict[str, Document]:
        """Return all files that are there."""
        there = (name for name in TIER_NAMES if (self.data_dir / f"{name}.json").is_file())
        return {name: self.document(name) for name in there}

    def put(self, made: Mapping[str, Document]) -> None:
        """Write other documents."""
        write(made, self.data_dir)


def served(web_root: Path) -> str:
    """Serve a folder until the tests end, and return its address."""
    address: Queue[str] = Queue()
    Thread(
        target=serve, args=(web_root, "127.0.0.1", 0, (), address.put), daemon=True, name="serve"
    ).start()
    return address.get(timeout=10)


def site_of(
    made: Mapping[str, Document],
    folder: Path,
    *,
    tiers: Sequence[str] = TIER_NAMES,
    minutes: int = 10,
    money: bytes | None = None,
) -> Site:
    """Put documents' dashboard into a folder and serve it, with money.json if it is given."""
    data_dir, web_root = folder / "data", folder / "site"
    write(made, data_dir)
    years = [int(name.removeprefix("years/")) for name in made if name.startswith("years/")]
    tiers = (*tiers, *(["years"] if years else []), *(["money"] if money else []))
    rendered = dashboard.render(tiers, minutes, home_of(made), years, money=money)
    update_web_root(rendered, web_root, data_dir)
    return Site(data_dir, web_root, served(web_root))


def site_at(home: Installation) -> Site:
    """Publish an installation's dashboard and serve it."""
    home.run_well("publish")
    web_root = home.data_dir / "site"
    return Site(home.data_dir, web_root, served(web_root))
