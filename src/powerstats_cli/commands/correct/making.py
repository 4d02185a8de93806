"""A correction proposed, and made: the journal first, then every file that differs."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.commands.correct.drafts import Draft
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.correcting import Held, entry_of
from powerstats_cli.core.entries import Change, Entry
from powerstats_cli.core.journal import EMPTY, Journal
from powerstats_cli.errors import TryAgainError
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.held import held
from powerstats_cli.files.store import Store
from powerstats_cli.files.tierfiles import renew_ledger
from powerstats_cli.settings import Settings


class Proposal(msgspec.Struct, frozen=True):
    """A draft, the documents that it is about, and what it changes in them."""

    draft: Draft
    held: Held
    changes: Sequence[Change]

    @property
    def changes_anything(self) -> bool:
        """Tell whether a value would be another, and not only know of the correction."""
        return any(_unstamped(change.was) != _unstamped(change.now) for change in self.changes)


def propose(draft: Draft, stored: Held, journal: Journal, now: datetime) -> Proposal:
    """Return what a draft changes; raises ConfigError if that is too much."""
    changes = draft.changes(stored, journal)
    _entry(draft, changes, stored, journal, now)
    return Proposal(draft, stored, changes)


def make(proposal: Proposal, files: Store, settings: Settings, clock: Clock) -> Entry:
    """Make a correction after a copy of all files, and return its entry.

    Raises TryAgainError if the files have changed since it was proposed.
    """
    now = clock.now()
    with files.lock():
        stored, journal = held(files), files.journal() or EMPTY
        changes = proposal.draft.changes(stored, journal)
        if changes != proposal.changes:
            message = "a step has changed these numbers meanwhile: nothing was corrected, try again"
            raise TryAgainError(message)
        entry = _entry(proposal.draft, changes, stored, journal, now)
        make_copy(files, now)
        files.record(journal.with_entry(entry, stored.zone))
        renew_ledger(DayFiles(files, settings, now))
    return entry


def _entry(
    draft: Draft, changes: Sequence[Change], stored: Held, journal: Journal, now: datetime
) -> Entry:
    return entry_of(
        journal,
        draft.do,
        draft.name,
        draft.span,
        changes,
        why=draft.why,
        now=now,
        zone=stored.zone,
        of=draft.of,
    )


def _unstamped(value: Value | None) -> Value | None:
    return value and msgspec.structs.replace(value, corrected=None)
