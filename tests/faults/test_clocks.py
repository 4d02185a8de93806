"""Wrong clocks: nothing is deleted, and after they are corrected the next run repairs all."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.life import NIGHT, Life
from tests.faults.place import (
    Place,
    Runner,
    Snapshot,
    content,
    home,
    local,
    lost,
    new_place,
    one_line,
)

TRUE = local("2025-11-21 00:00:30")
OFFSETS = {
    "an hour behind": timedelta(hours=-1),
    "three minutes behind": timedelta(minutes=-3),
    "three minutes ahead": timedelta(minutes=3),
    "an hour ahead": timedelta(hours=1),
    "a day ahead": timedelta(days=1),
    "a year ahead": timedelta(days=365),
    "in 1970": datetime.fromisoformat("1970-01-01T00:00:20+00:00") - TRUE,
    "in 2106": datetime.fromisoformat("2106-02-07T06:28:15+00:00") - TRUE,
}
STEPS = [command for command, _ in NIGHT]


def healed(place: Place) -> Snapshot:
    """Return the files after the night's steps with a correct clock."""
    for command, at in NIGHT:
        place.well(*command, at=at)
    return place.snapshot()


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=OFFSETS)
def test_this_machines_clock(place: Place, life: Life, offset: timedelta) -> None:
    """`collect` says how wrong this machine's clock is; the other steps do no harm all night."""
    place.restore(life.evening)
    place.hand.now = TRUE
    shown = (TRUE + offset).isoformat()
    for command in STEPS:
        ended = place.runner.run(place.job(*command, clock=shown))[0]
        assert ended.out == ""
        if command == ("collect",) and offset != OFFSETS["three minutes behind"]:
            assert ended.exit_code == 75, ended  # by this clock there is nothing to ask for yet
        else:
            assert ended.exit_code in {0, 75}, ended
        if ended.err:
            line = one_line(ended.err)
            assert "clock" in line
            assert "nothing was changed" in line
            assert ("ahead of" in line) == (offset > timedelta(0)), line
        # By the files two archived days are old and rolled up; by a clock that is ahead, all are.
        assert not lost(life.evening, place.snapshot(), life.morning), command
        assert life.evening.keys() & life.morning.keys() <= place.snapshot().keys(), command
    assert content(healed(place)) == content(life.morning)


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=OFFSETS)
def test_home_assistants_clock(place: Place, life: Life, offset: timedelta) -> None:
    """If Home Assistant's clock is wrong, nothing is stored either."""
    place.restore(life.evening)
    place.hand.now = TRUE + offset
    ended = place.runner.run(place.job("collect", clock=TRUE.isoformat()))[0]
    assert ended.exit_code == 75
    line = one_line(ended.err)
    assert ("behind Home" in line) == (offset > timedelta(0)), line
    assert place.snapshot() == life.evening
    assert content(healed(place)) == content(life.morning)


@pytest.mark.parametrize("seconds", [-100, -5, 0, 5, 100])
def test_clocks_that_differ_a_little(place: Place, life: Life, seconds: int) -> None:
    """With a difference up to two minutes a run goes on; no bucket is stored before its end."""
    place.restore(life.before_evening)
    true = local("2025-11-20 23:55:00")
    place.hand.now = true + timedelta(seconds=seconds)
    ended = place.runner.run(place.job("collect", clock=true.isoformat()))[0]
    assert (ended.exit_code, ended.err) == (0, "")
    assert content(place.snapshot()) == content(life.evening)


def test_the_slower_clock_decides(place: Place, life: Life) -> None:
    """A clock that is 60 s ahead at 23:50:30 does not make the bucket up to 23:50 complete."""
    place.restore(life.before_evening)
    place.hand.now = local("2025-11-20 23:49:30")
    ended = place.runner.run(place.job("collect", clock=local("2025-11-20 23:50:30").isoformat()))
    assert (ended[0].exit_code, ended[0].err) == (0, "")
    assert place.snapshot() == life.before_evening


def test_the_first_run_by_a_wrong_clock(place: Place) -> None:
    """A clock at 1970 begins no file."""
    place.hand.now = local("2025-11-17 00:10:10")
    for shown in ("1970-01-01T00:20:20+00:00", "2031-01-01T00:20:20+00:00"):
        ended = place.runner.run(place.job("collect", clock=shown))[0]
        assert ended.exit_code == 75
        assert "clock" in one_line(ended.err)
        assert place.snapshot() == {}


def test_at_later_than_home_assistant(place: Place, life: Life) -> None:
    """--at in Home Assistant's future is refused: there are no states of that time yet."""
    place.restore(life.before_evening)
    place.hand.now = local("2025-11-20 23:50:10")
    at = local("2025-11-21 02:50:10")
    ended = place.runner.run(place.job("collect", at=at))[0]
    assert ended.exit_code == 75
    line = one_line(ended.err)
    assert "--at is 3 h later than Home Assistant's clock" in line
    assert place.snapshot() == life.before_evening


@pytest.mark.parametrize("command", ["collect", "rotate"])
def test_at_before_what_is_stored(place: Place, life: Life, command: str) -> None:
    """--at before the newest stored bucket is refused."""
    place.restore(life.evening)
    ended = place.step(command, at=local("2025-11-20 20:00:00"))
    assert ended.exit_code == 75
    assert "--at is 3 h 50 min behind the newest stored bucket" in one_line(ended.err)
    assert place.snapshot() == life.evening


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-03-29T01:50:07", "2026-03-29T00:50:07+00:00"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00+00:00"),  # no clock shows it
        ("2026-03-29T03:00:03", "2026-03-29T01:00:03+00:00"),
        ("2026-03-29T03:50:07", "2026-03-29T01:50:07+00:00"),
        ("2026-03-29T04:00:00", "2026-03-29T02:00:00+00:00"),
        ("2026-10-25T02:50:07", "2026-10-25T00:50:07+00:00"),  # the first of two
        ("2026-10-25T03:00:03", "2026-10-25T02:00:03+00:00"),
        ("2026-10-25T03:30:00", "2026-10-25T02:30:00+00:00"),
    ],
)
def test_at_without_an_offset(tmp_path: Path, runner: Runner, written: str, instant: str) -> None:
    """It stores what the same time with an offset does, also when clocks change: no more."""
    now = datetime.fromisoformat(instant)
    its_home = home(now.date(), now.date())
    ends = []
    for name, at in (("with", instant), ("without", written)):
        place = new_place(tmp_path / name, runner, its_home)
        with place.server:
            place.hand.now = now
            job = place.job("--at", at, "collect")
            assert place.runner.run(job)[0].exit_code == 0
            ends.append(place.snapshot())
            until = place.installation.document("daily.json").until("power")
    assert until is not None
    assert now - timedelta(minutes=20) < until <= now - timedelta(seconds=6)
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00", "1969-12-31", "2200-01-01", "9999-12-31T23:59Z"]
)
def test_at_in_another_age(place: Place, at: str) -> None:
    """A year without days of their own is refused like other mistakes of the command line."""
    for command in (("collect",), ("rotate",), ("status",)):
        ended = place.runner.run(place.job("--at", at, *command))[0]
        assert ended.exit_code == 2
        assert "its year must be from 1970 to 2199" in one_line(ended.err)
