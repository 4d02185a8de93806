"""The files that shall be on the branch for GitHub Pages: the site, and its data files."""

from collections.abc import Mapping

import msgspec

from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.settings import Settings
from powerstats_cli.site.copies import AsHere
from powerstats_cli.site.home import of_files
from powerstats_cli.site.rendering import Site, render


class Contents(msgspec.Struct, frozen=True):
    """A site, the bytes of its data files by name, and an error for each broken data file.

    A broken file is left out of the data, so that it does not replace a good one on the branch.
    `as_here` is that of the store.
    """

    site: Site
    data: Mapping[str, bytes]
    problems: tuple[PowerstatsError, ...] = ()
    as_here: AsHere | None = None

    @classmethod
    def of(cls, settings: Settings, files: Store, money: bytes | None = None) -> "Contents":
        """Render the site, with the bytes of money.json, and read the data files.

        Raises ConfigError if one of them has a newer version or another time zone.
        """
        home, _ = of_files(settings, files)
        publish, minutes = settings.publish, settings.data.collection_interval_minutes
        site = render(publish.tiers, minutes, home, files.stored_years(), publish.title, money)
        data: dict[str, bytes] = {}
        problems: list[PowerstatsError] = []
        for name, stored in site.data.items():
            path = files.data_dir / stored
            try:
                files.read(path)
                content = read_bytes(path)
            except UnreadableError as error:
                problems.append(error)
            else:
                if content is not None:
                    data[name] = content
        return cls(site, data, tuple(problems), files.as_here)
