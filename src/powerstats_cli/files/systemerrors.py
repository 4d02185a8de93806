"""The system's errors about files, as errors of ours that say what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from powerstats_cli.errors import ConfigError, PowerstatsError, RefusedError, TryAgainError

# The user has to change the owner or the mode, or the path. All other errors (a full disk, say) may
# pass.
REFUSALS: Final = (errno.EACCES, errno.EPERM)
NO_PATHS: Final = (errno.ENAMETOOLONG, errno.ELOOP)


@contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """Turn an OSError into one of our errors that names the file (`failure`)."""
    try:
        yield
    except OSError as error:
        raise failure(error, path) from None


def failure(error: OSError, path: Path | None = None) -> PowerstatsError:
    """Return what to say of an error of the system.

    That is a RefusedError if the owner or the mode is wrong, a ConfigError if the path is, else a
    TryAgainError. Without a file it was the output that could not be written.
    """
    if error.errno == errno.ENOENT and not (error.filename or path):
        return ConfigError("the current folder is gone: go to another one")
    message = f"{error.filename or path or 'the output'}: {error.strerror or error}"
    if error.errno in REFUSALS:
        return RefusedError(f"{message}: let the user that runs powerstats write there")
    if error.errno in NO_PATHS:
        return ConfigError(f"{message}: correct the path")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message += ": make room; nothing stored was lost"
    return TryAgainError(message)
