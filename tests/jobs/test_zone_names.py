"""The timers are in a time zone that systemd knows by that name."""

from pathlib import Path

import pytest

from powerstats_cli.jobs import installation
from tests.support.machines import FakeMachine

NAMES = ("Europe/Kiev", "Europe/Kyiv")


@pytest.mark.parametrize("configured", NAMES)
@pytest.mark.parametrize(
    ("known", "written"),
    [
        (NAMES, "Europe/Kyiv"),
        (("Europe/Kyiv",), "Europe/Kyiv"),
        (("Europe/Kiev",), "Europe/Kiev"),
        ((), "Europe/Kyiv"),
    ],
)
def test_timers_have_a_name_that_systemd_knows(
    fake: FakeMachine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    configured: str,
    known: tuple[str, ...],
    written: str,
) -> None:
    """Its edition of the zones may be older than Python's, or lack the old names."""
    for name in known:
        (tmp_path / "zones" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "zones" / name).touch()
    monkeypatch.setattr(installation, "ZONEINFO", tmp_path / "zones")
    fake.installation.configure(timezone=configured)
    fake.well("install", "--systemd")
    timer = next(fake.machine.systemd_system.glob("*-rotate.timer")).read_text()
    assert f"OnCalendar=*-*-* 00:00:00 {written}\n" in timer
    assert "as it should be" in fake.well("show")
