"""`repair`: rebuilds what is broken out of what is whole; it never invents a number."""

import os
from collections.abc import Callable, Mapping, Sequence

import msgspec

from powerstats_cli.checker.github import check_github, kept_copies
from powerstats_cli.checker.stored import Stored, decoded, read
from powerstats_cli.core.documents import Document
from powerstats_cli.core.verification.form import is_as_written
from powerstats_cli.core.verification.ledgers import is_ledger, mended
from powerstats_cli.core.verification.mending import plan
from powerstats_cli.core.verification.sources import Left, Plan, Sources, Step
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.snapshot import snapshot, snapshot_under_lock
from powerstats_cli.files.store import Store
from powerstats_cli.files.tierfiles import renew_ledger
from powerstats_cli.github.repository import Repository
from powerstats_cli.session import Session

SOMETHING_LEFT = 1
"""The exit code if something is left to be mended."""


class Repair(msgspec.Struct, frozen=True):
    """A plan, the copies that it was made with, and the name of the copy made before it was done.

    `backup` is empty as long as nothing was done.
    """

    plan: Plan
    copies: Mapping[str, Document]
    backup: str = ""

    @property
    def exit_code(self) -> int:
        """0 if nothing is left, 65 if nothing could be rebuilt of a file, else 1."""
        if any(left.is_lost for left in self.plan.left):
            return UnreadableError.exit_code
        is_left = self.plan.left or (self.plan.steps and not self.backup)
        return SOMETHING_LEFT if is_left else os.EX_OK


def is_data_file(files: Store, name: str) -> bool:
    """Tell whether a name is that of a data file, or of something left over beside one."""
    taken = snapshot(files)
    names = {files.name(path) for path in (*files.paths(), files.ledger)}
    return name in names | taken.aside.keys() | set(taken.unfinished)


def prepared(
    session: Session, names: Sequence[str], repository: Callable[[Session], Repository]
) -> Repair:
    """Return what can be mended of the named files, or of all; nothing is changed.

    Raises ConfigError for a file of another time zone or a newer version.
    """
    stored = read(session.files)
    copies, left = _copies(session, stored, repository)
    found = _planned(session, stored, copies)
    everything = (*found.left, *left, *_refused(stored), *_lines(session.files))
    found = Plan(found.steps, everything)
    return Repair(_of_files(found, names), copies)


def done(session: Session, prepared_repair: Repair, names: Sequence[str]) -> Repair:
    """Mend what was planned, out of the files as they are under the lock; return what was done.

    A copy of all files is made first. Raises TryAgainError if it cannot be written.
    """
    files = session.files
    with files.lock():
        stored = decoded(files, snapshot_under_lock(files))
        copy = make_copy(files, session.clock.now())
        found = _of_files(_planned(session, stored, prepared_repair.copies), names)
        for step in found.steps:
            _do(files, step)
        files.mend()
        if any(step.ledger for step in found.steps):
            renew_ledger(DayFiles(files, session.settings, session.clock.now()))
    left = {*prepared_repair.plan.left, *found.left}
    return Repair(
        Plan(found.steps, tuple(sorted(left, key=lambda each: (each.file, each.text)))),
        prepared_repair.copies,
        backup=files.name(copy) if copy else "-",
    )


def _do(files: Store, step: Step) -> None:
    path = files.data_dir / step.file
    if step.document is not None:
        files.write(path, step.document)
    elif step.ledger is not None:
        ledgerfile.write(files, step.ledger)
    else:
        files.delete(path)


def _planned(session: Session, stored: Stored, copies: Mapping[str, Document]) -> Plan:
    """Return what can be mended of all files."""
    found = plan(_sources(session, stored, copies))
    aside = {name: raw for name, raw in stored.aside.items() if is_ledger(name)}
    zone, now = session.settings.zone, session.clock.now()
    ledger = mended(stored.ledger, aside, stored.documents, zone, now)
    return Plan((*found.steps, *ledger.steps), (*found.left, *ledger.left))


def _sources(session: Session, stored: Stored, copies: Mapping[str, Document]) -> Sources:
    settings = session.settings
    return Sources(
        documents=stored.documents,
        zone=settings.zone,
        now=session.clock.now(),
        minutes=settings.data.collection_interval_minutes,
        broken=stored.broken,
        aside={name: raw for name, raw in stored.aside.items() if not is_ledger(name)},
        copies=copies,
        rewritten=[file.name for file in stored.files if not is_as_written(file)],
        unfinished=stored.unfinished,
        journal=session.files.journal(),
    )


def _of_files(found: Plan, names: Sequence[str]) -> Plan:
    """Return the part of a plan that concerns some files, all of it if none is named."""
    if not names:
        return found
    return Plan(
        tuple(step for step in found.steps if step.file in names),
        tuple(left for left in found.left if left.file in names),
    )


def _copies(
    session: Session, stored: Stored, repository: Callable[[Session], Repository]
) -> tuple[Mapping[str, Document], list[Left]]:
    """Return the repository's copies of broken files, and what differs from the repository."""
    if session.settings.github is None:
        return {}, []
    try:
        with repository(session) as opened:
            copies = kept_copies(session.settings, opened, stored.broken)
        compared = check_github(session.settings, session.files, stored, repository(session))
    except PowerstatsError as problem:
        return {}, [Left("GitHub", f"it could not be asked: {problem}")] if stored.broken else []
    differing = sorted({fault.file for fault in compared.faults} - stored.broken.keys())
    return copies, [
        Left(
            name,
            "it differs from GitHub's: `powerstats verify github` lists how, `powerstats "
            "sync` and `powerstats publish` put that right",
        )
        for name in differing
    ]


def _lines(files: Store) -> list[Left]:
    """Return the journal if a line of it is broken: nothing in the other files has that line."""
    if files.complaint() is None:
        return []
    text = (
        "a line is broken, so its correction cannot be undone: `powerstats sync` or a copy in "
        "backups/ may have it whole; its numbers stay in the files"
    )
    return [Left(files.corrections.name, text)]


def _refused(stored: Stored) -> list[Left]:
    """Return the files that must not be read, which are not broken."""
    return [
        Left("files", str(problem))
        for problem in stored.problems
        if not isinstance(problem, UnreadableError)
    ]
