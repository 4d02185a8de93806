"""`status`: read everything, ask nobody, and say how it is."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.clock import Clock
from powerstats_cli.core import runs
from powerstats_cli.core.documents import Document
from powerstats_cli.core.health import (
    FileHealth,
    Found,
    Health,
    Repository,
    SeriesHealth,
    StepHealth,
    assess,
)
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files.store import Store, read_bytes
from powerstats_cli.settings import Settings

JSON_VERSION: Final = 1


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
    known = runs.decode(read_bytes(settings.state_file))
    found = Found(
        documents=documents,
        sizes=_sizes(files),
        archived=files.archived_days(),
        aside=[files.name(path) for path in sorted(files.data_dir.rglob("*.json.unreadable-*"))],
        repository=_repository(settings, known.token_expires),
        runs=known.steps,
        pause=known.pause,
    )
    minutes = settings.data.collection_interval_minutes
    health = assess(found, list(settings.entities), minutes, settings.zone, clock.now())
    return health, tuple(problems)


def _repository(settings: Settings, token_expires: datetime | None) -> Repository | None:
    if settings.github is None:
        return None
    return Repository(
        name=settings.github.repo,
        branch=settings.publish.branch,
        public=settings.publish.tiers,
        token_expires=token_expires,
    )


def _sizes(files: Store) -> dict[str, int]:
    sizes = {}
    for path in [*files.data_dir.glob("*.json"), *files.data_dir.glob("archive/*.json")]:
        with suppress(FileNotFoundError):  # a step may just have deleted it
            sizes[files.name(path)] = path.stat().st_size
    return sizes


def as_json(health: Health, problems: Sequence[PowerstatsError]) -> str:
    """Return the health as versioned JSON, times local with their offset."""
    zone = ZoneInfo(health.timezone)

    def local(instant: datetime | None) -> str | None:
        return instant.astimezone(zone).isoformat(timespec="seconds") if instant else None

    def file(one: FileHealth) -> dict[str, object]:
        return {
            "name": one.name,
            "size": one.size,
            "points": one.points,
            "start": local(one.span.start) if one.span else None,
            "end": local(one.span.end) if one.span else None,
            "known": one.known,
        }

    def series(one: SeriesHealth) -> dict[str, object]:
        latest = one.latest
        return {
            "name": one.name,
            "unit": one.unit,
            "latest": latest and {"timestamp": local(latest.timestamp), "value": latest.value},
            "until": local(one.until),
            "known_today": one.known,
            "kwh_today": one.energy,
            "stale": one.is_stale,
        }

    def step(one: StepHealth) -> dict[str, object]:
        last = one.last
        return {
            "name": one.name,
            "last": last
            and {
                "ended": local(last.ended),
                "exit_code": last.exit_code,
                "message": last.message,
                "succeeded": local(last.succeeded),
                "failing_since": local(last.failing_since),
            },
            "due": local(one.due),
            "stale": one.is_stale,
            "stale_since": local(one.stale_since),
        }

    def repository(one: Repository) -> dict[str, object]:
        return {
            "name": one.name,
            "public_branch": one.branch,
            "public_files": [f"{tier}.json" for tier in one.public],
            "token_expires": local(one.token_expires),
        }

    document = {
        "version": JSON_VERSION,
        "ok": not health.is_stale and not problems,
        "now": local(health.now),
        "timezone": health.timezone,
        "paused": health.pause is not None,
        "paused_until": local(health.pause.until) if health.pause else None,
        "series": [series(one) for one in health.series],
        "files": [file(one) for one in (*health.files, health.archive)],
        "steps": [step(one) for one in health.steps],
        "problems": [str(problem) for problem in problems],
        "set_aside": list(health.aside),
        "github": health.repository and repository(health.repository),
    }
    return json.dumps(document, indent=1, ensure_ascii=False)
