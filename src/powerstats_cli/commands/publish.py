"""`publish`, second half: the site on its branch at GitHub."""

from collections.abc import Iterator

from powerstats_cli.core.outcome import Outcome, joined
from powerstats_cli.errors import UnreadableError
from powerstats_cli.files.store import Store
from powerstats_cli.github.repository import Repository
from powerstats_cli.settings import Settings
from powerstats_cli.site.branch import Destination, Difference, difference, update_branch
from powerstats_cli.site.contents import Contents
from powerstats_cli.site.ownership import LIST_NAME, Consent


def publish(
    settings: Settings,
    files: Store,
    repository: Repository,
    consent: Consent,
    *,
    money: bytes | None = None,
    tells_address: bool = False,
) -> Outcome:
    """Bring the branch for GitHub Pages up to date; tell the page's address if `tells_address`.

    Without the bytes of `money` money.json stays as it is there.
    """
    contents, destination = Contents.of(settings, files, money), Destination.of(settings)
    sent = update_branch(repository, destination, contents, consent)
    summary = f"{_sent_in_words(sent)} {repository.name}, branch {destination.branch}"
    if tells_address:
        summary += f": {repository.page_address()}"
    problems = (*contents.problems, *sent.kept)
    if sent.only_there and not (contents.data or problems or consent.replaces):
        message = (
            f"{files.data_dir} has no data file, but branch {destination.branch} of "
            f"{repository.name} has {joined(sent.only_there)}, which stay: mount the drive of the "
            f"data, correct paths.data_dir, or put those files there"
        )
        problems = (UnreadableError(message),)
    return Outcome(summary, problems, token_expires=repository.token_expires)


def preview(
    settings: Settings,
    files: Store,
    repository: Repository,
    consent: Consent,
    money: bytes | None = None,
) -> Iterator[str]:
    """Yield the lines that say what `publish` would send; nothing is written anywhere."""
    contents, destination = Contents.of(settings, files, money), Destination.of(settings)
    lacking = difference(repository, destination, contents, consent)
    for problem in (*contents.problems, *lacking.kept):
        yield f"left as it is there: {problem}"
    branch = f"{repository.name}, branch {destination.branch}"
    if not lacking.names:
        yield f"nothing would be sent: {branch} has it all"
        return
    yield f"would be sent to {branch}, in one commit:"
    for change, changed in (("new", lacking.new), ("changed", lacking.changed)):
        for name, content in sorted(changed.items()):
            if name != LIST_NAME:
                yield f"  {change:8} {name}  ({len(content) / 1000:.1f} kB)"
    for name in lacking.removed:
        yield f"  {'removed':8} {name}"


def _sent_in_words(sent: Difference) -> str:
    number = len(sent.names)
    return f"{number} file{'s' * (number != 1)} in one commit to" if number else "all is in"
