"""The answers, and the files that they become."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import tomli_w

from powerstats_cli import settings
from powerstats_cli.commands.init.home import Home
from powerstats_cli.commands.init.repository import WritableRepository
from powerstats_cli.commands.init.wishes import DEFAULT_API, Wishes
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.errors import RefusedError
from powerstats_cli.files.together import Content, make_folder, undone_on_failure, write_together
from powerstats_cli.secrets import Token

HEAD: Final = "# Made by `powerstats init`. Every key is explained in docs/configuration.md.\n\n"
PLAUSIBLE: Final = "[homeassistant.plausible]"
WHY_PLAUSIBLE: Final = "# The lowest and the highest W: what a sensor reports beyond it is unknown."


class Answers(msgspec.Struct, frozen=True):
    """The answers to all questions.

    `entities` are entity ids by name, `plausible` the lowest and highest W of some of them. The
    schedule also keeps the dashboard up if `serves` is true.
    """

    home: Home
    timezone: str
    entities: Mapping[str, str]
    plausible: Mapping[str, tuple[int, int]]
    repository: WritableRepository | None
    schedule: Scheduler
    serves: bool


def token_files(answers: Answers, wishes: Wishes) -> dict[Path, Content]:
    """Return the contents of the files of the tokens."""
    files = {wishes.token_path: _secret(answers.home.token)}
    if answers.repository:
        files[wishes.github_token_path] = _secret(answers.repository.token)
    return files


def _secret(token: Token) -> Content:
    return Content(f"{token}\n".encode(), is_secret=True)


def configuration_file(answers: Answers, wishes: Wishes) -> Content:
    """Return the configuration as TOML; a key that has its default is left out."""
    home: dict[str, object] = {"url": answers.home.url, "token_file": str(wishes.token_path)}
    if wishes.ca_file:
        home["ca_file"] = str(wishes.ca_file.absolute())
    home["entities"] = dict(answers.entities)
    if answers.plausible:
        home["plausible"] = {name: list(allowed) for name, allowed in answers.plausible.items()}
    tables: dict[str, object] = {
        "timezone": answers.timezone,
        "homeassistant": home,
    }
    if answers.repository:
        tables["github"] = _github(answers.repository, wishes)
    tables["paths"] = {"data_dir": str(wishes.data_dir)}
    text = tomli_w.dumps(tables)
    if answers.plausible:
        text = text.replace(f"\n{PLAUSIBLE}\n", f"\n{WHY_PLAUSIBLE}\n{PLAUSIBLE}\n", 1)
    return Content((HEAD + text).encode())


def _github(repository: WritableRepository, wishes: Wishes) -> dict[str, str]:
    table = {"repo": repository.repo, "token_file": str(wishes.github_token_path)}
    if wishes.github_api_url != DEFAULT_API:
        table["api_url"] = wishes.github_api_url
    return table


def write(files: Mapping[Path, Content], wishes: Wishes) -> None:
    """Write all files in their order, and make the folders; a failure takes everything back.

    Raises RefusedError if the data directory cannot be written to, ConfigError if the new
    configuration does not load, and what the file system raises.
    """
    with undone_on_failure() as undo:
        make_folder(wishes.config.parent, undo, mode=0o700)
        make_folder(wishes.data_dir, undo)
        if not os.access(wishes.data_dir, os.W_OK):
            message = f"{wishes.data_dir}: cannot be written to: give another --data-dir"
            raise RefusedError(message)
        write_together(files, undo, lambda staged: settings.load(staged[wishes.config]))
