"""A step may be killed at any write, rename, fsync or deletion: the next one repairs all.

Each scenario first runs undisturbed, to count its operations. Then it runs once for each operation,
which SIGKILL ends.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePath
from signal import SIGKILL

import pytest

from tests.faults.life import NIGHT, Life
from tests.faults.place import Place, Snapshot, content, local, lost

MIDNIGHT = local("2025-11-21 00:00:10")
MORNING = local("2025-11-21 00:19:00")


@dataclass(frozen=True)
class Scenario:
    """A command, its time, and the files at its start: a number is a step of the night."""

    command: tuple[str, ...]
    at: datetime
    files: str | int
    broken: str | None = None
    expected: int = 0
    at_least: int = 8

    def start(self, life: Life) -> Snapshot:
        """Return the files at the command's start."""
        files = life.night[self.files] if isinstance(self.files, int) else getattr(life, self.files)
        found: Snapshot = dict(files)
        if self.broken:
            found[self.broken] = found[self.broken][:200]
        return found


SCENARIOS = {
    "first run": Scenario(("collect",), local("2025-11-17 00:10:10"), "nothing"),
    "tick": Scenario(("collect",), local("2025-11-20 23:50:10"), "before_evening"),
    "midnight tick": Scenario(("collect",), MIDNIGHT, "evening", at_least=10),
    "catch-up": Scenario(("collect",), local("2025-11-17 20:00:10"), "dawn", at_least=20),
    "catch-up at night": Scenario(
        ("collect",), local("2025-11-21 02:20:10"), "before_evening", at_least=17
    ),
    "rotate": Scenario(("rotate",), MIDNIGHT, "evening", at_least=18),
    "rotate after collect": Scenario(("rotate",), MIDNIGHT, 1),
    "weekly": Scenario(("aggregate", "weekly"), local("2025-11-21 00:02:00"), 2),
    "monthly": Scenario(("aggregate", "monthly"), local("2025-11-21 00:05:00"), 3),
    "yearly": Scenario(("aggregate", "yearly"), local("2025-11-21 00:15:00"), 5),
    "collect, broken": Scenario(
        ("collect",), local("2025-11-17 03:00:10"), "dawn", "daily.json", 65, 10
    ),
    "rotate, broken": Scenario(("rotate",), MIDNIGHT, "evening", "daily.json", 65, 2),
    "weekly, broken": Scenario(
        ("aggregate", "weekly"), local("2025-11-21 00:02:00"), 2, "weekly.json", 65
    ),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_killed_anywhere(place: Place, life: Life, scenario: Scenario) -> None:
    """Files are whole, nothing is lost, and the same step again gives the undisturbed bytes."""
    before = scenario.start(life)
    place.restore(before)
    undisturbed = place.step(*scenario.command, at=scenario.at)
    assert undisturbed.exit_code == scenario.expected, undisturbed
    reference = place.snapshot()
    assert len(undisturbed.operations) >= scenario.at_least

    for number, operation in enumerate(undisturbed.operations, 1):
        place.restore(before)
        killed = place.step(*scenario.command, at=scenario.at, strike_at=number)
        assert (killed.exit_code, killed.out, killed.err) == (-SIGKILL, "", ""), operation
        left = place.snapshot()
        if scenario.broken and left.get(scenario.broken) == before[scenario.broken]:
            del left[scenario.broken]
        whole = {name: raw for name, raw in before.items() if name != scenario.broken}
        assert not lost(whole, left, reference if not scenario.broken else None), operation
        assert _kept_aside(scenario, before, place.snapshot()), operation

        healed = place.step(*scenario.command, at=scenario.at)
        assert healed.exit_code in {0, scenario.expected}, (operation, healed)
        assert place.snapshot() == reference, operation


def _kept_aside(scenario: Scenario, before: Snapshot, left: Snapshot) -> bool:
    """Tell whether the bytes of the broken file are still somewhere."""
    return not scenario.broken or before[scenario.broken] in left.values()


@pytest.mark.parametrize("step", [0, 1], ids=["collect", "rotate"])
def test_killed_at_midnight_and_left_to_cron(place: Place, life: Life, step: int) -> None:
    """The night goes on without the killed step, and the next night gives the undisturbed files.

    If `collect` was too late for this night's `aggregate`, the next night's takes its buckets.
    """
    command, at = NIGHT[step]
    place.restore(life.evening)
    operations = place.step(*command, at=at).operations
    rest: list[tuple[tuple[str, ...], datetime]]
    rest = [NIGHT[number] for number in range(len(NIGHT)) if number != step]
    rest += [(tier, MORNING) for tier, _ in NIGHT if tier[0] == "aggregate"]
    rest += [(("rotate",), MORNING)]
    for number, operation in enumerate(operations, 1):
        if not operation.startswith(("rename", "remove")):
            continue  # the files are those before the next step
        place.restore(life.evening)
        killed = place.step(*command, at=at, strike_at=number)
        assert killed.exit_code == -SIGKILL, operation
        for other, later in rest:
            place.well(*other, at=later)
        assert content(place.snapshot()) == content(life.morning), operation


@pytest.mark.parametrize("scenario", ["midnight tick", "rotate", "yearly", "collect, broken"])
def test_what_was_said_to_be_stored_is_on_the_disk(place: Place, life: Life, scenario: str) -> None:
    """A data file's bytes are synced before it gets its name, and the name is synced after that."""
    told = SCENARIOS[scenario]
    place.restore(told.start(life))
    operations = place.step(*told.command, at=told.at).operations
    renamed = 0
    for (what, before), (operation, name) in pairwise(map(str.split, operations)):
        path = PurePath(name)
        if operation == "rename" and path.suffix == ".json" and path.name != "state.json":
            assert (what, before) == ("fsync", str(path.with_name(f".{path.name}.tmp")))
        if what in {"rename", "remove"} and PurePath(before).name != "state.json":
            renamed += 1
            assert (operation, name) == ("fsync", str(PurePath(before).parent))
    assert renamed >= 1


def test_killed_again_and_again(place: Place, life: Life) -> None:
    """If every step of a night is killed before its last operations, no temporary file stays."""
    place.restore(life.evening)
    for command, at in NIGHT:
        for number in (3, 5, 4, 2):
            place.step(*command, at=at, strike_at=number)
            place.step(*command, at=at, strike_at=number)
        place.well(*command, at=at)
    assert place.snapshot() == life.morning
