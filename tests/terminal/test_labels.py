"""Shares and changes read the same in the terminal and on the page: both get one table of cases."""

import json
from pathlib import Path

import pytest

from powerstats_cli.terminal.labels import change, share

CASES = json.loads((Path(__file__).parents[1] / "page/expected/percents.json").read_text())


@pytest.mark.parametrize(("part", "text"), CASES["shares"])
def test_a_share(part: float, text: str) -> None:
    """Rounded to a tenth; all, and nothing, are said of nothing else."""
    assert share(part, "-") == text


@pytest.mark.parametrize(("part", "text"), CASES["changes"])
def test_a_change(part: float, text: str) -> None:
    """Whole percents with a sign; of two that are as near it is the one further from zero."""
    assert change(part, "-") == text


def test_what_is_unknown() -> None:
    """It has the mark of the table."""
    assert (share(None, "-"), change(None, "-")) == ("-", "-")
