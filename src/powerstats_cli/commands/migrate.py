"""`migrate`: the configuration and the readings of earlier scripts, judged before believed."""

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import tomli_w
from rich.console import Console

from powerstats_cli import settings
from powerstats_cli.clock import Clock, in_words
from powerstats_cli.core.buckets import History
from powerstats_cli.core.documents import TIMESTAMP, Document, Series, bucket_minutes
from powerstats_cli.core.legacy import days as legacy_days
from powerstats_cli.core.legacy.judging import Verdict, judged, stated
from powerstats_cli.core.legacy.points import Points, Samples
from powerstats_cli.core.legacy.spacing import history_of, usual_spacings
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import DAY, MICROSECOND, day_start, instant, local_day
from powerstats_cli.core.tiers import (
    TIERS,
    Tier,
    aggregate,
    days_of,
    names_in,
    new_tier,
    newest_closed_day,
    newest_until,
    window_start,
)
from powerstats_cli.errors import (
    ConfigError,
    RefusedError,
    UnreadableError,
)
from powerstats_cli.files.store import Store, read_bytes
from powerstats_cli.files.together import Content, make_folder, undone_on_failure, write_together
from powerstats_cli.session import Session
from powerstats_cli.settings import Settings
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.report import is_ascii

HEAD: Final = "# Made by `powerstats migrate`. Every key is explained in docs/configuration.md.\n\n"
LEAVE: Final = "-"
POINTS: Final = "data_points"


def dialogue(console: Console, *, asks: bool) -> Dialogue:
    """Return who is told and, where `asks`, asked."""
    return Dialogue(console, asks=asks, is_ascii=is_ascii(console))


def units(written: Sequence[str]) -> dict[str, str]:
    """Return units by series out of NAME=UNIT; raises ConfigError."""
    found: dict[str, str] = {}
    for word in written:
        name, separator, unit = word.rpartition("=")
        if not separator or not name or name in found or not unit.isprintable():
            what = "names a series twice" if name in found else "is not NAME=UNIT"
            message = f"--series {word} {what}"
            raise ConfigError(message)
        found[name] = unit
    return found


# --- the configuration ------------------------------------------------------------------------

_TOP: Final = ""
_HOME: Final = ("homeassistant", "home_assistant", "ha")
_GITHUB: Final = ("github", "git")
_DATA: Final = ("data", "collection")


class OldConfig:
    """The tables of an old config.json; what is not taken from it is told."""

    def __init__(self, path: Path) -> None:
        """Read it; raises UnreadableError."""
        self.path = path
        written = _parsed(path)
        if not isinstance(written, dict):
            message = f"{path} is no configuration: it holds no table"
            raise UnreadableError(message)
        self.values: dict[tuple[str, str], object] = {}
        for key, below in written.items():
            if isinstance(below, dict) and key != "entities":
                self.values |= {(key, name): value for name, value in below.items()}
            else:
                self.values[_TOP, key] = below
        self.taken: set[tuple[str, str]] = set()

    def take(self, tables: Sequence[str], *keys: str) -> Any:
        """Return the first of the keys that has a value."""
        for table in (*tables, _TOP):
            for key in keys:
                value = self.values.get((table, key))
                if value not in (None, "", {}, []):
                    self.taken.add((table, key))
                    return value
        return None

    def text(self, tables: Sequence[str], *keys: str) -> str | None:
        """Return a value that has to be text; raises ConfigError."""
        value = self.take(tables, *keys)
        if value is None or isinstance(value, str):
            return value and value.strip()
        message = f"{self.path}: {tables[0]}.{keys[0]}: is no text"
        raise ConfigError(message)

    def left(self) -> list[str]:
        """Return the keys that were not taken."""
        rest = self.values.keys() - self.taken
        return sorted(f"{table}.{key}" if table else key for table, key in rest)


