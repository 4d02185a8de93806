"""The site on a branch for GitHub Pages: one commit brings it up to date."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from powerstats_cli.github.client import ConflictError
from powerstats_cli.github.repository import Head, Repository, blob_id
from powerstats_cli.site.rendering import PAGE_NAME, Site, outdated

MOST_NAMES: Final = 4


class Place(msgspec.Struct, frozen=True):
    """A folder on a branch of a repository, and whether the branch's earlier commits are kept."""

    branch: str
    folder: str
    history: Literal["keep", "squash"]


class Difference(msgspec.Struct, frozen=True):
    """What a branch lacks: new and changed files by name, and the names of files to remove."""

    new: Mapping[str, bytes]
    changed: Mapping[str, bytes]
    removed: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """All files that a commit would touch."""
        return [*sorted({*self.new, *self.changed}), *self.removed]


def difference(
    repository: Repository, place: Place, site: Site, data: Mapping[str, bytes]
) -> Difference:
    """Return what a branch lacks of a site and its data files.

    Raises MissingError if there is no such repository.
    """
    head = repository.head(place.branch)
    if head is None:
        repository.check_present()
    return _difference(repository, head, place, site, data)


def put_on_branch(
    repository: Repository, place: Place, site: Site, data: Mapping[str, bytes]
) -> Difference:
    """Bring a branch up to date in one commit, and return what that changed.

    There is no commit if nothing differs. If another writer comes first, it starts again from the
    branch's new head. Files that are not powerstats' own are left alone.
    """

    def attempt() -> Difference:
        head = _head(repository, place.branch)
        lacking = _difference(repository, head, place, site, data)
        if lacking.names:
            _commit(repository, head, place, lacking)
        return lacking

    return repository.retry_conflicts(attempt, f"branch {place.branch} of {repository.name}")


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
    place: Place,
    site: Site,
    data: Mapping[str, bytes],
) -> Difference:
    present = repository.blob_ids(head.tree, place.folder) if head else {}
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


def _commit(repository: Repository, head: Head | None, place: Place, lacking: Difference) -> None:
    start = f"{place.folder}/" if place.folder else ""
    contents = {**lacking.new, **lacking.changed} | dict.fromkeys(lacking.removed)
    changes = {start + name: contents[name] for name in lacking.names}
    tree = repository.make_tree(head.tree if head else None, changes)
    is_squashed = place.history == "squash"
    commit = repository.make_commit(
        _message(lacking.names), tree, [head.commit] if head and not is_squashed else []
    )
    if head is None:
        repository.create_branch(place.branch, commit)
        return
    # GitHub refuses no forced move: look for another's commit just before.
    if is_squashed and repository.head(place.branch) != head:
        message = "another's commit came before"
        raise ConflictError(message)
    repository.move_branch(place.branch, commit, force=is_squashed)


def _message(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} files"
