"""A GitHub that behaves: a loopback server that speaks the part of its REST API for storing files.

Status codes, words, shapes and headers are GitHub's, observed or published; the store is a bare git
repository for each. The clock is an argument. `faults` has what can go wrong, if a test wants it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote

from tests.github.fake import contents, database
from tests.github.fake.api import DOCUMENTATION, Answer, Call, RefusedError, Route
from tests.github.fake.exchanges import Exchange, Request, Strike, Token, no_fault
from tests.github.fake.listener import JOIN_SECONDS, Listener
from tests.github.fake.repository import Clock, GitRepository

_POLL_S = 0.01  # how long close() may have to wait for the accepting thread
_HOUR = timedelta(hours=1)
_PATH = re.compile(r"/(?:repos/([^/]+/[^/]+)|repositories/(\d+))(/.*)?")
_REDIRECTS = f"{DOCUMENTATION}/guides/best-practices-for-using-the-rest-api#follow-redirects"
_NO_USER_AGENT = Answer(
    403,
    b"\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent"
    b" header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-"
    b"required). Check https://developer.github.com for other possible causes.\r\n",
    content_type="text/html",
    bare=True,
)


class GitHub:
    """The server: `with GitHub(folder, clock=...) as github: get(github.url)`.

    `token` may do all that a client needs; `tokens` has it and all others. `strike` gets each
    request and returns its fault, None for no fault; a fault gets the exchange and returns the
    answer, None to drop the connection. `log` has all exchanges; clearing it restarts the numbers.
    `limit` is the number of requests that an hour allows; renamed repositories redirect to the
    server `redirect_to`, if it is set.
    """

    def __init__(
        self, folder: Path, *, clock: Clock, base: str = "", token: str = "github_pat_the_right_one"
    ) -> None:
        """Listen on a free port of 127.0.0.1; requests are answered from `with` on."""
        self.folder = folder
        self.clock = clock
        self.base = base
        self.token = token
        self.tokens = {token: Token(pages="read", expires=clock() + timedelta(days=30))}
        self.strike: Strike = no_fault
        self.log: list[Exchange] = []
        self.limit = 5000
        self.redirect_to: str | None = None
        self.repositories: list[GitRepository] = []
        self.closing = Event()
        self.errors: list[BaseException] = []
        self._former: dict[str, GitRepository] = {}
        self._used = 0
        self._reset = clock() + _HOUR
        self._lock = Lock()
        self._listener = Listener(self)
        self._thread = Thread(target=self._listener.serve_forever, args=[_POLL_S], daemon=True)

    @property
    def url(self) -> str:
        """The API's address, without a slash at its end."""
        return f"http://127.0.0.1:{self._listener.server_port}{self.base}"

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close; raise what went wrong in the server itself, unless something else is raised."""
        self.close()
        if error is None and self.errors:
            raise self.errors[0]

    def close(self) -> None:
        """Close all connections, those of hanging answers too, and end every thread."""
        self.closing.set()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join(JOIN_SECONDS)
        self._listener.server_close()
        self._listener.hang_up()

    def create(
        self,
        full_name: str = "octo/home",
        files: Mapping[str, bytes] | None = None,
        *,
        private: bool = False,
        default_branch: str = "main",
    ) -> GitRepository:
        """Return a new repository with these files, an empty one without."""
        number = 1_000_001 + len(self.repositories)
        repository = GitRepository(
            self.folder / f"{number}.git",
            full_name,
            number,
            self.clock,
            private=private,
            default_branch=default_branch,
        )
        if files:
            repository.commit(default_branch, files, "Initial commit")
        self.repositories.append(repository)
        return repository

    def rename(self, repository: GitRepository, full_name: str) -> None:
        """Give a repository another name; the former one leads to it."""
        self._former[repository.full_name.lower()] = repository
        repository.full_name = full_name

    def requests(self, method: str = "", path: str = "") -> list[Exchange]:
        """Return the exchanges with that method, if any, and that text in their path."""
        log = list(self.log)
        return [
            exchange
            for exchange in log
            if method in ("", exchange.request.method) and path in exchange.request.path
        ]

    def count(self, method: str = "", path: str = "") -> int:
        """Return how many requests there were with that method and that text in their path."""
        return len(self.requests(method, path))

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Exchange, Answer | None]:
        """Log a request; return what to send for it, None to drop its connection."""
        with self._lock:
            request = Request(len(self.log) + 1, method, path, headers, body)
            exchange = Exchange(request, self.closing, self._handle)
            self.log.append(exchange)
        fault = self.strike(request)
        return exchange, fault(exchange) if fault else exchange.do()

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers that every answer of the API has."""
        token = self.tokens.get(_given_token(request))
        expires = (
            token and token.expires and f"{token.expires.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        )
        return {
            "x-github-media-type": "github.v3; format=json",
            "x-github-api-version-selected": "2022-11-28",
            **({"github-authentication-token-expiration": expires} if expires else {}),
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - self._used)),
            "x-ratelimit-reset": str(int(self._reset.timestamp())),
            "x-ratelimit-resource": "core",
            "x-ratelimit-used": str(self._used),
            "x-content-type-options": "nosniff",
            "x-github-request-id": f"{request.number:04X}:0FAB:1B8413:385F85:65A1B2C3",
        }

    def _handle(self, request: Request, amid: Callable[[], object]) -> Answer:
        if not request.headers.get("user-agent"):
            return _NO_USER_AGENT
        path, _, query = request.path.partition("?")
        documentation = ""
        try:
            self._charge(1)
            token = self._token_of(request)
            repository, rest, former = self._find(path, token)
            if former:
                return self._redirect(request, repository, rest + (query and f"?{query}"))
            route, matched = _route(request.method, unquote(rest))
            documentation = route.documentation
            _check_access(route, repository, token)
            _check_empty(rest, repository)
            asked = dict(parse_qsl(query, keep_blank_values=True))
            fields = _fields(request.body)
            call = Call(
                repository,
                f"{self.url}/repos/{repository.full_name}",
                f"https://github.com/{repository.full_name}",
                matched,
                asked,
                asked | fields if request.method == "DELETE" else fields,
                request.headers.get("accept", ""),
                amid,
            )
            return self._unless_known(request, route.handle(call))
        except RefusedError as refused:
            return refused.answer(documentation)

    def _charge(self, cost: int) -> None:
        """Count a request, refuse one too many; the count restarts every hour."""
        with self._lock:
            if self.clock() >= self._reset:
                self._used, self._reset = 0, self.clock() + _HOUR
            if self._used + cost > self.limit:
                raise RefusedError(403, "API rate limit exceeded for user ID 1.")
            self._used += cost

    def _token_of(self, request: Request) -> Token | None:
        given = _given_token(request)
        if not given:
            return None
        token = self.tokens.get(given)
        if token is None or (token.expires and self.clock() >= token.expires):
            raise RefusedError(401, "Bad credentials")
        return token

    def _find(self, path: str, token: Token | None) -> tuple[GitRepository, str, bool]:
        """Return a path's repository, the rest of the path, and whether the name is former."""
        match = _PATH.fullmatch(path.removeprefix(self.base))
        if match and path.startswith(self.base):
            name, number, rest = match[1] or "", match[2], match[3] or ""
            found = [
                repository
                for repository in self.repositories
                if number == str(repository.number) or name.lower() == repository.full_name.lower()
            ]
            former = None if found else self._former.get(name.lower())
            repository = former or (found[0] if found else None)
            if repository and _may_see(token, repository):
                return repository, rest, former is not None
        raise RefusedError(404, "Not Found")

    def _redirect(self, request: Request, repository: GitRepository, rest: str) -> Answer:
        host = self.redirect_to or self.url
        location = f"{host}/repositories/{repository.number}{rest}"
        body = {"message": "Moved Permanently", "url": location, "documentation_url": _REDIRECTS}
        status = 301 if request.method == "GET" else 307
        return Answer(status, json.dumps(body).encode(), {"location": location})

    def _unless_known(self, request: Request, answer: Answer) -> Answer:
        """Return the answer, 304 if the client has it already, which costs nothing."""
        known = re.findall(r'"[^"]*"', request.headers.get("if-none-match", ""))
        if request.method != "GET" or answer.headers["etag"] not in known:
            return answer
        self._charge(-1)
        return replace(answer, status=304, body=b"")