@dataclass
class Configuration:
    """The new configuration that an old one becomes, and the files of its tokens."""

    old: OldConfig
    target: Path
    data_dir: Path
    timezone: str | None
    told: list[str] = field(default_factory=list)
    files: dict[Path, Content] = field(default_factory=dict)

    def contents(self) -> dict[Path, Content]:
        """Return what to write where, the configuration last; raises ConfigError."""
        tables: dict[str, object] = {"timezone": self._timezone()}
        tables["homeassistant"] = self._home()
        if github := self._github():
            tables["github"] = github
        if data := self._data():
            tables["data"] = data
        tables["paths"] = {"data_dir": str(self.data_dir)}
        self.files[self.target] = Content((HEAD + tomli_w.dumps(tables)).encode())
        return self.files

    def _timezone(self) -> str:
        name = self.timezone or self.old.text(_DATA, "timezone", "time_zone", "tz")
        if name is None:
            message = f"{self.old.path} has no time zone: give it, --timezone Europe/Amsterdam say"
            raise ConfigError(message)
        return name

    def _token(self, tables: Sequence[str], *keys: str) -> str:
        path = self.target.with_name(f"{tables[0]}.token")
        token = self.old.text(tables, *keys)
        if token is None:
            self.told.append(f"no token for {tables[0]}: put one into {path}")
        elif not re.fullmatch(r"[!-~]+", token):
            message = f"{self.old.path}: {tables[0]}.{keys[0]}: holds something else than a token"
            raise ConfigError(message)
        else:
            self.files[path] = Content(f"{token}\n".encode(), is_secret=True)
        return str(path)

    def _home(self) -> dict[str, object]:
        url = self.old.text(_HOME, "url", "base_url", "host", "ha_url")
        if url is None:
            message = f"{self.old.path}: homeassistant.url: is missing"
            raise ConfigError(message)
        url = url if "://" in url else f"http://{url}"
        token = self._token(_HOME, "token", "access_token", "ha_token", "api_token", "api_key")
        url = url.rstrip("/").removesuffix("/api")
        return {"url": url, "token_file": token, "entities": self._entities()}

    def _entities(self) -> dict[str, str]:
        written = self.old.take(_HOME, "entities", "sensors", "entity_ids")
        if written is None:
            single = self.old.text(_HOME, "entity_id", "entity", "sensor")
            written = {"power": single} if single else {}
        if isinstance(written, list):
            written = {str(one).rpartition(".")[2]: one for one in written}
        found: dict[str, str] = {}
        for name, one in (written if isinstance(written, dict) else {}).items():
            entity_id = one.get("entity_id") if isinstance(one, dict) else one
            if not isinstance(entity_id, str):
                message = f"{self.old.path}: homeassistant.entities.{name}: is no entity id"
                raise ConfigError(message)
            same = [other for other, known in found.items() if known == entity_id.strip()]
            if same:
                self.told.append(f"{name} is the same sensor as {same[0]}: left out")
            else:
                found[name] = entity_id.strip()
        return found

    def _github(self) -> dict[str, object]:
        repo = self.old.text(_GITHUB, "repo", "repository")
        owner = self.old.text(_GITHUB, "repo_owner", "owner", "username")
        name = self.old.text(_GITHUB, "repo_name", "name")
        repo = repo or (f"{owner}/{name}" if owner and name else None)
        if repo is None:
            return {}
        repo = re.sub(r"^https://[^/]+/", "", repo).removesuffix("/").removesuffix(".git")
        if "/" not in repo and owner:
            repo = f"{owner}/{repo}"
        found: dict[str, object] = {"repo": repo}
        if branch := self.old.text(_GITHUB, "branch"):
            found["branch"] = branch
        file = self.old.text(_GITHUB, "data_file", "data_path", "path")
        if file and file.strip("/").startswith("data/"):
            # Its files have the names of ours, and another form.
            found["path"] = "powerstats"
        found["token_file"] = self._token(
            _GITHUB, "token", "access_token", "github_token", "personal_access_token"
        )
        if file:
            folder = found.get("path", "data")
            self.told.append(f"{file} stays in {repo}; powerstats keeps its own files in {folder}/")
        return found

    def _data(self) -> dict[str, object]:
        found: dict[str, object] = {}
        days = self.old.values.get(("data", "retention_days"))
        if _is_from(days, 1, settings.MOST_RETENTION_DAYS):
            found["retention_days"] = self.old.take(_DATA, "retention_days")
        minutes = self.old.values.get(("data", "collection_interval_minutes"))
        if _is_from(minutes, 1, 60) and isinstance(minutes, int) and 60 % minutes == 0:
            found["collection_interval_minutes"] = self.old.take(
                _DATA, "collection_interval_minutes"
            )
        return found


