"""The common parts of all endpoints of GitHub's REST API: calls, answers, refusals, checks."""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from tests.github.fake.objects import Commit, Signature
from tests.github.fake.repository import GitRepository

DOCUMENTATION = "https://docs.github.com/rest"
RAW = re.compile(r"application/vnd\.github\.(v3\.)?raw\b")
_READ = {"cache-control": "private, max-age=60, s-maxage=60", "vary": "Accept, Authorization"}

Json = dict[str, object]


@dataclass(frozen=True)
class Answer:
    """An answer; if it is `cut`, the connection closes after half of the body.

    A `bare` answer comes from a proxy in front of GitHub's API, without the API's headers.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    cut: bool = False
    bare: bool = False


class RefusedError(Exception):
    """An answer of GitHub that is no success."""

    def __init__(self, status: int, message: str, *errors: Json, address: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors
        self.address = address

    def answer(self, documentation: str = "") -> Answer:
        """Return the answer as an endpoint with that documentation gives it."""
        body: Json = {"message": str(self)}
        if self.errors:
            body["errors"] = self.errors
        where = f"{DOCUMENTATION}/{documentation}" if documentation else DOCUMENTATION
        where = self.address or where
        body |= {"documentation_url": where, "status": str(self.status)}
        return Answer(self.status, _bytes(body))


@dataclass(frozen=True)
class Call:
    """A request about one repository, which has the addresses `url` and `html_url`.

    `amid` is called between the reading of a branch and its move.
    """

    repository: GitRepository
    url: str
    html_url: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    accept: str
    amid: Callable[[], object]


def _bytes(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def json_answer(content: object, status: int = 200, etag: str = "", **headers: str) -> Answer:
    """Return a success with a JSON body; the ETag is its hash unless one is given."""
    body = _bytes(content)
    etag = etag or sha256(body).hexdigest()
    return Answer(status, body, {"etag": f'"{etag}"', **_READ, **headers})


def raw_answer(content: bytes, sha: str) -> Answer:
    """Return a file's content as it is."""
    content_type = "application/vnd.github.raw+json; charset=utf-8"
    return Answer(200, content, {"etag": f'"{sha}"', **_READ}, content_type)


def not_found(message: str = "Not Found") -> RefusedError:
    """Return a 404."""
    return RefusedError(404, message)


def check_fields(call: Call, *required: str, optional: Iterable[str] = ()) -> None:
    """Refuse a body in which a field is missing or is no text."""
    missing = [f'"{name}"' for name in required if name not in call.fields]
    if missing:
        verb = "wasn't" if len(missing) == 1 else "weren't"
        raise RefusedError(422, f"Invalid request.\n\n{', '.join(missing)} {verb} supplied.")
    for name in (*required, *optional):
        value = call.fields.get(name, "")
        if not isinstance(value, str):
            shown = "nil" if value is None else json.dumps(value)
            message = f"Invalid request.\n\nFor 'properties/{name}', {shown} is not a string."
            raise RefusedError(422, message)


def check_path(path: str, name: str, *errors: Json) -> None:
    """Refuse a path that no tree can hold."""
    if path.startswith("/"):
        raise RefusedError(422, f"{name} cannot start with a slash", *errors)
    if {"", ".", "..", ".git"} & {part.lower() for part in path.split("/")}:
        raise RefusedError(422, f"{name} contains a malformed path component", *errors)


def check_rules(call: Call, branch: str, status: int) -> None:
    """Refuse a write to a branch that has a rule against it."""
    rule = call.repository.rules.get(branch)
    if rule:
        raise RefusedError(status, rule.words, address=rule.documentation)


def node_id(kind: str, key: object) -> str:
    """Return the id of an object in GitHub's GraphQL API."""
    return b64encode(f"0{len(kind)}:{kind}{key}".encode()).decode()


def base64_lines(content: bytes) -> str:
    """Return content in base64, with the line breaks that GitHub puts in."""
    text = b64encode(content).decode()
    return "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))


def decoded(text: str) -> bytes:
    """Return decoded base64."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (Base64Error, ValueError):
        raise RefusedError(422, "content is not valid Base64") from None


def timestamp(at: datetime) -> str:
    """Return a time as GitHub writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def commit_at(call: Call, ref: str) -> Commit | None:
    """Return the commit that reads see for a branch or a commit id."""
    repo = call.repository
    branch = ref.removeprefix("refs/").removeprefix("heads/")
    try:
        return repo.read_commit(repo.shown(f"refs/heads/{branch}") or ref)
    except KeyError:
        return None


def signatures(call: Call, *, committer_first: bool) -> tuple[Signature, Signature]:
    """Return author and committer; the leading one replaces the other if that is not given."""
    author, committer = (_signature(call, name) for name in ("author", "committer"))
    someone = call.repository.someone()
    if committer_first:
        committer = committer or someone
        return author or committer, committer
    author = author or someone
    return author, committer or author


def _signature(call: Call, field_name: str) -> Signature | None:
    given = call.fields.get(field_name)
    if given is None:
        return None
    if not isinstance(given, dict) or not {"name", "email"} <= given.keys():
        raise RefusedError(422, 'Invalid request.\n\n"email", "name" weren\'t supplied.')
    at = call.repository.clock().astimezone(UTC)
    if "date" in given:
        try:
            at = datetime.fromisoformat(given["date"])
        except (TypeError, ValueError):
            raise RefusedError(422, "Invalid request.\n\nInvalid date.") from None
    return Signature(given["name"], given["email"], at)


def git_commit(call: Call, commit: Commit) -> Json:
    """Return a commit as the API describes it."""

    def signature(signed: Signature) -> Json:
        return {"name": signed.name, "email": signed.email, "date": timestamp(signed.at)}

    def place(sha: str) -> Json:
        html_url = f"{call.html_url}/commit/{sha}"
        return {"sha": sha, "url": f"{call.url}/git/commits/{sha}", "html_url": html_url}

    return {
        **place(commit.sha),
        "node_id": node_id("Commit", commit.sha),
        "author": signature(commit.author),
        "committer": signature(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{call.url}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [place(parent) for parent in commit.parents],
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


@dataclass(frozen=True)
class Route:
    """An endpoint: a pattern for the path below a repository, and its documentation.

    Everyone who may see a repository has the permission `metadata`.
    """

    method: str
    path: str
    handle: Callable[[Call], Answer]
    documentation: str
    permission: Literal["metadata", "contents", "pages"] = "contents"
