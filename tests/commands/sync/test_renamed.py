"""A series that was given another name, in a repository and on the branch of the page."""

from tests.commands.sync.tiers import LONG_TERM, remote, send
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, PAGES, Device, past


def test_the_repository_gets_the_new_name(repo: GitRepository, device: Device) -> None:
    """Its past there is longer than here: it is all kept, under the new name."""
    send(repo, past("monthly", 20), past("yearly", 300))
    device.put(past("monthly", 5), past("yearly", 5))
    device.run_well("sync", at=NOW)
    before = {tier: remote(repo, tier) for tier in LONG_TERM}
    assert device.run("sensor", "rename", "power", "house").exit_code == 0
    device.run_well("sync", at=NOW)
    for tier in LONG_TERM:
        assert remote(repo, tier) == before[tier].replace(b'"power"', b'"house"')
    newest = repo.ref("refs/heads/main")
    device.run_well("sync", at=NOW)
    assert repo.ref("refs/heads/main") == newest


def test_the_published_files_get_it_too(repo: GitRepository, device: Device) -> None:
    """A published file with the earlier name knows no more than the one with the new name."""
    device.config.write_text(device.config.read_text() + "links = false\n")
    device.put(past("monthly", 20), past("yearly", 300))
    device.run_well("publish", at=NOW)
    assert device.run("sensor", "rename", "power", "house").exit_code == 0
    assert b'"house"' in device.site["monthly.json"]
    device.run_well("publish", at=NOW)
    assert b'"power"' not in repo.files(PAGES)["monthly.json"]
