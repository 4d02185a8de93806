"""The objects of a repository, and the ways in which a change of it can fail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Self

NOWHERE = "0" * 40
_SIGNATURE = re.compile(r"(.*) <(.*)> (\d+) ([+-])(\d\d)(\d\d)")
_TYPES = {"040000": "tree", "160000": "commit"}


@dataclass(frozen=True)
class Entry:
    """An entry of a tree."""

    mode: str
    sha: str

    @property
    def type(self) -> str:
        """The kind of object it is."""
        return _TYPES.get(self.mode, "blob")


@dataclass(frozen=True)
class Signature:
    """The author or the committer of a commit, and the time."""

    name: str
    email: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.name} <{self.email}> {int(self.at.timestamp())} {self.at:%z}"

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return the signature that a commit has in this text."""
        match = _SIGNATURE.fullmatch(text)
        assert match, text
        name, email, seconds, sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == "-" else offset)
        return cls(name, email, datetime.fromtimestamp(int(seconds), zone))


@dataclass(frozen=True)
class Commit:
    """A commit."""

    sha: str
    tree: str
    parents: Sequence[str]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True)
class Rule:
    """A rule of a branch: what GitHub says to a write that breaks it, and where it says more."""

    words: str
    documentation: str = "https://docs.github.com/articles/about-protected-branches"


@dataclass(frozen=True)
class Pages:
    """The site that GitHub Pages makes of a branch."""

    html_url: str
    status: str | None = "built"
    cname: str | None = None
    public: bool = True
    branch: str = "gh-pages"
    path: str = "/"
    build_type: str = "legacy"


class MovedError(Exception):
    """A ref is not where it is expected to be."""

    def __init__(self, actual: str | None, expected: str | None) -> None:
        super().__init__(f"is at {actual or NOWHERE} but expected {expected or NOWHERE}")


class BadRefError(Exception):
    """Git has no ref of that name, or cannot make one."""


class NotThereError(Exception):
    """A path to be deleted is not there."""


class NotAFolderError(Exception):
    """A file is where a folder is needed."""
