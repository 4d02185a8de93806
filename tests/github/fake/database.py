"""GitHub's answers about the git database of a repository: refs, commits, trees and blobs."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.github.fake.api import (
    RAW,
    Answer,
    Call,
    Json,
    RefusedError,
    Route,
    base64_lines,
    check_fields,
    check_path,
    check_rules,
    commit_at,
    decoded,
    git_commit,
    json_answer,
    node_id,
    not_found,
    raw_answer,
    signatures,
)
from tests.github.fake.objects import BadRefError, Entry, MovedError, NotAFolderError, NotThereError
from tests.github.fake.repository import ANYWHERE, EMPTY_TREE

_MODES = {"100644": "blob", "100755": "blob", "120000": "blob", "040000": "tree"}


def get_ref(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/ref/{ref}."""
    name = f"refs/{call.path}"
    sha = call.repository.shown(name)
    if sha is None:
        raise not_found()
    return json_answer(_git_ref(call, name, sha))


def get_matching_refs(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/matching-refs/{ref}."""
    matching = call.repository.refs(f"refs/{call.path}")
    return json_answer([_git_ref(call, name, sha) for name, sha in matching.items()])


def create_ref(call: Call) -> Answer:
    """POST /repos/{owner}/{repo}/git/refs."""
    check_fields(call, "ref", "sha")
    name = call.fields["ref"]
    if not re.fullmatch(r"refs/[^/]+/.+", name):
        raise RefusedError(422, f"{name} is not a valid ref name.")
    return _moved(call, name, None, status=201)


def update_ref(call: Call) -> Answer:
    """PATCH /repos/{owner}/{repo}/git/refs/{ref}."""
    check_fields(call, "sha")
    name = f"refs/{call.path}"
    old = call.repository.ref(name)
    if old is None:
        raise RefusedError(422, "Reference does not exist")
    return _moved(call, name, old, status=200)


def delete_ref(call: Call) -> Answer:
    """DELETE /repos/{owner}/{repo}/git/refs/{ref}."""
    name = f"refs/{call.path}"
    if call.repository.ref(name) is None:
        raise RefusedError(422, "Reference does not exist")
    call.repository.move(name, None, ANYWHERE)
    return Answer(204)


def _moved(call: Call, name: str, old: str | None, *, status: int) -> Answer:
    """Move a ref to the commit in the body."""
    repo, new = call.repository, call.fields["sha"]
    if not repo.has("commit", new):
        raise RefusedError(422, "Object does not exist")
    force = call.fields.get("force", False)
    if old is not None and not force and not repo.is_ancestor(old, new):
        raise RefusedError(422, "Update is not a fast forward")
    check_rules(call, name.removeprefix("refs/heads/"), 422)
    call.amid()
    try:
        repo.move(name, new, ANYWHERE if force else old)
    except MovedError as error:
        message = "Reference already exists" if old is None else "Update is not a fast forward"
        raise RefusedError(422, message) from error
    except BadRefError as error:
        raise RefusedError(422, "Reference update failed") from error
    ref = _git_ref(call, name, new)
    return json_answer(ref, status, **({"location": str(ref["url"])} if status == 201 else {}))


def _git_ref(call: Call, name: str, sha: str) -> Json:
    return {
        "ref": name,
        "node_id": node_id("Ref", name),
        "url": f"{call.url}/git/{quote(name)}",
        "object": {"sha": sha, "type": "commit", "url": f"{call.url}/git/commits/{sha}"},
    }


def get_commit(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/commits/{sha}."""
    try:
        return json_answer(git_commit(call, call.repository.read_commit(call.path)))
    except KeyError:
        raise not_found() from None


def create_commit(call: Call) -> Answer:
    """POST /repos/{owner}/{repo}/git/commits."""
    repo = call.repository
    check_fields(call, "message", "tree")
    tree, parents = call.fields["tree"], call.fields.get("parents") or []
    if not repo.has("tree", tree):
        raise RefusedError(422, "Tree SHA does not exist")
    if not all(repo.has("commit", str(parent)) for parent in parents):
        raise RefusedError(422, "Parent SHA does not exist or is not a commit object")
    signed = signatures(call, committer_first=False)
    commit = repo.write_commit(tree, parents, call.fields["message"], *signed)
    body = git_commit(call, commit)
    return json_answer(body, 201, location=str(body["url"]))


def get_tree(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/trees/{tree_sha}: of a tree, a commit or a branch."""
    repo = call.repository
    commit = commit_at(call, call.path)
    sha = commit.tree if commit else call.path
    if not repo.has("tree", sha):
        raise not_found()
    return json_answer(_git_tree(call, sha, recursive="recursive" in call.query))


def create_tree(call: Call) -> Answer:
    """POST /repos/{owner}/{repo}/git/trees."""
    repo = call.repository
    given = call.fields.get("tree")
    if not isinstance(given, list) or not given:
        raise RefusedError(422, "Invalid tree info")
    base = call.fields.get("base_tree")
    if base is not None and repo.has("commit", base):
        base = repo.read_commit(base).tree
    if base is not None and not repo.has("tree", base):
        raise RefusedError(422, "base_tree is not a valid tree oid")
    changes = dict(_change(call, item) for item in given)
    try:
        sha = repo.changed(base or EMPTY_TREE, changes)
    except (NotThereError, NotAFolderError) as error:
        raise RefusedError(422, "GitRPC::BadObjectState") from error
    return json_answer(_git_tree(call, sha), 201, location=f"{call.url}/git/trees/{sha}")


def _change(call: Call, item: Mapping[str, Any]) -> tuple[str, Entry | None]:
    """Return the path of a tree's item, and the entry that it gets."""
    path, mode, content = item.get("path"), item.get("mode"), item.get("content")
    if not isinstance(path, str):
        raise RefusedError(422, "tree.path must be supplied")
    check_path(path, "tree.path")
    if "sha" in item and content is not None:
        raise RefusedError(422, "Must supply either tree.sha or tree.content, not both")
    if "sha" in item and item["sha"] is None:
        return path, None
    kind = _MODES.get(str(mode))
    if kind is None:
        raise RefusedError(422, "Must supply a valid tree.mode")
    if isinstance(content, str):
        return path, Entry(str(mode), call.repository.write("blob", content.encode()))
    sha = str(item.get("sha", ""))
    if not call.repository.has(kind, sha):
        raise RefusedError(422, f"tree.sha {sha} is not a valid {kind}")
    return path, Entry(str(mode), sha)


def _git_tree(call: Call, sha: str, *, recursive: bool = False) -> Json:
    repo = call.repository
    found = repo.walk(sha) if recursive else repo.tree(sha).items()
    items: list[Json] = []
    truncated = False
    for path, entry in found:
        if len(items) == repo.tree_limit:
            truncated = True
            break
        size = {"size": repo.size(entry.sha)} if entry.type == "blob" else {}
        url = f"{call.url}/git/{entry.type}s/{entry.sha}"
        kept = {"path": path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
        items.append({**kept, **size, "url": url})
    url = f"{call.url}/git/trees/{sha}"
    return {"sha": sha, "url": url, "tree": items, "truncated": truncated}


def get_blob(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/git/blobs/{file_sha}."""
    try:
        content = call.repository.blob(call.path)
    except KeyError:
        raise not_found() from None
    if RAW.search(call.accept):
        return raw_answer(content, call.path)
    body = {
        "sha": call.path,
        "node_id": node_id("Blob", call.path),
        "size": len(content),
        "url": f"{call.url}/git/blobs/{call.path}",
        "content": base64_lines(content),
        "encoding": "base64",
    }
    return json_answer(body, etag=call.path)


def create_blob(call: Call) -> Answer:
    """POST /repos/{owner}/{repo}/git/blobs."""
    check_fields(call, "content", optional=("encoding",))
    text = call.fields["content"]
    encoded = call.fields.get("encoding", "utf-8") == "base64"
    sha = call.repository.write("blob", decoded(text) if encoded else text.encode())
    url = f"{call.url}/git/blobs/{sha}"
    return json_answer({"sha": sha, "url": url}, 201, location=url)


ROUTES = [
    Route("GET", r"/git/ref/(.+)", get_ref, "git/refs#get-a-reference"),
    Route(
        "GET",
        r"/git/matching-refs/(.*)",
        get_matching_refs,
        "git/refs#list-matching-references",
    ),
    Route("POST", r"/git/refs()", create_ref, "git/refs#create-a-reference"),
    Route("PATCH", r"/git/refs/(.+)", update_ref, "git/refs#update-a-reference"),
    Route("DELETE", r"/git/refs/(.+)", delete_ref, "git/refs#delete-a-reference"),
    Route("GET", r"/git/commits/(.+)", get_commit, "git/commits#get-a-commit-object"),
    Route("POST", r"/git/commits()", create_commit, "git/commits#create-a-commit"),
    Route("GET", r"/git/trees/(.+)", get_tree, "git/trees#get-a-tree"),
    Route("POST", r"/git/trees()", create_tree, "git/trees#create-a-tree"),
    Route("GET", r"/git/blobs/(.+)", get_blob, "git/blobs#get-a-blob"),
    Route("POST", r"/git/blobs()", create_blob, "git/blobs#create-a-blob"),
]
