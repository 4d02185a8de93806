"""The id that Git gives to a file's bytes: two files with one id have the same bytes."""

from hashlib import sha1


def blob_id(content: bytes) -> str:
    """Return the id that Git gives to a file's bytes."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
