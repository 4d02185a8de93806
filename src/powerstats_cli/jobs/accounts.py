"""The accounts of this machine's users: the current one, and the one that runs the steps."""

import os
import pwd
from pathlib import Path

from powerstats_cli.errors import ConfigError, MissingError, RefusedError

Account = pwd.struct_passwd


def own_account() -> Account:
    """Return the account of the current user; raises MissingError if it has no name."""
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        message = f"the user {os.geteuid()} has no name, so neither cron nor systemd knows it"
        raise MissingError(message) from None


def own_name() -> str:
    """Return the name of the current user, or its number if it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def account_for(data_dir: Path, as_user: str | None, *, is_root: bool) -> Account:
    """Return the account that will run the steps.

    That is the current user's; root installs the schedule for `as_user`, or else for the owner of
    the data directory. Raises MissingError if there is no such user, RefusedError if only root may
    choose that user, ConfigError if the data directory is needed and does not exist.
    """
    own = own_account()
    if not is_root:
        if as_user not in {None, own.pw_name}:
            message = f"only root can install a schedule for {as_user}: run it with sudo"
            raise RefusedError(message)
        return own
    try:
        if as_user is not None:
            return pwd.getpwnam(as_user)
        return pwd.getpwuid(data_dir.stat().st_uid)
    except KeyError:
        message = (
            f"there is no user {as_user}"
            if as_user
            else f"the owner of {data_dir} no longer exists"
        )
        raise MissingError(message) from None
    except OSError:
        message = f"{data_dir} does not exist yet: name the user of the steps with --as-user"
        raise ConfigError(message) from None