def _given_token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() in ("bearer", "token") else ""


def _reaches(token: Token, repository: GitRepository) -> bool:
    return token.repositories is None or repository in token.repositories


def _may_see(token: Token | None, repository: GitRepository) -> bool:
    return not repository.private or (token is not None and _reaches(token, repository))


def _check_access(route: Route, repository: GitRepository, token: Token | None) -> None:
    """Refuse what the token's permissions do not reach."""
    writes = route.method != "GET"
    if token is None:
        if writes:
            raise RefusedError(401, "Requires authentication")
        return
    permission = getattr(token, route.permission, "read")
    if not _reaches(token, repository):
        permission = "read"
    if permission != "write" and (writes or (repository.private and permission == "none")):
        raise RefusedError(403, "Resource not accessible by personal access token")
    if repository.is_archived and writes:
        raise RefusedError(403, "Repository was archived so is read-only.")


def _check_empty(rest: str, repository: GitRepository) -> None:
    if rest.startswith("/git/") and repository.is_empty:
        raise RefusedError(409, "Git Repository is empty.")


def _route(method: str, path: str) -> tuple[Route, str]:
    """Return the endpoint of a path below a repository, and what it is about."""
    for route in (*contents.ROUTES, *database.ROUTES):
        match = re.fullmatch(route.path, path)
        if match and route.method == method:
            return route, match[1]
    raise RefusedError(404, "Not Found")


def _fields(body: bytes) -> dict[str, object]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        raise RefusedError(400, "Problems parsing JSON") from None
    if not isinstance(fields, dict):
        raise RefusedError(400, "Body should be a JSON object")
    return fields
