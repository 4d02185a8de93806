"""The results of `verify`: a line for each check, and below it what differs."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.results import Result
from powerstats_cli.core.verification.sources import Plan
from powerstats_cli.terminal.words import BAD, FAIR, GOOD, count, is_ascii

MOST_LINES: Final = 20
NAME_WIDTH: Final = 12


def show_results(console: Console, results: Iterable[Result], *, in_full: bool) -> list[Result]:
    """Print each result as soon as it is there; return all of them.

    `in_full` lists all differences, and those that are explained, too.
    """
    shown = []
    for result in results:
        for line in _lines(result, in_full=in_full, ascii_only=is_ascii(console)):
            console.print(line, soft_wrap=not console.is_terminal)
        shown.append(result)
    return shown


def _lines(result: Result, *, in_full: bool, ascii_only: bool) -> Iterator[Text]:
    mark, colour = _mark(result, ascii_only=ascii_only)
    made = result.text if result.was_made else f"not made: {result.text}"
    faults = result.faults
    verdict = ""
    if result.was_made and not result.problems:
        verdict = f"; {count(len(faults), 'difference')}" if faults else "; all agree"
    head = f"{result.check:{NAME_WIDTH}}"
    if made or verdict:
        yield Text.assemble((f"{mark} ", colour), (head, "bold"), made + verdict)
    for problem in result.problems:
        yield Text.assemble((f"{mark} ", colour), (head, "bold"), str(problem))
    for fault in faults if in_full else faults[:MOST_LINES]:
        yield Text(f"  {in_words(fault)}", BAD)
    if not in_full and len(faults) > MOST_LINES:
        yield Text(f"  and {len(faults) - MOST_LINES} more: -v lists them all")
    if in_full:
        for each in result.explained:
            yield Text(f"  {in_words(each)}", "dim")
    elif result.explained:
        yield Text(f"  {len(result.explained)} more that are explained: -v lists them", "dim")


def _mark(result: Result, *, ascii_only: bool) -> tuple[str, str]:
    if not result.was_made:
        return "." if ascii_only else "·", "dim"
    if result.problems or result.faults:
        return "x" if ascii_only else "✗", BAD if result.faults else FAIR
    return "+" if ascii_only else "✓", GOOD


def in_words(difference: Difference) -> str:
    """Return a difference as one line."""
    place = [difference.file]
    if difference.bucket:
        place.append(difference.bucket[:16].replace("T", " "))
    if difference.series:
        place.append(difference.series)
    line = f"{', '.join(place)}: {difference.text}"
    numbers = [
        f"{number:.9g} {difference.unit}".rstrip() + f" {where}"
        for number, where in ((difference.here, "here"), (difference.there, "there"))
        if number is not None
    ]
    if numbers:
        line += f": {', '.join(numbers)}"
    if difference.difference is not None:
        line += f" ({difference.difference:+.9g})"
    return f"{line} ({difference.explained})" if difference.explained else line


def show_repair(console: Console, plan: Plan) -> None:
    """Print what can be mended, a line for each file, and what is left."""
    if not plan.steps and not plan.left:
        console.print(Text("nothing is to be mended", GOOD))
    for step in plan.steps:
        verb = "delete" if step.is_deletion else "write"
        line = Text.assemble((f"{verb:6} ", FAIR), (step.file, "bold"), f": {step.text}")
        console.print(line, soft_wrap=not console.is_terminal)
    for left in plan.left:
        line = Text.assemble(("left   ", BAD), (left.file, "bold"), f": {left.text}")
        console.print(line, soft_wrap=not console.is_terminal)
