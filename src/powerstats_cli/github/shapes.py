"""The JSON of GitHub's API as structs, with the keys that powerstats reads.

The endpoints are described at docs.github.com/rest.
"""

import msgspec


class Object(msgspec.Struct):
    """An object of Git, by its id."""

    sha: str


class Person(msgspec.Struct):
    """The author or the committer of a commit."""

    name: str = ""
    email: str = ""


class Commit(msgspec.Struct):
    """A commit, its tree and its parents."""

    sha: str
    tree: Object
    message: str = ""
    committer: Person | None = None
    parents: list[Object] = []


class CommitContent(msgspec.Struct):
    """A commit without its id and its parents."""

    tree: Object
    message: str = ""
    committer: Person | None = None


class ListedCommit(msgspec.Struct):
    """A commit, as a branch and a list of commits hold it."""

    sha: str
    commit: CommitContent
    parents: list[Object] = []

    @property
    def flat(self) -> Commit:
        """The same in the form of Git's own data."""
        content = self.commit
        return Commit(self.sha, content.tree, content.message, content.committer, self.parents)


class Branch(msgspec.Struct):
    """A branch; if it is `protected`, rules decide who may change it, and how."""

    commit: ListedCommit
    protected: bool = False


class Description(msgspec.Struct):
    """A repository's settings."""

    default_branch: str
    private: bool = False
    has_pages: bool = False


class Entry(msgspec.Struct):
    """A file (its `type` is blob) or a folder (tree) in a tree, by its path."""

    path: str
    type: str
    sha: str


class ListedFile(msgspec.Struct):
    """A file or a folder in the listing of a folder."""

    name: str
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


class Source(msgspec.Struct):
    """The branch that GitHub Pages shows, and the folder on it, `/` or `/docs`."""

    branch: str
    path: str = "/"


class Pages(msgspec.Struct):
    """The site of GitHub Pages: made of a branch (`legacy`), or by a `workflow`."""

    html_url: str
    source: Source | None = None
    build_type: str | None = None
    status: str | None = None
    public: bool = True

    @property
    def is_of_a_workflow(self) -> bool:
        """Tell whether a workflow makes the site, whatever is on the branches."""
        return self.build_type == "workflow"


class Failure(msgspec.Struct):
    """An answer that says why a request failed; only its message has always the same form."""

    message: str = ""
    errors: object = None
    block: object = None
    documentation_url: object = None
