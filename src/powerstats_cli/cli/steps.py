"""The steps that a schedule runs: collect, rotate, aggregate, publish, sync."""

import os
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
import typer

from powerstats_cli.cli.options import is_attended, repository_of, session_of
from powerstats_cli.core.documents import RolledUpTierName
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.lines import one_line
from powerstats_cli.secrets import homeassistant_token
from powerstats_cli.session import Session

# A module that only one command needs is imported in that command: httpcore alone costs more than a
# whole run of `rotate`.

Direction = Literal["push", "fetch"]
STOPPED: Final = 1
"""The exit code if nobody agreed to what a command would change."""


class LongTermTier(StrEnum):
    """The tiers that `sync` keeps; an enum, because typer takes no list of a Literal."""

    monthly = "monthly"
    yearly = "yearly"


def collect(context: typer.Context) -> None:
    """Read from Home Assistant everything since the last run.

    Run it every ten minutes. It also reads what earlier runs missed, as far back as Home
    Assistant's recorder goes, and closes past days on the way.

    Examples:
        powerstats collect
        powerstats -v collect  # also say what was read
    """
    from powerstats_cli.commands.collect import RUN_SECONDS
    from powerstats_cli.commands.collect import collect as command
    from powerstats_cli.homeassistant.client import HomeAssistant
    from powerstats_cli.site.copies import refresh

    session = session_of(context)

    def work() -> Outcome:
        token = homeassistant_token(session.settings, session.environment)
        server = session.settings.homeassistant
        with (
            HomeAssistant(server.url, token, ca_file=server.ca_file, seconds=RUN_SECONDS) as home,
            session.progress() as show,
        ):
            outcome = command(session.settings, session.files, home, session.clock, show)
        left = refresh(session.settings.web_root, session.files, session.settings.publish.tiers)
        return msgspec.structs.replace(outcome, problems=(*outcome.problems, *left))

    raise typer.Exit(session.run("collect", work))


def rotate(context: typer.Context) -> None:
    """Close each past day, and delete old days that are rolled up from the archive.

    Examples:
        powerstats rotate
    """
    from powerstats_cli.commands.rotate import rotate as command

    session = session_of(context)
    exit_code = session.run(
        "rotate", lambda: command(session.settings, session.files, session.clock)
    )
    raise typer.Exit(exit_code)


def aggregate(
    context: typer.Context,
    tier: Annotated[RolledUpTierName, typer.Argument(help="The file to bring up to date.")],
) -> None:
    """Roll closed days up into weekly.json (hours), monthly.json or yearly.json (days).

    With yearly.json each day goes into the file of its calendar year, too, which is kept for ever.

    Examples:
        powerstats aggregate weekly
        powerstats aggregate yearly
    """
    from powerstats_cli.commands.aggregate import aggregate as command

    session = session_of(context)
    exit_code = session.run(
        f"aggregate {tier}",
        lambda: command(TIERS[tier], session.settings, session.files, session.clock),
    )
    raise typer.Exit(exit_code)


def publish(
    context: typer.Context,
    *,
    local: Annotated[bool, typer.Option("--local", help="Only render into the web root.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent, and change nothing.")
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="Take the place of files that powerstats did not make. In the web root they are "
            "kept as NAME.before-powerstats, on the branch in its history.",
        ),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Replace published data files also by files that know less."
        ),
    ] = False,
) -> None:
    """Render the dashboard into the web root, and put it on GitHub Pages.

    If the configuration has [github], the page and the published files go to their branch in one
    commit; if nothing changed, there is no commit. Anyone can then see them, even if the repository
    is private. Files that powerstats did not make stay, and a published data file stays if it knows
    more than the data directory.

    Examples:
        powerstats publish --dry-run  # only list what would be sent
        powerstats publish
    """
    from powerstats_cli.commands.render import render
    from powerstats_cli.site.ownership import Consent

    if local and dry_run:
        message = "--local sends nothing that --dry-run could list: leave one of them out"
        raise typer.BadParameter(message, param_hint="--dry-run")
    session, consent = session_of(context), Consent(adopt, replace)
    if dry_run:
        from powerstats_cli.commands.publish import preview

        money, note = _money(session)
        with repository_of(session) as github:
            for line in preview(session.settings, session.files, github, consent, money):
                print(one_line(line))
        if note:
            print(one_line(note))
        raise typer.Exit

    def work() -> Outcome:
        money, note = _money(session)
        rendered = render(session.settings, session.files, consent, money)
        if local or session.settings.github is None:
            return _noting(rendered, note)
        from powerstats_cli.commands.publish import publish as command

        tells = session.options.verbosity > 0
        with repository_of(session) as github:
            sent = command(
                session.settings, session.files, github, consent, money=money, tells_address=tells
            )
        sent = msgspec.structs.replace(sent, problems=(*rendered.problems, *sent.problems))
        return _noting(sent, note)

    raise typer.Exit(session.run("publish", work, may_be_empty=replace))


