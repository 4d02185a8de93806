"""The recorded answers of real Home Assistants in tests/recordings, by release."""

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "recordings"
OLDEST: Final = "2024.3"
NEWEST: Final = "2026.11"
RELEASES: Final = (OLDEST, NEWEST)


def recorded(name: str, release: str = OLDEST) -> Any:
    """Return the recording of that name."""
    return json.loads((FOLDER / release / f"{name}.json").read_text("utf-8"))


def lacking(answer: Any, expected: Any, place: str = "") -> list[str]:
    """Return the places at which an answer lacks a key, an item or a type of the expected one.

    The answer may have more than the expected one, as in a newer release.
    """
    if isinstance(expected, dict) and isinstance(answer, dict):
        parts = {f"{place}.{key}": (answer.get(key, ...), expected[key]) for key in expected}
    elif isinstance(expected, list) and isinstance(answer, list):
        beyond = [...] * (len(expected) - len(answer))
        pairs = zip([*answer, *beyond], expected, strict=False)
        parts = {f"{place}[{number}]": pair for number, pair in enumerate(pairs)}
    else:
        return [] if _type(answer) == _type(expected) else [place]
    return [text for within, pair in parts.items() for text in lacking(*pair, within)]


def _type(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__
