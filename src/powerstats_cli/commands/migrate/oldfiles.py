"""The JSON of the old files, which are only read."""

import json
from pathlib import Path
from typing import Any

from powerstats_cli import lines
from powerstats_cli.errors import RefusedError, UnreadableError


def parsed(path: Path, object_hook: Any = None) -> Any:
    """Return a file's JSON; raises UnreadableError, RefusedError if it may not be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        kind = RefusedError if isinstance(error, PermissionError) else UnreadableError
        raise kind(message) from None
    is_empty = not raw.strip()
    try:
        text = lines.text(raw)
        del raw
        return json.loads(text, object_hook=object_hook)
    except (ValueError, RecursionError) as error:
        problem = "it is empty" if is_empty else str(error)
        message = f"{path} is no JSON: {problem}: mend it, or leave it out; nothing was changed"
        raise UnreadableError(message) from None
