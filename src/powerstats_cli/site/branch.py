"""The site on a branch for GitHub Pages: one commit brings it up to date."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from powerstats_cli.github.client import ConflictError
from powerstats_cli.github.repository import Head, Repository, blob_id
from powerstats_cli.site.rendering import PAGE_NAME, Site, outdated

MOST_NAMES: Final = 4


class Destination(msgspec.Struct, frozen=True):
    """A folder on a branch of a repository, and whether the branch's earlier commits are kept."""

    branch: str
    folder: str
    history: Literal["keep", "squash"]


class Difference(msgspec.Struct, frozen=True):
    """The changes that a branch needs: new and changed files by name, and names to remove."""

    new: Mapping[str, bytes]
    changed: Mapping[str, bytes]
    removed: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """All files that a commit would touch."""
        return [*sorted({*self.new, *self.changed}), *self.removed]


def difference(
    repository: Repository, destination: Destination, site: Site, data: Mapping[str, bytes]
) -> Difference:
    """Return what a branch lacks of a site and its data files.

    Raises MissingError if there is no such repository.
    """
    head = repository.head(destination.branch)
    if head is None:
        repository.check_present()
    return _difference(repository, head, destination, site, data)


def update_branch(
    repository: Repository, destination: Destination, site: Site, data: Mapping[str, bytes]
) -> Difference:
    """Bring a branch up to date in one commit, and return what that changed.

    There is no commit if nothing differs. If another writer comes first, all of it is done again
    from the branch's new head. Files that are not powerstats' own are left alone.
    """

    def attempt() -> Difference:
        head = _head(repository, destination.branch)
        lacking = _difference(repository, head, destination, site, data)
        if lacking.names:
            _commit(repository, head, destination, lacking)
        return lacking

    return repository.retry_conflicts(attempt, f"branch {destination.branch} of {repository.name}")


def _head(repository: Repository, branch: str) -> Head | None:
    """Return the head of a branch, None if there is no such branch.

    An empty repository gets its first commit, which may make the branch.
    """
    head = repository.head(branch)
    if head is None:
        default, first = repository.default_head(branch)
        head = first if default == branch else None
    return head


def _difference(
    repository: Repository,
    head: Head | None,
    destination: Destination,
    site: Site,
    data: Mapping[str, bytes],
) -> Difference:
    present = repository.blob_ids(head.tree, destination.folder) if head else {}
    wanted = {**site.files, **data}
    changed = {
        name: content
        for name, content in wanted.items()
        if name in present and present[name] != blob_id(content)
    }
    # After a change of the page, caches still hold the old page, which needs its old script.
    removed = [
        name
        for name in outdated(site, present)
        if PAGE_NAME not in changed or name.endswith(".json")
    ]
    new = {name: content for name, content in wanted.items() if name not in present}
    return Difference(new, changed, tuple(removed))


def _commit(
    repository: Repository, head: Head | None, destination: Destination, lacking: Difference
) -> None:
    start = f"{destination.folder}/" if destination.folder else ""
    contents = {**lacking.new, **lacking.changed} | dict.fromkeys(lacking.removed)
    changes = {start + name: contents[name] for name in lacking.names}
    tree = repository.make_tree(head.tree if head else None, changes)
    is_squashed = destination.history == "squash"
    commit = repository.make_commit(
        _message(lacking.names), tree, [head.commit] if head and not is_squashed else []
    )
    if head is None:
        repository.create_branch(destination.branch, commit)
        return
    # GitHub refuses no forced move: look for another's commit just before.
    if is_squashed and repository.head(destination.branch) != head:
        message = "another's commit came before"
        raise ConflictError(message)
    repository.move_branch(destination.branch, commit, force=is_squashed)


def _message(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} files"
