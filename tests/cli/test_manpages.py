"""The man pages are shown whole."""

import shutil
import subprocess

import pytest

from tests.support.manpages import manpages
from tests.support.reference import pages


def rendered(text: str, width: int) -> str:
    """Return a man page as a terminal of a width shows it."""
    done = subprocess.run(
        ["groff", "-ww", "-man", "-Tascii", "-P-cbou", f"-rLL={width}n"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs the program groff")
@pytest.mark.parametrize("width", [60, 80])
def test_nothing_is_lost_or_cut_off(width: int) -> None:
    """Each name, each text and each example are there, and troff warns of nothing."""
    shown = " ".join(rendered("".join(manpages().values()), width).split())
    for page in pages():
        sections = [*page.commands, *page.options]
        rows = [text for section in sections for row in section.rows for text in row]
        examples = [example.line for example in page.examples if len(example.line) < width - 10]
        for text in (page.usage, *page.paragraphs[1:], *rows, *examples):
            assert " ".join(text.replace("`", "").split()) in shown.replace("`", "")
