"""A repository at GitHub: its branches, many files in one commit, and single files.

Single files go through the Contents API. Many files in one commit go through Git's own data: blobs
(the bytes of a file), trees (folders) and commits.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from powerstats_cli.core.blobs import blob_id
from powerstats_cli.errors import ConfigError
from powerstats_cli.github.client import RAW, Client, ConflictError
from powerstats_cli.github.shapes import (
    Branch,
    Commit,
    Description,
    FileChange,
    ListedCommit,
    ListedFile,
    Object,
    Pages,
    Tree,
)
from powerstats_cli.reply import Reply

FILE_MODE: Final = "100644"
# The committer of the commits that powerstats makes of its own files; no such host can exist.
COMMITTER: Final = {"name": "powerstats", "email": "powerstats@powerstats.invalid"}
COMMITS_AT_ONCE: Final = 100
FIRST_FILE: Final = "README.md"
FIRST_TEXT: Final = b"Power data of a home, kept by powerstats.\n"

_Result = TypeVar("_Result")


class Head(msgspec.Struct, frozen=True):
    """A commit of a branch, mostly its newest one: its id, those of its tree and of its parents.

    `is_marked` tells whether powerstats made the commit, `is_protected` whether rules decide who
    may change the branch.
    """

    commit: str
    tree: str
    parents: tuple[str, ...] = ()
    message: str = ""
    is_marked: bool = False
    is_protected: bool = False

    @classmethod
    def of(cls, commit: Commit, *, is_protected: bool = False) -> Self:
        """Return a commit of GitHub's."""
        by = commit.committer
        return cls(
            commit.sha,
            commit.tree.sha,
            tuple(parent.sha for parent in commit.parents),
            commit.message,
            is_marked=by is not None and by.email == COMMITTER["email"],
            is_protected=is_protected,
        )


