"""The schedule as a crontab: cron and the shell read each line correctly."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerstats_cli.core.schedule import crontab
from powerstats_cli.core.schedule.crontab import BEGIN, END
from powerstats_cli.core.schedule.instance import Instance
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
    """Return the words into which the shell splits a command."""
    script = f"set -- {command}; printf '%s\\0' \"$@\""
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@settings(deadline=None)  # each example starts a shell
@given(st.lists(st.text(st.sampled_from("aä /%\\'\"$`;&#*~!()\u20ac"), min_size=1), min_size=1))
def test_a_path_comes_through_cron(words: list[str]) -> None:
    """A path may contain cron's percent signs, the shell's quotes, and spaces."""
    entry = next(crontab.entries(Setup((*words,)))).split(maxsplit=5)[5]
    assert as_run(as_cron_reads(entry)) == [*words, "collect"]
    assert as_run(entry) == [*words, "collect"], (
        "BusyBox's cron gives the line to the shell as it is"
    )


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


@pytest.mark.parametrize(
    ("timezone", "hours"),
    [
        ("Europe/Amsterdam", "0"),
        ("UTC", "0"),
        ("Atlantic/Azores", "0,1"),
        ("America/Havana", "0,1"),
        ("America/Santiago", "0,1"),
        ("Africa/Cairo", "0,1"),
        ("Asia/Beirut", "0,1"),
    ],
)
def test_nights_without_midnight(timezone: str, hours: str) -> None:
    """If clocks go forward at midnight, BusyBox's cron leaves out what is due in the hour."""
    lines = list(crontab.entries(Setup(("p",), timezone)))
    nightly = [line.split()[:2] for line in lines if line.split()[1] != "*"]
    assert nightly == [[minute, hours] for minute in ("0", "2", "5", "15")]


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
    old, new, another = (
        crontab.block(Setup((program, "--config", config)))
        for program, config in (("old", "/mine"), ("new", "/mine"), ("old", "/other"))
    )
    mine = Instance("/mine")
    assert crontab.with_block(above, old, mine) == above + old
    for rest in (below, another + below, below + another):
        assert crontab.with_block(above + old + rest, old, mine) == above + old + rest
        assert crontab.with_block(above + old + rest, new, mine) == above + new + rest
        assert crontab.with_block(above + old + rest + old, new, mine) == above + new + rest
        assert crontab.without_block(above + old + rest, mine) == above + rest
        assert crontab.find_block(above + old + rest, mine) == old
        assert crontab.find_block(above + rest, mine) == ""
        others = crontab.other_blocks(above + old + rest, mine)
        assert list(others) == ([another] if another in rest else [])


def unnamed(config: str) -> str:
    """Return a block as the first version wrote it, with its quotes around a percent sign."""
    words = f"'/it'\"'\"'s 100\\% here/powerstats' --config {config}"
    return (
        f"{BEGIN}\n# replaced\n*/10 * * * *  {words} collect\n0 0 * * *     {words} rotate\n{END}\n"
    )


@pytest.mark.parametrize("config", ["/etc/p.toml", "'/a 100\\% b/p.toml'"])
def test_a_block_of_the_first_version(config: str) -> None:
    """A block without a name is its configuration's own, and nobody else's."""
    mine, other = Instance(config.strip("'").replace("\\%", "%")), Instance("/other")
    text = f"above\n{unnamed(config)}below\n"
    assert crontab.with_block(text, "ours\n", mine) == "above\nours\nbelow\n"
    assert crontab.without_block(text, mine) == "above\nbelow\n"
    assert crontab.with_block(text, "ours\n", other) == f"{text}ours\n"
    assert crontab.without_block(text, other) == text
    assert list(crontab.other_blocks(text, other)) == [unnamed(config)]


def test_a_block_that_names_no_configuration() -> None:
    """If somebody has edited a block without a name, it is taken to be one's own."""
    text = f"{BEGIN}\n* * * * * powerstats collect\n{END}\n"
    assert crontab.find_block(text, Instance("/etc/p.toml")) == text


@pytest.mark.parametrize("broken", [f"{BEGIN}\nx\n", f"x\n{END}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_marker_without_the_other_is_refused(broken: str) -> None:
    """If a marker is missing, an error is raised: our block has no certain begin or end."""
    mine = Instance("/mine")
    for change in (crontab.without_block, lambda text, of: crontab.with_block(text, "new", of)):
        with pytest.raises(UnreadableError, match="# powerstats"):
            change(broken, mine)


def test_a_crontab_without_its_last_newline() -> None:
    """If the line before our block has no line break, it gets one."""
    assert crontab.with_block("x", "ours\n", Instance("/mine")) == "x\nours\n"
    assert crontab.with_block("", "ours\n", Instance("/mine")) == "ours\n"
