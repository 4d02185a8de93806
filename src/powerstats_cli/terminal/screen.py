"""The screen: texts of a server or a file appear as they are, and cannot rule the terminal."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table

# A line in a pipe or a file: longer than any, so that none is wrapped.
ENDLESS: Final = 100_000


class Screen(Console):
    """A console on which brackets are brackets, and control characters are left out.

    Only a terminal wraps lines: in a pipe or a file each is whole.
    """

    def __init__(self, **options: Any) -> None:
        """Take the options of a console."""
        super().__init__(markup=False, emoji=False, **options)
        if not self.is_terminal and "width" not in options:
            self.width = ENDLESS

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of what is shown, without control characters but those of rich."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable() or segment.text == "\n":
                yield segment
            else:
                yield Segment(_printable(segment.text), segment.style)


def fitting(table: Table, console: Console, *, keep: int = 0) -> Table:
    """Return a table without its last columns if a screen is too narrow for all.

    The last `keep` of all stay, and those before them go. A number or a name that is cut off would
    be worse than one that is not there.
    """
    endless = console.options.update(max_width=ENDLESS)
    while (
        table.columns[1 + keep :]
        and console.measure(table, options=endless).maximum > console.width
    ):
        table.columns.pop(-1 - keep)
        # A column has its number in itself, and the table sets the edges of the last one by that.
        table.columns[:] = [replace(each, _index=at) for at, each in enumerate(table.columns)]
    return table


def _printable(text: str) -> str:
    return "".join(filter(lambda character: character.isprintable() or character == "\n", text))
