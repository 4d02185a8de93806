"""Sites that several tests read and none changes, and a factory of sites for one test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.sites import Site, served, site_of
from tests.page.homes import Home, lengthened, read, simulated, write
from tests.support.once import made_once


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the simulated house's year: six weeks of it run, the rest made of those."""

    def make(folder: Path) -> None:
        home = simulated(folder, 46)
        home.run_well("publish")
        write({"yearly": lengthened(read(home.data_dir, "yearly"))}, home.data_dir)

    data_dir = made_once(tmp_path_factory, "demo", make) / "data"
    return Site(data_dir, data_dir / "site", served(data_dir / "site"))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return an ordinary home with five series."""
    return site_of(Home().documents(), tmp_path_factory.mktemp("house"))


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Site]:
    """Return a factory that makes a site from a home or from documents."""

    def make(home: Any, **options: Any) -> Site:
        made = home.documents() if isinstance(home, Home) else home
        return site_of(made, tmp_path / f"site-{len(list(tmp_path.iterdir()))}", **options)

    return make
