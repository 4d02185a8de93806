"""Releases of Home Assistant, as far as their answers differ; tests/recordings has the answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """A release: its version, and the differences of its answers."""

    version: str
    # A present state has the time of its last report.
    tells_reports: bool = True
    # The state of the core has that of the recorder, too.
    tells_migrations: bool = True
    # A state of the past has a context.
    has_contexts: bool = False
    # An answer for several entities leaves out the state at the span's start if it is from before
    # the newest start of Home Assistant that precedes the span.
    forgets: bool = False


V2024_3 = Release(
    "2024.3.3", tells_reports=False, tells_migrations=False, has_contexts=True, forgets=True
)
V2026_11 = Release("2026.11.0")
