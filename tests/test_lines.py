"""Texts from elsewhere become one line without secrets, however a secret is cut or written."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerstats_cli.lines import MASK, SHORTEST_PART, masked, one_line, text
from tests.support.tokens import CLASSIC, LONG_LIVED, gives_away

TOKENS = (LONG_LIVED, CLASSIC)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
@pytest.mark.parametrize("length", [SHORTEST_PART, SHORTEST_PART + 1, 20, 39, 183])
def test_no_part_of_a_token_is_left(token: str, case: Callable[[str], str], length: int) -> None:
    """Any piece of eight characters and more is masked, in any case of its letters."""
    for start in range(max(len(token) - length, 0) + 1):
        piece = case(token[start : start + length])
        hidden = masked(f"Bearer {piece}? İ", [token])
        assert MASK in hidden
        assert not gives_away(hidden.encode(), token)


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters=LONG_LIVED + LONG_LIVED.lower())))
def test_other_texts_stay(text: str) -> None:
    """Nothing else is masked, also if a secret is empty."""
    assert masked(text, [LONG_LIVED, ""]) == text


@pytest.mark.parametrize(
    ("text", "secret", "hidden"),
    [
        ("the password is hunter2!", "hunter2", "the password is ***!"),
        ("hunter", "hunter2", "hunter"),
        (f"{CLASSIC}{CLASSIC} {CLASSIC[:20]}", CLASSIC, "*** ***"),
    ],
)
def test_masks(text: str, secret: str, hidden: str) -> None:
    """A short secret is masked as a whole, and pieces that touch get one mask."""
    assert masked(text, [secret]) == hidden


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Küche ⚡  oben", "Küche ⚡  oben"),
        ("V\n\x1b[2J\x1b]0;pwned\x07", "V [2J ]0;pwned"),
        ("right\u202eto left", "right to left"),
        ("lone \udcff", "lone"),
        ("a\r\nb\u2028c\x85d", "a b c d"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    """A text without control characters stays; of another each run of them becomes a space."""
    assert one_line(text) == line


@pytest.mark.parametrize("length", [1, 4, 500])
def test_a_file_of_zero_bytes(length: int) -> None:
    """A disk that lost power leaves such files: no encoding is to blame."""
    with pytest.raises(ValueError, match="nothing but zero bytes"):
        text(bytes(length))


def test_an_empty_file_is_an_empty_text() -> None:
    """What reads it says what is missing."""
    assert text(b"") == ""
