"""A repository at GitHub: files through its Contents API, many in one commit through Git's data.

The one place that speaks to GitHub. Requests here may be sent twice: objects are named by their
content, and a branch or a file that has moved on meanwhile is told as such. So whatever may pass
(no answer, a server's error, a rate limit) is waited for and tried again, for two minutes in all;
only a forced move, which nothing stops, is looked at anew before. Rules of the API:
docs.github.com/rest, "Best practices" and "Rate limits".
"""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.errors import (
    ConfigError,
    MissingError,
    PowerstatsError,
    RefusedError,
    TryAgainError,
)
from powerstats_cli.web import Reply, Web

RUN_SECONDS: Final = 115.0
MOST_TRIES: Final = 5
MOST_RACES: Final = 5
FIRST_WAIT: Final = 1.0
SECONDARY_WAIT: Final = 60.0
API_VERSION: Final = "2022-11-28"
JSON: Final = "application/vnd.github+json"
RAW: Final = "application/vnd.github.raw+json"
FILE_MODE: Final = "100644"
FIRST_FILE: Final = "README.md"
FIRST_TEXT: Final = b"Power data of a home, kept by powerstats.\n"
PERMISSION: Final = "it needs the permission Contents: read and write, for this repository"

_Shape = TypeVar("_Shape")
_Result = TypeVar("_Result")


class MovedOnError(Exception):
    """A branch or a file is not, or may not be, as it was read any more: read it again."""


class Head(msgspec.Struct, frozen=True):
    """The newest commit of a branch, and its tree."""

    commit: str
    tree: str


class _Named(msgspec.Struct):
    sha: str


class _Commit(msgspec.Struct):
    sha: str
    tree: _Named


class _BranchCommit(msgspec.Struct):
    sha: str
    commit: "_WithTree"


class _WithTree(msgspec.Struct):
    tree: _Named


class _Branch(msgspec.Struct):
    commit: _BranchCommit


class _Permissions(msgspec.Struct):
    push: bool = False


class Repository(msgspec.Struct):
    """What GitHub says of the repository; the permissions are those of the token's owner."""

    default_branch: str
    private: bool = False
    has_pages: bool = False
    permissions: _Permissions | None = None

    @property
    def can_write(self) -> bool:
        """Tell whether the token's owner may write to it; a token of theirs may do less."""
        return self.permissions is not None and self.permissions.push


class _Entry(msgspec.Struct):
    path: str
    type: str
    sha: str


class _Tree(msgspec.Struct):
    sha: str
    tree: list[_Entry]
    truncated: bool = False


class _Put(msgspec.Struct):
    commit: _Commit


class _Pages(msgspec.Struct):
    html_url: str


class _Told(msgspec.Struct):
    message: str = ""


