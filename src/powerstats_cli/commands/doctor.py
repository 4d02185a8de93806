"""`doctor`: every part looked at, a line each, with what to do where something is wrong."""

import json
import os
import shutil
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import isclose, isnan
from typing import Final

from powerstats_cli import settings
from powerstats_cli.clock import in_words
from powerstats_cli.core.documents import Document
from powerstats_cli.core.findings import Finding, error, is_well, ok, skipped, warning
from powerstats_cli.core.health import TOKEN_WARNING, assess
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import DAY, HOUR, instant
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, days_of, roll_up
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files.store import Store, read_bytes
from powerstats_cli.files.survey import survey
from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository
from powerstats_cli.github.shapes import Description
from powerstats_cli.homeassistant.client import HomeAssistant, Present, Recorded
from powerstats_cli.jobs.installation import Installation, flaws
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.session import Session
from powerstats_cli.site import rendering as dashboard

JSON_VERSION: Final = 1
SECONDS: Final = 60.0
LOOK_BACK: Final = 10 * DAY
LITTLE_SPACE: Final = 100_000_000
NO_SPACE: Final = 10_000_000
# A day's mean is rounded in the file it was made of, and in its own.
SAME_MEAN: Final = 0.01
OFFLINE: Final = "not asked: --offline"


def doctor(
    opened: Callable[[], Session],
    machine: Machine,
    installation: Callable[[Session], Installation],
    *,
    offline: bool,
) -> Iterator[Finding]:
    """Yield what is found, as it is found; nothing is changed.

    `installation` says what a schedule would be made of.
    """
    try:
        session = opened()
    except ConfigError as problem:
        yield error("configuration", str(problem))
        return
    yield ok("configuration", f"{session.config} is right")
    yield from _secrets(session)
    yield from _home(session, offline=offline)
    yield from _machine(session)
    unreadable: set[str] = set()
    yield from _data(session, unreadable)
    yield from _schedule(machine, installation(session))
    yield from _steps(session, unreadable)
    yield from _page(session)
    yield from _repository(session, offline=offline)


