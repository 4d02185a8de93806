"""Git's own data: ids, trees, commits and refs."""

import shutil
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.github.fake import GitHub
from tests.github.fake.client import FILES, GHOST, Client, blob_id
from tests.github.fake.objects import NOWHERE
from tests.github.fake.repository import GitRepository
from tests.github.faults import amid, meanwhile, on

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")


def test_ids_are_gits(repo: GitRepository, client: Client) -> None:
    """The API and git give the same ids to files, trees and commits."""
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


def test_many_files_in_one_commit(client: Client, repo: GitRepository) -> None:
    """A tree with a base keeps unnamed files, one without does not; blobs may be made before."""
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
    """Invalid trees and commits are refused with GitHub's words."""

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
    """A tree is read by id or branch, one level or all; a long one is cut off and says so."""
    tree = repo.commits()[0].tree
    level = client.get("/git/trees/main").json
    assert (level["sha"], level["truncated"]) == (tree, False)
    assert [entry["path"] for entry in level["tree"]] == ["README.md", "days"]
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
    """Writers use both APIs at once; every commit that was confirmed is in the history."""

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
    """Another's commit before a write conflicts in the same file only; within it, always."""
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


def test_reads_may_lag(client: Client, repo: GitRepository) -> None:
    """After a write, `lag` reads still show the state before it; writes never lag."""
    repo.lag = 2
    before = repo.head()
    made = client.put("new", b"1").json
    assert client.get("/contents/new").status == 404
    assert client.get("/git/ref/heads/main").json["object"]["sha"] == before
    assert client.get("/contents/new").status == 200
    assert client.put("new", b"2", sha=made["content"]["sha"]).status == 200
    assert b64decode(client.get("/contents/new").json["content"]) == b"1"
