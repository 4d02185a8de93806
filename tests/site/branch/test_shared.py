"""A user and powerstats share a branch and a folder for a while: nothing of either is ever lost."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from powerstats_cli.site.ownership import DATA_NAMES
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import PAGES, Device, changed, decoded, past

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page", "_sound"),
]
NAMES = (
    *("index.html", "icon.svg", "manifest.webmanifest", ".nojekyll", "about.html", "CNAME"),
    *DATA_NAMES,
    *("dashboard.0123456789.js", "index.md", "yearly.json.bak"),
)
ENDS = {0, os.EX_DATAERR, os.EX_CONFIG}


@dataclass
class User:
    """A user who writes files, each with other bytes, of which none is empty."""

    random: Random
    written: dict[str, bytes] = field(default_factory=dict)
    number: int = 0

    def write(self) -> tuple[str, bytes]:
        """Return the name of a file, and its bytes."""
        self.number += 1
        name = self.random.choice(NAMES)
        self.written[name] = f"mine, {self.number}".encode()
        return name, self.written[name]


def publish(device: Device, random: Random, *options: str) -> bool:
    """Publish, perhaps after a loss of data, perhaps with consent; tell whether others gave way."""
    days = random.choice([1, 12, 30, 30, 30])
    device.put(changed("monthly", days, random.randrange(99)), past("yearly", days))
    adopts = random.random() < 0.15
    history = random.choice(["keep", "squash"])
    tiers = random.choice([["monthly", "yearly"], ["daily", "weekly", "monthly", "yearly"]])
    device.configure(publish={"history": history, "tiers": tiers})
    result = device.run("publish", *options, *(["--adopt"] if adopts else []))
    assert result.exit_code in ENDS, result
    return adopts


def in_history(repo: GitRepository) -> Iterator[bytes]:
    """Yield the bytes of every file that the branch or its history has."""
    for line in repo.git("rev-list", "--objects", PAGES).splitlines():
        sha = line.split()[0]
        if repo.has("blob", sha):
            yield repo.blob(sha)


@pytest.mark.parametrize("seed", range(3))
def test_a_branch(github: GitHub, repo: GitRepository, device: Device, seed: int) -> None:
    """All that the user ever committed is in the branch's history, and stays in place unasked."""
    assert github.url
    random = Random(seed)
    user, most = User(random), 0
    for _ in range(40):
        if random.random() < 0.5:
            name, raw = user.write()
            repo.commit(PAGES, {name: raw}, random.choice(["Mine", "index.html", "3 files"]))
        elif publish(device, random):
            user.written = {
                name: raw
                for name, raw in user.written.items()
                if name in repo.files(PAGES) and repo.files(PAGES)[name] == raw
            }
        if PAGES not in repo.branches():
            continue
        files = repo.files(PAGES)
        assert user.written.items() <= files.items()
        if b'"version"' in files.get("yearly.json", b""):
            known = len(decoded(files["yearly.json"]).points)
            assert known >= most or "yearly.json" in user.written
            most = known
        else:
            most = 0
    mine = {f"mine, {number}".encode() for number in range(1, user.number + 1)}
    assert mine <= set(in_history(repo))


@pytest.mark.parametrize("seed", range(3))
def test_a_folder(device: Device, seed: int) -> None:
    """All that the user put there and did not replace is there, in its place or beside it."""
    random, root = Random(seed), device.data_dir / "site"
    root.mkdir()
    user, kept = User(random), set[bytes]()
    for _ in range(40):
        if random.random() < 0.5:
            name, raw = user.write()
            kept.discard(read(root / name))
            (root / name).unlink(missing_ok=True)
            (root / name).write_bytes(raw)
            kept.add(raw)
        else:
            publish(device, random, "--local")
        assert kept <= {read(path) for path in root.iterdir()}


def read(path: Path) -> bytes:
    """Return a file's bytes, none of a file that is not there."""
    return path.read_bytes() if path.is_file() else b""