class Repository:
    """A repository at GitHub. Every method may raise what `Client.ask` raises."""

    def __init__(self, client: Client) -> None:
        """Take the client that asks about it."""
        self._client = client

    def __enter__(self) -> Self:
        """Keep one connection for all requests."""
        self._client.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self._client.__exit__(*exc)

    @property
    def name(self) -> str:
        """Its name, `owner/name`."""
        return self._client.repo

    @property
    def token_expires(self) -> datetime | None:
        """When the token expires, None if GitHub has not said so."""
        return self._client.token_expires

    def retry_conflicts(self, attempt: Callable[[], _Result], target: str) -> _Result:
        """Return what an attempt returns; after a ConflictError it starts again (`Client`)."""
        return self._client.retry_conflicts(attempt, target)

    # --- the repository itself

    def description(self) -> Description:
        """Return what GitHub states about the repository.

        Raises MissingError if it is not there, or the token may not see it.
        """
        return self._decoded("GET", "", Description)

    def check_present(self) -> None:
        """Raise MissingError if the repository is not there, or the token may not see it."""
        self.description()

    def default_branch(self) -> str:
        """Return the name of the default branch; raises MissingError as `description` does."""
        return self.description().default_branch

    def check_writable(self) -> None:
        """Raise RefusedError if the token may not write, by writing a blob without a commit."""
        # An empty repository answers 409 to a token that may write.
        self._client.ask("POST", "/git/blobs", {"content": FIRST_TEXT.decode()}, fine=(409,))

    def page_address(self) -> str:
        """Return the address at which GitHub Pages shows the repository, or why it is not known."""
        reply = self._ask_for_pages()
        if reply.status == 404:
            return "GitHub Pages is not switched on for it"
        if reply.status == 403:
            return "the token may not see its address at GitHub Pages"
        return self._client.decoded(reply, Pages).html_url

    def pages(self) -> Pages | None:
        """Return what GitHub Pages shows; None if it is off, or the token may not see it."""
        reply = self._ask_for_pages()
        return self._client.decoded(reply, Pages) if reply.status < 300 else None

    def _ask_for_pages(self) -> Reply:
        return self._client.ask("GET", "/pages", fine=(403, 404))

    # --- branches

    def head(self, branch: str) -> Head | None:
        """Return a branch's head, None if there is no such branch."""
        reply = self._client.ask("GET", f"/branches/{quote(branch)}", fine=(404,))
        if reply.status == 404:
            return None
        found = self._client.decoded(reply, Branch)
        return Head.of(found.commit.flat, is_protected=found.protected)

    def commits(self, head: Head) -> Iterator[Head]:
        """Yield a commit, its first parent, and so on to the first commit of all.

        Raises ConflictError if GitHub does not show one of them.
        """
        yield head
        if not head.parents:
            return
        head = Head.of(self._decoded("GET", f"/git/commits/{head.parents[0]}", Commit))
        known: dict[str, Head] = {}
        yield head
        while head.parents:
            parent = head.parents[0]
            if parent not in known:
                known = self._commits_from(parent)
            head = known[parent]
            yield head

    def _commits_from(self, commit: str) -> dict[str, Head]:
        """Return a commit and others before it, by their ids."""
        query = urlencode({"sha": commit, "per_page": COMMITS_AT_ONCE})
        listed = self._decoded("GET", f"/commits?{query}", list[ListedCommit])
        found = {each.sha: Head.of(each.flat) for each in listed}
        if commit not in found:
            message = f"commit {commit} is not there"
            raise ConflictError(message)
        return found

    def default_head(self, missing: str) -> tuple[str, Head]:
        """Return the default branch and its head; there is no branch `missing`.

        An empty repository gets its first commit.
        """
        branch = self.default_branch()
        head = None if branch == missing else self.head(branch)
        return branch, head or self._first_commit()

    def create_branch(self, branch: str, commit: str) -> None:
        """Make a branch; raises ConflictError if there is one by now."""
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        reply = self._client.ask("POST", "/git/refs", body, fine=(422,))
        if reply.status == 422:
            if "already exists" not in self._client.message_of(reply):
                raise self._client.failure(reply)
            raise self._client.conflict(reply)

    def move_branch(self, branch: str, commit: str, *, force: bool) -> None:
        """Move a branch to a commit; raises ConflictError if that would be no fast forward.

        Raises it too if a forced move was sent and may have been done: another's commit may be on
        top of it by now, and a second move would lose that commit.
        """
        path = f"/git/refs/heads/{quote(branch)}"
        body = {"sha": commit, "force": force}
        reply = self._client.ask("PATCH", path, body, fine=(409, 422), repeats=not force)
        if reply.status >= 400:
            if reply.status == 422 and "fast forward" not in self._client.message_of(reply):
                raise self._client.failure(reply)
            raise self._client.conflict(reply)

    def _first_commit(self) -> Head:
        """Put a file into an empty repository: it takes no blobs, trees or commits before."""
        content = b64encode(FIRST_TEXT).decode()
        body = {"message": "First commit", "content": content, "committer": COMMITTER}
        reply = self._client.ask("PUT", f"/contents/{FIRST_FILE}", body, fine=(409, 422))
        if reply.status >= 400:
            raise self._client.conflict(reply)
        return Head.of(self._client.decoded(reply, FileChange).commit)

    # --- many files in one commit

    def entries(self, tree: str, folder: str) -> dict[str, str | None]:
        """Return what is in one folder of a tree: the blob id of each file, None for anything else.

        Raises ConfigError if GitHub does not list all files of the repository.
        """
        query = "?recursive=1" if folder else ""
        listed = self._decoded("GET", f"/git/trees/{tree}{query}", Tree)
        if listed.truncated:
            message = f"{self.name} has more files than GitHub lists: use a repository of its own"
            raise ConfigError(message)
        start = f"{folder}/" if folder else ""
        for entry in listed.tree:
            if start.startswith(f"{entry.path}/") and entry.type != "tree":
                message = f"{entry.path} of {self.name} is a file: set publish.path to a folder"
                raise ConfigError(message)
        return {
            entry.path.removeprefix(start): entry.sha if entry.type == "blob" else None
            for entry in listed.tree
            if entry.path.startswith(start) and "/" not in entry.path.removeprefix(start)
        }

    def read_blob(self, blob: str) -> bytes:
        """Return the bytes of a file by its blob id; raises TryAgainError if they are others."""
        content = bytes(self._client.ask("GET", f"/git/blobs/{blob}", accept=RAW).body)
        if blob_id(content) != blob:
            reason = "half a file, or another one"
            raise self._client.nonsense(reason)
        return content

    def make_tree(self, base: str | None, changes: Mapping[str, bytes | None]) -> str:
        """Return the id of a tree that is `base` with files changed by path; None removes one."""
        entries = [
            {"path": path, "mode": FILE_MODE, "type": "blob", **self._content(content)}
            for path, content in changes.items()
        ]
        body = {"tree": entries} | ({"base_tree": base} if base else {})
        return self._decoded("POST", "/git/trees", Tree, body).sha

    def make_commit(self, message: str, tree: str, parents: list[str]) -> str:
        """Return the id of a new commit, which is on no branch yet; it is marked as powerstats'."""
        body = {"message": message, "tree": tree, "parents": parents, "committer": COMMITTER}
        return self._decoded("POST", "/git/commits", Commit, body).sha

    def _content(self, content: bytes | None) -> dict[str, str | None]:
        """Return an entry's content: as text, or as the id of a new blob if it is no text."""
        if content is None:
            return {"sha": None}
        try:
            return {"content": content.decode()}
        except UnicodeDecodeError:
            body = {"content": b64encode(content).decode(), "encoding": "base64"}
            return {"sha": self._decoded("POST", "/git/blobs", Object, body).sha}

    def _decoded(
        self,
        method: str,
        path: str,
        shape: type[_Result],
        body: Mapping[str, object] | None = None,
    ) -> _Result:
        return self._client.decoded(self._client.ask(method, path, body), shape)

    # --- one file

    def list_folder(self, path: str, branch: str) -> dict[str, str]:
        """Return the blob id of each file in a folder; no file if there is no such folder."""
        url = f"/contents/{quote(path)}?{urlencode({'ref': branch})}"
        reply = self._client.ask("GET", url, fine=(404,))
        if reply.status == 404:
            return {}
        listed = self._client.decoded(reply, list[ListedFile])
        return {entry.name: entry.sha for entry in listed if entry.type == "file"}

    def read_file(self, path: str, branch: str) -> bytes | None:
        """Return a file's bytes, None if there is no such file, branch or repository."""
        url = f"/contents/{quote(path)}?{urlencode({'ref': branch})}"
        reply = self._client.ask("GET", url, accept=RAW, fine=(404,))
        return None if reply.status == 404 else bytes(reply.body)

    def last_change(self, path: str, branch: str, before: datetime) -> str | None:
        """Return the id of the commit that last changed a file before an instant, None if none."""
        query = urlencode(
            {"path": path, "sha": branch, "until": f"{before:%Y-%m-%dT%H:%M:%SZ}", "per_page": 1}
        )
        reply = self._client.ask("GET", f"/commits?{query}", fine=(404, 409))
        if reply.status >= 400:
            return None
        listed = self._client.decoded(reply, list[ListedCommit])
        return listed[0].sha if listed else None

    def write_file(
        self, path: str, branch: str, content: bytes, *, message: str, replaces: bytes | None
    ) -> None:
        """Commit a file in place of the one with the bytes `replaces`; make the branch if needed.

        Raises ConflictError if the file or its branch has changed since it was read.
        """
        body = {"message": message, "content": b64encode(content).decode(), "branch": branch}
        if replaces is not None:
            body["sha"] = blob_id(replaces)
        reply = self._client.ask("PUT", f"/contents/{quote(path)}", body, fine=(404, 409, 422))
        reason = self._client.message_of(reply) if reply.status >= 400 else ""
        is_new_branch = reply.status == 404 and self._make_branch(branch)
        is_outdated = '"sha" wasn' in reason or reason.startswith("Branch ")
        if reply.status == 409 or is_new_branch or is_outdated:
            raise self._client.conflict(reply)
        if reply.status >= 400:
            raise self._client.failure(reply)

    def _make_branch(self, branch: str) -> bool:
        """Make a branch if there is none; tell whether it was missing."""
        if self.head(branch) is not None:
            return False
        _, head = self.default_head(branch)
        self.create_branch(branch, head.commit)
        return True
