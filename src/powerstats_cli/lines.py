"""Texts from elsewhere: as one line, without any of our secrets, and in UTF-8 only."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from typing import Final

MASK: Final = "***"
# So many characters of a secret in a row are masked, wherever in the secret they are: a server may
# quote only a part of it, or break off within it.
SHORTEST_PART: Final = 8
# Only letters of ASCII: a text keeps its length.
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def text(raw: bytes) -> str:
    """Return the text that bytes are in UTF-8, without the mark that some editors put before it.

    Raises ValueError that says what to do about another encoding, or that there is no text.
    """
    if raw and not raw.strip(b"\0"):
        message = "it has nothing but zero bytes, as after a power cut"
        raise ValueError(message)
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in raw[:4]:
        message = "it is in UTF-16: save it as UTF-8"
        raise ValueError(message)
    try:
        return raw.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"line {line} is not in UTF-8: save it as UTF-8"
        raise ValueError(message) from None


def one_line(text: str) -> str:
    """Return a text on one line, with a space for what could rule a terminal or break the line."""
    if text.isprintable():
        return text
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which secrets, and longer parts of them, are three stars; case is ignored.

    A secret that is shorter than such a part is masked as a whole only.
    """
    for secret in secrets:
        if secret:
            text = _without(text, secret)
    return text


def _without(text: str, secret: str) -> str:
    kept, end = [], 0
    for start, stop in _runs(text, secret):
        kept += [text[end:start], MASK]
        end = stop
    return "".join([*kept, text[end:]])


def _runs(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Yield where parts of a secret are in a text, parts that touch or overlap as one."""
    lowered, secret = text.translate(_LOWER), secret.translate(_LOWER)
    length = min(len(secret), SHORTEST_PART)
    parts = {secret[at : at + length] for at in range(len(secret) - length + 1)}
    start = stop = -1
    for at in range(len(text) - length + 1):
        if lowered[at : at + length] in parts:
            if at > stop:
                if stop > 0:
                    yield start, stop
                start = at
            stop = at + length
    if stop > 0:
        yield start, stop