def _is_from(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _configuration(wanted: "NewConfig", who: Dialogue) -> Configuration:
    """Return what the old configuration becomes; a time zone that nothing says is asked for."""
    old = OldConfig(wanted.old)
    timezone = _asked_timezone(old, wanted.timezone, who)
    return Configuration(old, wanted.target, wanted.data_dir, timezone)


def _asked_timezone(old: OldConfig, given: str | None, who: Dialogue) -> str | None:
    """Return a time zone that an option, the old configuration or an answer says."""
    found = given or old.text(_DATA, "timezone", "time_zone", "tz")
    if found is None and who.asks:
        found = who.ask("The home's time zone, such as Europe/Amsterdam") or None
    return found


def _tried(new: Configuration, opened: Callable[[Path], Session]) -> Session:
    """Return what the new configuration opens, before it is written; raises ConfigError."""
    raw = new.contents()[new.target].raw
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "powerstats.toml")
        path.write_bytes(raw)
        try:
            return opened(path)
        except ConfigError as error:
            message = str(error).replace(str(path), str(new.old.path))
            raise ConfigError(message) from None


def _configure(new: Configuration, who: Dialogue, *, overwrites: bool, is_dry: bool) -> None:
    """Write the configuration that an old one became; all of its files or none."""
    changes = {
        path: content for path, content in new.files.items() if read_bytes(path) != content.raw
    }
    if not is_dry:
        _may_overwrite(list(changes), who, overwrites=overwrites)
        with undone_on_failure() as undo:
            make_folder(new.target.parent, undo, mode=0o700)
            write_together(changes, undo, lambda _: None)
    verb = "would be written" if is_dry else "written"
    for path in new.files:
        who.done(f"{path}: {verb if path in changes else 'as it is'}")
    for line in new.told:
        who.say(f"  {line}")
    if left := new.old.left():
        who.say(f"  left, with nothing like it here: {joined(left)}")


def _may_overwrite(paths: Sequence[Path], who: Dialogue, *, overwrites: bool) -> None:
    """Raise ConfigError where a file is there already and shall stay."""
    for path in paths:
        if overwrites or not path.exists():
            continue
        if not who.asks:
            message = f"{path} is there already: add --force to overwrite it"
            raise ConfigError(message)
        if not who.confirm(f"{path} is there already. Overwrite it?"):
            message = f"{path} is there already, and was left; nothing was changed"
            raise ConfigError(message)


# --- reading ----------------------------------------------------------------------------------


