"""A token for `init`: from a file, from the environment, or typed."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.errors import ConfigError
from powerstats_cli.secrets import Token, checked_token, read_text
from powerstats_cli.settings import whole
from powerstats_cli.terminal.dialogue import Dialogue

STDIN: Final = "-"


class TokenSources(msgspec.Struct, frozen=True):
    """The places that a token can come from.

    `file` is the value of the option, `value` that of the environment's variable. `init` writes the
    token to `present`, so the token of an earlier run may be there.
    """

    option: str
    file: str | None
    variable: str
    value: str | None
    present: Path

    def tries(self, dialogue: Dialogue) -> Iterator[Callable[[], Token]]:
        """Yield a function that gets a token, one for each try.

        An option or a variable is tried first, and then the token is asked for. The function raises
        ConfigError if it gets something else. Home Assistant never shows a token a second time, so
        the token of an earlier run can be kept.
        """
        if self.file is not None and not (self.file == STDIN and dialogue.asks):
            yield partial(read_token, self.file)
        elif self.value:
            yield partial(checked_token, self.value, f"${self.variable}")
        elif not dialogue.asks:
            message = (
                f"no token: give a file with {self.option}, or - for stdin, or ${self.variable}"
            )
            raise ConfigError(message)
        if self.present.is_file():
            yield partial(_typed, dialogue, self.present)
        while True:
            yield partial(_typed, dialogue, None)


def _typed(dialogue: Dialogue, present: Path | None) -> Token:
    hint = f"; Enter takes the one in {present.name}" if present else ""
    typed = dialogue.ask_hidden(f"Token (not shown{hint})")
    if present and not typed:
        return read_token(str(present))
    return checked_token(typed, "the answer")


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
