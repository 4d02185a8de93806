"""Telling and asking a person at a terminal; if nobody can be asked, only telling."""

import getpass
from collections.abc import Callable
from typing import Final, TypeVar

from rich.console import Console
from rich.text import Text

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.lines import one_line

MOST_TRIES: Final = 6
_Answer = TypeVar("_Answer")


class Dialogue:
    """A console, and a person at it if `asks` is true."""

    def __init__(self, console: Console, *, asks: bool, is_ascii: bool) -> None:
        """Take the console, and whether it can only show ASCII characters."""
        self.console = console
        self.asks = asks
        self._tick, self._cross = ("+", "x") if is_ascii else ("✓", "✗")

    # --- telling

    def say(self, line: str = "", style: str = "") -> None:
        """Show a text; it is wrapped on a terminal only."""
        self.console.print(Text(line, style))

    def done(self, line: str) -> None:
        """Show what succeeded."""
        self.say(f"{self._tick} {one_line(line)}", "green")

    def warn(self, line: str) -> None:
        """Show what may not be as it is wanted."""
        self.say(f"! {one_line(line)}", "yellow")

    def explain(self, text: str) -> None:
        """Show what only a person who is asked needs to know."""
        if self.asks:
            self.say(text, "dim")

    def heading(self, line: str) -> None:
        """Begin a part of the questions."""
        if self.asks:
            self.say(f"\n{line}", "bold")

    # --- asking

    def ask(self, question: str, default: str = "") -> str:
        """Return what is typed, or the default if nothing is."""
        hint = f" [{default}]" if default else ""
        self.console.print(Text.assemble((question, "bold"), hint, ": "), end="")
        return input().strip() or default

    def ask_hidden(self, question: str) -> str:
        """Return what is typed, without showing it."""
        return getpass.getpass(f"{question}: ").strip()

    def confirm(self, question: str) -> bool:
        """Tell whether the answer is yes."""
        return self.ask(f"{question} [y/N]").lower() in {"y", "yes"}

    def until_right(self, attempt: Callable[[], _Answer]) -> _Answer:
        """Return what an attempt returns; if it fails, say so and make it again.

        Raises the last failure, or the first if nobody is asked.
        """
        for tries in range(1, MOST_TRIES + 1):
            try:
                return attempt()
            except PowerstatsError as error:
                if not self.asks or tries == MOST_TRIES:
                    raise
                self.say(f"{self._cross} {error}", "red")
        raise AssertionError
