"""The schedule as a crontab: cron and the shell read each line correctly."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerstats_cli.core.schedule import crontab
from powerstats_cli.core.schedule.crontab import BEGIN, END
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.errors import ConfigError, UnreadableError


def as_cron_reads(command: str) -> str:
    """Return the command that cron gives to the shell, up to the first % (crontab(5))."""
    read, characters = "", iter(command)
    for character in characters:
        if character == "%":
            return read
        read += character
        if character == "\\":
            following = next(characters, "")
            read = read[:-1] + following if following == "%" else read + following
    return read


def as_run(command: str) -> list[str]:
    """Return the words into which the shell splits a command in a crontab."""
    script = f"set -- {as_cron_reads(command)}; printf '%s\\0' \"$@\""
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@settings(deadline=None)  # each example starts a shell
@given(st.lists(st.text(st.sampled_from("aä /%\\'\"$`;&#*~!()\u20ac"), min_size=1), min_size=1))
def test_a_path_comes_through_cron(words: list[str]) -> None:
    """A path may contain cron's percent signs, the shell's quotes, and spaces."""
    entry = next(crontab.entries(Setup((*words,))))
    assert as_run(entry.split(maxsplit=5)[5]) == [*words, "collect"]


@pytest.mark.parametrize(
    ("minutes", "fields"),
    [
        (1, "* * * * *"),
        (5, "*/5 * * * *"),
        (10, "*/10 * * * *"),
        (60, "0 * * * *"),
    ],
)
def test_collect_follows_the_interval(minutes: int, fields: str) -> None:
    """`collect` runs at the end of each collection interval."""
    setup = Setup(("powerstats",), minutes=minutes)
    assert next(crontab.entries(setup)) == f"{fields:<14}powerstats collect"


def test_the_systems_lines_name_the_user() -> None:
    """A line of /etc/cron.d has a sixth field."""
    setup = Setup(("/bin/powerstats",), user="pi")
    assert "0 0 * * *     pi  /bin/powerstats rotate" in crontab.entries(setup, with_user=True)


@pytest.mark.parametrize("word", ["a\nb", "a\tb", "\udcff"])
def test_a_word_that_fits_in_no_line_is_refused(word: str) -> None:
    """A path with a line break, a tab or bytes that are no text cannot stand in a crontab."""
    setup = Setup((word,), user="pi")
    with pytest.raises(ConfigError):
        crontab.crontab(setup)


others = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20),
        st.sampled_from(
            ["", "\r", "* * * * * true", f" {BEGIN}", f"{END} ", BEGIN + "s", "MAILTO="]
        ),
    ).filter(lambda line: line not in {BEGIN, END}),
).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(others, others)
def test_other_lines_of_a_crontab_stay(above: str, below: str) -> None:
    """Our block is added, added again, changed and removed: no other byte changes."""
    old, new = (crontab.block(Setup((program,))) for program in ("old", "new"))
    assert crontab.with_block(above, old) == above + old
    assert crontab.with_block(above + old + below, old) == above + old + below
    assert crontab.with_block(above + old + below, new) == above + new + below
    assert crontab.with_block(above + old + below + old, new) == above + new + below
    assert crontab.without_block(above + old + below) == above + below
    assert crontab.find_block(above + old + below) == old
    assert crontab.find_block(above + below) == ""


@pytest.mark.parametrize("broken", [f"{BEGIN}\nx\n", f"x\n{END}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_marker_without_the_other_is_refused(broken: str) -> None:
    """If a marker is missing, an error is raised: our block has no certain begin or end."""
    for change in (crontab.without_block, lambda text: crontab.with_block(text, "new")):
        with pytest.raises(UnreadableError, match="# powerstats"):
            change(broken)


def test_a_crontab_without_its_last_newline() -> None:
    """If the line before our block has no line break, it gets one."""
    assert crontab.with_block("x", "ours\n") == "x\nours\n"
    assert crontab.with_block("", "ours\n") == "ours\n"
