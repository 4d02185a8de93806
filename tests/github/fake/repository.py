"""A repository as GitHub keeps it: a bare git repository whose branches move only when expected.

Objects are written as git writes them, loose and under their true ids; refs move through git.
"""

import os
import re
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from threading import RLock, get_ident

from tests.github.fake.objects import (
    NOWHERE,
    BadRefError,
    Commit,
    Entry,
    MovedError,
    NotAFolderError,
    NotThereError,
    Pages,
    Rule,
    Signature,
)

Clock = Callable[[], datetime]

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
ANYWHERE = "anywhere"
_SHA = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"refs(/(?!\.)(?:(?!\.\.|@\{)[^\x00-\x20\x7f~^:?*\[\\/])+)+")
_SOMEONE = ("powerstats-test", "powerstats-test@users.noreply.github.com")
_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_NAME": _SOMEONE[0] for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": _SOMEONE[1] for role in ("AUTHOR", "COMMITTER")},
}


class GitRepository:
    """One repository, empty at first; after a write, `lag` reads still show the state before it.

    `rules` has the rule of each branch that refuses writes.

    `commit`, `files`, `commits`, `head`, `branches`, `git` and `fsck` are the tests' own ways in.
    """

    def __init__(
        self,
        folder: Path,
        full_name: str,
        number: int,
        clock: Clock,
        *,
        private: bool = False,
        default_branch: str = "main",
    ) -> None:
        self.folder = folder
        self.full_name = full_name
        self.number = number
        self.clock = clock
        self.private = private
        self.default_branch = default_branch
        self.pages: Pages | None = None
        self.rules: dict[str, Rule] = {}
        self.is_archived = False
        self.lag = 0
        self.tree_limit = 100_000
        self.created_at = clock()
        self.pushed_at = clock()
        self._sizes: dict[str, int] = {}
        self._before: dict[str, tuple[str | None, int]] = {}
        self._lock = RLock()
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--template=", f"--initial-branch={default_branch}")

    def git(self, *args: str, stdin: bytes = b"") -> str:
        """Run git in the repository; return what it says."""
        return self._git(*args, stdin=stdin).decode().rstrip("\n")

    def _git(self, *args: str, stdin: bytes = b"") -> bytes:
        command = ["git", *args]
        return subprocess.run(
            command, cwd=self.folder, env=_ENVIRONMENT, input=stdin, capture_output=True, check=True
        ).stdout

    # Objects

    def write(self, kind: str, content: bytes) -> str:
        """Store an object; return its id."""
        raw = b"%s %d\0" % (kind.encode(), len(content)) + content
        sha = sha1(raw).hexdigest()
        path = self._loose(sha)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            unfinished = path.with_name(f"tmp_obj_{get_ident()}")
            unfinished.write_bytes(zlib.compress(raw, 1))
            unfinished.replace(path)
        self._sizes[sha] = len(content)
        return sha

    def read(self, sha: str) -> tuple[str, bytes]:
        """Return an object's type and content; KeyError if there is none."""
        if not _SHA.fullmatch(sha):
            raise KeyError(sha)
        try:
            head, _, content = zlib.decompress(self._loose(sha).read_bytes()).partition(b"\0")
            return head.split()[0].decode(), content
        except FileNotFoundError:
            head, _, content = self._git("cat-file", "--batch", stdin=sha.encode()).partition(b"\n")
        _, kind, *size = head.decode().split()
        if not size:
            raise KeyError(sha)
        return kind, content[: int(size[0])]

    def _loose(self, sha: str) -> Path:
        return self.folder / "objects" / sha[:2] / sha[2:]

    def has(self, kind: str, sha: str) -> bool:
        """Tell whether there is such an object."""
        try:
            return self.read(sha)[0] == kind
        except KeyError:
            return False

    def blob(self, sha: str) -> bytes:
        """Return a file's content; KeyError if there is none."""
        return self._content("blob", sha)

    def size(self, sha: str) -> int:
        """Return the size of an object."""
        if sha not in self._sizes:
            self._sizes[sha] = len(self.read(sha)[1])
        return self._sizes[sha]

    @property
    def disk_usage(self) -> int:
        """The size of all that was written, in bytes."""
        return sum(self._sizes.copy().values())

    def _content(self, kind: str, sha: str) -> bytes:
        actual, content = self.read(sha)
        if actual != kind:
            raise KeyError(sha)
        return content

    # Trees

    def tree(self, sha: str) -> dict[str, Entry]:
        """Return a folder's entries by name; KeyError if there is none."""
        rest, entries = self._content("tree", sha), {}
        while rest:
            head, _, rest = rest.partition(b"\0")
            mode, _, name = head.decode().partition(" ")
            entries[name] = Entry(mode.zfill(6), rest[:20].hex())
            rest = rest[20:]
        return entries

    def entry(self, tree: str, path: str) -> Entry | None:
        """Return the entry at a path, the tree itself for an empty path, or None."""
        entry: Entry | None = Entry("040000", tree)
        for name in path.split("/") if path else []:
            if entry is None or entry.type != "tree":
                return None
            entry = self.tree(entry.sha).get(name)
        return entry

    def walk(self, tree: str, prefix: str = "") -> Iterator[tuple[str, Entry]]:
        """Yield all paths below a tree in git's order, folders before what they hold."""
        for name, entry in self.tree(tree).items():
            yield prefix + name, entry
            if entry.type == "tree":
                yield from self.walk(entry.sha, f"{prefix}{name}/")

    def changed(self, tree: str, changes: Mapping[str, Entry | None]) -> str:
        """Write a tree with changed entries by path, without those that are None; return its id."""
        entries = self.tree(tree) if tree != EMPTY_TREE else {}
        below: dict[str, dict[str, Entry | None]] = {}
        for path, entry in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            elif entry:
                entries[name] = entry
            elif not entries.pop(name, None):
                raise NotThereError(path)
        for name, inner in below.items():
            folder = entries.pop(name, Entry("040000", EMPTY_TREE))
            if folder.type != "tree":
                raise NotAFolderError(name)
            sha = self.changed(folder.sha, inner)
            if sha != EMPTY_TREE:
                entries[name] = Entry("040000", sha)
        return self._write_tree(entries)

    def _write_tree(self, entries: Mapping[str, Entry]) -> str:
        def place(item: tuple[str, Entry]) -> bytes:
            name, entry = item
            return (f"{name}/" if entry.type == "tree" else name).encode()

        return self.write(
            "tree",
            b"".join(
                f"{entry.mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(entry.sha)
                for name, entry in sorted(entries.items(), key=place)
            ),
        )

    # Commits

    def someone(self) -> Signature:
        """Return the signature that is used if a request has none."""
        return Signature(*_SOMEONE, self.clock().astimezone(UTC))

    def write_commit(
        self,
        tree: str,
        parents: Sequence[str],
        message: str,
        author: Signature | None = None,
        committer: Signature | None = None,
    ) -> Commit:
        """Store a commit; no ref moves."""
        author = author or self.someone()
        committer = committer or self.someone()
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author}", f"committer {committer}", "", message]
        sha = self.write("commit", "\n".join(lines).encode())
        return Commit(sha, tree, tuple(parents), author, committer, message)

    def read_commit(self, sha: str) -> Commit:
        """Return a commit; KeyError if there is none."""
        head, _, message = self._content("commit", sha).decode().partition("\n\n")
        fields = [line.split(" ", 1) for line in head.split("\n") if line[:1] != " "]
        last = dict(fields)
        parents = tuple(value for name, value in fields if name == "parent")
        signatures = Signature.parsed(last["author"]), Signature.parsed(last["committer"])
        return Commit(sha, last["tree"], parents, *signatures, message)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether a commit is another one, or an ancestor of it."""
        if older in (newer, *self.read_commit(newer).parents):
            return True
        try:
            self.git("merge-base", "--is-ancestor", older, newer)
        except subprocess.CalledProcessError:
            return False
        return True

    # Refs

    def ref(self, name: str) -> str | None:
        """Return the commit of a ref like `refs/heads/main`, None if there is no such ref."""
        if not _REF.fullmatch(name):
            return None
        try:
            return (self.folder / name).read_text().strip()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return self.refs().get(name) if (self.folder / "packed-refs").exists() else None

    def shown(self, name: str) -> str | None:
        """Return the commit that reads see for a ref; they may lag behind the last write."""
        with self._lock:
            before, left = self._before.get(name, (None, 0))
            if not left:
                return self.ref(name)
            self._before[name] = before, left - 1
            return before

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Return the commits of all refs whose name begins with a prefix."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        pairs = (line.split(" ") for line in lines)
        return {name: sha for name, sha in pairs if name.startswith(prefix)}

    def move(self, name: str, new: str | None, old: str | None) -> None:
        """Move a ref from `old` to `new`; None means no ref. MovedError if it is elsewhere."""
        with self._lock:
            actual = self.ref(name)
            if old not in (actual, ANYWHERE):
                raise MovedError(actual, old)
            path = self.folder / name
            if new and path.is_file():
                lock = path.with_name(f"{path.name}.lock")  # as git itself does it
                with lock.open("x") as file:
                    file.write(f"{new}\n")
                lock.replace(path)
            else:
                self._update_ref(name, new or NOWHERE, actual or NOWHERE)
            self._before[name] = actual, self.lag
            self.pushed_at = self.clock()

    def _update_ref(self, name: str, new: str, old: str) -> None:
        try:
            self.git("update-ref", name, new, old)
        except subprocess.CalledProcessError as error:
            raise BadRefError(error.stderr) from error

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever committed."""
        return not self.ref(f"refs/heads/{self.default_branch}") and not self.refs()

    # For the tests themselves

    def make_empty(self) -> None:
        """Delete all refs, as if nothing was ever committed."""
        for name, sha in self.refs().items():
            self.move(name, None, sha)

    def commit(
        self,
        branch: str = "main",
        files: Mapping[str, bytes | None] | None = None,
        message: str = "Another writer's",
    ) -> str:
        """Write and delete files as another writer would; return the commit's id."""
        ref = f"refs/heads/{branch}"
        changes = {
            path: None if content is None else Entry("100644", self.write("blob", content))
            for path, content in (files or {}).items()
        }
        while True:
            head = self.ref(ref)
            tree = self.read_commit(head).tree if head else EMPTY_TREE
            new = self.write_commit(self.changed(tree, changes), [head] if head else [], message)
            try:
                self.move(ref, new.sha, head)
            except MovedError:
                continue
            return new.sha

    def branches(self) -> list[str]:
        """Return the names of all branches."""
        return [name.removeprefix("refs/heads/") for name in self.refs("refs/heads/")]

    def head(self, branch: str = "main") -> str:
        """Return the id of a branch's last commit; KeyError if there is none."""
        sha = self.ref(f"refs/heads/{branch}")
        if sha is None:
            raise KeyError(branch)
        return sha

    def commits(self, branch: str = "main") -> list[Commit]:
        """Return a branch's commits, newest first, along first parents."""
        found = [self.read_commit(self.head(branch))]
        while found[-1].parents:
            found.append(self.read_commit(found[-1].parents[0]))
        return found

    def files(self, branch: str = "main", path: str = "") -> dict[str, bytes]:
        """Return the content of all files in a folder, by their path from the root."""
        folder = self.entry(self.read_commit(self.head(branch)).tree, path)
        if folder is None:
            return {}
        below = self.walk(folder.sha, f"{path}/" if path else "")
        return {name: self.blob(entry.sha) for name, entry in below if entry.type == "blob"}

    def fsck(self) -> None:
        """Assert that git finds nothing wrong with the repository."""
        command = ["git", "fsck", "--full", "--strict", "--no-dangling", "--no-progress"]
        check = subprocess.run(
            command, cwd=self.folder, env=_ENVIRONMENT, capture_output=True, text=True, check=False
        )
        lines = (check.stdout + check.stderr).splitlines()
        wrong = [line for line in lines if not line.startswith("notice: ")]
        assert check.returncode == 0, wrong
        assert not wrong, wrong
