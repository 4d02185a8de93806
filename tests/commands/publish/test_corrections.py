"""A copy of the data from before a correction is replaced: what was taken out is not lost."""

import shutil

import pytest

from powerstats_cli.core.periods import DAY
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, PAGES, TODAY, Device

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page"),
]


@pytest.mark.parametrize("links", ["true", "false"])
def test_published_files_follow_a_correction(
    repo: GitRepository, device: Device, links: str
) -> None:
    """Both on the branch and in the web root, without --replace; and an undo, too."""
    device.configure(publish={"tiers": ["monthly", "yearly"]})
    text = device.config.read_text()
    device.config.write_text(f"{text}links = {links}\n")
    device.run_well("publish", at=NOW)
    before = (device.site["monthly.json"], repo.files(PAGES)["monthly.json"])
    words = ("unknown", "power", str(TODAY - 20 * DAY))
    assert device.run("correct", *words, "--yes", at=NOW).exit_code == 0
    device.run_well("publish", at=NOW)
    ours = (device.data_dir / "monthly.json").read_bytes()
    assert before != (ours, ours)
    assert (device.site["monthly.json"], repo.files(PAGES)["monthly.json"]) == (ours, ours)
