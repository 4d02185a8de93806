"""`sync` carries the journal of corrections before the files, so no stale file wins."""

import shutil
from pathlib import Path

import pytest

from powerstats_cli.core import entries
from powerstats_cli.core import journal as journals
from powerstats_cli.core.documents import encode
from powerstats_cli.core.periods import DAY
from tests.commands.sync.tiers import LONG_TERM, local, remote, send
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, TODAY, YESTERDAY, Device, a_tier, device_at, messages

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]
NAME = "corrections.jsonl"
REMOTE = f"data/{NAME}"
CORRECTED = TODAY - 20 * DAY


@pytest.fixture
def twin(github: GitHub, tmp_path: Path) -> Device:
    """Return another device with the same repository, and with files of its own."""
    twin = device_at(github, tmp_path / "twin")
    twin.put(*(a_tier(tier, TODAY - 30 * DAY, YESTERDAY) for tier in LONG_TERM))
    return twin


def correct(device: Device, *words: str) -> str:
    """Correct the power of a device, and return the id."""
    result = device.run("correct", *words, "--yes", at=NOW)
    assert (result.exit_code, result.err) == (0, ""), result
    return ids(device)[-1]


def ids(device: Device) -> list[str]:
    """Return the ids in a device's journal."""
    raw = (device.data_dir / NAME).read_bytes()
    return [entry.id for entry in journals.decode(raw).journal.entries]


def kwh(device: Device) -> set[float | None]:
    """Return the energies of the corrected day in a device's files."""
    start = TODAY - 20 * DAY
    return {
        value.kwh
        for name in LONG_TERM
        for at, point in device.document(f"{name}.json").points.items()
        if at.astimezone(NOW.tzinfo).date() == start
        for value in point.values()
    }


def test_a_correction_reaches_the_other_device(
    repo: GitRepository, device: Device, twin: Device
) -> None:
    """Both devices and the repository have it, and after an undo all have the old bytes."""
    device.run_well("sync")
    twin.run_well("sync")
    device.run_well("sync")
    before = {tier: local(twin, tier) for tier in LONG_TERM}
    stamp = correct(device, "value", "power", str(CORRECTED), "12kWh", "--why", "from the bill")
    device.run_well("sync")
    assert messages(repo, "main")[2] == f"{NAME}: 1 correction"
    twin.run_well("sync", "fetch")
    assert (ids(twin), kwh(twin)) == ([stamp], {12.0})
    assert stamp in twin.run("correct", "list").out
    for tier in LONG_TERM:
        assert local(device, tier) == local(twin, tier) == remote(repo, tier)

    correct(twin, "undo", stamp)
    for each in (twin, device):
        each.run_well("sync")
    assert len(ids(device)) == 2
    for tier in LONG_TERM:
        assert local(device, tier) == local(twin, tier) == remote(repo, tier)
        assert points(local(twin, tier)) == points(before[tier])


def points(raw: bytes) -> bytes:
    """Return the part of a file with its points."""
    return raw[raw.index(b'"data_points"') :]


@pytest.mark.parametrize("direction", ["push", "fetch", ""])
@pytest.mark.parametrize("do", ["unknown", "value"])
def test_a_stale_repository_loses(
    repo: GitRepository, device: Device, direction: str, do: str
) -> None:
    """It knows as much as the corrected file, or more, and is older."""
    stale = {tier: local(device, tier) for tier in LONG_TERM}
    correct(device, do, "power", str(CORRECTED), *(["1kWh"] if do == "value" else []))
    corrected = {tier: local(device, tier) for tier in LONG_TERM}
    first = {"monthly": TODAY - 30 * DAY, "yearly": TODAY - 40 * DAY}
    send(repo, *(a_tier(tier, first[tier], YESTERDAY) for tier in LONG_TERM))
    assert {tier: points(remote(repo, tier)) for tier in LONG_TERM} == {
        tier: points(raw) for tier, raw in stale.items()
    }
    device.run_well("sync", *filter(None, [direction]))
    assert {tier: local(device, tier) for tier in LONG_TERM} == corrected
    if direction != "fetch":
        assert {tier: points(remote(repo, tier)) for tier in LONG_TERM} == {
            tier: points(raw) for tier, raw in corrected.items()
        }
        assert repo.files()[REMOTE] == (device.data_dir / NAME).read_bytes()
    else:
        assert REMOTE not in repo.files()