def _parsed(path: Path, hook: Any = None) -> Any:
    """Return a file's JSON; raises UnreadableError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        kind = RefusedError if isinstance(error, PermissionError) else UnreadableError
        raise kind(message) from None
    is_empty = not raw.strip()
    try:
        text = raw.decode("utf-8-sig")
        del raw
        return json.loads(text, object_hook=hook)
    except (ValueError, RecursionError) as error:
        what = "it is empty" if is_empty else str(error)
        message = f"{path} is no JSON: {what}: mend it, or leave it away; nothing was changed"
        raise UnreadableError(message) from None


class Readings:
    """The points of all files."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.series: dict[str, Samples] = {}
        self.files = 0
        self.points = 0
        self.unreadable = 0
        self.others: list[str] = []

    def read(self, paths: Sequence[Path]) -> None:
        """Read files, and the *.json of folders; raises UnreadableError."""
        for path in paths:
            if path.is_dir():
                for one in sorted(path.glob("*.json")):
                    if problem := self._add(one):
                        self.others.append(f"{one.name}: it {problem}")
            elif problem := self._add(path):
                message = f"{path} is none of the old files: it {problem}; nothing was changed"
                raise UnreadableError(message)
        self.series = {name: them.in_order() for name, them in self.series.items()}

    def _add(self, path: Path) -> str:
        """Add a file's points; return what else it is, if it is."""
        points = Points(stamps=[], columns={})

        def take(pairs: dict[str, object]) -> dict[str, object] | None:
            # A point is kept as columns at once: a year of minutes would not fit a small board.
            if TIMESTAMP not in pairs:
                return pairs
            points.add(pairs)
            return None

        written = _parsed(path, take)
        if isinstance(written, dict):
            if "version" in written and "tier" in written:
                return "is a file of powerstats itself"
            written = written.get(POINTS)
        if not isinstance(written, list) or (written and not points.stamps):
            return f"holds no points, such as [{{{TIMESTAMP!r}: …, 'power': …}}]"
        points.unreadable += sum(one is not None for one in written)
        points.put_into(self.series, self.zone)
        self.files += 1
        self.points += len(points.stamps)
        self.unreadable += points.unreadable
        return ""

    def tell(self, who: Dialogue) -> None:
        """Say what was read, and what was not."""
        who.say(f"Read {self._summary()}")
        if self.unreadable:
            who.warn(f"{self.unreadable} points without a time were left out")
        for other in self.others:
            who.warn(f"left: {other}")

    def _summary(self) -> str:
        line = f"{self.points} points in {self.files} file{'s' * (self.files != 1)}"
        them = max(self.series.values(), key=lambda samples: len(samples.times), default=None)
        if them is None:
            return line
        first, last = (instant(at).astimezone(self.zone) for at in (them.times[0], them.times[-1]))
        spacings = sorted(usual_spacings(them.times))
        usual = in_words(spacings[len(spacings) // 2] * MICROSECOND)
        return f"{line}, {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, mostly {usual} apart"


# --- the command ------------------------------------------------------------------------------


class NewConfig(msgspec.Struct, frozen=True):
    """What the command line says of the configuration: from which file, to which, and how."""

    old: Path
    target: Path
    data_dir: Path
    timezone: str | None = None
    overwrites: bool = False


class Wishes(msgspec.Struct, frozen=True):
    """What the command line says; `config` is None if no configuration is taken over."""

    files: Sequence[Path] = ()
    units: Mapping[str, str] = {}
    config: NewConfig | None = None
    is_dry: bool = False


def migrate(wishes: Wishes, who: Dialogue, opened: Callable[[Path | None], Session]) -> None:
    """Take over the old configuration, the readings, or both.

    `opened` returns the session with a configuration file, None for the one that is configured.
    Everything is judged before anything is written. Raises ConfigError and UnreadableError.
    """
    config = wishes.config
    new = _configuration(config, who) if config else None
    session = _tried(new, opened) if new else opened(None)
    readings = _read(wishes.files, session)
    if config and new:
        _configure(new, who, overwrites=config.overwrites, is_dry=wishes.is_dry)
    if wishes.files:
        _take(session, readings, wishes, who)


def _read(paths: Sequence[Path], session: Session) -> Readings:
    """Return the points of files and folders; raises UnreadableError, ConfigError."""
    _check_apart(paths, session.files.data_dir)
    readings = Readings(session.settings.zone)
    readings.read(paths)
    return readings


def _take(session: Session, readings: Readings, wishes: Wishes, who: Dialogue) -> None:
    """Bring readings into archive and tiers; what is not believed is told and left."""
    configured, files = session.settings, session.files
    unknown = wishes.units.keys() - readings.series.keys()
    if unknown:
        message = f"--series: no file has {joined(sorted(unknown))}"
        raise ConfigError(message)
    readings.tell(who)
    verdicts = _decided(readings.series, _Stored(configured, files).kinds(), wishes, who)
    if not verdicts:
        who.say("There is nothing to take.")
        return
    histories = {
        name: history_of(readings.series[name], verdict.factor)
        for name, verdict in verdicts.items()
    }
    if wishes.is_dry:
        plan = _Plan(_Stored(configured, files), histories, verdicts, session.clock)
    else:
        files.prepare()
        with files.lock():
            plan = _Plan(_Stored(configured, files), histories, verdicts, session.clock)
            plan.write()
    plan.tell(who, is_dry=wishes.is_dry)


def _check_apart(paths: Sequence[Path], data_dir: Path) -> None:
    """Raise ConfigError where the old files lie where the new ones would replace them."""
    target = data_dir.resolve()
    for path in paths:
        found = path.resolve()
        if target in {found, found.parent}:
            message = (
                f"{path} is in the data directory, where powerstats would write files of the same "
                f"names: give another --data-dir"
            )
            raise ConfigError(message)


def _decided(
    series: Mapping[str, Samples],
    kinds: Mapping[str, Series],
    wishes: Wishes,
    who: Dialogue,
) -> dict[str, Verdict]:
    """Return what each series that is taken is; tell of all, ask of those in doubt."""
    taken: dict[str, Verdict] = {}
    can_be_said = False
    for name, verdict in sorted(judged(series).items()):
        verdict = _asked(name, verdict, wishes, who)  # noqa: PLW2901 - what it is in the end
        known = kinds.get(name)
        if verdict.unit is not None and known and not verdict.series(known.until).fits(known):
            described = verdict.series(known.until).described
            verdict = Verdict(f"{described}, but powerstats has it as {known.described}")  # noqa: PLW2901
        missing = len(series[name].times) - len(series[name].numbers())
        without = f"; {missing} without a value" if missing else ""
        if verdict.unit is None:
            who.warn(f"{name}: left out: {verdict.why}{without}")
            can_be_said |= name not in wishes.units
        else:
            who.done(f"{name}: {verdict.why}{without}")
            taken[name] = verdict
    if can_be_said and not who.asks:
        who.say("  To take one all the same say what it is: --series NAME=UNIT")
    return taken


def _asked(name: str, verdict: Verdict, wishes: Wishes, who: Dialogue) -> Verdict:
    """Return what an option or an answer says of a series in doubt."""
    unit = wishes.units.get(name)
    if unit is None and verdict.unit is None and who.asks:
        who.warn(f"{name}: {verdict.why}")
        unit = who.ask(f"The unit of {name}, such as W or kWh (a counter); Enter leaves it out")
        unit = unit if unit.isprintable() and unit else LEAVE
    if unit is None:
        return verdict
    if unit == LEAVE:
        return Verdict("as said" if verdict.unit is not None else verdict.why)
    return stated(unit)


class _Stored:
    """The data files as they are; one that cannot be read stops the step before it changes any."""

    def __init__(self, configured: Settings, files: Store) -> None:
        self.settings = configured
        self.files = files
        self.daily = self._read(files.daily)
        read = {day: self._read(files.archived(day)) for day in files.archived_days()}
        self.archive = {day: one for day, one in read.items() if one is not None}
        stored = {name: self._read(files.tier(name)) for name in TIERS}
        self.tiers = {name: one for name, one in stored.items() if one is not None}

    def _read(self, path: Path) -> Document | None:
        try:
            return self.files.read(path)
        except UnreadableError as error:
            message = (
                f"{error}: mend it, move it away, or give another --data-dir; no data was changed"
            )
            raise UnreadableError(message) from None

    def documents(self) -> list[Document]:
        """Return all of them."""
        daily = [self.daily] if self.daily else []
        return [*daily, *self.archive.values(), *self.tiers.values()]

    def kinds(self) -> dict[str, Series]:
        """Return what each series is that has a point."""
        found: dict[str, Series] = {}
        for document in self.documents():
            for name in names_in(document) & document.series.keys():
                found.setdefault(name, document.series[name])
        return found


class _Plan:
    """What becomes of the files, found before any is written."""

    def __init__(
        self,
        stored: _Stored,
        histories: Mapping[str, History],
        verdicts: Mapping[str, Verdict],
        clock: Clock,
    ) -> None:
        self.stored = stored
        self.zone = stored.settings.zone
        self.now = clock.now()
        clock.check_not_before(newest_until(stored.documents()))
        today = local_day(self.now, self.zone)
        daily = stored.daily
        self.today = min(today, daily.day) if daily and daily.day else today
        days = legacy_days.sampled_days(histories, self.zone)
        closed = [day for day in days if day < self.today]
        self.too_new = len(days) - len(closed)
        self.window = self._window(closed)
        self.days = [day for day in closed if day >= self.window[0]]
        self.too_old = len(closed) - len(self.days)
        self.archive: dict[date, Document] = {}
        self.tiers: dict[Tier, Document] = {}
        self.taken: dict[str, set[date]] = defaultdict(set)
        self._make(histories, verdicts)

    def _window(self, closed: Sequence[date]) -> tuple[date, date]:
        """Return the first day that yearly.json keeps, and the newest closed one."""
        newest = newest_closed_day(self.stored.documents(), self.zone)
        newest = max([*([newest] if newest else []), *closed[-1:]], default=self.today - DAY)
        return local_day(window_start(TIERS["yearly"], newest, self.zone), self.zone), newest

    def _make(self, histories: Mapping[str, History], verdicts: Mapping[str, Verdict]) -> None:
        retention = self.stored.settings.data.retention_days
        usual = self.stored.settings.data.collection_interval_minutes
        minutes = {
            day: bucket_minutes(self.stored.archive[day].bucket)
            if day in self.stored.archive
            else usual
            for day in self.days
        }
        days_in = {name: self._days_in(one) for name, one in self.stored.tiers.items()}
        archived = self._days_in(
            *self.stored.archive.values(), *([self.stored.daily] if self.stored.daily else [])
        )
        rolled: dict[str, dict[date, Document]] = {name: {} for name in TIERS}
        for new in legacy_days.documents_of(histories, verdicts, self.days, self.zone, minutes):
            day = new.day
            if day is None or not new.points:
                continue
            there = self.stored.archive.get(day)
            if there is not None or (self.window[1] - day).days < retention:
                self._put_into_archive(day, there, self._countable(new, day, archived), days_in)
            if there is None:
                for name in TIERS:
                    rolled[name][day] = self._news(name, new, day, days_in.get(name, {}))
        for tier in TIERS.values():
            self._roll_up(tier, rolled[tier.name])

    def _days_in(self, *documents: Document) -> dict[str, set[date]]:
        """Return the days of which documents have something, by series."""
        found: dict[str, set[date]] = defaultdict(set)
        for document in documents:
            for start, point in document.points.items():
                for name in point:
                    found[name].add(local_day(start, self.zone))
        return found

    @staticmethod
    def _countable(new: Document, day: date, days: Mapping[str, set[date]]) -> Document:
        counters = {
            name for name, series in new.series.items() if series.state_class != "measurement"
        }
        held = {name for name in counters if not legacy_days.may_count(name, day, days)}
        return legacy_days.without(new, held)

    def _put_into_archive(
        self,
        day: date,
        there: Document | None,
        new: Document,
        days_in: Mapping[str, Mapping[str, set[date]]],
    ) -> None:
        if there is None:
            # What only the tiers have was archived once, and is known better than by samples.
            known = {
                name
                for name in new.series
                if any(day in days.get(name, ()) for days in days_in.values())
            }
            new = legacy_days.without(new, known)
            new.last_update = self.now
            filled = new if new.points else None
        else:
            filled = legacy_days.filled(there, new, self.now)
        if filled is not None:
            self.archive[day] = filled
            self._note(day, there, filled)

    def _news(self, tier: str, new: Document, day: date, days: Mapping[str, set[date]]) -> Document:
        """Return of a day that no archive has what a tier does not know as well or better."""
        new = self._countable(new, day, days)
        stored = self.stored.tiers.get(tier)
        if stored is None:
            return new
        # What is written is rounded.
        known = {
            name
            for name in new.series
            if 1.0001 * legacy_days.known_time(stored, name, day, self.zone)
            >= legacy_days.known_time(new, name, day, self.zone)
        }
        return legacy_days.without(new, known)

    def _roll_up(self, tier: Tier, news: Mapping[date, Document]) -> None:
        archive = {
            day: document
            for day, document in {**news, **self.stored.archive, **self.archive}.items()
            if day < self.today
        }
        before = self.stored.tiers.get(tier.name) or new_tier(
            tier, self.stored.settings.timezone, day_start(self.today, self.zone)
        )
        after = aggregate(
            tier,
            before,
            archive=archive,
            finer=[],
            daily=self.stored.daily,
            zone=self.zone,
            now=self.now,
        )
        if after.points:
            self.tiers[tier] = after
            for day in sorted(days_of(after, self.zone) & set(self.days)):
                self._note(day, before, after)

    def _note(self, day: date, before: Document | None, after: Document) -> None:
        """Note which series of a day a file has news of."""
        start, end = day_start(day, self.zone), day_start(day + DAY, self.zone)
        for at, point in after.points.items():
            if start <= at < end:
                old = before.points.get(at, {}) if before else {}
                for name, value in point.items():
                    if old.get(name) != value:
                        self.taken[name].add(day)

    def write(self) -> None:
        """Write what differs: archived days first, and from the stored ones outwards.

        So a run after a killed one finds no counter's hole between days.
        """
        files = self.stored.files
        for day in sorted(self.archive, reverse=self.stored.daily is not None):
            files.write(files.archived(day), self.archive[day])
        for tier, document in self.tiers.items():
            files.write(files.tier(tier.name), document)

    def tell(self, who: Dialogue, *, is_dry: bool) -> None:
        """Say which days were taken, and which left and why."""
        verb = "would be taken" if is_dry else "taken"
        days = sorted(set().union(*self.taken.values()))
        for name, them in sorted(self.taken.items()):
            who.done(f"{name}: {_days(len(them))} {verb}, {min(them)} to {max(them)}")
        if not days:
            who.say("Nothing new: what the files say is known already.")
        kept = len(set(self.days) - set(days))
        if days and kept:
            who.say(f"  {_days(kept)} left: known as well already")
        if self.too_old:
            who.say(f"  {_days(self.too_old)} left: before {self.window[0]}, where a year begins")
        if self.too_new:
            who.say(f"  {_days(self.too_new)} left: from {self.today} on it is collect's")
        if is_dry:
            who.say("Nothing was changed.")


def _days(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"
