"""The tests' GitHub answers as the real one is known to."""

import gzip
import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha1
from http.client import HTTPConnection, HTTPException, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.github.fake import Fault, GitHub, Request, Token
from tests.github.faults import (
    after,
    always,
    amid,
    at,
    bad_gateway,
    cut,
    dropped,
    garbled,
    hanging,
    instead,
    meanwhile,
    on,
    primary_limit,
    secondary_limit,
    too_many,
)
from tests.github.repository import NOWHERE, GitRepository, Pages

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FILES = {"README.md": b"A home\n", "days/2026-11-23.json": b"{}", "days/2026-11-24.json": b"[1]"}
GHOST = "0123456789abcdef0123456789abcdef01234567"
PUT_DOCUMENTATION = "https://docs.github.com/rest/repos/contents#create-or-update-file-contents"


@dataclass(frozen=True)
class Response:
    """What came back."""

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
        """Make a request for something of the repository, or for an address."""
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


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """Return a GitHub that answers, all of whose repositories are sound at the end."""
    with GitHub(tmp_path, clock=lambda: NOW) as github:
        yield github
    for repository in github.repositories:
        repository.fsck()


@pytest.fixture
def repo(github: GitHub) -> GitRepository:
    """Return a repository with some files."""
    return github.create(files=FILES)


@pytest.fixture
def client(github: GitHub) -> Iterator[Client]:
    """Return a client that may do everything."""
    client = Client(github.url, github.token)
    yield client
    client.connection.close()


def blob_id(content: bytes) -> str:
    """Return the id that git gives a file's content."""
    return sha1(b"blob %d\0" % len(content) + content).hexdigest()


def test_ids_are_gits(repo: GitRepository, client: Client) -> None:
    """What the API says a file's id is, git says too, and so of trees and commits."""
    content = b"power\n" * 50
    put = client.put("days/new.csv", content).json
    sha = repo.git("hash-object", "--stdin", stdin=content)
    assert put["content"]["sha"] == sha == blob_id(content)
    assert repo.git("rev-parse", "main:days/new.csv") == sha
    assert repo.git("rev-parse", "main") == put["commit"]["sha"] == repo.head()
    assert repo.git("rev-parse", "main^{tree}") == put["commit"]["tree"]["sha"]
    assert repo.git("log", "-1", "--format=%an %ce %ci %s") == (
        "powerstats-test powerstats-test@users.noreply.github.com"
        " 2026-11-24 10:00:00 +0000 Write days/new.csv"
    )
    assert repo.files() == FILES | {"days/new.csv": content}
    assert set(repo.files(path="days")) == {*FILES, "days/new.csv"} - {"README.md"}
    assert [commit.message for commit in repo.commits()] == [
        "Write days/new.csv",
        "Initial commit",
    ]


def test_what_git_does_itself_is_seen(repo: GitRepository, client: Client) -> None:
    """Packed objects and refs are read as loose ones."""
    repo.git("branch", "other")
    repo.git("gc", "--quiet")
    assert not (repo.folder / "refs/heads/main").exists()
    assert client.get("/contents/README.md?ref=other").json["sha"] == blob_id(b"A home\n")
    assert client.get("/git/ref/heads/nowhere").status == 404
    assert client.put("new", b"1").status == 201
    assert sorted(repo.branches()) == ["main", "other"]


