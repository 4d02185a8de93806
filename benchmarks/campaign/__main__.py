"""Attack the whole program: `python -m benchmarks.campaign [ATTACK…] [--trials N] [--seed N]`.

Each trial depends on the seed, the attack and its number only, so one that found something can be
made again with `--only NUMBER`. The exit code is 1 if anything was found.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.campaign.answers import broken_answers, broken_http
from benchmarks.campaign.attack import Attack, Tally, run
from benchmarks.campaign.disks import broken_disks
from benchmarks.campaign.files import broken_files
from benchmarks.campaign.offsets import broken_offsets
from benchmarks.campaign.old_files import broken_old_files
from benchmarks.campaign.repositories import broken_repositories
from benchmarks.campaign.typing_errors import typing_errors
from benchmarks.campaign.worlds import random_worlds

ATTACKS: Final[Mapping[str, Attack]] = {
    "files": broken_files,
    "offsets": broken_offsets,
    "answers": broken_answers,
    "http": broken_http,
    "github": broken_repositories,
    "disks": broken_disks,
    "settings": typing_errors,
    "old-files": broken_old_files,
    "worlds": random_worlds,
}
SHOWN: Final = 8  # findings of an attack


def main() -> int:
    """Make the trials, print a table and the findings, and return 1 if there is one."""
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(ATTACKS))
    parser.add_argument("--trials", type=int, default=300, help="of each attack (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other trials")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="make one trial again")
    options = parser.parse_args()
    for name in options.attacks:
        if name not in ATTACKS:
            parser.error(f"there is no attack {name}: choose from {', '.join(ATTACKS)}")
    numbers = range(options.trials) if options.only is None else [options.only]
    console = Console()
    tallies = []
    with tempfile.TemporaryDirectory(prefix="powerstats-campaign-") as name:
        for attack in options.attacks or ATTACKS:
            folder = Path(name, attack)
            with console.status(attack):
                tallies.append(run(attack, ATTACKS[attack], folder, options.seed, numbers))
            _show_findings(console, tallies[-1])
    console.print(_table(tallies))
    return int(any(tally.problems for tally in tallies))


def _show_findings(console: Console, tally: Tally) -> None:
    for number, trial in tally.problems[:SHOWN]:
        said = (trial.ended.err or trial.ended.out)[:300]
        console.print(
            f"[red]{tally.name} {number}[/]: {escape(ascii(trial.problem))}\n"
            f"  {escape(ascii(trial.fault))}\n  {escape(ascii(said))}"
        )
    if len(tally.problems) > SHOWN:
        console.print(f"{tally.name}: and {len(tally.problems) - SHOWN} more")


def _table(tallies: list[Tally]) -> Table:
    table = Table("Attack", "Trials", "Found", "Peak MiB", "Slowest", "Exit codes", box=None)
    for tally in tallies:
        codes = ", ".join(f"{code}: {times}" for code, times in sorted(tally.codes.items()))
        table.add_row(
            tally.name,
            str(tally.trials),
            str(len(tally.problems)),
            f"{tally.peak_mib:.0f}",
            f"{tally.slowest[0]:.1f} s ({tally.slowest[1]})",
            codes,
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
