"""Checks before a schedule is installed: one whose runs would all fail is refused."""

import os
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import Asked
from powerstats_cli.errors import ConfigError, RefusedError
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.jobs.accounts import Account
from powerstats_cli.jobs.installation import Installation
from powerstats_cli.jobs.programs import last_line, run

# The tools that run a program without installing it mark their caches so.
CACHE_TAG: Final = "CACHEDIR.TAG"
CRON_PATH: Final = "/usr/bin:/bin"


def check_is_kept(environment: Path) -> None:
    """Raise RefusedError if the program is only in a cache, from which it will disappear."""
    # An environment has such a mark itself, wherever it is.
    is_cached = any((folder / CACHE_TAG).exists() for folder in environment.parents)
    names = [folder.name for folder in environment.parents]
    if is_cached or ("pipx", ".cache") in pairwise(reversed(names)):
        message = (
            f"{environment} is in a cache, which uvx and pipx run empty: install powerstats first, "
            f"by `uv tool install` or `pipx install`"
        )
        raise RefusedError(message)


def check(wanted: Installation, setup: Setup, *, root_reads_tokens: bool) -> None:
    """Make the folders that the steps write to, and try what the steps will do.

    Raises ConfigError if a token is missing, RefusedError if the account may not do something.
    """
    _check_tokens(wanted, setup, root_reads_tokens=root_reads_tokens)
    _check_program(wanted.account, setup)
    for folder in setup.writes:
        make_folder(Path(folder), wanted.account)
        _check_access(wanted.account, "write", folder)


def _check_tokens(wanted: Installation, setup: Setup, *, root_reads_tokens: bool) -> None:
    """Raise if a token is only in the environment, or in a file that the account cannot read."""
    settings = wanted.settings
    written: dict[Asked, str | None] = {"homeassistant": settings.homeassistant.token}
    if settings.github:
        written["github"] = settings.github.token
    for asked, token in written.items():
        if not token and asked not in setup.tokens:
            message = (
                f"{asked}.token_file: is missing, and a schedule cannot use the token of your shell"
            )
            raise ConfigError(message)
    for asked, path in setup.tokens.items():
        if not Path(path).exists():
            message = f"{asked}.token_file: {path}: No such file or directory"
            raise ConfigError(message)
        if not root_reads_tokens or asked in setup.unsafe:
            _check_access(wanted.account, "read", path)


def _check_program(account: Account, setup: Setup) -> None:
    """Raise RefusedError if the account cannot run the program or read the configuration."""
    command = (*setup.program, "schedule")
    try:
        tried = run(*command, environment=_environment(account), account=account)
    except OSError as error:
        why = error.strerror
    else:
        why = last_line(tried.stderr).removeprefix("powerstats: ")
        if not tried.returncode:
            return
    message = f"{account.pw_name} cannot run {' '.join(command)}: {why}"
    raise RefusedError(message)


def _check_access(account: Account, verb: str, path: str) -> None:
    if _shell(account, f'test -{verb[0]} "$1"', path).returncode:
        message = (
            f"{account.pw_name} cannot {verb} {path}: allow it, or install the schedule for "
            f"another user"
        )
        raise RefusedError(message)


def _environment(account: Account) -> dict[str, str]:
    """Return the environment that cron gives to a job."""
    return {
        "HOME": account.pw_dir,
        "LOGNAME": account.pw_name,
        "PATH": CRON_PATH,
        "SHELL": "/bin/sh",
    }


def make_folder(folder: Path, account: Account) -> None:
    """Make a folder and its parents if they do not exist; the account owns what is made.

    The account makes them itself if it may: what root made in a folder of another user could be
    replaced by a link before root gives it away.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        made = _shell(account, 'mkdir "$1"', str(path))
        if made.returncode and account.pw_uid != os.geteuid():
            _make_for(path, account)
        elif made.returncode and not path.is_dir():
            message = f"{path} cannot be made: {last_line(made.stderr)}"
            raise RefusedError(message)


def _make_for(path: Path, account: Account) -> None:
    """Make a folder that the account may not make itself, and give it to the account."""
    with os_errors(path):
        path.mkdir()
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchown(descriptor, account.pw_uid, account.pw_gid)
        finally:
            os.close(descriptor)


def _shell(account: Account, script: str, path: str) -> CompletedProcess[bytes]:
    """Run a line of shell as an account, with a path as its argument $1."""
    command = ("/bin/sh", "-c", script, "sh", path)
    return run(*command, environment=_environment(account), account=account)
