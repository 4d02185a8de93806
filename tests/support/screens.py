"""A stream that shows what a terminal would show."""

import io


class Screen(io.StringIO):
    """A terminal's lines, of which a carriage return begins the last one again."""

    def isatty(self) -> bool:
        """Tell that it is a terminal."""
        return True

    @property
    def lines(self) -> list[str]:
        """The lines that are seen."""
        return [_seen(line) for line in self.getvalue().split("\n")]


def _seen(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown
