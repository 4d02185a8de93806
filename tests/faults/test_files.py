"""Each command with files that are broken, foreign or newer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from powerstats_cli.demo.server import as_usual
from tests.demo import faults
from tests.faults.life import Life
from tests.faults.place import Place, Snapshot, content, data, local, lost

AT = local("2025-11-21 00:20:10")
COMMANDS: dict[str, tuple[str, ...]] = {
    "collect": ("collect",),
    "rotate": ("rotate",),
    "weekly": ("aggregate", "weekly"),
    "monthly": ("aggregate", "monthly"),
    "yearly": ("aggregate", "yearly"),
}
FILES = (
    "daily.json",
    "weekly.json",
    "monthly.json",
    "yearly.json",
    "archive/2025-11-20.json",
    "archive/2025-11-19.json",
    "ledger.json",
)

Break = Callable[[bytes], bytes]


def changed(**changes: Any) -> Break:
    """Return a function that writes a file with other values in it."""

    def change(raw: bytes) -> bytes:
        return json.dumps({**json.loads(raw), **changes}).encode()

    return change


def point_changed(value: object) -> Break:
    """Return what writes a file whose first point, or an only one, has another value of power."""

    def change(raw: bytes) -> bytes:
        file = json.loads(raw)
        points = file["data_points"] or [{"timestamp": "2025-11-21T00:00:00+01:00"}]
        points[0]["power"] = value
        return json.dumps({**file, "data_points": points}).encode()

    return change


# Files that are not ours or broken: exit code 65.
BROKEN: dict[str, Break] = {
    "empty": lambda _: b"",
    "zeros": lambda raw: bytes(len(raw)),
    "cut short": lambda raw: raw[: len(raw) * 2 // 3],
    "its end lost": lambda raw: raw[:-5],
    "twice": lambda raw: raw + raw,
    "binary": lambda _: bytes(range(256)) * 20,
    "no UTF-8": lambda raw: raw.replace(b'"W"', b'"\xff"'),
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "an empty object": lambda _: b"{}",
    "HTML": lambda _: b"<!DOCTYPE html><html></html>",
    "deep": lambda _: b"[" * 100_000,
    "deep inside": lambda raw: raw.replace(b'"W"', b"[" * 100_000 + b"]" * 100_000),
    "another program's": lambda _: b'{"last_update":"2025-11-20","data_points":[{"value":17.5}]}',
    "version 0": changed(version=0),
    "version of text": changed(version="1"),
    "another tier": changed(tier="hourly"),
    "an unknown key": changed(owner="me"),
    "no points": changed(data_points=None),
    "a time without offset": changed(last_update="2025-11-20T12:00:00"),
    "a time before all": changed(last_update="0001-01-01T00:00:00+14:00"),
    "no such bucket": changed(bucket="7min"),
    "NaN": lambda raw: raw.replace(b'"unit":"W"', b'"unit":NaN'),
    "a mean of null": point_changed({"mean": None, "min": 1.0, "max": 2.0, "coverage": 1.0}),
    "a coverage of 2": point_changed({"mean": 1.0, "min": 1.0, "max": 2.0, "coverage": 2.0}),
    "a number as value": point_changed(17.5),
    "a number without bound": point_changed(
        {"mean": 1.0, "min": 1.0, "max": 2.0, "kwh": 1e308, "coverage": 1.0}
    ),
}
# Files that are intact but not for this powerstats: exit code 78, and no command changes them.
REFUSED: dict[str, Break] = {
    "newer": changed(version=2, data_points="elsewhere"),
    "another zone": changed(timezone="Asia/Kolkata"),
}
# The files that each command reads; those that it writes come first.
WRITES = {
    "collect": {"daily.json"},
    "rotate": {"daily.json"},
    "weekly": {"weekly.json", "ledger.json"},
    "monthly": {"monthly.json"},
    "yearly": {"yearly.json"},
}
READS = {
    "collect": set[str](),
    "rotate": set[str](),
    "weekly": {"daily.json", "archive/2025-11-20.json", "archive/2025-11-19.json"},
    "monthly": {
        "daily.json",
        "weekly.json",
        "archive/2025-11-20.json",
        "archive/2025-11-19.json",
    },
    "yearly": {
        "daily.json",
        "weekly.json",
        "monthly.json",
        "archive/2025-11-20.json",
        "archive/2025-11-19.json",
    },
}


@dataclass(frozen=True)
class Case:
    """A command, and the state of one of its files."""

    command: str
    file: str
    how: str

    @property
    def is_written(self) -> bool:
        """Tell whether the command writes the file."""
        return self.file in WRITES[self.command]

    @property
    def is_read(self) -> bool:
        """Tell whether the command reads the file only."""
        return self.file in READS[self.command]


# Each command is tried with every file in these states; in the other states, only one command that
# writes the file and one that reads it.
COMMON = ("empty", "cut short", "binary", "another program's", *REFUSED)
OTHERWISE = (("collect", "daily.json"), ("weekly", "archive/2025-11-20.json"))


def cases(kinds: dict[str, Break]) -> list[Any]:
    """Return the commands with the files that they read, in every state."""
    return [
        pytest.param(Case(command, file, how), id=f"{command}, {file}, {how}")
        for how in kinds
        for file in FILES
        for command in COMMANDS
        if file in WRITES[command] | READS[command]
        and (how in COMMON or (command, file) in OTHERWISE)
    ]


def lines(err: str, number: int) -> list[str]:
    """Return the lines of an error output; check their number, and that they are no traceback."""
    output = err.splitlines()
    assert len(output) == number, err
    assert all(line.startswith("powerstats: ") and "bug" not in line for line in output), err
    return output


def after_all(place: Place, at: str = "2025-11-21 00:30:10") -> Snapshot:
    """Return the files after a good run of every command."""
    for command in COMMANDS.values():
        ended = place.step(*command, at=local(at))
        assert ended.exit_code in {0, 65}, ended
    for command in COMMANDS.values():
        place.well(*command, at=local(at))
    return place.snapshot()


@pytest.fixture(scope="module")
def undisturbed(shared_place: Place, life: Life) -> dict[str, Any]:
    """Return the content of the files after a good run of every command without broken files."""
    shared_place.server.answer = as_usual
    shared_place.restore(life.night[1])
    return content(after_all(shared_place))


@pytest.mark.parametrize("case", cases(BROKEN))
def test_broken(place: Place, life: Life, case: Case) -> None:
    """Exit code 65 and one line; the bytes are kept; all that can be is rebuilt."""
    before = dict(life.morning)
    bad = BROKEN[case.how](before[case.file])
    assert bad != before[case.file]
    place.restore({**before, case.file: bad})

    ended = place.step(*COMMANDS[case.command], at=AT)
    after = place.snapshot()
    assert (ended.exit_code, ended.out) == (65, ""), ended
    (line,) = lines(ended.err, 1)
    assert case.file in line
    assert bad in after.values()
    others = {name: raw for name, raw in before.items() if name != case.file}
    left = {name: raw for name, raw in after.items() if raw != bad}
    assert not lost(others, left)
    if case.is_written:
        (aside,) = after.keys() - before.keys()
        assert after[aside] == bad
        assert aside in line
    else:
        assert after[case.file] == bad


@pytest.mark.parametrize("file", FILES[:4])
@pytest.mark.parametrize("how", ["cut short", "another tier"])
def test_it_heals(
    place: Place, life: Life, undisturbed: dict[str, Any], file: str, how: str
) -> None:
    """After the next good night the files have the content of an undisturbed run.

    The archive still has all days: none is deleted while a tier cannot be read.
    """
    files = life.night[1]
    place.restore({**files, file: BROKEN[how](files[file])})
    assert content(after_all(place)) == undisturbed


@pytest.mark.parametrize(("file", "tier"), [("monthly.json", "monthly"), ("yearly.json", "yearly")])
def test_days_that_no_archive_has(place: Place, life: Life, file: str, tier: str) -> None:
    """Lost days come from finer tiers, and are right up to rounding."""
    place.restore({**life.morning, file: b""})
    ended = place.step("aggregate", tier, at=AT)
    assert ended.exit_code == 65
    rebuilt, before = content(place.snapshot())[file], content(life.morning)[file]
    assert len(before["data_points"]) == 4
    assert [point["timestamp"] for point in rebuilt["data_points"]] == [
        point["timestamp"] for point in before["data_points"]
    ]
    for point, known in zip(rebuilt["data_points"], before["data_points"], strict=True):
        for name in ("power", "voltage", "energy"):
            assert point[name] == pytest.approx(known[name], abs=2e-3)
            for key in {"kwh", "change"} & point[name].keys():
                assert point[name][key] == pytest.approx(known[name][key], abs=1e-5)


@pytest.mark.parametrize(("command", "how"), [("collect", "cut short"), ("rotate", "empty")])
def test_yesterday_heals(place: Place, life: Life, command: str, how: str) -> None:
    """A broken closed day is set aside and fetched again by the night's steps."""
    broken = {**life.night[2], "archive/2025-11-20.json": b""}
    broken["daily.json"] = life.evening["daily.json"]
    broken["archive/2025-11-20.json"] = BROKEN[how](life.night[2]["archive/2025-11-20.json"])
    place.restore(broken)
    ended = place.step(command, at=AT)
    assert ended.exit_code == 65
    (line,) = lines(ended.err, 1)
    assert "archive/2025-11-20.json" in line
    assert broken["archive/2025-11-20.json"] in place.snapshot().values()
    healed = content(after_all(place))
    place.restore(life.night[2])
    assert healed == content(after_all(place))


