"""A list of what `backfill` would fill in, for a user at a terminal, and a progress bar."""

import sys
from collections.abc import Sequence
from typing import Protocol, Self

from powerstats_cli.core.filling import Piece


class Watcher(Protocol):
    """The one who is shown the progress, and what would be filled in."""

    @property
    def lists_first(self) -> bool:
        """Tell whether all pieces are to be listed before the first is stored."""

    def progress(self, done: int, total: int | None, label: str) -> None:
        """Be told how far the run has come; None is not known yet."""

    def agrees(self, pieces: Sequence[Piece]) -> bool:
        """Get the list of what would be filled in; tell whether to store it."""


class Unattended:
    """Nobody watches: each day and month is stored as soon as it is known."""

    lists_first = False

    def progress(self, done: int, total: int | None, label: str) -> None:
        """Be told how far the run has come."""

    def agrees(self, _pieces: Sequence[Piece]) -> bool:
        """Agree to everything."""
        return True


class Screen:
    """A user who is shown what would be filled in, and is asked if `asks` is true."""

    lists_first = True

    def __init__(self, *, asks: bool, stores: bool, is_quiet: bool) -> None:
        """Take whether to ask the user, and whether to store anything at all."""
        from rich.progress import BarColumn, Progress, TextColumn

        from powerstats_cli.terminal.screen import Screen

        self._asks, self._stores = asks, stores
        self._console = Screen(highlight=False, quiet=is_quiet and not asks)
        self._bar = Progress(
            TextColumn("{task.description:<10}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=Screen(stderr=True, quiet=is_quiet),
            transient=True,
            disable=is_quiet or not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=0, left="")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.stop()

    def progress(self, done: int, total: int | None, label: str) -> None:
        """Show how far the run has come, and what is left."""
        left = "" if total is None else f"{done}/{total}, {total - done} left"
        self._bar.update(self._task, completed=done, total=total, description=label, left=left)

    def agrees(self, pieces: Sequence[Piece]) -> bool:
        """List what would be filled in; tell whether to store it."""
        from rich.table import Table
        from rich.text import Text

        from powerstats_cli.terminal.dialogue import Dialogue
        from powerstats_cli.terminal.words import is_ascii

        self._bar.stop()
        dialogue = Dialogue(self._console, asks=self._asks, is_ascii=is_ascii(self._console))
        if not pieces:
            dialogue.say("There is nothing to fill in: all that Home Assistant has is stored.")
            return self._stores
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for piece in pieces:
            table.add_row(piece.label, Text(piece.gains))
        self._console.print(table)
        if not self._stores:
            return False
        is_wanted = not self._asks or dialogue.confirm("Fill this in?")
        if is_wanted:
            self._bar.start()
        return is_wanted
