"""One question about a tariff: what is typed is read, and a mistake is told and asked again."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.core.energy import typed
from powerstats_cli.core.energy.drafts import Draft
from powerstats_cli.errors import ConfigError
from powerstats_cli.terminal.dialogue import Dialogue

NONE: Final = "none"
_Value = TypeVar("_Value")


def asked(
    answers: Answers, dialogue: Dialogue, question: str, usual: str, read: Callable[[str], _Value]
) -> tuple[Answers, _Value]:
    """Return the answers with what was typed, and what `read` makes of that.

    A ValueError of `read` is told. What was typed before, or else `usual`, is the default.
    """
    written = ""

    def attempt() -> _Value:
        nonlocal written
        written = dialogue.ask(question, answers.typed.get(question, usual))
        try:
            return read(written)
        except ValueError as error:
            raise ConfigError(str(error)) from None

    value = dialogue.until_right(attempt)
    return msgspec.structs.replace(answers, typed={**answers.typed, question: written}), value


def asked_rate(
    answers: Answers, draft: Draft, dialogue: Dialogue, what: str, usual: str = ""
) -> tuple[Answers, float]:
    """Return the answers, and money per kWh."""
    return asked(
        answers,
        dialogue,
        f"{what} in {draft.currency}",
        usual,
        lambda text: typed.rate(text, draft.currency),
    )


def optional(read: Callable[[str], _Value]) -> Callable[[str], _Value | None]:
    """Return a function that reads `none` as None, and anything else as before."""
    return lambda text: None if text.lower() == NONE else read(text)


def with_draft(answers: Answers, **changes: object) -> Answers:
    """Return the answers with changes of the tariff so far."""
    if answers.draft is None:
        raise AssertionError
    return msgspec.structs.replace(answers, draft=msgspec.structs.replace(answers.draft, **changes))
