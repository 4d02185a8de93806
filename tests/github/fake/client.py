"""A client of one repository that follows nothing by itself, and what the repository holds."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha1
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FILES = {"README.md": b"A home\n", "days/2026-11-23.json": b"{}", "days/2026-11-24.json": b"[1]"}
GHOST = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Response:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and message."""
        return self.status, self.json["message"]


@dataclass
class Client:
    """A client of one repository with one connection, which follows nothing by itself."""

    url: str
    token: str = ""
    path: str = "/repos/octo/home"
    headers: dict[str, str] = field(default_factory=lambda: {"User-Agent": "test"})

    def __post_init__(self) -> None:
        self.base = urlsplit(self.url)
        self.connection = HTTPConnection(self.base.netloc, timeout=5)

    def ask(self, method: str, path: str = "", body: object = None, **headers: str) -> Response:
        """Send a request for a path below the repository's, or for a full address."""
        here = f"{self.base.scheme}://{self.base.netloc}"
        absolute = path.startswith("http")
        url = path.removeprefix(here) if absolute else f"{self.base.path}{self.path}{path}"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            self.connection.request(method, url, content, self.headers | authorization | given)
            response = self.connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, names, response.read())
        except (HTTPException, OSError):
            self.connection.close()
            raise

    def get(self, path: str = "", **headers: str) -> Response:
        """GET."""
        return self.ask("GET", path, **headers)

    def put(self, path: str, content: bytes, **fields: object) -> Response:
        """Write a file."""
        encoded = b64encode(content).decode()
        body = {"message": f"Write {path}", "content": encoded, **fields}
        return self.ask("PUT", f"/contents/{path}", body)

    def post(self, path: str, **fields: object) -> Response:
        """POST."""
        return self.ask("POST", path, fields)

    def update(self, sha: str, *, branch: str = "main", **fields: object) -> Response:
        """Move a branch."""
        return self.ask("PATCH", f"/git/refs/heads/{branch}", {"sha": sha, **fields})

    def push(self, files: Mapping[str, str | None], head: str) -> Response:
        """Commit many files at once, as clients of the git database do."""
        tree = [
            {"path": path, "mode": "100644", "type": "blob"}
            | ({"sha": None} if content is None else {"content": content})
            for path, content in files.items()
        ]
        made = self.post("/git/trees", base_tree=head, tree=tree)
        assert made.status == 201, made.body
        commit = self.post("/git/commits", message="m", tree=made.json["sha"], parents=[head])
        assert commit.status == 201, commit.body
        return self.update(commit.json["sha"], force=False)


def blob_id(content: bytes) -> str:
    """Return the id that git gives a file's content."""
    return sha1(b"blob %d\0" % len(content) + content).hexdigest()
