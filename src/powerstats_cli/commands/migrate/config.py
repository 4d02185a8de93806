"""The new configuration that an old one becomes: made, tried, and written with its tokens."""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import tomli_w

from powerstats_cli.commands.migrate.oldconfig import DATA, GITHUB, HOME, OldConfig
from powerstats_cli.core import zones
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import ConfigError
from powerstats_cli.files.together import Content, make_folder, undone_on_failure, write_together
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.secrets import checked_token
from powerstats_cli.session import Session
from powerstats_cli.settings import MOST_RETENTION_DAYS
from powerstats_cli.terminal.dialogue import Dialogue

HEAD: Final = "# Made by `powerstats migrate`. Every key is explained in docs/configuration.md.\n\n"


class ConfigWishes(msgspec.Struct, frozen=True):
    """The command line's part about the configuration: the old file, the new one, and how."""

    old: Path
    target: Path
    data_dir: Path
    timezone: str | None = None
    overwrites: bool = False


class NewConfig(msgspec.Struct, frozen=True):
    """A new configuration: what each of its files holds, the configuration itself last.

    `notes` are lines for the user; `left` are the keys of the old one that were not taken.
    """

    wishes: ConfigWishes
    files: Mapping[Path, Content]
    notes: Sequence[str]
    left: Sequence[str]


class _Table(msgspec.Struct, frozen=True):
    """A table of the new configuration, the token files it names, and notes for the user."""

    keys: Mapping[str, object]
    files: Mapping[Path, Content] = {}
    notes: Sequence[str] = ()


# --- made -------------------------------------------------------------------------------------


def converted(wishes: ConfigWishes, dialogue: Dialogue) -> NewConfig:
    """Return what the old configuration becomes; asks for a time zone that nothing states.

    Raises UnreadableError and ConfigError.
    """
    old = OldConfig(wishes.old)
    timezone = _timezone(old, wishes.timezone, dialogue)
    home, github, data = _home(old, wishes.target), _github(old, wishes.target), _data(old)
    tables = {
        "timezone": timezone,
        "homeassistant": home.keys,
        **({"github": github.keys} if github.keys else {}),
        **({"data": data} if data else {}),
        "paths": {"data_dir": str(wishes.data_dir)},
    }
    config = Content((HEAD + tomli_w.dumps(tables)).encode())
    files = {**home.files, **github.files, wishes.target: config}
    return NewConfig(wishes, files, (*home.notes, *github.notes), old.left())


def _timezone(old: OldConfig, stated: str | None, dialogue: Dialogue) -> str:
    timezone = stated or old.text(DATA, "timezone", "time_zone", "tz")
    if timezone is None and dialogue.asks:
        timezone = dialogue.ask("The home's time zone, such as Europe/Amsterdam") or None
    if timezone is None:
        message = f"{old.path} has no time zone: give it, such as --timezone Europe/Amsterdam"
        raise ConfigError(message)
    return zones.current(timezone)


def _token(old: OldConfig, target: Path, tables: Sequence[str], *keys: str) -> _Table:
    """Return `token_file`, and the file if the old configuration has the token."""
    path = target.with_name(f"{tables[0]}.token")
    written = old.text(tables, *keys)
    if written is None:
        note = f"no token for {tables[0]}: put one into {path}"
        return _Table({"token_file": str(path)}, notes=[note])
    token = checked_token(written, f"{old.path}: {tables[0]}.{keys[0]}")
    content = Content(f"{token}\n".encode(), is_secret=True)
    return _Table({"token_file": str(path)}, {path: content})


def _home(old: OldConfig, target: Path) -> _Table:
    url = old.text(HOME, "url", "base_url", "host", "ha_url")
    if url is None:
        message = f"{old.path}: homeassistant.url: is missing"
        raise ConfigError(message)
    url = url if "://" in url else f"http://{url}"
    url = url.rstrip("/").removesuffix("/api")
    token = _token(old, target, HOME, "token", "access_token", "ha_token", "api_token", "api_key")
    entities, notes = _entities(old)
    keys = {"url": url, **token.keys, "entities": entities}
    return _Table(keys, token.files, [*token.notes, *notes])


def _entities(old: OldConfig) -> tuple[dict[str, str], list[str]]:
    """Return the entity ids by series, and notes on those that are left out."""
    entities: dict[str, str] = {}
    notes: list[str] = []
    for name, written in _written_entities(old).items():
        entity_id = written.get("entity_id") if isinstance(written, dict) else written
        if not isinstance(entity_id, str):
            message = f"{old.path}: homeassistant.entities.{name}: is no entity id"
            raise ConfigError(message)
        entity_id = entity_id.strip()
        same = [other for other, other_id in entities.items() if other_id == entity_id]
        if same:
            notes.append(f"{name} is the same sensor as {same[0]}: left out")
        else:
            entities[name] = entity_id
    return entities, notes


