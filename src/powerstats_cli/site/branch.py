"""The site on a branch for GitHub Pages: one commit brings it up to date."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from powerstats_cli.core.blobs import blob_id
from powerstats_cli.errors import UnreadableError
from powerstats_cli.github.client import ConflictError
from powerstats_cli.github.repository import Head, Repository
from powerstats_cli.settings import Settings
from powerstats_cli.site import ownership
from powerstats_cli.site.contents import Contents
from powerstats_cli.site.ownership import LIST_NAME, Consent, Listed, is_data_name
from powerstats_cli.site.published import NotOursError, check_no_loss, is_data
from powerstats_cli.site.rendering import (
    NO_JEKYLL,
    OWN_ASSET,
    PAGE_NAME,
    Site,
    is_page,
    keeping_page,
)

MOST_NAMES: Final = 4
# So many commits are looked at in one run, with a request for each hundred; the next run goes on.
MOST_COMMITS: Final = 5000
_OWN_NAME: Final = "|".join([*map(re.escape, ownership.EARLIER), OWN_ASSET.pattern])
# The messages of the commits that versions without a mark made.
_EARLIER_MESSAGE: Final = re.compile(rf"\d+ files|({_OWN_NAME}|\.nojekyll)(, ({_OWN_NAME}))*")


class Destination(msgspec.Struct, frozen=True):
    """A folder on a branch of a repository, and whether the branch's earlier commits are kept."""

    branch: str
    folder: str
    history: Literal["keep", "squash"]

    @classmethod
    def of(cls, settings: Settings) -> "Destination":
        """Return the configured one."""
        publish = settings.publish
        return cls(publish.branch, publish.path, publish.history)


class Difference(msgspec.Struct, frozen=True):
    """The changes that a branch needs: new and changed files by name, and names to remove.

    `kept` has an error for each data file that is left as it is there, `only_there` the names of
    those that are missing here. `was_ours` tells whether powerstats had put files there before.
    """

    new: Mapping[str, bytes]
    changed: Mapping[str, bytes]
    removed: tuple[str, ...]
    kept: tuple[UnreadableError, ...] = ()
    only_there: tuple[str, ...] = ()
    was_ours: bool = False

    @property
    def names(self) -> list[str]:
        """All files that a commit would touch."""
        return [*sorted({*self.new, *self.changed}), *self.removed]


class BranchPlace:
    """The folder on the branch as it was at one commit."""

    def __init__(self, repository: Repository, tree: str | None, folder: str) -> None:
        """List the folder; its files are read when they are asked for."""
        self._repository = repository
        self._entries = repository.entries(tree, folder) if tree else {}

    @property
    def names(self) -> frozenset[str]:
        """The names of all that is in it."""
        return frozenset(self._entries)

    def id(self, name: str) -> str | None:
        """Return the blob id of a file; None if it is a folder or not there."""
        return self._entries.get(name)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        return self._repository.read_blob(self._entries[name] or "")

    def is_link(self, name: str) -> bool:
        """Return False: in Git a link is a file."""
        del name
        return False

    leads_to_data = is_link


def difference(
    repository: Repository, destination: Destination, contents: Contents, consent: Consent
) -> Difference:
    """Return what a branch lacks of a site and its data files.

    Raises MissingError if there is no such repository, and ConfigError if others' files are there.
    """
    head = repository.head(destination.branch)
    if head is None:
        repository.check_present()
    return _difference(repository, head, destination, contents, consent)


def update_branch(
    repository: Repository, destination: Destination, contents: Contents, consent: Consent
) -> Difference:
    """Bring a branch up to date in one commit, and return what that changed.

    There is no commit if nothing differs. If another writer comes first, all of it is done again
    from the branch's new head. Files that are not powerstats' own are left alone; ConfigError is
    raised if they are in the way.
    """

    def attempt() -> Difference:
        head = _head(repository, destination.branch)
        lacking = _difference(repository, head, destination, contents, consent)
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


# --- what differs -----------------------------------------------------------------------------


def _difference(
    repository: Repository,
    head: Head | None,
    destination: Destination,
    contents: Contents,
    consent: Consent,
) -> Difference:
    site = contents.site
    place = BranchPlace(repository, head.tree if head else None, destination.folder)
    ours = ownership.claimed(site, place)
    where = f"branch {destination.branch} of {repository.name}"
    differing = _differing(site, contents, place)
    unsent = (site.data.keys() - contents.data.keys()) & place.names
    strangers = ownership.others(place, ours, differing.keys() | unsent)
    strangers |= {
        name
        for name in site.computed.keys() & differing.keys() & place.names
        if not is_data(name, place.read(name))
    }
    kept = _kept(place, f"on {where}", differing.keys() - strangers, contents, strangers)
    if not consent.adopts:
        ownership.check_no_others(where, strangers, "publish.path")
    kept = {} if consent.replaces else kept
    if (kept or (unsent and not contents.data)) and place.id(PAGE_NAME):
        # The page is told of the series that are in the data: it stays with the data.
        site = keeping_page(site, place.read(PAGE_NAME))
        differing = _differing(site, contents, place)
    removed = _removed(site, place, ours, keeps_assets=PAGE_NAME in differing)
    wanted = {name: raw for name, raw in differing.items() if name not in kept}
    wanted |= _list(site, place, ours, removed)
    return Difference(
        new={name: raw for name, raw in wanted.items() if name not in place.names},
        changed={name: raw for name, raw in wanted.items() if name in place.names},
        removed=removed,
        kept=tuple(kept.values()),
        only_there=tuple(sorted(unsent - strangers)),
        was_ours=bool(ours),
    )