def test_a_file_is_read(client: Client, repo: GitRepository) -> None:
    """As JSON with base64 in lines of 60, or raw; its ETag is its id."""
    content = bytes(range(256))
    repo.commit(files={"a b/ü.bin": content})
    answer = client.get("/contents/a%20b/%C3%BC.bin")
    file = answer.json
    assert (file["name"], file["path"], file["type"]) == ("ü.bin", "a b/ü.bin", "file")
    assert (file["size"], file["encoding"], file["sha"]) == (256, "base64", blob_id(content))
    lines = file["content"].split("\n")
    assert {len(line) for line in lines[:-2]} == {60}
    assert lines[-1] == ""
    assert b64decode(file["content"]) == content
    assert answer.headers["etag"] == f'"{blob_id(content)}"'
    assert answer.headers["cache-control"] == "private, max-age=60, s-maxage=60"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["date"] == "Tue, 24 Nov 2026 10:00:00 GMT"
    assert answer.headers["github-authentication-token-expiration"] == "2026-12-24 10:00:00 UTC"
    raw = client.get("/contents/a%20b/%C3%BC.bin", Accept="application/vnd.github.raw+json")
    assert raw.body == content
    listed = client.get("/contents/?ref=main").json
    assert [(item["name"], item["type"], item["size"]) for item in listed] == [
        ("README.md", "file", 7),
        ("a b", "dir", 0),
        ("days", "dir", 0),
    ]
    assert client.get("/contents/nothing").refusal == (404, "Not Found")
    assert client.get("/contents/a?ref=no").refusal == (404, "No commit found for the ref no")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("", "archive_url default_branch forks has_pages html_url id node_id owner size ssh_url"),
        ("/branches/main", "_links commit name protected protection protection_url"),
        (
            "/contents/README.md",
            "_links content download_url encoding git_url html_url name path sha size type url",
        ),
        ("/git/ref/heads/main", "node_id object ref url"),
        ("/git/trees/main", "sha tree truncated url"),
        (f"/git/blobs/{blob_id(b'{}')}", "content encoding node_id sha size url"),
    ],
)
@pytest.mark.usefixtures("repo")
def test_answers_have_what_the_published_description_requires(
    client: Client, path: str, keys: str
) -> None:
    """All keys that clients may count on, or for a repository some of them."""
    assert set(keys.split()) <= client.get(path).json.keys()


def test_commits_have_what_the_published_description_requires(
    client: Client, repo: GitRepository
) -> None:
    """A commit is the same wherever it is told of."""
    keys = "author committer html_url message node_id parents sha tree url verification"
    commit = client.put("new", b"1").json["commit"]
    assert set(keys.split()) == commit.keys()
    assert commit == client.get(f"/git/commits/{repo.head()}").json
    branch = client.get("/branches/main").json["commit"]
    keys = "author comments_url commit committer html_url node_id parents sha url"
    assert set(keys.split()) == branch.keys()
    keys = "author comment_count committer message tree url verification"
    assert set(keys.split()) == branch["commit"].keys()


def test_a_large_file_is_only_raw(client: Client, repo: GitRepository) -> None:
    """Above 1 MB JSON has no content."""
    content = b"0123456789abcdef" * 65_537
    repo.commit(files={"large": content})
    file = client.get("/contents/large").json
    assert (file["content"], file["encoding"], file["size"]) == ("", "none", len(content))
    assert client.get("/contents/large", Accept="application/vnd.github.raw").body == content
    shown = client.get(f"/git/blobs/{file['sha']}").json
    assert b64decode(shown["content"]) == content


