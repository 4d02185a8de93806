"""An attack is a number of trials of one sort; each trial has a fault, an end, and a judgement."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.jobs import Ended


@dataclass(frozen=True)
class Trial:
    """A fault, how the command ended, and what is wrong with that ("" if nothing is)."""

    fault: str
    ended: Ended
    problem: str = ""


Try = Callable[[Random], Trial]
# Takes a folder, and gives the function that makes one trial.
Attack = Callable[[Path], AbstractContextManager[Try]]


@dataclass
class Tally:
    """The figures of an attack."""

    name: str
    trials: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    problems: list[tuple[int, Trial]] = field(default_factory=list)
    peak_mib: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)

    def take(self, number: int, trial: Trial) -> None:
        """Count a trial."""
        self.trials += 1
        self.codes[trial.ended.exit_code] += 1
        self.peak_mib = max(self.peak_mib, trial.ended.peak_mib)
        self.slowest = max(self.slowest, (trial.ended.seconds, number))
        if trial.problem:
            self.problems.append((number, trial))


def run(name: str, attack: Attack, folder: Path, seed: int, numbers: Iterable[int]) -> Tally:
    """Make the trials with these numbers; a trial depends on the seed and its number only."""
    tally = Tally(name)
    with attack(folder) as make_trial:
        for number in numbers:
            tally.take(number, make_trial(Random(f"{seed} {name} {number}")))
    return tally
