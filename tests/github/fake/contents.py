"""GitHub's answers about a repository, its branches and the files on them."""

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
    timestamp,
)
from tests.github.fake.objects import Commit, Entry, MovedError, NotAFolderError
from tests.github.fake.repository import EMPTY_TREE

_LARGE = 1024 * 1024  # a larger file has no content in JSON
_LISTED = 1_000  # a folder's listing ends there

_ADDRESSES = {
    "archive": "{archive_format}{/ref}",
    "assignees": "assignees{/user}",
    "blobs": "git/blobs{/sha}",
    "branches": "branches{/branch}",
    "collaborators": "collaborators{/collaborator}",
    "comments": "comments{/number}",
    "commits": "commits{/sha}",
    "compare": "compare/{base}...{head}",
    "contents": "contents/{+path}",
    "git_commits": "git/commits{/sha}",
    "git_refs": "git/refs{/sha}",
    "git_tags": "git/tags{/sha}",
    "issue_comment": "issues/comments{/number}",
    "issue_events": "issues/events{/number}",
    "issues": "issues{/number}",
    "keys": "keys{/key_id}",
    "labels": "labels{/name}",
    "milestones": "milestones{/number}",
    "notifications": "notifications{?since,all,participating}",
    "pulls": "pulls{/number}",
    "releases": "releases{/id}",
    "statuses": "statuses/{sha}",
    "trees": "git/trees{/sha}",
    **{
        name: name
        for name in (
            *("contributors", "deployments", "downloads", "events", "forks", "hooks", "languages"),
            *("merges", "stargazers", "subscribers", "subscription", "tags", "teams"),
        )
    },
}
_COUNTS = (
    *("forks", "forks_count", "open_issues", "open_issues_count", "watchers", "watchers_count"),
    *("stargazers_count", "network_count", "subscribers_count"),
)


def get_repository(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}."""
    repo = call.repository
    owner, _, name = repo.full_name.partition("/")
    return json_answer(
        {
            "id": repo.number,
            "node_id": node_id("Repository", repo.number),
            "name": name,
            "full_name": repo.full_name,
            "private": repo.private,
            "visibility": "private" if repo.private else "public",
            "owner": {"login": owner, "id": 1, "node_id": node_id("User", 1), "type": "User"},
            "html_url": call.html_url,
            "description": None,
            "homepage": None,
            "language": None,
            "license": None,
            "mirror_url": None,
            "fork": False,
            "archived": repo.is_archived,
            "disabled": False,
            "url": call.url,
            **{f"{kind}_url": f"{call.url}/{rest}" for kind, rest in _ADDRESSES.items()},
            "clone_url": f"{call.html_url}.git",
            "git_url": f"git:{call.html_url.partition(':')[2]}.git",
            "ssh_url": f"git@github.com:{repo.full_name}.git",
            "svn_url": call.html_url,
            "created_at": timestamp(repo.created_at),
            "updated_at": timestamp(repo.pushed_at),
            "pushed_at": timestamp(repo.pushed_at),
            "size": repo.disk_usage // 1024,
            **dict.fromkeys(_COUNTS, 0),
            **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
            "has_discussions": False,
            "has_pages": repo.pages is not None,
            "default_branch": repo.default_branch,
            "permissions": dict.fromkeys(("admin", "maintain", "push", "triage", "pull"), True),
        }
    )


def get_pages(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/pages."""
    pages = call.repository.pages
    if pages is None:
        raise not_found()
    return json_answer(
        {
            "url": f"{call.url}/pages",
            "status": pages.status,
            "cname": pages.cname,
            "custom_404": False,
            "html_url": pages.html_url,
            "build_type": pages.build_type,
            "source": {"branch": pages.branch, "path": pages.path},
            "public": pages.public,
            "https_enforced": True,
        }
    )


