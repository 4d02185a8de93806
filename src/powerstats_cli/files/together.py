"""Several files written together, or none of them."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.files.wholefiles import (
    check_replaceable,
    create,
    read_bytes,
    sync,
    sync_folder,
    temporary_beside,
)

OWNER_ONLY: Final = 0o600
FOR_ALL: Final = 0o644
Undo = list[Callable[[], object]]


class Content(msgspec.Struct, frozen=True):
    """The bytes for a file; if they are secret, only the file's owner can read it."""

    raw: bytes
    is_secret: bool = False


@contextmanager
def undone_on_failure() -> Iterator[Undo]:
    """Collect the steps that undo a change; after a failure or Ctrl-C, run them, the last first."""
    undo: Undo = []
    try:
        yield undo
    except BaseException:
        for step in reversed(undo):
            with suppress(OSError):  # already gone, or a folder with files of others in it
                step()
        raise


def make_folder(folder: Path, undo: Undo, *, mode: int = 0o777) -> None:
    """Make a folder and its parents if they do not exist; `mode` is for the folder itself."""
    for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        with os_errors(path):
            path.mkdir(mode if path == folder else 0o777)
        undo.append(path.rmdir)


def write_together(
    contents: Mapping[Path, Content], undo: Undo, check: Callable[[Mapping[Path, Path]], object]
) -> None:
    """Replace whole files, in their order, after all new files are written beside the old ones.

    Between the two, `check` gets the path of each new file, and may raise an error.
    """
    staged = {path: _staged(path.resolve(), content, undo) for path, content in contents.items()}
    check(staged)
    for path, temporary in staged.items():
        _put(temporary, path.resolve(), undo)


def _staged(target: Path, content: Content, undo: Undo) -> Path:
    check_replaceable(target)
    temporary = temporary_beside(target)
    with os_errors(temporary):
        undo.append(temporary.unlink)
        with create(temporary, OWNER_ONLY if content.is_secret else FOR_ALL) as file:
            _keep_owner(target, file.fileno(), is_secret=content.is_secret)
            file.write(content.raw)
            file.flush()
            sync(file.fileno())
    return temporary


def _keep_owner(target: Path, descriptor: int, *, is_secret: bool) -> None:
    """Give a new file the owner and the permissions of the file that it is to replace.

    A configuration that only its owner can read may have a token in it. Root may edit a user's.
    """
    try:
        before = target.stat()
    except FileNotFoundError:
        return
    if before.st_uid != os.geteuid() and os.geteuid() == 0:
        os.fchown(descriptor, before.st_uid, before.st_gid)
    if not is_secret:
        os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


def _put(temporary: Path, target: Path, undo: Undo) -> None:
    before = read_bytes(target)
    with os_errors(target):
        undo.append(target.unlink if before is None else lambda: target.write_bytes(before))
        temporary.replace(target)
        sync_folder(target.parent)
