"""`publish`, its second half: the site on its branch at GitHub."""

from collections.abc import Iterator, Mapping

from powerstats_cli.core.outcome import Outcome
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files.store import Store, read_bytes
from powerstats_cli.github.client import GitHub
from powerstats_cli.settings import Settings
from powerstats_cli.site.branch import Difference, Place, difference, put_on_branch
from powerstats_cli.site.rendering import Site, render


def publish(
    settings: Settings, files: Store, github: GitHub, *, tell_address: bool = False
) -> Outcome:
    """Bring the branch for GitHub Pages up to date, and say where the page is if that is asked."""
    site, place = _site(settings), _place(settings)
    data, problems = _data(site, files)
    sent = put_on_branch(github, place, site, data)
    summary = f"{_told(sent)} {github.repo}, branch {place.branch}"
    if tell_address:
        summary += f": {github.page_address()}"
    return Outcome(summary, problems, token_expires=github.token_expires)


def preview(settings: Settings, files: Store, github: GitHub) -> Iterator[str]:
    """Yield, a line each, what `publish` would send; nothing is written anywhere."""
    site, place = _site(settings), _place(settings)
    data, problems = _data(site, files)
    lacking = difference(github, place, site, data)
    for problem in problems:
        yield f"left as it is there: {problem}"
    where = f"{github.repo}, branch {place.branch}"
    if not lacking.names:
        yield f"nothing would be sent: {where} has it all"
        return
    yield f"would be sent to {where}, in one commit:"
    for what, contents in (("new", lacking.new), ("changed", lacking.changed)):
        for name, content in sorted(contents.items()):
            yield f"  {what:8} {name}  ({len(content) / 1000:.1f} kB)"
    for name in lacking.removed:
        yield f"  {'removed':8} {name}"


def _site(settings: Settings) -> Site:
    return render(settings.publish.tiers, settings.data.collection_interval_minutes)


def _place(settings: Settings) -> Place:
    return Place(settings.publish.branch, settings.publish.path, settings.publish.history)


def _data(site: Site, files: Store) -> tuple[Mapping[str, bytes], tuple[PowerstatsError, ...]]:
    """Return the published data files' bytes; one that is broken does not replace a good one."""
    data: dict[str, bytes] = {}
    problems: list[PowerstatsError] = []
    for tier in site.tiers:
        path = files.tier(tier)
        try:
            files.read(path)
            content = read_bytes(path)
        except UnreadableError as error:
            problems.append(error)
        else:
            if content is not None:
                data[path.name] = content
    return data, tuple(problems)


def _told(sent: Difference) -> str:
    count = len(sent.names)
    return f"{count} file{'' if count == 1 else 's'} in one commit to" if count else "all is in"