class GitHub:
    """One repository, and what a token may do in it."""

    def __init__(
        self,
        api_url: str,
        repo: str,
        token: str,
        *,
        zone: ZoneInfo,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the API's address, `owner/name` and a token; nothing is sent yet."""
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": API_VERSION}
        self._web = Web(api_url, headers, ca_file=None, seconds=RUN_SECONDS)
        self.repo = repo
        self.token_expires: datetime | None = None
        self._zone = zone
        self._sleep = sleep

    def __enter__(self) -> Self:
        """Keep one connection for all that is asked."""
        self._web.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self._web.__exit__(*exc)

    def until_won(self, attempt: Callable[[], _Result], what: str) -> _Result:
        """Return what an attempt returns, which starts again from what is there after a lost race.

        Between two it lets the other writer finish, and GitHub's own copies catch up with it.
        """
        said = ""
        for tries in range(MOST_RACES):
            if tries:
                self._sleep(max(min(_backoff(tries), self._web.seconds_left), 0))
            try:
                return attempt()
            except MovedOnError as error:
                said = self._web.quote(str(error))
        message = f"{what} moved on {MOST_RACES} times ({said}): try again later"
        raise TryAgainError(message)

    # --- branches -----------------------------------------------------------------------------

    def head(self, branch: str) -> Head | None:
        """Return a branch's head, None where there is no such branch."""
        reply = self._ask("GET", f"/branches/{quote(branch)}", fine=(404,))
        if reply.status == 404:
            return None
        commit = self._read(reply, _Branch).commit
        return Head(commit.sha, commit.commit.tree.sha)

    def default_branch(self) -> str:
        """Return the repository's own branch.

        Raises MissingError where the repository is not there or not to be seen.
        """
        return self.about().default_branch

    def about(self) -> Repository:
        """Return what GitHub says of the repository; raises MissingError as `default_branch`."""
        return self._read(self._ask("GET", ""), Repository)

    def check_writable(self) -> None:
        """Raise RefusedError where the token may not write, by a blob that nothing refers to."""
        # 409: an empty repository takes none, of those who may.
        body = {"content": FIRST_TEXT.decode()}
        self._ask("POST", "/git/blobs", body, fine=(409,))

    def default_head(self, missing: str) -> tuple[str, Head]:
        """Return the default branch and its head, where there is no branch `missing`.

        An empty repository gets its first commit.
        """
        branch = self.default_branch()
        head = None if branch == missing else self.head(branch)
        return branch, head or self._first_commit()

    def create_branch(self, branch: str, commit: str) -> None:
        """Make a branch; raises MovedOnError where it is there by now."""
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        reply = self._ask("POST", "/git/refs", body, fine=(422,))
        if reply.status == 422:
            if "already exists" not in self._told(reply):
                raise self._failure(reply)
            raise self._moved_on(reply)

    def move_branch(self, branch: str, commit: str, *, force: bool) -> None:
        """Move a branch; raises MovedOnError where that would not be a fast forward.

        It does so too where a forced move may have been done or not: by now another's commit may be
        on top of it, and moving again would lose that.
        """
        body = {"sha": commit, "force": force}
        where = f"/git/refs/heads/{quote(branch)}"
        reply = self._ask("PATCH", where, body, fine=(409, 422), repeats=not force)
        if reply.status >= 400:
            if reply.status == 422 and "fast forward" not in self._told(reply):
                raise self._failure(reply)
            raise self._moved_on(reply)

    def page_address(self) -> str:
        """Return where GitHub Pages shows the repository, or why that is not known."""
        reply = self._ask("GET", "/pages", fine=(403, 404))
        if reply.status == 404:
            return "GitHub Pages is not switched on for it"
        if reply.status == 403:
            return "the token may not see its address at GitHub Pages"
        return self._read(reply, _Pages).html_url

    # --- many files in one commit -----------------------------------------------------------------

    def files(self, tree: str, folder: str) -> dict[str, str]:
        """Return the blob ids of the files of one folder of a tree, by their names in it.

        Raises ConfigError where GitHub does not list them all.
        """
        query = "?recursive=1" if folder else ""
        listed = self._read(self._ask("GET", f"/git/trees/{tree}{query}"), _Tree)
        if listed.truncated:
            message = f"{self.repo} has more files than GitHub lists: use a repository of its own"
            raise ConfigError(message)
        start = f"{folder}/" if folder else ""
        return {
            entry.path.removeprefix(start): entry.sha
            for entry in listed.tree
            if entry.type == "blob"
            and entry.path.startswith(start)
            and "/" not in entry.path.removeprefix(start)
        }

    def make_tree(self, base: str | None, changes: Mapping[str, bytes | None]) -> str:
        """Return a tree with files changed by path, None takes one out of the `base`."""
        entries = [
            {"path": path, "mode": FILE_MODE, "type": "blob", **self._content(content)}
            for path, content in changes.items()
        ]
        body = {"tree": entries} | ({"base_tree": base} if base else {})
        return self._read(self._ask("POST", "/git/trees", body), _Tree).sha

    def make_commit(self, message: str, tree: str, parents: list[str]) -> str:
        """Return a commit; no branch has it yet."""
        body = {"message": message, "tree": tree, "parents": parents}
        return self._read(self._ask("POST", "/git/commits", body), _Commit).sha

    def _content(self, content: bytes | None) -> dict[str, str | None]:
        if content is None:
            return {"sha": None}
        try:
            return {"content": content.decode()}
        except UnicodeDecodeError:
            body = {"content": b64encode(content).decode(), "encoding": "base64"}
            return {"sha": self._read(self._ask("POST", "/git/blobs", body), _Named).sha}

    # --- one file -----------------------------------------------------------------------------

    def file(self, path: str, branch: str) -> bytes | None:
        """Return a file's bytes, None where there is none (or no such branch or repository)."""
        where = f"/contents/{quote(path)}?{urlencode({'ref': branch})}"
        reply = self._ask("GET", where, accept=RAW, fine=(404,))
        return None if reply.status == 404 else bytes(reply.body)

    def put_file(
        self, path: str, branch: str, content: bytes, *, message: str, replaces: bytes | None
    ) -> None:
        """Commit a file in place of the one with the bytes `replaces`, making the branch if needed.

        Raises MovedOnError where the file or its branch has changed since it was read.
        """
        body = {"message": message, "content": b64encode(content).decode(), "branch": branch}
        if replaces is not None:
            body["sha"] = blob_id(replaces)
        where = f"/contents/{quote(path)}"
        reply = self._ask("PUT", where, body, fine=(404, 409, 422))
        said = self._told(reply) if reply.status >= 400 else ""
        is_made = reply.status == 404 and self._make_branch(branch)
        if reply.status == 409 or is_made or '"sha" wasn' in said or said.startswith("Branch "):
            raise self._moved_on(reply)
        if reply.status >= 400:
            raise self._failure(reply)

    def _make_branch(self, branch: str) -> bool:
        """Make a branch where there is none; tell whether it was missing."""
        if self.head(branch) is not None:
            return False
        _, head = self.default_head(branch)
        self.create_branch(branch, head.commit)
        return True

    def _first_commit(self) -> Head:
        """Make an empty repository usable: Git's data cannot be written before."""
        body = {"message": "First commit", "content": b64encode(FIRST_TEXT).decode()}
        reply = self._ask("PUT", f"/contents/{FIRST_FILE}", body, fine=(409, 422))
        if reply.status >= 400:
            raise self._moved_on(reply)
        commit = self._read(reply, _Put).commit
        return Head(commit.sha, commit.tree.sha)

    # --- asking -------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        accept: str = JSON,
        fine: tuple[int, ...] = (),
        repeats: bool = True,
    ) -> Reply:
        """Return an answer that is a success or of a status that is `fine`, however often asked.

        Where it may not be asked again, MovedOnError is raised after the wait for that.
        """
        sent = msgspec.json.encode(body) if body is not None else None
        tries = 0
        while True:
            tries += 1
            try:
                reply = self._web.send(method, f"/repos/{self.repo}{path}", sent, accept=accept)
            except TryAgainError as error:
                wait, problem = _backoff(tries), error
            else:
                self._note_expiry(reply)
                asked_to_wait = self._wait_of(reply, tries)
                if asked_to_wait is None:
                    if reply.status < 300 or reply.status in fine:
                        return reply
                    raise self._failure(reply)
                wait, problem = asked_to_wait, self._busy(reply, asked_to_wait)
            if tries >= MOST_TRIES or wait > self._web.seconds_left:
                raise problem
            self._sleep(wait)
            if not repeats:
                raise MovedOnError(str(problem))

    def _wait_of(self, reply: Reply, tries: int) -> float | None:
        """Return the seconds after which the same request may succeed, None where it cannot."""
        if reply.status >= 500:
            return _seconds(reply, "retry-after") or _backoff(tries)
        is_limit = reply.status == 429 or (
            reply.status == 403
            and (
                "retry-after" in reply.headers
                or reply.headers.get("x-ratelimit-remaining") == "0"
                or "rate limit" in self._told(reply)
            )
        )
        if not is_limit:
            return None
        asked = _seconds(reply, "retry-after")
        if asked is None and reply.headers.get("x-ratelimit-remaining") == "0":
            reset = _seconds(reply, "x-ratelimit-reset")
            now = reply.date or datetime.now(UTC)
            asked = reset and max(reset - now.timestamp(), FIRST_WAIT)
        return SECONDARY_WAIT * 2 ** (tries - 1) if asked is None else asked

    def _busy(self, reply: Reply, wait: float) -> TryAgainError:
        if reply.status >= 500:
            return TryAgainError(
                f"{self._web.host} answered {reply.status} "
                f"({self._web.quote(self._told(reply)) or 'nothing'}): the next run tries again"
            )
        again = (datetime.now(UTC) + timedelta(seconds=wait)).astimezone(self._zone)
        return TryAgainError(
            f"{self._web.host} has had too many requests of this token: "
            f"try again after {again:%H:%M:%S}"
        )

    def _failure(self, reply: Reply) -> PowerstatsError:
        said = self._web.quote(self._told(reply)) or "nothing"
        match reply.status:
            case 401:
                return RefusedError(
                    f"{self._web.host} refused the token ({said}): make a new one; {PERMISSION}"
                )
            case 403:
                return RefusedError(
                    f"{self._web.host} does not let the token do that in {self.repo} ({said}): "
                    f"{PERMISSION}"
                )
            case 404:
                return MissingError(
                    f"{self.repo}: no such repository at {self._web.host}, or the token may not "
                    f"see it"
                )
            case status:
                return TryAgainError(f"{self._web.host} answered {status} ({said})")

    def _moved_on(self, reply: Reply) -> MovedOnError:
        return MovedOnError(self._told(reply))

    def _told(self, reply: Reply) -> str:
        """Return the message of an answer, its beginning where it is no JSON."""
        try:
            return msgspec.json.decode(reply.body, type=_Told).message
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._web.quote(reply.body)

    def _read(self, reply: Reply, shape: type[_Shape]) -> _Shape:
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            message = (
                f"{self._web.host} answered something that is not GitHub's API ({error}): "
                f"check github.api_url"
            )
            raise TryAgainError(message) from None

    def _note_expiry(self, reply: Reply) -> None:
        written = reply.headers.get("github-authentication-token-expiration", "")
        with suppress(ValueError):
            self.token_expires = datetime.strptime(
                written.replace("UTC", "+0000"), "%Y-%m-%d %H:%M:%S %z"
            )


def blob_id(content: bytes) -> str:
    """Return the id that Git gives to a file's bytes."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _backoff(tries: int) -> float:
    return FIRST_WAIT * 2.0 ** (tries - 1)


def _seconds(reply: Reply, header: str) -> float | None:
    """Return a header's seconds; GitHub writes them as a whole number."""
    written = reply.headers.get(header, "")
    return float(written) if re.fullmatch(r"\d{1,10}", written, re.ASCII) else None