def _money(session: Session) -> tuple[bytes | None, str]:
    """Return money.json, None if it stays as it is, and a note about that."""
    if "money" not in session.settings.publish.tiers:
        return None, ""
    from powerstats_cli.site.money import published

    money = published(session.settings, session.files, session.clock.now())
    return money.raw, money.note


def _noting(outcome: Outcome, note: str) -> Outcome:
    """Return an outcome with a note in its line: money that is not there makes no step fail."""
    if not note:
        return outcome
    return msgspec.structs.replace(outcome, summary=f"{outcome.summary}; {note}")


def sync(
    context: typer.Context,
    direction: Annotated[
        Direction | None,
        typer.Argument(help="Only send (push) or only receive (fetch). Without it: both."),
    ] = None,
    tiers: Annotated[
        list[LongTermTier] | None, typer.Argument(help="Only this file. Without it: both.")
    ] = None,
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="With fetch: replace the files by those of the beginning of this day, such as "
            "2025-11-01. All files are copied into backups/ first.",
            metavar="DATE",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --as-of: replace them without a question.")
    ] = False,
) -> None:
    """Merge monthly.json, yearly.json and the years with those in the GitHub repository.

    Nothing is overwritten: for each bucket the files keep the value that is known best, from
    whichever device it is. A new device gets what the repository has, whatever the direction.

    Examples:
        powerstats sync
        powerstats sync fetch yearly  # bring the long past onto a new machine
        powerstats sync fetch --as-of 2025-11-01
    """
    if as_of is not None:
        if direction != "fetch":
            message = "it goes with fetch: powerstats sync fetch --as-of DATE"
            raise typer.BadParameter(message, param_hint="--as-of")
        raise typer.Exit(_put_back(session_of(context), _day(as_of), tiers, yes=yes))
    from powerstats_cli.commands.sync import carry
    from powerstats_cli.commands.sync import sync as command

    session = session_of(context)
    exit_code, is_carried = 0, False
    if session.skips("sync"):
        raise typer.Exit
    with repository_of(session) as github:
        for tier in tiers or LongTermTier:

            def work(tier: LongTermTier = tier) -> Outcome:
                nonlocal is_carried
                settings, files = session.settings, session.files
                broken = (
                    ()
                    if is_carried
                    else carry(settings, files, github, pushes=direction != "fetch")
                )
                is_carried = True
                outcome = command(
                    TIERS[tier],
                    session.settings,
                    session.files,
                    github,
                    session.clock,
                    fetches=direction != "push",
                    pushes=direction != "fetch",
                    is_first=not session.has_succeeded(f"sync {tier}"),
                )
                return msgspec.structs.replace(outcome, problems=(*broken, *outcome.problems))

            # To fetch is the way to bring lost data back.
            ended = session.run(f"sync {tier}", work, may_be_empty=direction != "push")
            exit_code = ended or exit_code
            if exit_code == os.EX_NOPERM:
                break
    raise typer.Exit(exit_code)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        message = f"{written!r} is no day such as 2025-11-01"
        raise typer.BadParameter(message, param_hint="--as-of") from None


def _put_back(
    session: Session, day: date, tiers: Sequence[LongTermTier] | None, *, yes: bool
) -> int:
    """Replace the long-term files by earlier ones; return the exit code."""
    from powerstats_cli.commands.restore import earlier, put_back

    names = [f"{tier}.json" for tier in tiers or LongTermTier]
    with repository_of(session) as repository:
        wanted = earlier(names, day, session.settings, repository)
    for each in wanted:
        print(f"{each.text}, as it was at the beginning of {day}")
    if not yes and not (is_attended() and typer.confirm("Replace the files here by these?")):
        print("nothing was changed" + ("" if is_attended() else ": --yes replaces the files"))
        return STOPPED
    copy = put_back(session.files, wanted, session.clock.now())
    print("done" + (f"; what was there before is in {copy}" if copy else ""))
    return os.EX_OK
