"""The data files beside the page in WEB_ROOT: links to them, or copies if links do not do."""

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from powerstats_cli.core.documents import Document
from powerstats_cli.errors import UnreadableError
from powerstats_cli.files.store import Store
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.files.wholefiles import read_bytes, write_bytes

# The tier that is no copy of a data file: `publish` computes it.
COMPUTED: Final = "money"
AsHere = Callable[[Document], Document]
"""Gives a document the names and the corrections of this home (`Store.as_here`)."""


def put(
    path: Path,
    target: Path,
    *,
    links: bool,
    replaces: bool = False,
    as_here: AsHere | None = None,
) -> bool:
    """Make a link to a data file, or a copy of it; tell whether anything changed.

    `as_here` is that of the store. A copy, or a link to another data directory's file, stays if the
    data file is missing. Raises UnreadableError if it knows more than the data file, unless
    `replaces`, and NotOursError if it is another's file.
    """
    before, ours = _shown(path, target), read_bytes(target)
    if before is not None and not replaces:
        if ours is None:
            return False
        _check_no_loss(path, ours, before, as_here)
    made = _link(path, target) if links else None
    if made is not None:
        return made
    if ours is None or (ours == before and not path.is_symlink()):
        return False
    write_bytes(path, ours)
    return True


def shows_more(path: Path, target: Path, as_here: AsHere | None) -> bool:
    """Tell whether a copy, or a link to other data, would be left as it is by `put`."""
    before, ours = _shown(path, target), read_bytes(target)
    if before is None or ours is None:
        return before is not None
    try:
        _check_no_loss(path, ours, before, as_here)
    except UnreadableError:
        return True
    return False


def _shown(path: Path, target: Path) -> bytes | None:
    """Return the bytes that are shown instead of a data file; None for a link to it, or nothing."""
    return read_bytes(path) if path.exists() and not leads_to(path, target) else None


def leads_to(path: Path, target: Path) -> bool:
    """Tell whether a path is a link to a file, which need not be there."""
    with os_errors(path):
        if not path.is_symlink():
            return False
        led = os.path.normpath(path.parent.resolve() / path.readlink())
    return led == str(target.parent.resolve() / target.name)


def _link(link: Path, target: Path) -> bool | None:
    """Make a relative link; tell whether anything changed, None if links are not possible."""
    with os_errors(link):
        # From real folder to real folder: on the way through a link, `..` leads elsewhere.
        text = os.path.relpath(target.parent.resolve() / target.name, link.parent.resolve())
        if link.is_symlink() and str(link.readlink()) == text:
            return False
        temporary = link.with_name(f".{link.name}.tmp")
        temporary.unlink(missing_ok=True)
        try:
            temporary.symlink_to(text)
        except OSError:
            return None
        temporary.replace(link)
    return True


def _check_no_loss(path: Path, ours: bytes, before: bytes, as_here: AsHere | None) -> None:
    if ours != before:
        from powerstats_cli.site.published import check_no_loss

        check_no_loss(path.name, f"in {path.parent}", ours, before, as_here)


def refresh(web_root: Path, files: Store, tiers: Iterable[str]) -> list[UnreadableError]:
    """Bring the copies in WEB_ROOT up to date; return an error for each that is left as it is.

    Only copies that are there are touched, and only those that `publish` made. Those of the years
    change once a night, and are brought up to date by `publish`.
    """
    names = (f"{tier}.json" for tier in tiers if tier != COMPUTED)
    copies = [path for name in names if _is_file(path := web_root / name)]
    if not copies:
        return []
    from powerstats_cli.site.ownership import LIST_NAME, decode
    from powerstats_cli.site.published import NotOursError

    problems: list[UnreadableError] = []
    listed = decode(read_bytes(web_root / LIST_NAME) or b"") or {}
    with files.lock():
        for path in copies:
            try:
                if path.name in listed:
                    target = files.data_dir / path.name
                    put(path, target, links=False, as_here=files.as_here)
            except NotOursError:
                continue  # `publish` says so
            except UnreadableError as error:
                problems.append(error)
    return problems


def _is_file(path: Path) -> bool:
    """Tell whether a path is a file and no link; one call, because each `collect` asks."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
