"""A schedule that could not run is not installed."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from powerstats_cli.jobs.installation import is_only_roots
from tests.support.machines import NAME, FakeMachine

REFUSED = {
    "no systemd": ({"systemctl": "no-such-program"}, ["--systemd"], 69, "systemd is not on"),
    "no systemd of the user": (
        {"systemd_runs": Path("/nowhere")},
        ["--systemd", "--user"],
        69,
        "systemd does not run here: use --cron",
    ),
    "not root": ({"is_root": False}, ["--systemd"], 77, "run it with sudo, or add --user"),
    "another's": ({"is_root": False}, ["--cron", "--as-user", "bin"], 77, "only root can"),
    "no user": ({}, ["--cron", "--as-user", "no-such-user"], 69, "no user no-such-user"),
}


@pytest.mark.parametrize(("machine", "options", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(
    fake: FakeMachine, machine: dict[str, object], options: list[str], code: int, says: str
) -> None:
    """One line says what prevents it; nothing is installed."""
    fake.change(**machine)
    result = fake.run("install", *options)
    assert (result.exit_code, result.out, len(result.err.splitlines())) == (code, "", 1), result
    assert says in result.err
    assert fake.well("show").startswith("nothing is installed")
    assert not fake.calls()


CONFIGURATIONS = {
    "token only in the shell": (
        'token_file = "{home}/token"\n',
        "",
        78,
        "homeassistant.token_file",
    ),
    "no such token file": ("/token", "/no-token", 78, "/no-token: No such file"),
    "relative": ('data_dir = "{home}/data"', 'data_dir = "data"', 78, "paths.data_dir: 'data'"),
    "no data directory": ("/data", "/not-yet", 78, "--as-user"),
}


@pytest.mark.parametrize(
    ("old", "new", "code", "says"), CONFIGURATIONS.values(), ids=CONFIGURATIONS
)
def test_what_cron_could_not_run_is_refused(
    fake: FakeMachine, tmp_path: Path, old: str, new: str, code: int, says: str
) -> None:
    """A schedule that would fail every ten minutes is not installed."""
    fake.patch.setenv("POWERSTATS_HOMEASSISTANT_TOKEN", "x")
    fake.patch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    config = fake.installation.config
    old = old.format(home=fake.installation.folder)
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))
    result = fake.run("install", "--cron")
    assert (result.exit_code, result.out) == (code, ""), result
    assert says in result.err
    assert not fake.machine.cron_file.exists()


def test_a_program_that_cannot_be_run(fake: FakeMachine) -> None:
    """The program is tried as the user, and in the environment, of the scheduled runs."""
    broken = fake.programs / "powerstats"
    broken.write_text("#!/bin/sh\necho 'powerstats: not like this' >&2\nexit 70\n")
    broken.chmod(0o755)
    fake.patch.setattr(sys, "argv", [str(broken)])
    result = fake.run("install", "--cron")
    assert result.exit_code == os.EX_NOPERM
    assert f"{NAME} cannot run {broken}" in result.err
    assert "not like this" in result.err


CACHES = [".cache/uv/archive-v0/x1", "other/place/builds-v0/.tmpX", ".local/pipx/.cache/97d535"]
KEPT = [
    ".local/share/uv/tools/powerstats",
    ".local/share/pipx/venvs/powerstats",
    ".cache/mine/.venv",
]


@pytest.mark.parametrize("place", CACHES + KEPT)
def test_a_program_in_a_cache(fake: FakeMachine, tmp_path: Path, place: str) -> None:
    """What uvx and `pipx run` have fetched will be gone; each environment has a tag of its own."""
    prefix = tmp_path / place
    prefix.mkdir(parents=True)
    (prefix / "CACHEDIR.TAG").touch()
    if place in CACHES[:2]:
        (prefix.parents[1] / "CACHEDIR.TAG").touch()
    fake.patch.setattr(sys, "prefix", str(prefix))
    for command in (["install", "--cron"], ["install", "--systemd"], []):
        result = fake.run(*command)
        assert result.exit_code == (os.EX_NOPERM if place in CACHES else 0), result
        assert ("`uv tool install` or `pipx install`" in result.err) == (place in CACHES)
    assert fake.machine.cron_file.exists() == (place in KEPT)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can install for another user")
def test_files_that_the_user_cannot_read(fake: FakeMachine) -> None:
    """Root installs no schedule for a user who could not run it."""
    fake.installation.folder.chmod(0o700)
    result = fake.run("install", "--cron", "--as-user", "daemon")
    assert result.exit_code == os.EX_NOPERM
    assert "daemon cannot " in result.err


@pytest.mark.parametrize("arguments", [["--cron"], ["--systemd"]])
def test_the_folders_are_made(fake: FakeMachine, arguments: Sequence[str]) -> None:
    """A service cannot write to a folder that is not there."""
    fake.installation.data_dir.rmdir()
    fake.well("install", *arguments, "--as-user", NAME)
    assert (fake.installation.data_dir / "site").is_dir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads for others")
def test_root_reads_no_token_that_others_can_replace(tmp_path: Path) -> None:
    """A link in a user's folder could lead to any file of root's: systemd must not follow it."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    planted = theirs / "token"
    planted.symlink_to(secret)
    (tmp_path / "mine").symlink_to(secret)
    assert is_only_roots(secret)
    assert is_only_roots(tmp_path / "mine")
    assert is_only_roots(planted)
    changes: list[tuple[Path, Callable[[], object]]] = [
        (theirs, partial(os.chown, theirs, 2, 2)),
        (theirs, partial(theirs.chmod, 0o777)),
        (planted, partial(os.chown, planted, 2, 2, follow_symlinks=False)),
        (secret, partial(os.chown, secret, 2, 2)),
        (secret, partial(secret.chmod, 0o660)),
    ]
    for path, change in changes:
        before = path.lstat()
        change()
        assert not is_only_roots(planted)
        os.chown(path, before.st_uid, before.st_gid, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(before.st_mode & 0o7777)
        assert is_only_roots(planted)
    assert not is_only_roots(tmp_path / "not there")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs for others")
def test_a_token_in_the_user_s_folder(fake: FakeMachine) -> None:
    """The services of a user read the user's own token themselves; root's own is handed over."""
    fake.patch.setattr("powerstats_cli.commands.schedule.check", lambda *_, **__: None)
    fake.well("install", "--systemd", "--as-user", "daemon")
    folder = fake.machine.systemd_system
    collect = next(folder.glob("*-collect.service"))
    assert (
        f"LoadCredential=homeassistant.token:{fake.installation.token_file}" in collect.read_text()
    )
    os.chown(fake.installation.folder, 2, 2)
    fake.well("install", "--systemd", "--as-user", "daemon")
    assert "LoadCredential" not in collect.read_text()
