"""Repositories that are not there, and tokens that may not write."""

import os
import shutil
from datetime import timedelta

import pytest

from tests.commands.sync.tiers import LONG_TERM
from tests.github.fake import GitHub, Token
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, STRANGERS, Device

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]
COMMANDS = pytest.mark.parametrize(
    "command", [("sync",), ("sync", "push"), ("sync", "fetch"), ("publish",)], ids=" ".join
)


@COMMANDS
@pytest.mark.parametrize("is_there", [False, True])
def test_no_such_repository(
    github: GitHub, device: Device, command: tuple[str, ...], *, is_there: bool
) -> None:
    """The exit code is 69 if there is no such repository, or the token may not see it."""
    if is_there:
        github.tokens[github.token] = Token(repositories=[])
        github.create(private=True, files=STRANGERS)
    for tier in LONG_TERM:
        (device.data_dir / f"{tier}.json").unlink()
        result = device.run("-v", *command)
        assert result.exit_code == os.EX_UNAVAILABLE
        assert "octo/home: no such repository" in result.err


@COMMANDS
def test_a_token_that_is_refused(
    github: GitHub, repo: GitRepository, device: Device, command: tuple[str, ...]
) -> None:
    """The exit code is 77; the token is sent once, not again for the other tier."""
    head = repo.head()
    github.tokens[github.token] = Token(expires=NOW - timedelta(seconds=1))
    for token in (github.token, "github_pat_of_someone_else"):
        device.configure(github_token=token)
        github.log.clear()
        device.fails(os.EX_NOPERM, *command, says=["Bad credentials", "make a new one"])
        assert (github.count(), repo.head()) == (1, head)


@pytest.mark.parametrize(
    ("token", "command", "is_refused"),
    [
        (Token(contents="read"), ("sync", "push"), True),
        (Token(contents="read"), ("sync",), True),
        (Token(contents="read"), ("sync", "fetch"), False),
        (Token(contents="none"), ("sync", "fetch"), True),
        (Token(contents="read"), ("publish",), True),
        (Token(contents="read"), ("publish", "--dry-run"), False),
    ],
)
def test_a_permission_that_is_missing(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    token: Token,
    command: tuple[str, ...],
    *,
    is_refused: bool,
) -> None:
    """The exit code is 77 with the permission's name; commands that do not need it work."""
    repo.private = True
    github.tokens[github.token] = token
    head = repo.head()
    if is_refused:
        device.fails(os.EX_NOPERM, *command, says=["Contents: read and write", "octo/home"])
    else:
        assert device.run(*command).exit_code == 0
    assert repo.head() == head
