"""`status`: read everything that is stored, ask no other machine, and return the health."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.energy.running import RunningBill
from powerstats_cli.core.health import (
    FileHealth,
    GitHubHealth,
    Health,
    SeriesHealth,
    StepHealth,
    assess,
)
from powerstats_cli.core.runs import Run
from powerstats_cli.errors import ConfigError, MissingError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.survey import survey
from powerstats_cli.settings import Settings

JSON_VERSION: Final = 1
Local = Callable[[datetime | None], str | None]
"""Writes an instant as local time with its offset; None stays None."""


def status(
    settings: Settings, files: Store, clock: Clock
) -> tuple[Health, tuple[PowerstatsError, ...]]:
    """Return the health of a data directory, and the errors of files that could not be read."""
    surveyed, problems = survey(settings, files)
    return assess(surveyed, clock.now()), problems


def running_bill(
    settings: Settings, files: Store, clock: Clock
) -> tuple[RunningBill | None, tuple[PowerstatsError, ...]]:
    """Return the running bill, None if no tariff is configured or in force, and what is wrong.

    What is needed for it is only imported if there is a tariff.
    """
    if not settings.tariffs:
        return None, ()
    from powerstats_cli.core.energy.bills import bill
    from powerstats_cli.files.supply import metered
    from powerstats_cli.settings.money import contract_of

    try:
        contract = contract_of(settings)
        found = metered(settings, files, clock.now())
    except MissingError:
        return None, ()
    except ConfigError as error:
        return None, (error,)
    term = contract.term(found.today)
    if term is None:
        return None, ()
    priced = bill(contract.lines(term.tariff), term, contract.home, found.known(contract, [term]))
    return RunningBill(
        name=contract.shown(term.tariff),
        first=term.days.first,
        end=term.days.end,
        days=len(priced.days),
        total=priced.total(contract.decimals),
        decimals=contract.decimals,
        currency=contract.currency,
        known=priced.known,
    ), ()


def as_json(
    health: Health, problems: Sequence[PowerstatsError], bill: RunningBill | None = None
) -> str:
    """Return the health as versioned JSON; times are local, with their offset."""
    zone = zones.zone(health.timezone)

    def local(instant: datetime | None) -> str | None:
        return instant.astimezone(zone).isoformat(timespec="seconds") if instant else None

    document = {
        "version": JSON_VERSION,
        "ok": not health.is_stale and not problems,
        "now": local(health.now),
        "timezone": health.timezone,
        "paused": health.pause is not None,
        "paused_since": local(health.pause.since) if health.pause else None,
        "paused_until": local(health.pause.until) if health.pause else None,
        "silent_since": local(health.silent_since),
        "series": [_series(series, local) for series in health.series],
        "today": health.today and health.today.written(health.today.total),
        "files": [_file(file, local) for file in _files(health)],
        "steps": [_step(step, local) for step in health.steps],
        "problems": [str(problem) for problem in problems],
        "set_aside": list(health.aside),
        "corrections": {
            "number": len(health.corrected),
            "last": local(max(health.corrected, default=None)),
        },
        "github": health.github and _github(health.github, local),
        "bill": bill and _bill(bill),
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _bill(bill: RunningBill) -> dict[str, object]:
    return {
        "tariff": bill.name,
        "from": str(bill.first),
        "until": str(bill.end),
        "days_so_far": bill.days,
        "total": bill.total,
        "currency": bill.currency,
        "known": round(bill.known, 4),
    }


def _files(health: Health) -> list[FileHealth]:
    ledger = [health.ledger] if health.ledger else []
    return [*health.files, health.archive, health.years, *ledger]


def _file(file: FileHealth, local: Local) -> dict[str, object]:
    return {
        "name": file.name,
        "size": file.size,
        "points": file.points,
        "start": local(file.span.start) if file.span else None,
        "end": local(file.span.end) if file.span else None,
        "known": file.known,
    }


def _series(series: SeriesHealth, local: Local) -> dict[str, object]:
    latest = series.latest
    return {
        "name": series.name,
        "unit": series.unit,
        "latest": latest and {"timestamp": local(latest.timestamp), "value": latest.value},
        "until": local(series.until),
        "known_today": series.known,
        "kwh_today": series.energy,
        "stale": series.is_stale,
    }


def _step(step: StepHealth, local: Local) -> dict[str, object]:
    return {
        "name": step.name,
        "last": step.last and _run(step.last, local),
        "due": local(step.due),
        "stale": step.is_stale,
        "stale_since": local(step.stale_since),
    }


def _run(run: Run, local: Local) -> dict[str, object]:
    return {
        "ended": local(run.ended),
        "exit_code": run.exit_code,
        "message": run.message,
        "succeeded": local(run.succeeded),
        "failing_since": local(run.failing_since),
    }


def _github(github: GitHubHealth, local: Local) -> dict[str, object]:
    return {
        "name": github.repository,
        "public_branch": github.branch,
        "public_files": [
            "year-….json" if tier == "years" else f"{tier}.json" for tier in github.public
        ],
        "token_expires": local(github.token_expires),
    }
