"""Modules that a library imports only if they are installed, and that powerstats never uses.

Such a library works without them: an extra of it, or a backport, is what they are for. In an
environment that powerstats shares with other programs they may be there, and their import would
take time and memory in each of the 52,560 runs of a year.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let the imports inside the block find these modules as if they were not installed.

    A module that was imported before stays visible.
    """
    # None makes an import raise ModuleNotFoundError: Python's documentation, "The module cache".
    new = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(new))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in new:
            sys.modules.pop(name, None)