def test_two_devices_correct_different_days(
    repo: GitRepository, device: Device, twin: Device
) -> None:
    """The journals are united, in the same order on both."""
    for each in (device, twin):
        each.run_well("sync")
    correct(device, "value", "power", str(CORRECTED), "12kWh")
    correct(twin, "unknown", "power", str(CORRECTED - DAY))
    for each in (device, twin, device):
        each.run_well("sync")
    assert ids(device) == ids(twin)
    assert repo.files()[REMOTE] == (twin.data_dir / NAME).read_bytes()
    for tier in LONG_TERM:
        assert local(device, tier) == local(twin, tier) == remote(repo, tier)


@pytest.mark.usefixtures("repo")
def test_an_empty_device_gets_corrected_files(device: Device, bare: Device) -> None:
    """The journal comes first, so an old file is corrected as it arrives."""
    device.run_well("sync", "push")
    correct(device, "value", "power", str(CORRECTED), "12kWh")
    device.run_well("sync", "push", "monthly")
    bare.run_well("sync", "fetch")
    assert kwh(bare) == {12.0}


def test_a_broken_line_comes_back(repo: GitRepository, device: Device) -> None:
    """A flipped digit breaks the line; it is told once, and the repository still has it."""
    first = correct(device, "value", "power", str(CORRECTED), "12kWh")
    second = correct(device, "unknown", "power", str(CORRECTED - DAY))
    device.run_well("sync")
    path = device.data_dir / NAME
    whole = path.read_bytes()
    broken = whole.replace(b'"kwh":12.0', b'"kwh":13.0')
    path.write_bytes(broken)
    result = device.run("aggregate", "yearly", at=NOW)
    assert result.exit_code == 65
    assert f"{NAME} is broken in line 1, and is kept as {NAME}.unreadable-" in result.err
    assert ids(device) == [second]
    (aside,) = device.data_dir.glob(f"{NAME}.unreadable-*")
    assert aside.read_bytes() == broken
    device.run_well("aggregate", "yearly", at=NOW)
    device.run_well("sync", "fetch")
    assert path.read_bytes() == whole == repo.files()[REMOTE]
    assert (ids(device), kwh(device)) == ([first, second], {12.0})


def test_a_broken_line_there_is_mended_from_here(repo: GitRepository, device: Device) -> None:
    """The other lines are taken, and what is here takes the broken line's place."""
    correct(device, "value", "power", str(CORRECTED), "12kWh")
    device.run_well("sync")
    whole = repo.files()[REMOTE]
    repo.commit(files={REMOTE: whole.replace(b"12.0", b"12.5")})
    there = f"{REMOTE} in octo/home is broken in line 1"
    device.fails(65, "sync", "fetch", "monthly", says=[there])
    device.fails(65, "sync", "push", "monthly", says=["which is left out"])
    assert repo.files()[REMOTE] == whole
    device.run_well("sync")


def test_a_newer_journal_is_left_alone(repo: GitRepository, device: Device) -> None:
    """Nothing is written, here or there."""
    correct(device, "value", "power", str(CORRECTED), "12kWh")
    line = (device.data_dir / NAME).read_bytes().rstrip()
    body = b"{" + line[len('{"id":"0123456789ab",') :].replace(b'"do":"value"', b'"do":"scale"')
    newer = b'{"id":"' + entries.digest(body).encode() + b'",' + body[1:] + b"\n"
    head = repo.commit(files={REMOTE: newer})
    before = device.snapshot()
    for direction in ("push", "fetch"):
        device.fails(78, "sync", direction, "monthly", says=["has an entry of a newer version"])
    assert (repo.head(), device.snapshot()) == (head, before)


@pytest.mark.usefixtures("repo")
def test_a_journal_of_another_zone_is_left_alone(device: Device) -> None:
    """Its corrections are of another home."""
    correct(device, "value", "power", str(CORRECTED), "12kWh")
    other = device_at(device.server, device.folder.parent / "other") if device.server else device
    other.configure(timezone="Asia/Kolkata")
    device.run_well("sync", "push", "monthly")
    other.fails(78, "sync", "fetch", "monthly", says=["is of a home in another time zone"])
    assert other.snapshot() == {}
    assert encode(device.document("monthly.json")) == local(device, "monthly")