def as_json(findings: Sequence[Finding]) -> str:
    """Return findings as versioned JSON."""
    document = {
        "version": JSON_VERSION,
        "ok": is_well(findings),
        "findings": [
            {
                "area": finding.area,
                "level": finding.level,
                "text": finding.text,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _secrets(session: Session) -> Iterator[Finding]:
    area = "secrets"
    readable = settings.readable_secrets(session.config, session.settings)
    for path in readable:
        yield warning(area, f"{path}: others on this machine can read a token", f"chmod o= {path}")
    if not readable:
        yield ok(area, "no other user of this machine can read a token")


# --- Home Assistant ---------------------------------------------------------------------------


def _home(session: Session, *, offline: bool) -> Iterator[Finding]:
    area = "Home Assistant"
    if offline:
        yield skipped(area, OFFLINE)
        return
    where = session.settings.homeassistant
    try:
        token = settings.homeassistant_token(session.settings, session.environment)
        with HomeAssistant(where.url, token, ca_file=where.ca_file, seconds=SECONDS) as home:
            about = home.about()
            yield ok(area, f"{home.url} answers, version {about.version}")
            yield from _clock(session, home)
            if about.time_zone == session.settings.timezone:
                yield ok("time zone", f"{about.time_zone}, as Home Assistant's")
            else:
                yield warning(
                    "time zone",
                    f"Home Assistant is in {about.time_zone}, the configuration says "
                    f"{session.settings.timezone}",
                    "set the one that is wrong; with data there already, Home Assistant's",
                )
            yield from _sensors(session, home)
    except PowerstatsError as problem:
        yield error(area, str(problem))


def _clock(session: Session, home: HomeAssistant) -> Iterator[Finding]:
    try:
        session.clock.check_against(home.date, "Home Assistant")
    except PowerstatsError as problem:
        yield error("clock", str(problem))
    else:
        yield ok("clock", "agrees with Home Assistant's")


def _sensors(session: Session, home: HomeAssistant) -> Iterator[Finding]:
    now = home.date or session.clock.now()
    entities = session.settings.entities
    daily = _stored(session.files)
    recorded = home.history(list(dict.fromkeys(entities.values())), now - HOUR, now)
    for name, entity_id in entities.items():
        area = f"sensor {name}"
        present = home.present(entity_id)
        if present is None:
            yield error(
                area, f"{entity_id} is not in Home Assistant", f"mend homeassistant.entities.{name}"
            )
        elif entity_id not in recorded and present.last_changed > now - HOUR:
            yield error(
                area,
                f"{entity_id} is not recorded by Home Assistant",
                "include it under recorder: in its configuration.yaml and restart it",
            )
        else:
            yield _sensor(area, entity_id, present, daily.get(name), now)
    yield from _memory(home, recorded, now)


def _sensor(
    area: str, entity_id: str, present: Present, stored: Series | None, now: datetime
) -> Finding:
    if stored is not None and present.unit and present.unit != stored.unit and stored.unit:
        return error(
            area,
            f"{entity_id} is in {present.unit} now, stored in {stored.unit}",
            "give it a new name in homeassistant.entities, or set the sensor back",
        )
    age = in_words(max(now - present.last_changed, timedelta(0)))
    kind = f"{present.state_class or 'measurement'} in {present.unit or 'no unit'}"
    if isnan(present.value):
        return warning(
            area,
            f"{entity_id} has had no number for {age}",
            "its time is unknown until it has; see why it is unavailable in Home Assistant",
        )
    return ok(area, f"{entity_id}, {kind}, changed {age} ago")


def _memory(
    home: HomeAssistant, recorded: Mapping[str, Recorded], now: datetime
) -> Iterator[Finding]:
    """Tell how far back the recorder goes: that is how long an outage may be and still heal."""
    area = "recorder"
    if not recorded:
        yield skipped(area, "no sensor is recorded")
        return
    # All up to now: Home Assistant answers nothing to a short window from before its own start.
    quietest = min(recorded, key=lambda entity_id: len(recorded[entity_id].history.times))
    found = home.history([quietest], now - LOOK_BACK, now).get(quietest)
    times = found.history.times if found else []
    reach = now - instant(times[0]) if times else timedelta(0)
    if reach >= DAY:
        yield ok(area, f"goes back {in_words(reach)}" + (" or more" if reach >= LOOK_BACK else ""))
    else:
        yield warning(
            area,
            f"goes back {in_words(reach)}: a longer outage cannot heal",
            "see purge_keep_days under recorder: in Home Assistant; a new sensor just needs time",
        )


# --- this machine -----------------------------------------------------------------------------


def _machine(session: Session) -> Iterator[Finding]:
    area = "time zone"
    now = session.clock.now()
    ours, homes = now.astimezone().utcoffset(), now.astimezone(session.settings.zone).utcoffset()
    if ours == homes:
        yield ok(area, "this machine's clock shows the home's time")
    else:
        yield warning(
            area,
            f"this machine's clock shows {now.astimezone():%H:%M}, the home's is "
            f"{now.astimezone(session.settings.zone):%H:%M}: cron's nightly steps come at "
            f"another hour",
            f"timedatectl set-timezone {session.settings.timezone}; nothing is lost without",
        )


def _data(session: Session, unreadable: set[str]) -> Iterator[Finding]:
    """Look at the data directory; the names of files that cannot be read are added to a set."""
    area, folder = "data", session.files.data_dir
    if not folder.is_dir():
        yield warning(area, f"{folder} is not there yet", "powerstats collect makes it")
        return
    if os.access(folder, os.W_OK | os.X_OK):
        yield ok(area, f"{folder} can be written")
    else:
        yield error(area, f"{folder} cannot be written", "let the user that runs powerstats do so")
    owner = folder.stat().st_uid
    for path in sorted([*folder.glob("*.json"), *folder.glob("archive/*.json")]):
        if path.stat().st_uid != owner:
            yield error(
                area,
                f"{path} belongs to another user than its folder",
                f"chown --reference={folder} {path}",
            )
    free = shutil.disk_usage(folder).free
    said = f"{free / 1_000_000:.0f} MB are free"
    if free < NO_SPACE:
        yield error(area, said, "make room; nothing stored is lost")
    elif free < LITTLE_SPACE:
        yield warning(area, said, "make room")
    else:
        yield ok(area, said)
    yield from _files(session, unreadable)


def _files(session: Session, unreadable: set[str]) -> Iterator[Finding]:
    area, files = "files", session.files
    documents: dict[str, Document] = {}
    whole = 0
    archived = [files.archived(day) for day in files.archived_days()]
    for path in [*map(files.tier, ("daily", *TIERS)), *archived]:
        try:
            document = files.read(path)
        except PowerstatsError as problem:
            yield error(area, str(problem), "mend it, or move it away: docs/data.md says how")
            unreadable.add(files.name(path))
            continue
        if document is not None:
            documents[files.name(path)] = document
            whole += 1
    for path in sorted(files.data_dir.rglob("*.json.unreadable-*")):
        yield warning(
            area, f"{files.name(path)} was set aside", "mend it and put it back, or delete it"
        )
    if whole:
        yield ok(area, f"{whole} file{' is' if whole == 1 else 's are'} whole")
    yield from _agreement(session, documents)


def _agreement(session: Session, documents: dict[str, Document]) -> Iterator[Finding]:
    """Compare the days that two tiers have, of which either knows as much."""
    zone, compared = session.settings.zone, 0
    told: set[tuple[str, date]] = set()
    for finer_name, coarser_name in (("weekly", "monthly"), ("monthly", "yearly")):
        finer = documents.get(f"{finer_name}.json")
        coarser = documents.get(f"{coarser_name}.json")
        if finer is None or coarser is None:
            continue
        for day in sorted(days_of(finer, zone) & days_of(coarser, zone)):
            for start, name, value in roll_up(finer, day, "day", zone):
                other = coarser.points.get(start, {}).get(name)
                if other is None or not isclose(other.coverage, value.coverage, abs_tol=0.001):
                    continue
                compared += 1
                ours, theirs = value.mean or value.change, other.mean or other.change
                is_same = isclose(ours or 0.0, theirs or 0.0, rel_tol=1e-4, abs_tol=SAME_MEAN)
                if not is_same and (name, day) not in told:
                    told.add((name, day))
                    yield warning(
                        "files",
                        f"{name} on {day} differs in {finer_name}.json and {coarser_name}.json",
                        f"powerstats aggregate {coarser_name}, while that day is archived",
                    )
    if compared and not told:
        yield ok("files", "the tiers agree")


def _schedule(machine: Machine, wanted: Installation) -> Iterator[Finding]:
    area = "schedule"
    try:
        found = list(flaws(machine, wanted))
    except PowerstatsError as problem:
        yield error(area, str(problem))
        return
    if not found:
        yield warning(
            area, "not installed by powerstats", "powerstats schedule install --cron, or --systemd"
        )
    if len(found) > 1:
        names = joined(place.name for place, _ in found)
        yield warning(
            area,
            f"installed in {names}: each step runs more than once",
            "powerstats schedule remove, and install one again",
        )
    for place, flaw in found:
        if flaw:
            yield warning(area, f"{place.name}: {flaw}", "")
        elif len(found) == 1:
            yield ok(area, f"{place.name} is as it should be")


def _steps(session: Session, unreadable: Container[str]) -> Iterator[Finding]:
    try:
        found, _ = survey(session.settings, session.files)
    except PowerstatsError:
        yield skipped("steps", "a file that tells of them cannot be read")
        return
    for step in assess(found, session.clock.now()).steps:
        area = f"step {step.name}"
        tier = step.step.tier
        if tier and f"{tier}.json" in unreadable:
            yield skipped(area, f"{tier}.json cannot be read")
        elif step.last is None and not step.is_stale:
            yield skipped(area, "never ran")
        elif step.is_stale:
            yield error(area, f"overdue: {step.why}")
        elif step.last and step.last.exit_code:
            yield error(area, f"fails: {step.last.message}")
        elif step.last:
            ago = in_words(max(session.clock.now() - step.last.ended, timedelta(0)))
            yield ok(area, f"ran {ago} ago")


def _page(session: Session) -> Iterator[Finding]:
    area, web_root = "dashboard", session.settings.web_root
    try:
        site = dashboard.render(
            session.settings.publish.tiers, session.settings.data.collection_interval_minutes
        )
        page = read_bytes(web_root / dashboard.PAGE_NAME)
    except PowerstatsError as problem:
        yield error(area, str(problem))
        return
    if page is None:
        yield skipped(area, f"not in {web_root} yet: powerstats publish makes it")
    elif page != site.files[dashboard.PAGE_NAME]:
        yield warning(area, f"{web_root} has another version's page", "powerstats publish")
    else:
        yield ok(area, f"{web_root} has this version's page")


# --- GitHub -----------------------------------------------------------------------------------


def _repository(session: Session, *, offline: bool) -> Iterator[Finding]:
    area, known = "GitHub", session.settings.github
    if known is None:
        yield skipped(area, "not configured")
        return
    if offline:
        yield skipped(area, OFFLINE)
        return
    try:
        token = settings.github_token(known, session.environment)
        zone = session.settings.zone
        with Repository(Client(known.api_url, known.repo, token, zone=zone)) as github:
            about = github.description()
            yield from _rights(session, github)
            yield from _pages(session, github, about)
    except PowerstatsError as problem:
        yield error(area, str(problem))


def _rights(session: Session, github: Repository) -> Iterator[Finding]:
    area = "GitHub"
    github.check_writable()
    yield ok(area, f"the token may write to {github.name}")
    expires = github.token_expires
    if expires is None:
        return
    left = expires - session.clock.now()
    said = f"the token expires {expires.astimezone(session.settings.zone):%d %b %Y}"
    if left <= TOKEN_WARNING:
        yield warning(area, said, "make a new one and put it in its place")
    else:
        yield ok(area, said)


def _pages(session: Session, github: Repository, about: Description) -> Iterator[Finding]:
    area, branch = "GitHub Pages", session.settings.publish.branch
    if github.head(branch) is None:
        yield skipped(area, f"no branch {branch} yet: powerstats publish makes it")
    elif not about.has_pages:
        yield warning(
            area,
            f"not switched on for {github.name}",
            f"Settings, Pages, Deploy from a branch, {branch}; nothing to do if you want none",
        )
    elif about.private:
        yield ok(area, f"anyone can see the page and its data, though {github.name} is private")
    else:
        yield ok(area, "switched on")


def _stored(files: Store) -> dict[str, Series]:
    try:
        daily = files.read(files.daily)
    except PowerstatsError:
        return {}
    return daily.series if daily else {}