def get_branch(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/branches/{branch}."""
    head = call.repository.shown(f"refs/heads/{call.path}")
    if head is None:
        raise not_found("Branch not found")
    url = f"{call.url}/branches/{quote(call.path)}"
    return json_answer(
        {
            "name": call.path,
            "commit": _listed_commit(call, call.repository.read_commit(head)),
            "_links": {"self": url, "html": f"{call.html_url}/tree/{quote(call.path)}"},
            "protected": call.path in call.repository.rules,
            "protection": {
                "enabled": call.path in call.repository.rules,
                "required_status_checks": {
                    "enforcement_level": "off",
                    "contexts": [],
                    "checks": [],
                },
            },
            "protection_url": f"{url}/protection",
        }
    )


def _listed_commit(call: Call, commit: Commit) -> Json:
    """Return a commit as branches and lists of commits have it."""
    shown = git_commit(call, commit)
    inner = ("author", "committer", "message", "tree", "url", "verification")
    url = f"{call.url}/commits/{commit.sha}"
    return {
        "sha": commit.sha,
        "node_id": shown["node_id"],
        "commit": {**{key: shown[key] for key in inner}, "comment_count": 0},
        "url": url,
        "html_url": shown["html_url"],
        "comments_url": f"{url}/comments",
        "author": None,
        "committer": None,
        "parents": shown["parents"],
    }


def get_commits(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/commits: from a commit or a branch on, the newest first."""
    repo = call.repository
    newest = commit_at(call, call.query.get("sha") or repo.default_branch)
    if newest is None:
        raise not_found()
    number = min(int(call.query.get("per_page", 30)), 100)
    until = call.query.get("until")
    listed = repo.git(
        "rev-list",
        "--topo-order",
        f"--max-count={number}",
        *([f"--until={until}"] if until else []),
        newest.sha,
        *(["--", call.query["path"]] if "path" in call.query else []),
    ).split()
    return json_answer([_listed_commit(call, repo.read_commit(sha)) for sha in listed])


def get_contents(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/contents/{path}."""
    repo = call.repository
    if repo.is_empty:
        raise not_found("This repository is empty.")
    ref = call.query.get("ref") or repo.default_branch
    commit = commit_at(call, ref)
    if commit is None:
        raise not_found(f"No commit found for the ref {ref}")
    path = call.path.strip("/")
    entry = repo.entry(commit.tree, path)
    if entry is None:
        raise not_found()
    if entry.type == "tree":
        inner = list(repo.tree(entry.sha).items())[:_LISTED] if entry.sha != EMPTY_TREE else []
        names = ((f"{path}/{name}" if path else name, item) for name, item in inner)
        return json_answer([_item(call, ref, *name) for name in names], etag=entry.sha)
    content = repo.blob(entry.sha)
    if RAW.search(call.accept):
        return raw_answer(content, entry.sha)
    large = len(content) > _LARGE
    shown = {
        "content": "" if large else base64_lines(content),
        "encoding": "none" if large else "base64",
    }
    return json_answer(_item(call, ref, path, entry) | shown, etag=entry.sha)


def put_contents(call: Call) -> Answer:
    """PUT /repos/{owner}/{repo}/contents/{path}."""
    check_fields(call, "message", "content", optional=("sha", "branch"))
    branch, head, tree, old = _to_be_replaced(call)
    entry = Entry(
        old.mode if old and old.type == "blob" else "100644",
        call.repository.write("blob", decoded(call.fields["content"])),
    )
    commit = _commit_to(call, branch, head, tree, entry)
    return json_answer(
        {"content": _item(call, branch, call.path, entry), "commit": git_commit(call, commit)},
        200 if old else 201,
    )


def delete_contents(call: Call) -> Answer:
    """DELETE /repos/{owner}/{repo}/contents/{path}."""
    check_fields(call, "message", "sha", optional=("branch",))
    branch, head, tree, old = _to_be_replaced(call)
    if old is None:
        raise not_found()
    commit = _commit_to(call, branch, head, tree, None)
    return json_answer({"content": None, "commit": git_commit(call, commit)})


def _to_be_replaced(call: Call) -> tuple[str, str | None, str, Entry | None]:
    """Return the branch, its head and tree, and the path's entry, whose `sha` must be given."""
    repo = call.repository
    check_path(call.path, "path", {"resource": "Commit", "field": "path", "code": "invalid"})
    branch = call.fields.get("branch", repo.default_branch)
    head = repo.ref(f"refs/heads/{branch}")
    if head is None and not (branch == repo.default_branch and repo.is_empty):
        raise not_found(f"Branch {branch} not found")
    tree = repo.read_commit(head).tree if head else EMPTY_TREE
    old = repo.entry(tree, call.path) if tree != EMPTY_TREE else None
    if old is not None:
        check_fields(call, "sha")
        if call.fields["sha"] != old.sha:
            raise RefusedError(409, f"{call.path} does not match {call.fields['sha']}")
    return branch, head, tree, old


def _commit_to(call: Call, branch: str, head: str | None, tree: str, entry: Entry | None) -> Commit:
    """Change one path of a branch; refuse if the branch moves meanwhile."""
    repo = call.repository
    author, committer = signatures(call, committer_first=True)
    try:
        new = repo.changed(tree, {call.path: entry})
    except NotAFolderError as error:
        raise RefusedError(409, f"{error} is a file, not a folder") from error
    check_rules(call, branch, 409)
    parents = [head] if head else []
    commit = repo.write_commit(new, parents, call.fields["message"], author, committer)
    call.amid()
    try:
        repo.move(f"refs/heads/{branch}", commit.sha, head)
    except MovedError as error:
        raise RefusedError(409, str(error)) from error
    return commit


def _item(call: Call, ref: str, path: str, entry: Entry) -> Json:
    """Return a path as the API describes it, without its content."""
    kind = "dir" if entry.type == "tree" else "file"
    plural = "trees" if kind == "dir" else "blobs"
    ref, quoted = quote(ref), quote(path)
    raw = call.html_url.replace("//github.com/", "//raw.githubusercontent.com/", 1)
    links = {
        "self": f"{call.url}/contents/{quoted}?ref={ref}",
        "git": f"{call.url}/git/{plural}/{entry.sha}",
        "html": f"{call.html_url}/{entry.type}/{ref}/{quoted}",
    }
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": 0 if kind == "dir" else call.repository.size(entry.sha),
        "url": links["self"],
        "html_url": links["html"],
        "git_url": links["git"],
        "download_url": None if kind == "dir" else f"{raw}/{ref}/{quoted}",
        "type": kind,
        "_links": links,
    }


ROUTES = [
    Route("GET", r"()", get_repository, "repos/repos#get-a-repository", "metadata"),
    Route("GET", r"/pages()", get_pages, "pages/pages#get-a-apiname-pages-site", "pages"),
    Route("GET", r"/branches/(.+)", get_branch, "branches/branches#get-a-branch"),
    Route("GET", r"/commits()", get_commits, "commits/commits#list-commits"),
    Route("GET", r"/contents/?(.*)", get_contents, "repos/contents#get-repository-content"),
    Route(
        "PUT",
        r"/contents/(.+)",
        put_contents,
        "repos/contents#create-or-update-file-contents",
    ),
    Route("DELETE", r"/contents/(.+)", delete_contents, "repos/contents#delete-a-file"),
]
