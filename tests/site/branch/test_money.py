"""money.json on the branch: in the one commit with the rest, and left as it is after a mistake."""

import json
import shutil

import pytest

from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, PAGES, Device, messages
from tests.site.branch.publishing import hourly

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page", "_sound"),
]

MONEY = """\
[flows]
import = "power"
[money]
currency = "EUR"
[tariffs.mine]
from = 2025-01-01
lines = [{ name = "Energy", per = "import", rate = 0.30 }]
"""
WITH = {"tiers": ["monthly", "yearly", "money"]}
WITHOUT = {"tiers": ["monthly", "yearly"]}


def test_it_is_in_the_one_commit(github: GitHub, device: Device, repo: GitRepository) -> None:
    """A second publish sends nothing, a corrected tariff sends it alone; it goes with its tier."""
    device.configure(more=MONEY)
    hourly(device, github, **WITH)
    sent = repo.files(PAGES)
    assert sent == device.site
    first = json.loads(sent["money.json"])
    assert first["days"][-1]["amount"] == pytest.approx(first["days"][-1]["import"] * 0.3, abs=1e-3)
    number = len(messages(repo, PAGES))
    hourly(device, github)
    assert len(messages(repo, PAGES)) == number
    device.configure(more=MONEY.replace("0.30", "0.31"))
    hourly(device, github)
    assert messages(repo, PAGES)[0] == "money.json"
    hourly(device, github, **WITHOUT)
    assert "money.json" not in repo.files(PAGES)
    assert "money.json" not in device.site


def test_a_mistake_leaves_it_as_it_is_there(
    github: GitHub, device: Device, repo: GitRepository
) -> None:
    """Also from a device that never made one itself; the dry run says so, too."""
    device.configure(more=MONEY)
    hourly(device, github, **WITH)
    before = repo.files(PAGES)["money.json"]
    device.configure(more=MONEY.replace("rate", "rates"))
    (device.data_dir / "site/money.json").unlink()
    hourly(device, github)
    assert repo.files(PAGES)["money.json"] == before
    result = device.run("publish", "--dry-run", at=NOW)
    assert result.exit_code == 0
    assert "money.json stays as it is: tariffs.mine.lines[0]" in result.out


def test_another_file_of_its_name_is_not_replaced(device: Device, repo: GitRepository) -> None:
    """A branch may have a money.json of somebody."""
    repo.commit(PAGES, {"money.json": b'{"mine": 1}'}, "Before")
    device.configure(more=MONEY, publish=WITH)
    result = device.run("publish")
    assert result.exit_code == 78
    assert "money.json" in result.err
    assert repo.files(PAGES) == {"money.json": b'{"mine": 1}'}
