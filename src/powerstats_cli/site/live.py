"""What `serve` shows of money at home: computed when it is asked for, if an input changed.

A page for others has only what `publish.tiers` names.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.settings import Settings
from powerstats_cli.site.rendering import MONEY, MONEY_NAME, PAGE_NAME

_TIERS = re.compile(rb' data-tiers="([^"]*)"')
Stamps = tuple[tuple[str, int, int], ...]
"""The inputs, each with its time of change and its size."""


class Home(msgspec.Struct, frozen=True):
    """A home's configuration and the path of its file, its files and its clock."""

    config: Path
    settings: Settings
    files: Store
    clock: Clock


class Live:
    """Answers for the files of the page that depend on money; None for all others."""

    def __init__(self, home: Home, reopened: Callable[[], Home]) -> None:
        """Take a home; `reopened` returns it with the configuration as it is then."""
        self._home = home
        self._reopened = reopened
        self._stamps: Stamps = ()
        self._money: bytes | None = None
        self._one_at_a_time = Lock()

    def __call__(self, name: str) -> bytes | None:
        """Return the bytes of a file, None if those in the web root are right."""
        if name == MONEY_NAME:
            return self._computed()
        return self._page() if name == PAGE_NAME else None

    def _computed(self) -> bytes | None:
        with self._one_at_a_time:
            stamps = tuple(self._stamped())
            if stamps != self._stamps:
                self._home = self._opened()
                self._money, self._stamps = self._anew(), stamps
            return self._money

    def _anew(self) -> bytes | None:
        from powerstats_cli.site.money import computed

        settings, files = self._home.settings, self._home.files
        before = self._money or read_bytes(settings.web_root / MONEY_NAME)
        try:
            return computed(settings, files, self._home.clock.now(), before)
        except PowerstatsError:
            return None  # the commands that show money say why

    def _opened(self) -> Home:
        try:
            return self._reopened()
        except PowerstatsError:
            return self._home  # with a mistake in the configuration nothing changes

    def _stamped(self) -> Iterator[tuple[str, int, int]]:
        home = self._home
        for path in (home.config, home.files.ledger, home.files.corrections, *home.files.paths()):
            try:
                about = path.stat()
            except OSError:
                continue
            yield str(path), about.st_mtime_ns, about.st_size

    def _page(self) -> bytes | None:
        """Return the page that is told of money; None if it is anyway, or without a tariff."""
        home = self._opened()
        page = read_bytes(home.settings.web_root / PAGE_NAME) if home.settings.tariffs else None
        found = _TIERS.search(page) if page else None
        if page is None or found is None or MONEY.encode() in found[1].split():
            return None
        tiers = b' data-tiers="%b"' % b" ".join([*found[1].split(), MONEY.encode()])
        return page[: found.start()] + tiers + page[found.end() :]
