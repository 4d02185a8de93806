"""Single files: read, written and deleted as GitHub does it."""

import gzip
import json
import shutil
from base64 import b64decode

import pytest

from tests.github.fake import GitHub, Rule
from tests.github.fake.client import FILES, GHOST, Client, blob_id
from tests.github.fake.repository import GitRepository

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")
PUT_DOCUMENTATION = "https://docs.github.com/rest/repos/contents#create-or-update-file-contents"


def test_a_file_is_read(client: Client, repo: GitRepository) -> None:
    """A file is read as JSON with base64 in lines of 60, or raw; its ETag is its id."""
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
    """An answer has all keys that clients may rely on; for a repository, some of them."""
    assert set(keys.split()) <= client.get(path).json.keys()


def test_commits_have_what_the_published_description_requires(
    client: Client, repo: GitRepository
) -> None:
    """Every endpoint answers with the same commit."""
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
    """If-None-Match is answered with 304, compressed or not, until the file changes."""
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
    """Any wrong `sha` is answered with 409; the file stays."""
    answer = client.put("README.md", b"mine", sha=sha)
    assert answer.json == {
        "message": f"README.md does not match {sha}",
        "documentation_url": PUT_DOCUMENTATION,
        "status": "409",
    }
    assert answer.status == 409
    assert repo.files() == FILES


def test_what_a_write_needs(client: Client, repo: GitRepository) -> None:
    """An existing file needs a `sha`, a new one needs none; the branch is checked first."""
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
    """The `sha` of the answer is the one for the next write; equal content makes a commit too."""
    sha = blob_id(FILES["README.md"])
    for _ in range(2):
        answer = client.put("README.md", FILES["README.md"], sha=sha, branch="main")
        assert answer.status == 200
        assert answer.json["content"]["sha"] == sha
    assert len(repo.commits()) == 3
    assert len({commit.tree for commit in repo.commits()}) == 1


def test_signatures_are_the_requests(client: Client, repo: GitRepository) -> None:
    """Author and committer can be given; by default the author is the committer."""
    someone = {"name": "Jo", "email": "jo@example.org", "date": "2026-01-01T12:00:00+01:00"}
    commit = client.put("new", b"1", committer=someone).json["commit"]
    assert commit["author"] == commit["committer"]
    assert commit["author"] == someone | {"date": "2026-01-01T11:00:00Z"}
    assert repo.git("log", "-1", "--format=%an %aI") == "Jo 2026-01-01T12:00:00+01:00"
    assert client.put("b", b"1", author={"name": "Jo"}).status == 422


def test_a_file_is_deleted(client: Client, repo: GitRepository) -> None:
    """A file is deleted with its `sha`, and a folder with its last file."""
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
    """Only a PUT to the default branch makes its first commit."""
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


def test_commits_are_listed(repo: GitRepository, client: Client) -> None:
    """A list begins with the commit or the head of the branch that is asked for."""
    shas = [repo.commit(files={"README.md": str(number).encode()}) for number in range(4)]
    listed = client.get(f"/commits?sha={shas[2]}&per_page=2").json
    assert [commit["sha"] for commit in listed] == [shas[2], shas[1]]
    assert listed[0]["parents"][0]["sha"] == shas[1]
    assert listed[0]["commit"]["committer"]["name"] == "powerstats-test"
    assert [commit["sha"] for commit in client.get("/commits").json][:4] == shas[::-1]
    assert client.get(f"/commits?sha={GHOST}").status == 404


def test_a_rule_refuses_writes(repo: GitRepository, client: Client) -> None:
    """Its words come with 409 and 422, and the branch is shown as protected; reads go on."""
    words = "Repository rule violations found\n\nCannot update this protected ref.\n\n"
    repo.rules["main"] = Rule(words)
    head = repo.head()
    assert client.put("new", b"1").refusal == (409, words)
    commit = client.post("/git/commits", message="m", tree=repo.read_commit(head).tree)
    assert client.update(commit.json["sha"], force=True).refusal == (422, words)
    assert client.get("/branches/main").json["protected"]
    assert client.get("/contents/README.md").status == 200
    assert repo.head() == head
