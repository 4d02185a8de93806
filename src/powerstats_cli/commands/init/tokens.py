"""A token for `init`: from a file, from the environment, or typed."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.errors import ConfigError
from powerstats_cli.secrets import Token, checked_token, homeassistant_token, read_text
from powerstats_cli.settings import Settings, whole
from powerstats_cli.terminal.dialogue import Dialogue

STDIN: Final = "-"


class Given(msgspec.Struct, frozen=True):
    """A token, and whether it is to be written to a file: the configured one is there already."""

    token: Token
    is_new: bool = True


class TokenSources(msgspec.Struct, frozen=True):
    """The places that a token can come from.

    `file` is the value of the option, `value` that of the environment's variable. `init` writes the
    token to `path`, so the token of an earlier run may be there; `present` are the settings that
    are changed.
    """

    option: str
    file: str | None
    variable: str
    value: str | None
    path: Path
    present: Settings | None = None

    def tries(self, dialogue: Dialogue) -> Iterator[Callable[[], Given]]:
        """Yield a function that gets a token, one for each try.

        An option or a variable is tried first, and then the token is asked for. The function raises
        ConfigError if it gets something else. Home Assistant never shows a token a second time, so
        the token of an earlier run can be kept.
        """
        if self.file is not None and not (self.file == STDIN and dialogue.asks):
            yield lambda: Given(read_token(self.file or STDIN))
        elif self.value:
            value = self.value
            yield lambda: Given(checked_token(value, f"${self.variable}"))
        elif not dialogue.asks:
            message = (
                f"no token: give a file with {self.option}, or - for stdin, or ${self.variable}"
            )
            raise ConfigError(message)
        hint, kept = self._kept()
        while True:
            yield partial(_typed, dialogue, hint, kept)

    def _kept(self) -> tuple[str, Callable[[], Given] | None]:
        """Return what Enter takes, in words, and a function that gets it."""
        present = self.present
        if present is not None:
            return "Enter keeps the present one", lambda: Given(
                homeassistant_token(present, {}), is_new=False
            )
        if self.path.is_file():
            hint = f"Enter takes the one in {self.path.name}"
            return hint, lambda: Given(read_token(str(self.path)))
        return "", None


def _typed(dialogue: Dialogue, hint: str, kept: Callable[[], Given] | None) -> Given:
    typed = dialogue.ask_hidden(f"Token (not shown{hint and f'; {hint}'})")
    if kept and not typed:
        return kept()
    return Given(checked_token(typed, "the answer"))


def read_token(file: str) -> Token:
    """Return the token of a file, or of a line of stdin if the name is `-`; raises ConfigError."""
    if file == STDIN:
        return checked_token(sys.stdin.readline(), "stdin")
    try:
        written = read_text(whole(file))
    except (OSError, ValueError) as error:
        message = f"{file}: {getattr(error, 'strerror', error)}"
        raise ConfigError(message) from None
    return checked_token(written, file)
