"""The server: who may do what, names, limits, faults and the log."""

import json
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import IncompleteRead, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.github.fake import Fault, GitHub, Request, Token
from tests.github.fake.client import FILES, NOW, Client
from tests.github.fake.objects import Pages
from tests.github.fake.repository import GitRepository
from tests.github.faults import (
    after,
    always,
    at,
    bad_gateway,
    cut,
    dropped,
    garbled,
    hanging,
    instead,
    on,
    primary_limit,
    secondary_limit,
    too_many,
)

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")


def test_access(client: Client, github: GitHub) -> None:
    """Tokens may see and write as their permissions say; refusals have GitHub's words."""
    github.create("octo/secret", FILES, private=True)
    github.create(files=FILES)
    github.tokens |= {
        "reader": Token(contents="read"),
        "other": Token(repositories=[]),
        "metadata": Token(contents="none"),
        "expired": Token(expires=NOW),
    }

    def refusal(token: str, name: str, *, write: bool = False) -> tuple[int, str]:
        other = Client(github.url, token, f"/repos/octo/{name}")
        answer = other.put("new", b"1") if write else other.get("/contents/README.md")
        other.connection.close()
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
    """GitHub describes the repository, and its site if it has one."""
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
    """The former name redirects to a working address, on this host unless told otherwise."""
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
    """All addresses begin with the base path, and there is nothing outside of it."""
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
    """A fault's answer is sent and nothing is done, until the fault strikes no more."""
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
    """The client cannot see whether the request was done."""
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
    """A request that hangs blocks neither other requests nor the server's end."""
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
    """The log has every request in order, its status, and the size of its answer."""
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
    """A bug in a test's strike is raised at the end; it looks like a dropped connection before."""

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
