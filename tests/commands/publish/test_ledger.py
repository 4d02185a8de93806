"""ledger.json stays at home: it is not published, not linked, and not in the repository."""

import shutil
from datetime import date

import pytest

from powerstats_cli.core.energy import ledger
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Slots
from powerstats_cli.core.series import Kind
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, PAGES, ZONE, Device

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page"),
]
MARK = 987_654_321
EVERYTHING = ["daily", "weekly", "monthly", "yearly", "years"]


@pytest.mark.parametrize("links", ["true", "false"])
def test_it_stays_at_home(repo: GitRepository, device: Device, links: str) -> None:
    """However much is published and synced, none of its numbers leaves the data directory."""
    device.configure(publish={"tiers": EVERYTHING})
    device.config.write_text(f"{device.config.read_text()}links = {links}\n")
    day = LedgerDay({"power": Slots(60, (MARK,) * 24)})
    kinds = {"power": Kind("W", "measurement")}
    stored = Ledger(ZONE, NOW, kinds, {date(2025, 11, 20): day})
    (device.data_dir / "ledger.json").write_bytes(ledger.encode(stored))
    device.run_well("aggregate", "yearly", at=NOW)
    for step in (
        ("publish",),
        ("sync", "push", "monthly"),
        ("sync", "push", "yearly"),
        ("publish",),
    ):
        device.run_well(*step, at=NOW)
    sent = {**repo.files(), **repo.files(PAGES), **device.site}
    assert "yearly.json" in device.site
    assert not [name for name in sent if "ledger" in name]
    assert not [name for name, raw in sent.items() if str(MARK).encode() in raw]
    assert device.ledger() == stored
