"""The site on a branch for GitHub Pages, in one commit; none where it is there already."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from powerstats_cli.github.client import GitHub, Head, MovedOnError, blob_id
from powerstats_cli.site.rendering import PAGE_NAME, Site, outdated

MOST_NAMES: Final = 4


class Place(msgspec.Struct, frozen=True):
    """Where the site goes in a repository, and what becomes of the commits before."""

    branch: str
    folder: str
    history: Literal["keep", "squash"]


class Difference(msgspec.Struct, frozen=True):
    """What the branch lacks, by name: new and changed files, and what has no place there."""

    new: Mapping[str, bytes]
    changed: Mapping[str, bytes]
    removed: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """All files that a commit would touch."""
        return [*sorted({*self.new, *self.changed}), *self.removed]


def difference(github: GitHub, place: Place, site: Site, data: Mapping[str, bytes]) -> Difference:
    """Return what a branch lacks of a site and its data files."""
    head = github.head(place.branch)
    if head is None:
        github.default_branch()  # says whether there is such a repository at all
    return _difference(github, head, place, site, data)


def put_on_branch(
    github: GitHub, place: Place, site: Site, data: Mapping[str, bytes]
) -> Difference:
    """Bring a branch up to date in one commit, and return what that changed.

    A lost race starts again from the branch's new head; files of others are left alone.
    """

    def attempt() -> Difference:
        head = _head(github, place.branch)
        lacking = _difference(github, head, place, site, data)
        if lacking.names:
            _commit(github, head, place, lacking)
        return lacking

    return github.until_won(attempt, f"branch {place.branch} of {github.repo}")


def _head(github: GitHub, branch: str) -> Head | None:
    """Return the head of a branch that is there, or was made by the repository's first commit."""
    head = github.head(branch)
    if head is None:
        default, first = github.default_head(branch)
        head = first if default == branch else None
    return head


def _difference(
    github: GitHub, head: Head | None, place: Place, site: Site, data: Mapping[str, bytes]
) -> Difference:
    there = github.files(head.tree, place.folder) if head else {}
    wanted = {**site.files, **data}
    changed = {
        name: content
        for name, content in wanted.items()
        if name in there and there[name] != blob_id(content)
    }
    # While a new page spreads, copies of the old one still need the script that they name.
    gone = [
        name for name in outdated(site, there) if PAGE_NAME not in changed or name.endswith(".json")
    ]
    new = {name: content for name, content in wanted.items() if name not in there}
    return Difference(new, changed, tuple(gone))


def _commit(github: GitHub, head: Head | None, place: Place, lacking: Difference) -> None:
    start = f"{place.folder}/" if place.folder else ""
    contents = {**lacking.new, **lacking.changed} | dict.fromkeys(lacking.removed)
    changes = {start + name: contents[name] for name in lacking.names}
    tree = github.make_tree(head.tree if head else None, changes)
    is_squashed = place.history == "squash"
    commit = github.make_commit(
        _message(lacking.names), tree, [head.commit] if head and not is_squashed else []
    )
    if head is None:
        github.create_branch(place.branch, commit)
        return
    # A forced move would win every race: another's commit is looked for just before.
    if is_squashed and github.head(place.branch) != head:
        message = "another's commit came before"
        raise MovedOnError(message)
    github.move_branch(place.branch, commit, force=is_squashed)


def _message(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} files"