@pytest.mark.parametrize("case", cases(REFUSED))
def test_not_for_us(place: Place, life: Life, case: Case) -> None:
    """Exit code 78 and one line, and no byte changes."""
    before = {**life.morning, case.file: REFUSED[case.how](life.morning[case.file])}
    place.restore(before)
    ended = place.step(*COMMANDS[case.command], at=AT)
    assert (ended.exit_code, ended.out) == (78, ""), ended
    (line,) = lines(ended.err, 1)
    assert case.file in line
    assert {**place.snapshot(), **before} == place.snapshot()
    after = place.snapshot()
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["daily.json", "weekly.json", "monthly.json", "yearly.json"])
def test_a_file_of_another_tier(place: Place, life: Life, command: str, name: str) -> None:
    """An intact file with another file's name is never overwritten."""
    other = "weekly.json" if name != "weekly.json" else "daily.json"
    before = {**life.morning, name: life.morning[other]}
    place.restore(before)
    ended = place.step(*COMMANDS[command], at=AT)
    after = place.snapshot()
    if name in WRITES[command] | READS[command]:
        assert ended.exit_code == 65, ended
        assert name in lines(ended.err, 1)[0]
    copies = [file for file, raw in after.items() if raw == life.morning[other]]
    assert len(copies) == 2 or name not in WRITES[command]
    assert not lost({n: raw for n, raw in before.items() if n != name}, after)


