"""The JSON of GitHub's API as structs, with the keys that powerstats reads.

The endpoints are described at docs.github.com/rest.
"""

import msgspec


class Object(msgspec.Struct):
    """An object of Git, by its id."""

    sha: str


class Commit(msgspec.Struct):
    """A commit, and its tree."""

    sha: str
    tree: Object


class CommitContent(msgspec.Struct):
    """A commit without its id, as a branch holds it."""

    tree: Object


class BranchCommit(msgspec.Struct):
    """A branch's newest commit."""

    sha: str
    commit: CommitContent


class Branch(msgspec.Struct):
    """A branch."""

    commit: BranchCommit


class Permissions(msgspec.Struct):
    """The permissions of the token's owner in a repository; the token itself may have fewer."""

    push: bool = False


class Description(msgspec.Struct):
    """A repository's settings, and the permissions in it."""

    default_branch: str
    private: bool = False
    has_pages: bool = False
    permissions: Permissions | None = None

    @property
    def can_write(self) -> bool:
        """Tell whether the token's owner may write to it."""
        return self.permissions is not None and self.permissions.push


class Entry(msgspec.Struct):
    """A file (its `type` is blob) or a folder (tree) in a tree, by its path."""

    path: str
    type: str
    sha: str


class Tree(msgspec.Struct):
    """A tree's entries; `truncated` if there are more than GitHub lists."""

    sha: str
    tree: list[Entry]
    truncated: bool = False


class FileChange(msgspec.Struct):
    """The commit that putting a file made."""

    commit: Commit


class Pages(msgspec.Struct):
    """The site of GitHub Pages."""

    html_url: str


class Failure(msgspec.Struct):
    """An answer that says why a request failed."""

    message: str = ""