def _differing(site: Site, contents: Contents, place: BranchPlace) -> dict[str, bytes]:
    """Return the files of the site and its data that are not on the branch with the same bytes."""
    return {
        name: raw
        for name, raw in {**site.contents, **contents.data}.items()
        if place.id(name) != blob_id(raw) and not (name in NO_JEKYLL and name in place.names)
    }


def _kept(
    place: BranchPlace, where: str, names: Iterable[str], contents: Contents, strangers: set[str]
) -> dict[str, UnreadableError]:
    """Return an error for each published data file that may know more than ours.

    The names of those that are no data files are added to the `strangers`.
    """
    kept: dict[str, UnreadableError] = {}
    for name in sorted(set(names) & contents.data.keys() & place.names):
        try:
            check_no_loss(name, where, contents.data[name], place.read(name), contents.as_here)
        except NotOursError:
            strangers.add(name)
        except UnreadableError as error:
            kept[name] = error
    return kept


def _removed(
    site: Site, place: BranchPlace, ours: Listed, *, keeps_assets: bool
) -> tuple[str, ...]:
    """Return the names to remove: what is no longer published, and the script of an older page.

    After a change of the page, caches still hold the old page, which needs its old script.
    """
    return tuple(
        name
        for name in ownership.outdated(site, place, ours)
        if (is_data(name, place.read(name)) if is_data_name(name) else not keeps_assets)
    )


def _list(
    site: Site, place: BranchPlace, ours: Listed, removed: tuple[str, ...]
) -> Mapping[str, bytes]:
    """Return the list of our files if it differs from the one that is there."""
    left = set(ownership.outdated(site, place, ours)) - set(removed)
    kept = {name: ours[name] for name in left if not is_data_name(name)}
    listed = {**ownership.listed_of(site), **kept}
    raw = ownership.encode(listed)
    return {} if place.id(LIST_NAME) == blob_id(raw) else {LIST_NAME: raw}


# --- the commit -------------------------------------------------------------------------------


def _commit(
    repository: Repository, head: Head | None, destination: Destination, lacking: Difference
) -> None:
    start = f"{destination.folder}/" if destination.folder else ""
    contents = {**lacking.new, **lacking.changed} | dict.fromkeys(lacking.removed)
    changes = {start + name: contents[name] for name in lacking.names}
    tree = repository.make_tree(head.tree if head else None, changes)
    parents = [head.commit] if head else []
    is_squashed = destination.history == "squash" and head is not None
    if is_squashed and head is not None:
        parents = _others_newest(repository, head, destination, was_ours=lacking.was_ours)
    commit = repository.make_commit(_message(lacking.names), tree, parents)
    if head is None:
        repository.create_branch(destination.branch, commit)
        return
    is_forced = parents != [head.commit]
    # GitHub refuses no forced move: look for another's commit just before.
    if is_forced:
        newest = repository.head(destination.branch)
        if newest is None or newest.commit != head.commit:
            message = "another's commit came before"
            raise ConflictError(message)
    repository.move_branch(destination.branch, commit, force=is_forced)


def _others_newest(
    repository: Repository, head: Head, destination: Destination, *, was_ours: bool
) -> list[str]:
    """Return the newest commit that powerstats did not make, in a list; no commit if it made all.

    Only the commits after it can be replaced by one without a loss. After very many commits of its
    own, the next of them takes the place of that commit.
    """
    others, earlier = None, list[Head]()
    for number, commit in enumerate(repository.commits(head)):
        if number == MOST_COMMITS:
            others = commit
            break
        if commit.is_marked and not earlier:
            continue
        if commit.is_marked or not (was_ours and _may_be_earlier(commit)):
            others = earlier[0] if commit.is_marked else commit
            break
        earlier.append(commit)
    if others not in earlier:
        others = _newest_without_page(repository, destination, earlier) or others
    return [others.commit] if others else []


def _may_be_earlier(commit: Head) -> bool:
    """Tell whether a commit has the form of those of versions that marked none."""
    return len(commit.parents) < 2 and _EARLIER_MESSAGE.fullmatch(commit.message) is not None


def _newest_without_page(
    repository: Repository, destination: Destination, earlier: Sequence[Head]
) -> Head | None:
    """Return the newest of some commits that no earlier version made; the newest commit is first.

    An earlier version's commits have its page and no list. Somebody's commits with such messages
    are most likely older than those, so they are looked for from the oldest one on.
    """
    if earlier and not _is_earlier(repository, destination, earlier[0]):
        return earlier[0]
    found = None
    for commit in reversed(earlier):
        if _is_earlier(repository, destination, commit):
            break
        found = commit
    return found


def _is_earlier(repository: Repository, destination: Destination, commit: Head) -> bool:
    place = BranchPlace(repository, commit.tree, destination.folder)
    has_page = place.id(PAGE_NAME) is not None and is_page(place.read(PAGE_NAME))
    return has_page and LIST_NAME not in place.names


def _message(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} files"
