"""The configuration file, changed as a whole or not at all."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tomlkit import TOMLDocument

from powerstats_cli import settings
from powerstats_cli.errors import ConfigError
from powerstats_cli.files.together import Content, undone_on_failure, write_together
from powerstats_cli.settings import Settings, editing


def change(path: Path, edit: Callable[[TOMLDocument], object]) -> Settings:
    """Change a configuration file and return its settings; the data directory's lock is held.

    Raises ConfigError, and leaves the file as it is, if the change makes it wrong.
    """
    document = editing.opened(path)
    edit(document)
    with undone_on_failure() as undo:
        write_together(
            {path: Content(editing.written(document))}, undo, lambda staged: check(path, staged)
        )
    return settings.load(path)


def check(path: Path, staged: Mapping[Path, Path]) -> None:
    """Raise ConfigError with the name of a configuration if its new bytes do not load."""
    try:
        settings.load(staged[path])
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(staged[path]), str(path))) from None
