"""Text files of cron and systemd; bytes that are not UTF-8 come out as they went in."""

import os
from pathlib import Path

from powerstats_cli.files.wholefiles import read_bytes, write_bytes


def read_text(path: Path) -> str | None:
    """Return a file's text, None if there is no file."""
    raw = read_bytes(path)
    return None if raw is None else decoded(raw)


def write_text(path: Path, text: str) -> None:
    """Write a file that only its owner can change, whatever the umask is: cron insists on that."""
    before = os.umask(0o022)
    try:
        write_bytes(path, encoded(text))
    finally:
        os.umask(before)


def decoded(raw: bytes) -> str:
    """Return bytes as text."""
    return raw.decode(errors="surrogateescape")


def encoded(text: str) -> bytes:
    """Return text as the bytes that `decoded` made it from."""
    return text.encode(errors="surrogateescape")
