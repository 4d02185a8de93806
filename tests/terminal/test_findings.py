"""Doctor's findings: whole on any screen, and in a pipe."""

import io

import pytest

from powerstats_cli.core.findings import error, ok, skipped, warning
from powerstats_cli.terminal.findings import show_findings
from powerstats_cli.terminal.screen import Screen

LONG = "/home/pi/.local/share/powerstats-of-the-holiday-home/daily.json"
FOUND = [
    ok("step aggregate monthly", "ran 9 s ago"),
    warning("pause", f"no step runs, for 6 s now, and {LONG} waits", "powerstats schedule resume"),
    error("sensors", "[bold] and [/x] have no number", "look at [them] in Home Assistant"),
    skipped("GitHub", "not configured"),
]


@pytest.mark.parametrize("width", [40, 59, 60, 80, 120])
def test_nothing_is_cut_off(width: int) -> None:
    """A text is folded, if it must be, and every letter of it is there."""
    out = io.StringIO()
    show_findings(Screen(file=out, width=width, force_terminal=True, color_system=None), FOUND)
    assert max(map(len, out.getvalue().splitlines())) <= width
    letters = "".join(out.getvalue().split())
    for finding in FOUND:
        for text in (finding.area, finding.text, finding.remedy):
            assert "".join(text.split()) in letters


def test_a_pipe_has_a_line_for_each() -> None:
    """A text and its remedy are a line each, however long."""
    out = io.StringIO()
    show_findings(Screen(file=out), FOUND)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert len(lines) == 8
    assert f"! pause                   {FOUND[1].text}" in lines
    assert FOUND[1].remedy in lines
    assert out.getvalue().endswith("\n1 error, 1 warning\n")