def _written_entities(old: OldConfig) -> Mapping[str, object]:
    """Return the entities by series, as they are written: a table, a list or a single one."""
    written = old.take(HOME, "entities", "sensors", "entity_ids")
    if written is None:
        single = old.text(HOME, "entity_id", "entity", "sensor")
        return {"power": single} if single else {}
    if isinstance(written, list):
        return {str(entity).rpartition(".")[2]: entity for entity in written}
    return written if isinstance(written, dict) else {}


def _github(old: OldConfig, target: Path) -> _Table:
    repo = _repo(old)
    if repo is None:
        return _Table({})
    keys = {"repo": repo}
    if branch := old.text(GITHUB, "branch"):
        keys["branch"] = branch
    data_file = old.text(GITHUB, "data_file", "data_path", "path")
    if data_file and data_file.strip("/").startswith("data/"):
        # The old files in data/ have the names of powerstats' own files, and another form.
        keys["path"] = "powerstats"
    token = _token(
        old, target, GITHUB, "token", "access_token", "github_token", "personal_access_token"
    )
    notes = list(token.notes)
    if data_file:
        folder = keys.get("path", "data")
        notes.append(f"{data_file} stays in {repo}; powerstats keeps its own files in {folder}/")
    return _Table({**keys, **token.keys}, token.files, notes)


def _repo(old: OldConfig) -> str | None:
    """Return the repository as `owner/name`, None if there is none."""
    repo = old.text(GITHUB, "repo", "repository")
    owner = old.text(GITHUB, "repo_owner", "owner", "username")
    name = old.text(GITHUB, "repo_name", "name")
    repo = repo or (f"{owner}/{name}" if owner and name else None)
    if repo is None:
        return None
    repo = re.sub(r"^https://[^/]+/", "", repo).removesuffix("/").removesuffix(".git")
    return f"{owner}/{repo}" if "/" not in repo and owner else repo


def _data(old: OldConfig) -> dict[str, object]:
    """Return what the old configuration says of the data, if powerstats takes such a value."""
    keys: dict[str, object] = {}
    if _is_from(old.peek("data", "retention_days"), 1, MOST_RETENTION_DAYS):
        keys["retention_days"] = old.take(DATA, "retention_days")
    minutes = old.peek("data", "collection_interval_minutes")
    if _is_from(minutes, 1, 60) and isinstance(minutes, int) and 60 % minutes == 0:
        keys["collection_interval_minutes"] = old.take(DATA, "collection_interval_minutes")
    return keys


def _is_from(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


# --- tried and written ------------------------------------------------------------------------


def tried(config: NewConfig, opened: Callable[[Path], Session]) -> Session:
    """Return the session with the new configuration before it is written; raises ConfigError."""
    raw = config.files[config.wishes.target].raw
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "powerstats.toml")
        path.write_bytes(raw)
        try:
            return opened(path)
        except ConfigError as error:
            message = str(error).replace(str(path), str(config.wishes.old))
            raise ConfigError(message) from None


def write_config(config: NewConfig, dialogue: Dialogue, *, is_dry: bool) -> None:
    """Write all files of the new configuration or none, and tell what was taken over.

    Raises ConfigError if a file is there already and stays.
    """
    changes = {
        path: content for path, content in config.files.items() if read_bytes(path) != content.raw
    }
    if not is_dry:
        if not config.wishes.overwrites:
            _check_overwriting(list(changes), dialogue)
        with undone_on_failure() as undo:
            make_folder(config.wishes.target.parent, undo, mode=0o700)
            write_together(changes, undo, lambda _: None)
    verb = "would be written" if is_dry else "written"
    for path in config.files:
        dialogue.done(f"{path}: {verb if path in changes else 'unchanged'}")
    for note in config.notes:
        dialogue.say(f"  {note}")
    if config.left:
        dialogue.say(f"  not taken over, for nothing here is like it: {joined(config.left)}")


def _check_overwriting(paths: Sequence[Path], dialogue: Dialogue) -> None:
    """Raise ConfigError if one of the files is there already, unless the user agrees."""
    for path in paths:
        if not path.exists():
            continue
        if not dialogue.asks:
            message = f"{path} is there already: add --force to overwrite it"
            raise ConfigError(message)
        if not dialogue.confirm(f"{path} is there already. Overwrite it?"):
            message = f"{path} is there already, and was left; nothing was changed"
            raise ConfigError(message)
