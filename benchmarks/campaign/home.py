"""The installation that is attacked: a home with its past, and tokens of real length."""

import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

from powerstats_cli.demo.server import HomeAssistant, as_usual
from tests.faults.life import Life, lived
from tests.faults.place import ENTITIES, Hand, Place, Runner, Snapshot, home, known, local, lost
from tests.github.fake import GitHub, GitRepository
from tests.github.homes import Device
from tests.support.installation import Installation

_LETTERS: Final = string.ascii_letters + string.digits
# The lengths of Home Assistant's long-lived tokens and of GitHub's classic ones.
TOKEN: Final = "eyJ" + "".join(Random(1).choices(_LETTERS, k=180))
GITHUB_TOKEN: Final = "ghp_" + "".join(Random(2).choices(_LETTERS, k=36))
SECRETS: Final = (TOKEN, GITHUB_TOKEN)
EVENING: Final = local("2025-11-20 23:50:10")
MORNING: Final = local("2025-11-21 00:20:10")

STEPS: Final[Sequence[tuple[str, ...]]] = (
    ("collect",),
    ("rotate",),
    ("aggregate", "weekly"),
    ("aggregate", "monthly"),
    ("aggregate", "yearly"),
    ("publish", "--local"),
    ("status",),
    ("status", "--json"),
    ("doctor",),
)


@dataclass(frozen=True)
class Victim:
    """A place, and the files of its undisturbed life."""

    place: Place
    life: Life

    def fresh(self, files: Snapshot) -> None:
        """Put the place back, with these data files."""
        self.place.server.answer = as_usual
        self.place.installation.configure(url=self.place.server.url)
        self.place.restore(files)
        (self.place.data_dir / "state.json").unlink(missing_ok=True)

    def undisturbed(self, command: tuple[str, ...], at: datetime, files: Snapshot) -> Snapshot:
        """Return what a command makes of data files without a fault, and leave its files there."""
        self.fresh(files)
        self.place.step(*command, at=at)
        return self.place.snapshot()


@contextmanager
def victim(folder: Path) -> Iterator[Victim]:
    """Yield an installation beside a home with some days of past."""
    hand = Hand()
    with Runner() as runner, HomeAssistant(home(), token=TOKEN, clock=hand) as server:
        data = {"retention_days": 2}
        installation = Installation(folder, server.url, ENTITIES, token=TOKEN, data=data)
        place = Place(installation, server, hand, runner)
        yield Victim(place, lived(place))


@contextmanager
def repository(folder: Path, now: datetime) -> Iterator[tuple[GitHub, GitRepository, Device]]:
    """Yield a GitHub, a repository there, and a device that uses it."""
    with GitHub(folder / "github", clock=lambda: now, token=GITHUB_TOKEN) as github:
        repo = github.create()
        url = "http://127.0.0.1:9"
        device = Device(folder / "home", url, {"power": "sensor.power"}, server=github)
        yield github, repo, device


def loss(before: Snapshot, after: Snapshot, undisturbed: Snapshot | None = None) -> str:
    """Return what the files do not know any more, or that one is not whole, "" if all is well.

    What the undisturbed files do not have either was meant to go.
    """
    try:
        missing = lost(before, after, undisturbed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the campaign's finding
        return f"a file is not whole: {error}"
    return f"{len(missing)} buckets are lost" if missing else ""


def is_readable(name: str, raw: bytes) -> bool:
    """Tell whether a data file can be read."""
    try:
        known({name: raw})
    except Exception:  # noqa: BLE001 - it was broken on purpose
        return False
    return True
