"""The schedule in cron: what `install` and `remove` do to a crontab, and to /etc/cron.d."""

import os
from pathlib import Path

from powerstats_cli.core.schedule.crontab import BEGIN
from tests.support.machines import NAME, FakeMachine, commands


def test_a_file_in_cron_d(fake: FakeMachine) -> None:
    """Root's file runs the steps as the owner of the data; a second install changes nothing."""
    umask = os.umask(0o002)  # cron refuses a file that others can write
    try:
        told = fake.well("install", "--cron")
    finally:
        os.umask(umask)
    assert told == f"{fake.machine.cron_file}: 6 lines are in it\n"
    file = fake.machine.cron_file
    assert file.stat().st_mode & 0o777 == 0o644
    text = file.read_text()
    assert [words[0] for words in commands(text, fields=5)] == [NAME] * 6
    assert "as it should be" in fake.well("install", "--cron")
    assert file.read_text() == text
    assert fake.well("show") == f"{file}: as it should be\n"
    assert [path.name for path in file.parent.iterdir()] == ["powerstats"]


def test_a_mailto_in_cron_d_stays(fake: FakeMachine) -> None:
    """A line that a user wrote above our block stays, also when our block is removed."""
    fake.well("install", "--cron")
    file = fake.machine.cron_file
    file.write_text("MAILTO=me@example.com\n" + file.read_text())
    fake.installation.configure(data={"collection_interval_minutes": 5})
    assert "not as it should be" in fake.well("show")
    fake.well("install", "--cron")
    assert file.read_text().startswith("MAILTO=me@example.com\n")
    assert "*/5 * * * *" in file.read_text()
    fake.well("remove")
    assert file.read_text() == "MAILTO=me@example.com\n"


def test_ones_own_crontab(fake: FakeMachine) -> None:
    """Any other user gets our block in the crontab; all other bytes of it stay."""
    fake.change(is_root=False)
    before = b"# mine\n\nMAILTO=me\n* * * * *\techo caf\xe9 \\% # powerstats\n"
    fake.tab.write_bytes(before)
    assert "6 lines are in it" in fake.well("install", "--cron")
    assert fake.tab.read_bytes().startswith(before + f"{BEGIN} ".encode())
    whole = fake.tab.read_bytes()
    fake.well("install", "--cron")
    assert fake.tab.read_bytes() == whole
    assert fake.well("show") == f"the crontab of {NAME}: as it should be\n"
    assert fake.well("remove") == f"the crontab of {NAME}: our lines are out of it\n"
    assert fake.tab.read_bytes() == before
    assert not fake.machine.cron_file.exists()


def test_without_a_crontab_before(fake: FakeMachine) -> None:
    """A crontab that holds only our block is made and deleted with it."""
    fake.change(is_root=False)
    fake.well("install", "--cron")
    assert fake.tab.read_text().startswith(BEGIN)
    fake.well("remove")
    assert not fake.tab.exists()
    assert fake.well("remove") == "nothing is installed\n"
    assert fake.well("show").startswith("nothing is installed: ")


def test_lines_outside_our_block_are_told(fake: FakeMachine) -> None:
    """Lines for powerstats that a user wrote stay, and the user is told of them."""
    fake.change(is_root=False)
    fake.tab.write_text("0 0 * * *     powerstats rotate\n")
    assert "not between our markers" in fake.well("install", "--cron")
    assert "not between our markers" in fake.well("remove")
    assert fake.tab.read_text() == "0 0 * * *     powerstats rotate\n"


def test_a_crontab_that_cannot_be_read_is_not_replaced(fake: FakeMachine) -> None:
    """An error of `crontab` does not mean that the crontab is empty."""
    fake.change(is_root=False)
    Path(fake.machine.crontab).write_text("#!/bin/sh\necho 'you are not allowed' >&2\nexit 1\n")
    for command in (["install", "--cron"], ["remove"], ["show"]):
        result = fake.run(*command)
        assert result.exit_code == os.EX_NOPERM
        assert "not allowed" in result.err
