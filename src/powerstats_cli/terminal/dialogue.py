"""Telling and asking a person at a terminal; if nobody can be asked, only telling."""

import getpass
from collections.abc import Callable
from typing import Final, TypeVar

from rich.console import Console
from rich.text import Text

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.lines import one_line

BACK: Final = "back"
_Answer = TypeVar("_Answer")


class BackError(Exception):
    """The person wants to go back to the question before."""


class Dialogue:
    """A console, and a person at it if `asks` is true.

    `asked` counts what was asked. If `goes_back` is set, the answer `back` raises BackError.
    """

    def __init__(self, console: Console, *, asks: bool, is_ascii: bool) -> None:
        """Take the console, and whether it can only show ASCII characters."""
        self.console = console
        self.asks = asks
        self.asked = 0
        self.goes_back = False
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
        """Return what is typed, or the default if nothing is; raises BackError for `back`.

        What is no text, such as the code of an arrow key, is asked for again.
        """
        hint = f" [{default}]" if default else ""
        while True:
            self.console.print(Text.assemble((question, "bold"), hint, ": "), end="")
            typed = self._typed(input)
            if typed is not None:
                return typed or default

    def ask_hidden(self, question: str) -> str:
        """Return what is typed, without showing it; raises BackError for `back`."""
        while (typed := self._typed(lambda: getpass.getpass(f"{question}: "))) is None:
            pass
        return typed

    def _typed(self, read: Callable[[], str]) -> str | None:
        """Return an answer, None if it is no text."""
        self.asked += 1
        try:
            typed = read().strip()
        except UnicodeDecodeError:
            typed = "\x1b"
        if not typed.isprintable():
            self.say(f"{self._cross} that was not understood: type it again", "red")
            return None
        if self.goes_back and typed.lower() == BACK:
            raise BackError
        return typed

    def confirm(self, question: str, *, usual: bool = False) -> bool:
        """Tell whether the answer is yes; nothing is the usual answer.

        Another word than yes or no is asked for again.
        """
        hint = "[Y/n]" if usual else "[y/N]"
        while True:
            answer = self.ask(f"{question} {hint}").lower()
            if not answer:
                return usual
            if answer in {"y", "yes"}:
                return True
            if answer in {"n", "no"}:
                return False
            words = "y or nothing for yes, n for no" if usual else "y for yes, n or nothing for no"
            self.say(f"{self._cross} type {words}", "red")

    def until_right(self, attempt: Callable[[], _Answer]) -> _Answer:
        """Return what an attempt returns; if it fails, say so and make it again.

        A person ends it with Ctrl-C. If nobody is asked, the failure is raised.
        """
        while True:
            try:
                return attempt()
            except PowerstatsError as error:
                if not self.asks:
                    raise
                self.say(f"{self._cross} {error}", "red")
