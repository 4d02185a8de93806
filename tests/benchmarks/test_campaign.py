"""The campaign makes its trials, each again by its number, and sees what is wrong."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.campaign.__main__ import ATTACKS
from benchmarks.campaign.attack import run
from benchmarks.campaign.home import SECRETS, loss
from benchmarks.campaign.judge import problem
from benchmarks.campaign.mutations import broken
from benchmarks.campaign.worlds import model
from tests.core.histories import State
from tests.faults.jobs import Ended
from tests.github.homes import json_of

HALF = State(5, 100.0)


@pytest.mark.parametrize(
    ("ended", "wrong"),
    [
        (Ended(exit_code=0, out="", err=""), ""),
        (Ended(exit_code=75, out="", err="powerstats: no network"), ""),
        (Ended(exit_code=70, out="", err="powerstats: this is a bug"), "exit code 70"),
        (Ended(exit_code=0, out="", err="Traceback (most recent call last)"), "a traceback"),
        (Ended(exit_code=75, out="", err=""), "no word"),
        (Ended(exit_code=0, out="unit \x1b[2J", err=""), "control characters"),
        (Ended(exit_code=77, out="", err=f"Bearer {SECRETS[0][:30]}"), "a secret"),
        (Ended(exit_code=0, out="", err="", peak_mib=500.0), "500 MiB"),
        (Ended(exit_code=0, out="", err="", seconds=300.0), "300 s"),
    ],
)
def test_judge(ended: Ended, wrong: str) -> None:
    """What a user must never see is told."""
    assert problem(ended, secrets=SECRETS) == wrong


def test_losses_are_seen() -> None:
    """A file that is gone, and one that is not whole."""
    raw = json_of(3)
    assert not loss({"monthly.json": raw}, {"monthly.json": raw})
    assert loss({"monthly.json": raw}, {}) == "3 buckets are lost"
    assert loss({}, {"monthly.json": raw[:-9]}).startswith("a file is not whole")


def test_the_model() -> None:
    """Half of ten is known, at 100; nothing is known before the first state."""
    assert model([HALF], 0, 10) == (100.0, 0.5)
    assert model([HALF, State(7, None)], 0, 10) == (100.0, 0.2)
    assert model([], 0, 10) == (0.0, 0.0)


def test_mutations_depend_on_the_seed_only() -> None:
    """The same seed makes the same fault, and most faults change something."""
    raw = b'{"a": [1, 2, {"b": null}], "c": "text"}\n'
    made = [broken(Random(seed), raw) for seed in range(200)]
    assert made == [broken(Random(seed), raw) for seed in range(200)]
    assert sum(wrong != raw for _, wrong in made) > 150


@pytest.mark.parametrize("name", ["files", "disks", "github"])
def test_an_attack_finds_nothing(name: str, tmp_path: Path) -> None:
    """A few trials of an attack, each with an end that a user may see."""
    tally = run(name, ATTACKS[name], tmp_path, seed=1, numbers=range(6))
    assert tally.trials == 6
    assert not tally.problems
