"""The files that the answers become: new ones, or those that are there with what was changed."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import tomli_w
from tomlkit import TOMLDocument

from powerstats_cli.clock import utc_now
from powerstats_cli.commands.init.answers import Answers, Present
from powerstats_cli.commands.init.wishes import DEFAULT_API, Wishes
from powerstats_cli.core.candidates.selection import roles_of
from powerstats_cli.core.energy.drafts import tables as draft_tables
from powerstats_cli.errors import ConfigError, PowerstatsError, RefusedError
from powerstats_cli.files import renaming
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.configuration import check
from powerstats_cli.files.store import Store
from powerstats_cli.files.together import Content, make_folder, undone_on_failure, write_together
from powerstats_cli.secrets import Token
from powerstats_cli.settings import Settings, editing, is_proxy, load, whole, writing

HEAD: Final = "# Made by `powerstats init`. Every key is explained in docs/configuration.md.\n\n"
# The tables with a remark, and the remark.
REMARKS: Final[Mapping[str, str]] = {
    "[homeassistant.plausible]": (
        "# The lowest and the highest W: what a sensor reports beyond it is unknown."
    ),
    "[flows]": "# Which series is what: docs/flows.md. A - turns a power around.",
    "[tariffs.contract]": "# What energy costs: docs/money.md. `powerstats tariff` shows it.",
}


def token_files(answers: Answers, wishes: Wishes) -> dict[Path, Content]:
    """Return the contents of the files of the new tokens."""
    files = {}
    if answers.found.is_new:
        files[_token_path(answers, wishes)] = _secret(answers.found.token)
    if answers.repository:
        files[wishes.github_token_path] = _secret(answers.repository.token)
    return files


def _token_path(answers: Answers, wishes: Wishes) -> Path:
    """Return the file for a new token: the one that is configured, if there is one."""
    present = answers.present
    written = present.settings.homeassistant.token_file if present else None
    return whole(written) if written else wishes.token_path


def _secret(token: Token) -> Content:
    return Content(f"{token}\n".encode(), is_secret=True)


def check_wishes(wishes: Wishes) -> None:
    """Raise ConfigError if an option that nobody is asked for cannot be used."""
    if wishes.proxy is not None and not is_proxy(wishes.proxy):
        message = "--proxy: that is no proxy, such as http://proxy.example.com:3128"
        raise ConfigError(message)


def check_places(answers: Answers, wishes: Wishes) -> None:
    """Raise RefusedError if the files could not be written where they are to be.

    It is found out before the questions, so that no answer is lost.
    """
    for folder, option in ((wishes.config.parent, "--config"), (answers.data_dir, "--data-dir")):
        above = next(each for each in (folder, *folder.parents) if each.exists())
        if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
            message = f"{folder}: cannot be written to: give another {option}"
            raise RefusedError(message)


def write(answers: Answers, wishes: Wishes) -> list[PowerstatsError]:
    """Write all files, and make the folders; a failure takes everything back.

    The data files get the new names of series after that, and are copied before everything; returns
    an error for each broken one.
    Raises ConfigError if the new configuration does not load, and what the file system raises.
    """
    config = wishes.config.resolve()
    raw = _new(answers, wishes) if answers.present is None else _changed(answers, wishes)
    if answers.present and _is_renaming(answers):
        _copy(answers.present.settings)
    with undone_on_failure() as undo:
        make_folder(wishes.config.parent, undo, mode=0o700)
        make_folder(answers.data_dir, undo)
        files = {**token_files(answers, wishes), config: Content(raw)}
        write_together(files, undo, lambda staged: check(config, staged))
    return _renamed(answers, load(config))


def _new(answers: Answers, wishes: Wishes) -> bytes:
    """Return a new configuration; a key that has its default is left out."""
    home: dict[str, object] = {"url": answers.found.url, "token_file": str(wishes.token_path)}
    if wishes.ca_file:
        home["ca_file"] = str(wishes.ca_file.absolute())
    home["entities"] = answers.entities
    if answers.plausible:
        home["plausible"] = {name: list(allowed) for name, allowed in answers.plausible.items()}
    tables: dict[str, object] = {"timezone": answers.timezone, "homeassistant": home}
    if answers.has_roles and (flows := _flows(answers)):
        tables["flows"] = flows
    text = tomli_w.dumps(tables)
    for name, table in _money(answers).items():
        text += f"\n{writing.table(name, table)}"
    text += f"\n{tomli_w.dumps(_others(answers, wishes))}"
    for table_head, remark in REMARKS.items():
        text = text.replace(f"\n{table_head}\n", f"\n{remark}\n{table_head}\n", 1)
    return (HEAD + text).encode()


def _others(answers: Answers, wishes: Wishes) -> Mapping[str, object]:
    """Return the tables that do not depend on the home."""
    tables: dict[str, object] = {}
    if answers.repository:
        tables["github"] = _github(answers, wishes)
    if wishes.proxy:
        tables["network"] = {"proxy": wishes.proxy}
    return {**tables, "paths": {"data_dir": str(answers.data_dir)}}


def _flows(answers: Answers) -> dict[str, object]:
    roles = roles_of(answers.kept)
    flows: dict[str, object] = {}
    for role, meters in roles.meters.items():
        names = [str(meter) for meter in meters]
        flows[role] = names[0] if len(names) == 1 else names
    return {**flows, "within": dict(roles.within)} if roles.within else flows


def _money(answers: Answers) -> Mapping[str, Mapping[str, object]]:
    """Return the tables of the tariff that was asked for, none without one."""
    return draft_tables(answers.draft, answers.lengths) if answers.draft else {}


def _github(answers: Answers, wishes: Wishes) -> dict[str, str]:
    repository = answers.repository
    table = {
        "repo": repository.repo if repository else "",
        "token_file": str(wishes.github_token_path),
    }
    if wishes.github_api_url != DEFAULT_API:
        table["api_url"] = wishes.github_api_url
    return table


# --- a change of one that is there ------------------------------------------------------------


def _changed(answers: Answers, wishes: Wishes) -> bytes:
    """Return the configuration that is there with what the answers change."""
    document = editing.opened(wishes.config)
    if answers.present is None:
        raise AssertionError
    _change_home(document, answers, wishes)
    _change_sensors(document, answers, answers.present)
    for name, table in _money(answers).items():
        editing.put_table(document, name, table)
    if answers.repository:
        for key, value in _github(answers, wishes).items():
            editing.put(document, ("github", key), value)
    if wishes.timezone:
        editing.put(document, ("timezone",), answers.timezone)
    if wishes.proxy:
        editing.put(document, ("network", "proxy"), wishes.proxy)
    if wishes.data_dir:
        editing.put(document, ("paths", "data_dir"), str(wishes.data_dir))
    return editing.written(document)


def _change_home(document: TOMLDocument, answers: Answers, wishes: Wishes) -> None:
    editing.put(document, ("homeassistant", "url"), answers.found.url)
    if wishes.ca_file:
        editing.put(document, ("homeassistant", "ca_file"), str(wishes.ca_file.absolute()))
    present = answers.present
    if answers.found.is_new and present and not present.settings.homeassistant.token_file:
        editing.drop(document, ("homeassistant", "token"))
        editing.put(document, ("homeassistant", "token_file"), str(wishes.token_path))


def _change_sensors(document: TOMLDocument, answers: Answers, present: Present) -> None:
    before = {one.name: one.entity_id for one in present.kept}
    for name in before.keys() - {one.was for one in answers.kept}:
        editing.take_out(document, name)
    for one in answers.kept:
        if one.was is not None and one.was != one.name:
            editing.rename(document, present.settings, one.was, one.name)
        if before.get(one.was or "") != one.entity_id:
            editing.add(document, one.name, one.entity_id)
    for sensor in answers.draft.sensors if answers.draft else ():
        editing.add(document, sensor.name, sensor.entity_id)
    for name, allowed in answers.plausible.items():
        editing.put(document, ("homeassistant", "plausible", name), list(allowed))
    if answers.has_roles:
        editing.set_roles(document, roles_of(answers.kept))


def check_names(answers: Answers) -> None:
    """Raise ConfigError if a series cannot have its new name, because another has or had it."""
    if answers.present is None:
        return
    settings, before = answers.present.settings, {one.name for one in answers.present.kept}
    files = Store(settings.data_dir, settings.timezone, renamed=settings.homeassistant.renamed)
    for one in answers.kept:
        if one.was == one.name:
            continue
        present = settings.homeassistant.renamed.get(one.name)
        if present is not None and present != one.was:
            message = (
                f"{one.name}: was the name of {present}, whose past has it: choose another name"
            )
            raise ConfigError(message)
        is_known = one.name in before or (one.was and renaming.stored_under(files, one.name))
        if is_known and present is None:
            message = f"{one.name}: another series has this name and a past: choose another name"
            raise ConfigError(message)


def _is_renaming(answers: Answers) -> bool:
    return any(one.was not in {None, one.name} for one in answers.kept)


def _files(settings: Settings) -> Store:
    files = Store(settings.data_dir, settings.timezone, renamed=settings.homeassistant.renamed)
    files.prepare()
    return files


def _copy(settings: Settings) -> None:
    files = _files(settings)
    with files.lock():
        make_copy(files, utc_now())


def _renamed(answers: Answers, settings: Settings) -> list[PowerstatsError]:
    """Write the new names of series into the data files."""
    if not _is_renaming(answers):
        return []
    files = _files(settings)
    with files.lock():
        return renaming.rewrite(files)
