"""The files of the tiers, on a device and in a repository."""

from powerstats_cli.core.documents import Document, TierName, encode
from tests.github.fake.repository import GitRepository
from tests.github.homes import Device

LONG_TERM: tuple[TierName, ...] = ("monthly", "yearly")


def remote(repo: GitRepository, tier: TierName, path: str = "data/", branch: str = "main") -> bytes:
    """Return the bytes of a tier's file in a repository, empty if there is no such file."""
    return repo.files(branch).get(f"{path}{tier}.json", b"") if branch in repo.branches() else b""


def local(device: Device, tier: TierName) -> bytes:
    """Return the bytes of a device's file of a tier, empty if there is no such file."""
    path = device.data_dir / f"{tier}.json"
    return path.read_bytes() if path.exists() else b""


def send(repo: GitRepository, *documents: Document) -> str:
    """Commit the files of another device; return the commit's id."""
    return repo.commit(
        files={f"data/{document.tier}.json": encode(document) for document in documents}
    )


def add(document: Document, other: Document) -> None:
    """Put another document's points and series into one."""
    document.series |= other.series
    for start, point in other.points.items():
        document.points.setdefault(start, {}).update(point)