@pytest.mark.parametrize("command", ["weekly", "monthly", "yearly"])
def test_another_day_under_a_days_name(place: Place, life: Life, command: str) -> None:
    """A closed day's file that holds another day does not count as that day."""
    before = dict(life.morning)
    before["archive/2025-11-18.json"] = before["archive/2025-11-19.json"]
    place.restore(before)
    ended = place.step(*COMMANDS[command], at=AT)
    assert ended.exit_code == 65, ended
    assert "archive/2025-11-18.json" in lines(ended.err, 1)[0]
    assert not lost(data(life.morning), place.snapshot())


@pytest.mark.parametrize("command", COMMANDS)
def test_strange_things_in_the_folder(place: Place, life: Life, command: str) -> None:
    """Files that are not ours stay unchanged."""
    strange = {
        "notes.txt": b"mine",
        "daily.json~": b"{}",
        "archive/notes.json": b"[]",
        "archive/2025-13-45.json": b"[]",
        "archive/2025-11-20.json.bak": b"",
        "daily.json.unreadable-20251101T000000Z": b"x",
    }
    place.restore({**life.morning, **strange})
    place.well(*COMMANDS[command], at=AT)
    after = place.snapshot()
    assert {name: after[name] for name in strange} == strange


@pytest.mark.parametrize("command", COMMANDS)
def test_all_of_them_broken_at_once(place: Place, life: Life, command: str) -> None:
    """Each broken file that a command reads has its own line, and every byte is kept."""
    bad = {name: raw[: len(raw) // 2] for name, raw in life.morning.items()}
    place.restore(bad)
    ended = place.step(*COMMANDS[command], at=AT)
    assert ended.exit_code == 65
    lines(ended.err, len(ended.err.splitlines()))
    kept = place.snapshot().values()
    assert all(raw in kept for raw in bad.values())


def test_broken_while_home_assistant_is_down(place: Place, life: Life) -> None:
    """A file that was set aside is reported even if Home Assistant does not answer yet."""
    place.restore({**life.night[1], "daily.json": b"{"})
    place.server.answer = faults.dropped
    ended = place.step("collect", at=AT)
    assert ended.exit_code == 65
    first, second = lines(ended.err, 2)
    assert "daily.json" in first
    assert "cannot be reached" in second
    place.server.answer = as_usual
    healed = content(after_all(place))
    place.restore(life.night[1])
    assert healed == content(after_all(place))


def test_a_folder_in_a_files_place(place: Place, life: Life) -> None:
    """A folder with the name of a data file is one line, and no traceback."""
    files = {name: raw for name, raw in life.morning.items() if name != "daily.json"}
    place.restore({**files, "daily.json/x": b""})
    for command in COMMANDS.values():
        ended = place.step(*command, at=AT)
        assert ended.exit_code == 75
        assert "daily.json" in lines(ended.err, 1)[0]
    assert not lost(files, {n: r for n, r in place.snapshot().items() if n in files})


@pytest.mark.parametrize("file", FILES[:4])
@pytest.mark.parametrize(
    ("how", "code"), [("empty", 65), ("cut short", 65), ("deep", 65), ("newer", 78)]
)
def test_status_only_looks(place: Place, life: Life, file: str, how: str, code: int) -> None:
    """`status` names the file, exits as the other commands do, and changes nothing."""
    bad = (BROKEN | REFUSED)[how](life.morning[file])
    place.restore({**life.morning, file: bad})
    ended = place.step("status", "--json", at=AT)
    assert ended.exit_code == code, ended
    assert file in ended.out + ended.err
    assert not ended.err or lines(ended.err, 1)
    assert place.snapshot() == {**life.morning, file: bad}


def test_status_while_a_file_goes(place: Place, life: Life) -> None:
    """It is no failure if a file is deleted between listing the folder and reading the file."""
    place.restore(life.morning)
    (place.data_dir / "archive" / "2025-11-18.json").symlink_to("gone")
    ended = place.step("status", "--json", at=AT)
    assert ended.exit_code in {0, 1}, ended
    assert ended.err == ""
