"""Other programs of this machine, and what they say when they fail."""

import os
import subprocess
from collections.abc import Mapping
from typing import Final

from powerstats_cli.errors import TryAgainError
from powerstats_cli.jobs.accounts import Account

PROGRAM_SECONDS: Final = 60


def run(
    *command: str,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run another program in English and return how it ended; `given` is its standard input.

    It runs as the current user if no account is given. Raises OSError if it cannot be started,
    TryAgainError if it does not end in time.
    """
    user = group = groups = None
    if account is not None and account.pw_uid != os.geteuid():
        user, group = account.pw_uid, account.pw_gid
        groups = os.getgrouplist(account.pw_name, group)
    try:
        return subprocess.run(  # noqa: S603 - no shell is between
            command,
            input=given,
            env={**os.environ, "LC_ALL": "C"} if environment is None else environment,
            user=user,
            group=group,
            extra_groups=groups,
            cwd="/",
            capture_output=True,
            timeout=PROGRAM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"{' '.join(command)} has not ended after {PROGRAM_SECONDS} s"
        raise TryAgainError(message) from None


def last_line(output: bytes) -> str:
    """Return the last line of a program's error output."""
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why"
