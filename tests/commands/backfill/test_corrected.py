"""Corrections and the statistics: `backfill` brings no value back, `correct again` reads one."""

from datetime import date

import msgspec
import pytest

from powerstats_cli.core.periods import DAY
from tests.commands.backfill.place import NOW, TODAY, Place, of_day

OLD = TODAY - 60 * DAY


def correct(place: Place, *words: str) -> None:
    """Make a correction."""
    result = place.installation.run("correct", *words, "--yes", at=NOW)
    assert (result.exit_code, result.err) == (0, ""), result


@pytest.mark.parametrize("day", [OLD, TODAY - 20 * DAY], ids=["old", "monthly"])
def test_a_day_is_read_again_from_statistics(place: Place, day: date) -> None:
    """It is what `backfill` would have stored."""
    place.collect()
    place.backfill()
    before = of_day(place.installation.document("yearly.json"), day)
    for name in ("power", "energy"):
        number = "1kWh" if name == "power" else "1"
        correct(place, "value", name, str(day), number)
        assert of_day(place.installation.document("yearly.json"), day)[name] != before[name]
        correct(place, "again", name, str(day))
        after = of_day(place.installation.document("yearly.json"), day)[name]
        assert msgspec.structs.replace(after, corrected=None) == before[name]


def test_backfill_does_not_ask_for_what_is_unknown_by_a_correction(place: Place) -> None:
    """It finds nothing new, and changes no byte."""
    place.collect()
    place.backfill()
    correct(place, "unknown", "power", str(OLD))
    correct(place, "unknown", "energy", f"{OLD}..{OLD + 3 * DAY}")
    before = place.installation.snapshot()
    dry = place.installation.run("backfill", "--dry-run", at=NOW)
    assert "There is nothing to fill in" in dry.out
    place.backfill()
    assert place.installation.snapshot() == before
