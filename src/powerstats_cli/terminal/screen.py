"""The screen: texts of a server or a file appear as they are, and cannot rule the terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment


class Screen(Console):
    """A console on which brackets are brackets, and control characters are left out."""

    def __init__(self, **options: Any) -> None:
        """Take the options of a console."""
        super().__init__(markup=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of what is shown, without control characters but those of rich."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable() or segment.text == "\n":
                yield segment
            else:
                yield Segment(_printable(segment.text), segment.style)


def _printable(text: str) -> str:
    return "".join(filter(lambda character: character.isprintable() or character == "\n", text))