def test_a_known_file_costs_nothing(client: Client, repo: GitRepository) -> None:
    """304 to If-None-Match, compressed or not, until the file changes."""
    first = client.get("/contents/README.md", Accept_Encoding="gzip")
    assert first.headers["etag"] == f'W/"{blob_id(b"A home" + bytes([10]))}"'
    assert json.loads(gzip.decompress(first.body))["name"] == "README.md"
    again = client.get("/contents/README.md", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    left = first.headers["x-ratelimit-remaining"]
    assert again.headers["x-ratelimit-remaining"] == left == "4999"
    repo.commit(files={"README.md": b"Another\n"})
    changed = client.get("/contents/README.md", If_None_Match=first.headers["etag"])
    assert (changed.status, changed.headers["x-ratelimit-remaining"]) == (200, "4998")
    ref = client.get("/git/ref/heads/main").headers["etag"]
    assert client.get("/git/ref/heads/main", If_None_Match=ref).status == 304


@pytest.mark.parametrize("sha", ["deadbeef", GHOST, blob_id(b"{}")])
def test_a_stale_sha_conflicts(client: Client, repo: GitRepository, sha: str) -> None:
    """409 whatever the wrong `sha` is; the file stays."""
    answer = client.put("README.md", b"mine", sha=sha)
    assert answer.json == {
        "message": f"README.md does not match {sha}",
        "documentation_url": PUT_DOCUMENTATION,
        "status": "409",
    }
    assert answer.status == 409
    assert repo.files() == FILES


def test_what_a_write_needs(client: Client, repo: GitRepository) -> None:
    """A `sha` for a file that exists, none for one that does not; the branch is looked at first."""
    missing = (422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    nil = (422, "Invalid request.\n\nFor 'properties/sha', nil is not a string.")
    assert client.put("README.md", b"mine").refusal == missing
    assert client.put("days", b"mine").refusal == missing
    assert client.put("README.md", b"mine", sha=None).refusal == nil
    assert client.put("new", b"mine", sha=None).refusal == nil
    assert client.put("new", b"mine", sha=GHOST).status == 201
    assert client.put("README.md", b"x", sha="x", branch="no").refusal == (
        404,
        "Branch no not found",
    )
    slash = client.put("%2Fnew", b"mine")
    assert slash.refusal == (422, "path cannot start with a slash")
    assert slash.json["errors"] == [{"resource": "Commit", "field": "path", "code": "invalid"}]
    assert client.put("a/../b", b"mine").status == 422
    assert client.put("README.md/below", b"mine").status == 409
    assert client.ask("PUT", "/contents/a", {"message": "m"}).refusal == (
        422,
        'Invalid request.\n\n"content" wasn\'t supplied.',
    )
    assert client.ask("PUT", "/contents/a", b'{"mess').refusal == (400, "Problems parsing JSON")
    assert client.ask("PUT", "/contents/a", {"message": "m", "content": "?"}).status == 422
    assert len(repo.commits()) == 2


def test_writing_the_same_again_still_commits(client: Client, repo: GitRepository) -> None:
    """The `sha` of the answer serves for the next write; identical content is a commit too."""
    sha = blob_id(FILES["README.md"])
    for _ in range(2):
        answer = client.put("README.md", FILES["README.md"], sha=sha, branch="main")
        assert answer.status == 200
        assert answer.json["content"]["sha"] == sha
    assert len(repo.commits()) == 3
    assert len({commit.tree for commit in repo.commits()}) == 1


def test_signatures_are_the_requests(client: Client, repo: GitRepository) -> None:
    """Author and committer may be named; the author is the committer by default."""
    someone = {"name": "Jo", "email": "jo@example.org", "date": "2026-01-01T12:00:00+01:00"}
    commit = client.put("new", b"1", committer=someone).json["commit"]
    assert commit["author"] == commit["committer"]
    assert commit["author"] == someone | {"date": "2026-01-01T11:00:00Z"}
    assert repo.git("log", "-1", "--format=%an %aI") == "Jo 2026-01-01T12:00:00+01:00"
    assert client.put("b", b"1", author={"name": "Jo"}).status == 422


def test_a_file_is_deleted(client: Client, repo: GitRepository) -> None:
    """With its `sha`; a folder goes with its last file."""
    for day in ("days/2026-11-23.json", "days/2026-11-24.json"):
        body = {"message": "m", "sha": blob_id(FILES[day])}
        wrong = client.ask("DELETE", f"/contents/{day}", body | {"sha": GHOST})
        assert wrong.refusal == (409, f"{day} does not match {GHOST}")
        answer = client.ask("DELETE", f"/contents/{day}", body)
        assert (answer.status, answer.json["content"]) == (200, None)
        assert client.ask("DELETE", f"/contents/{day}", body).status == 404
    assert list(repo.files()) == ["README.md"]
    assert client.get("/contents/days").status == 404


def test_an_empty_repository(client: Client, github: GitHub) -> None:
    """Only a PUT to the default branch brings it to life."""
    repo = github.create(default_branch="trunk")
    assert client.get().json["default_branch"] == "trunk"
    assert client.get("/contents/a").refusal == (404, "This repository is empty.")
    assert client.get("/branches/trunk").refusal == (404, "Branch not found")
    empty = (409, "Git Repository is empty.")
    assert client.get("/git/ref/heads/trunk").refusal == empty
    assert client.get("/git/trees/trunk").refusal == empty
    assert client.post("/git/blobs", content="x").refusal == empty
    assert client.post("/git/trees", tree=[]).refusal == empty
    assert client.post("/git/refs", ref="refs/heads/trunk", sha=GHOST).refusal == empty
    assert client.put("a", b"1", branch="main").refusal == (404, "Branch main not found")
    assert client.put("a/b", b"1").status == 201
    assert client.put("a/c", b"2", branch="trunk").status == 201
    assert repo.files("trunk") == {"a/b": b"1", "a/c": b"2"}
    assert repo.commits("trunk")[-1].parents == ()
    repo.make_empty()
    assert client.get("/contents/a").refusal == (404, "This repository is empty.")


def test_many_files_in_one_commit(client: Client, repo: GitRepository) -> None:
    """Trees with a base keep what is not named, those without do not; blobs may come before."""
    head = repo.head()
    files = {"days/2026-11-24.json": "[2]", "new/a": "é", "README.md": None}
    assert client.push(files, head).status == 200
    assert repo.files() == {
        "days/2026-11-23.json": b"{}",
        "days/2026-11-24.json": b"[2]",
        "new/a": "é".encode(),
    }
    blob = client.post("/git/blobs", content=b64encode(b"\0").decode(), encoding="base64").json
    assert blob["sha"] == blob_id(b"\0")
    item = {"path": "only", "mode": "100755", "type": "blob", "sha": blob["sha"]}
    tree = client.post("/git/trees", tree=[item]).json
    assert [entry["path"] for entry in tree["tree"]] == ["only"]
    commit = client.post("/git/commits", message="m", tree=tree["sha"]).json
    assert commit["parents"] == []
    assert client.get(f"/git/commits/{commit['sha']}").json == commit
    assert client.update(commit["sha"]).refusal == (422, "Update is not a fast forward")
    assert client.update(commit["sha"], force=True).status == 200
    assert repo.files() == {"only": b"\0"}
    assert repo.git("ls-tree", "main").startswith("100755 blob")


def test_what_a_tree_refuses(client: Client, repo: GitRepository) -> None:
    """With the words of GitHub."""

    def refusal(base: str = repo.head(), **item: object) -> tuple[int, str]:
        entry = {"path": "a", "mode": "100644", "type": "blob", **item}
        return client.post("/git/trees", base_tree=base, tree=[entry]).refusal

    assert refusal(sha=None) == (422, "GitRPC::BadObjectState")
    assert refusal(path="README.md/a", content="") == (422, "GitRPC::BadObjectState")
    assert refusal(path="/a", content="") == (422, "tree.path cannot start with a slash")
    malformed = (422, "tree.path contains a malformed path component")
    assert refusal(path="a//b", content="") == malformed
    assert refusal(sha=GHOST) == (422, f"tree.sha {GHOST} is not a valid blob")
    assert refusal(mode="1", content="") == (422, "Must supply a valid tree.mode")
    assert refusal(base=GHOST, content="") == (422, "base_tree is not a valid tree oid")
    assert client.post("/git/trees", tree=[]).status == 422
    no_tree = client.post("/git/commits", message="m", tree=GHOST)
    assert no_tree.refusal == (422, "Tree SHA does not exist")
    tree = repo.commits()[0].tree
    no_parent = client.post("/git/commits", message="m", tree=tree, parents=[GHOST])
    assert no_parent.refusal == (422, "Parent SHA does not exist or is not a commit object")


def test_trees_are_read(client: Client, repo: GitRepository) -> None:
    """By id or branch, one level or all; one too long is cut off and says so."""
    tree = repo.commits()[0].tree
    one = client.get("/git/trees/main").json
    assert (one["sha"], one["truncated"]) == (tree, False)
    assert [entry["path"] for entry in one["tree"]] == ["README.md", "days"]
    everything = client.get(f"/git/trees/{tree}?recursive=1").json["tree"]
    listed = repo.git("ls-tree", "-r", "-t", "main").splitlines()
    assert listed == [
        f"{entry['mode']} {entry['type']} {entry['sha']}\t{entry['path']}" for entry in everything
    ]
    assert [entry.get("size") for entry in everything] == [7, None, 2, 3]
    repo.tree_limit = 2
    short = client.get("/git/trees/main?recursive=1").json
    assert (len(short["tree"]), short["truncated"]) == (2, True)
    assert client.get(f"/git/trees/{GHOST}").status == 404


def test_refs(client: Client, repo: GitRepository) -> None:
    """Refs are made, found, moved forward and deleted."""
    first = repo.head()
    assert client.get("/git/ref/heads/main").json["object"]["sha"] == first
    second = repo.commit(files={"a": b"1"})
    made = client.post("/git/refs", ref="refs/heads/pages/site", sha=first)
    assert (made.status, made.json["ref"]) == (201, "refs/heads/pages/site")
    found = client.get("/git/matching-refs/heads/pa").json
    assert [ref["ref"] for ref in found] == ["refs/heads/pages/site"]

    def refusal(ref: str, sha: str) -> tuple[int, str]:
        return client.post("/git/refs", ref=ref, sha=sha).refusal

    assert refusal("refs/heads/main", first) == (422, "Reference already exists")
    assert refusal("refs/heads/b", GHOST) == (422, "Object does not exist")
    assert refusal("refs/heads/pages", first) == (422, "Reference update failed")
    assert refusal("main", first)[0] == 422
    assert client.update(second, branch="pages/site").status == 200
    back = client.update(first, branch="pages/site")
    assert back.refusal == (422, "Update is not a fast forward")
    assert client.update(first, branch="b").refusal == (422, "Reference does not exist")
    assert client.update(GHOST).refusal == (422, "Object does not exist")
    branch = client.get("/branches/pages/site").json
    assert (branch["name"], branch["commit"]["sha"]) == ("pages/site", second)
    assert branch["commit"]["commit"]["message"] == "Another writer's"
    assert client.ask("DELETE", "/git/refs/heads/pages/site").status == 204
    gone = client.ask("DELETE", "/git/refs/heads/pages/site")
    assert gone.refusal == (422, "Reference does not exist")
    assert repo.branches() == ["main"]


def test_nothing_is_lost_between_eight_writers(github: GitHub, repo: GitRepository) -> None:
    """Of writers through both doors, each that was told so finds its commit in the history."""

    def write(number: int) -> None:
        client = Client(github.url, github.token)
        for turn in range(4):
            path = f"{number}/{turn}"
            while True:
                if number % 2:
                    answer = client.put(path, path.encode())
                else:
                    head = client.get("/git/ref/heads/main").json["object"]["sha"]
                    answer = client.push({path: path}, head)
                if answer.status in (200, 201):
                    break
                assert answer.status in (409, 422), answer.body
        client.connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    written = {f"{number}/{turn}" for number in range(8) for turn in range(4)}
    assert repo.files() == FILES | {path: path.encode() for path in written}
    assert len(repo.commits()) == 33


def test_another_writer_gets_in_between(
    client: Client, github: GitHub, repo: GitRepository
) -> None:
    """Before a write only the same file conflicts; inside one, any commit does."""
    before = repo.head()
    other = partial(repo.commit, files={"other": b"1"})
    github.strike = on("PUT", "/contents/", amid(other))
    answer = client.put("new", b"1")
    assert answer.refusal == (409, f"is at {repo.head()} but expected {before}")
    github.strike = on("PUT", "/contents/", meanwhile(partial(repo.commit, files={"o": b"2"})))
    assert client.put("new", b"1").status == 201
    mine = partial(repo.commit, files={"new": b"theirs"})
    github.strike = on("PUT", "/contents/", meanwhile(mine))
    assert client.put("new", b"2", sha=blob_id(b"1")).status == 409
    github.strike = on("PATCH", "/git/refs/", amid(other))
    answer = client.push({"a": "1"}, repo.head())
    assert answer.refusal == (422, "Update is not a fast forward")
    github.strike = on("PUT", "/contents/", amid(repo.make_empty))
    expected = repo.head()
    assert client.put("a", b"").refusal == (409, f"is at {NOWHERE} but expected {expected}")


def test_access(client: Client, github: GitHub) -> None:
    """Who may see and write what, and what those who may not are told."""
    github.create("octo/secret", FILES, private=True)
    github.create(files=FILES)
    github.tokens |= {
        "reader": Token(contents="read"),
        "other": Token(repositories=[]),
        "metadata": Token(contents="none"),
        "expired": Token(expires=NOW),
    }

    def refusal(token: str, name: str, *, write: bool = False) -> tuple[int, str]:
        it = Client(github.url, token, f"/repos/octo/{name}")
        answer = it.put("new", b"1") if write else it.get("/contents/README.md")
        it.connection.close()
        return (200, "") if answer.status == 200 else answer.refusal

    no_access = (403, "Resource not accessible by personal access token")
    assert refusal("", "home") == (200, "")
    assert refusal("", "home", write=True) == (401, "Requires authentication")
    assert refusal("", "secret") == (404, "Not Found")
    assert refusal("wrong", "home") == refusal("expired", "home") == (401, "Bad credentials")
    assert refusal("reader", "secret") == (200, "")
    assert refusal("reader", "secret", write=True) == no_access
    assert refusal("other", "secret", write=True) == (404, "Not Found")
    assert refusal("other", "home", write=True) == no_access
    assert refusal("metadata", "secret") == no_access
    assert refusal(github.token, "nothing") == (404, "Not Found")
    del client.headers["User-Agent"]
    nameless = client.ask("GET", User_Agent="")
    assert nameless.status == 403
    assert b"User-Agent" in nameless.body
    assert client.ask("GET", "/nothing", User_Agent="test").status == 404


def test_the_repository_and_its_pages(client: Client, github: GitHub, repo: GitRepository) -> None:
    """What it says of itself, and of its site if it has one."""
    about = client.get().json
    assert (about["full_name"], about["private"], about["has_pages"]) == ("octo/home", False, False)
    assert about["permissions"]["push"]
    assert client.get("/pages").refusal == (404, "Not Found")
    repo.pages = Pages("https://octo.github.io/home/")
    pages = client.get("/pages").json
    assert (pages["html_url"], pages["status"]) == ("https://octo.github.io/home/", "built")
    assert (pages["public"], pages["cname"]) == (True, None)
    assert client.get().json["has_pages"]
    repo.private = True
    github.tokens[github.token] = Token(contents="write")
    assert client.get("/pages").status == 403


def test_a_renamed_repository(client: Client, github: GitHub, repo: GitRepository) -> None:
    """The former name leads to an address that works, on this host unless told otherwise."""
    github.rename(repo, "octo/house")
    moved = client.get("/contents/README.md?ref=main")
    assert moved.refusal == (301, "Moved Permanently")
    address = f"{github.url}/repositories/{repo.number}/contents"
    assert moved.headers["location"] == f"{address}/README.md?ref=main"
    assert client.get(moved.headers["location"]).json["path"] == "README.md"
    write = client.put("new", b"1")
    assert (write.status, write.headers["location"]) == (307, f"{address}/new")
    body = {"message": "m", "content": ""}
    assert client.ask("PUT", write.headers["location"], body).status == 201
    client.path = "/repos/Octo/House"
    assert client.get().json["name"] == "house"
    client.path = "/repos/octo/home"
    github.redirect_to = "http://elsewhere.example"
    assert (
        client.get().headers["location"] == f"http://elsewhere.example/repositories/{repo.number}"
    )
    again = github.create("octo/home")
    assert client.get().json["id"] == again.number


def test_reads_may_lag(client: Client, repo: GitRepository) -> None:
    """So many reads after a write still show what was before it; writes never do."""
    repo.lag = 2
    before = repo.head()
    made = client.put("new", b"1").json
    assert client.get("/contents/new").status == 404
    assert client.get("/git/ref/heads/main").json["object"]["sha"] == before
    assert client.get("/contents/new").status == 200
    assert client.put("new", b"2", sha=made["content"]["sha"]).status == 200
    assert b64decode(client.get("/contents/new").json["content"]) == b"1"


def test_the_hours_requests_are_limited(tmp_path: Path) -> None:
    """The last one over the limit is refused, until the hour is over."""
    now = NOW
    with GitHub(tmp_path, clock=lambda: now) as github:
        github.create()
        github.limit = 2
        client = Client(github.url, github.token)
        assert [client.get().status for _ in range(3)] == [200, 200, 403]
        refused = client.get()
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert refused.headers["x-ratelimit-used"] == "2"
        now = datetime.fromtimestamp(int(refused.headers["x-ratelimit-reset"]), UTC)
        assert now == NOW + timedelta(hours=1)
        assert client.get().status == 200
        client.connection.close()


def test_an_enterprise_has_a_base_path(tmp_path: Path) -> None:
    """All addresses begin with it, and nothing is outside it."""
    with GitHub(tmp_path, clock=lambda: NOW, base="/api/v3") as github:
        github.create(files=FILES)
        client = Client(github.url, github.token)
        file = client.get("/contents/README.md").json
        assert file["url"].startswith(f"{github.url}/repos/octo/home/contents/README.md")
        assert urlsplit(file["url"]).path.startswith("/api/v3/")
        assert client.get(github.url.removesuffix("/api/v3") + "/repos/octo/home").status == 404
        client.connection.close()


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [
        (instead(500), 500, {}),
        (instead(503, "Unavailable"), 503, {}),
        (instead(401, "Bad credentials"), 401, {}),
        (too_many(7), 429, {"retry-after": "7"}),
        (
            primary_limit(NOW),
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795514400"},
        ),
        (secondary_limit(), 403, {"x-ratelimit-remaining": "5000"}),
        (secondary_limit(retry_after="60"), 403, {"retry-after": "60"}),
        (bad_gateway, 502, {"content-type": "text/html"}),
    ],
)
def test_another_answer(
    client: Client,
    github: GitHub,
    repo: GitRepository,
    fault: Fault,
    status: int,
    header: Mapping[str, str],
) -> None:
    """A fault's answer comes instead, and nothing is done, until it strikes no more."""
    github.strike = on("PUT", "/contents/", fault, times=2)
    for _ in range(2):
        answer = client.put("new", b"1")
        assert answer.status == status
        assert header.items() <= answer.headers.items()
        assert ("retry-after" in answer.headers) == ("retry-after" in header)
    assert repo.files() == FILES
    assert client.put("new", b"1").status == 201


@pytest.mark.parametrize(
    ("fault", "done"), [(dropped, False), (after(dropped), True), (cut, True), (garbled, True)]
)
def test_a_lost_answer(
    client: Client, github: GitHub, repo: GitRepository, fault: Fault, *, done: bool
) -> None:
    """What a client sees of it does not tell whether the request was done."""
    github.strike = at(2, fault)
    assert client.get().status == 200
    with pytest.raises((RemoteDisconnected, IncompleteRead, json.JSONDecodeError)):
        _ = client.put("new", b"1").json
    assert ("new" in repo.files()) == done
    assert client.get().status == 200


def test_done_but_told_otherwise(client: Client, github: GitHub, repo: GitRepository) -> None:
    """A 502 may come after the request was done."""
    github.strike = on("PUT", "/contents/", after(bad_gateway), skip=1)
    assert client.put("a", b"1").status == 201
    assert client.put("b", b"1").status == 502
    assert client.put("c", b"1").status == 201
    assert repo.files().keys() >= {"a", "b", "c"}


def test_hanging_ends_with_the_server(tmp_path: Path) -> None:
    """A request that hangs neither blocks others nor the end."""
    with GitHub(tmp_path, clock=lambda: NOW) as github, ThreadPoolExecutor() as pool:
        repo = github.create()
        github.strike = on("PUT", "/contents/", after(hanging))
        hung, other = Client(github.url, github.token), Client(github.url)
        lost = pool.submit(hung.put, "new", b"1")
        while not github.count("PUT") or repo.is_empty:
            assert other.get().status == 200
        other.connection.close()
        github.close()
        with pytest.raises(RemoteDisconnected):
            lost.result()
    assert repo.files() == {"new": b"1"}


def test_the_log(client: Client, github: GitHub, repo: GitRepository) -> None:
    """It has every request in order, what was answered, and how much of it was sent."""
    assert repo.full_name == "octo/home"
    answer = client.get("/contents/README.md?ref=main")
    github.strike = always(dropped)
    with pytest.raises(RemoteDisconnected):
        client.put("new", b"1")
    get, put = github.log
    assert (get.request.number, get.request.method, get.status) == (1, "GET", 200)
    assert get.request.path == "/repos/octo/home/contents/README.md?ref=main"
    assert get.request.headers["authorization"] == f"Bearer {github.token}"
    assert get.sent == len(answer.body)
    assert (put.request.number, put.status, put.sent) == (2, None, 0)
    assert json.loads(put.request.body)["message"] == "Write new"
    assert (github.count(), github.count("PUT"), github.count(path="/contents/")) == (2, 1, 2)


def test_an_error_of_the_server_itself_is_raised(tmp_path: Path) -> None:
    """A test must not take a bug in its strike for a dropped connection."""

    def strike(_request: Request) -> Fault | None:
        raise LookupError

    def use() -> None:
        with GitHub(tmp_path, clock=lambda: NOW) as github:
            github.strike = strike
            client = Client(github.url)
            with pytest.raises(RemoteDisconnected):
                client.get()

    with pytest.raises(LookupError):
        use()
