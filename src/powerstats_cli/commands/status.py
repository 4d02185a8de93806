"""`status`: read everything, ask nobody, and say how it is."""

from pathlib import Path

from powerstats_cli import runs
from powerstats_cli.clock import Clock
from powerstats_cli.documents import Document
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.health import Found, Health, assess
from powerstats_cli.settings import Settings
from powerstats_cli.store import Store, read_bytes
from powerstats_cli.tiers import TIERS


def status(
    settings: Settings, files: Store, clock: Clock
) -> tuple[Health, tuple[PowerstatsError, ...]]:
    """Return the health of a data directory, and which of its files could not be read."""
    documents: dict[str, Document] = {}
    problems: list[PowerstatsError] = []
    for name in ("daily", *TIERS):
        try:
            document = files.read(files.tier(name))
        except UnreadableError as error:
            problems.append(error)
            continue
        if document is not None:
            documents[name] = document
    found = Found(
        documents=documents,
        sizes={files.name(path): path.stat().st_size for path in _data_files(files)},
        archived=files.archived_days(),
        runs=runs.decode(read_bytes(settings.state_file)).steps,
    )
    minutes = settings.data.collection_interval_minutes
    health = assess(found, list(settings.entities), minutes, settings.zone, clock.now())
    return health, tuple(problems)


def _data_files(files: Store) -> list[Path]:
    return [*files.data_dir.glob("*.json"), *files.data_dir.glob("archive/*.json")]
