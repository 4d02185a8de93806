"""Files that cannot be read or merged are left alone, here and in the repository."""

import fcntl
import os
import shutil

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import encode
from powerstats_cli.core.periods import DAY
from powerstats_cli.core.series import Series
from powerstats_cli.files import locking
from tests.commands.sync.tiers import add, local, remote, send
from tests.github.fake.repository import GitRepository
from tests.github.homes import METER, NOW, TODAY, Device, Kind, meter, past, power

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]
NOT_OURS: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", os.EX_DATAERR, "is left alone"),
    "half": (encode(past("monthly", 3))[:-9], os.EX_DATAERR, "is left alone"),
    "HTML": (b"<html></html>", os.EX_DATAERR, "is left alone"),
    "another tier": (encode(past("yearly", 3)), os.EX_DATAERR, "it holds yearly"),
    "a list": (b"[]", os.EX_DATAERR, "is left alone"),
    "deep": (b"[" * 100_000, os.EX_DATAERR, "is left alone"),
    "a pointer of Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 12345\n",
        os.EX_DATAERR,
        "is left alone: it is a pointer of Git LFS, not the file: take its name out of .git",
    ),
    "a newer version": (
        encode(past("monthly", 3)).replace(b'"version":1', b'"version":2'),
        os.EX_DATAERR,
        "upgrade it",
    ),
    "a newer form": (
        b'{"version":7,"timezone":"Europe/Amsterdam","days":{}}',
        os.EX_DATAERR,
        "version 7",
    ),
    "another zone": (
        encode(past("monthly", 3)).replace(b"Europe/Amsterdam", b"Europe/Berlin"),
        os.EX_CONFIG,
        "Europe/Berlin",
    ),
    "from the future": (
        encode(past("monthly", 3, before=TODAY + 400 * DAY)),
        os.EX_TEMPFAIL,
        "400 days behind",
    ),
    "from the end of time": (
        encode(past("monthly", 3)).replace(b'"until":"2025', b'"until":"9999'),
        os.EX_DATAERR,
        "power.until is out of range",
    ),
}


@pytest.mark.parametrize(("there", "code", "says"), NOT_OURS.values(), ids=NOT_OURS)
def test_a_file_that_cannot_be_merged_is_left_alone(
    repo: GitRepository, device: Device, there: bytes, code: int, says: str
) -> None:
    """Both files stay as they are; the other tier is synced all the same."""
    repo.commit(files={"data/monthly.json": there})
    before = local(device, "monthly")
    result = device.run("-v", "sync", at=NOW)
    assert result.exit_code == code
    (line,) = result.err.splitlines()
    assert line.startswith("powerstats: sync monthly: data/monthly.json in octo/home ")
    assert says in line
    assert (remote(repo, "monthly"), local(device, "monthly")) == (there, before)
    assert remote(repo, "yearly") == local(device, "yearly")
    for direction in ("fetch", "push"):
        result = device.run("-v", "sync", direction, "monthly", at=NOW)
        assert (result.exit_code, result.err) == (code, f"{line}\n")
        assert (remote(repo, "monthly"), local(device, "monthly")) == (there, before)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(("kW", "measurement"), power(7.0)), (METER, meter(1.0)), (("W", "total"), meter(1.0))],
)
@pytest.mark.parametrize("direction", ["push", "fetch", ""])
def test_a_series_that_is_another(
    repo: GitRepository, bare: Device, direction: str, kind: Kind, value: Value
) -> None:
    """The error names the series, with 78; nothing changes on either side."""
    head = send(repo, past("yearly", 9, value=lambda _: value, kind=kind))
    bare.put(past("yearly", 9))
    before = bare.snapshot()
    result = bare.run("sync", *filter(None, [direction]))
    assert (result.exit_code, result.err.count("\n")) == (os.EX_CONFIG, 1)
    assert "power is" in result.err
    assert "another name" in result.err
    assert (repo.head(), bare.snapshot()) == (head, before)


@pytest.mark.parametrize("is_ours", [False, True])
def test_a_series_without_a_unit_yet_is_no_other(
    repo: GitRepository, bare: Device, *, is_ours: bool
) -> None:
    """If a sensor has given no number yet, the other side knows its unit."""
    silent = past("yearly", 3)
    silent.series["energy"] = Series("", "measurement", silent.last_update)
    knowing = past("yearly", 3)
    add(knowing, past("yearly", 3, value=lambda _: meter(1.0), name="energy", kind=METER))
    bare.put(silent if is_ours else knowing)
    send(repo, knowing if is_ours else silent)
    bare.run_well("sync")
    assert remote(repo, "yearly") == local(bare, "yearly") == encode(knowing)


@pytest.mark.parametrize("broken", [b"", b"{", encode(past("yearly", 3))])
def test_a_broken_file_is_not_sent(repo: GitRepository, device: Device, broken: bytes) -> None:
    """The exit code is 65, the line says how to restore it, and both stay as they are."""
    head = send(repo, past("monthly", 30))
    (device.data_dir / "monthly.json").write_bytes(broken)
    device.fails(os.EX_DATAERR, "sync", "push", "monthly", says=["sync fetch monthly"])
    assert (repo.head(), local(device, "monthly")) == (head, broken)


@pytest.mark.parametrize("direction", ["fetch", ""])
def test_a_broken_file_is_brought_back(repo: GitRepository, device: Device, direction: str) -> None:
    """It is set aside and made anew from the repository's, with 65; then all is well."""
    head = send(repo, past("monthly", 30), past("yearly", 40))
    (device.data_dir / "monthly.json").write_bytes(b"{")
    result = device.run("sync", *filter(None, [direction]))
    assert (result.exit_code, result.err.count("\n")) == (os.EX_DATAERR, 1)
    assert "monthly.json.unreadable-" in result.err
    assert "is made from data/monthly.json in octo/home" in result.err
    assert (repo.head(), local(device, "monthly")) == (head, remote(repo, "monthly"))
    (aside,) = device.data_dir.glob("monthly.json.unreadable-*")
    assert aside.read_bytes() == b"{"
    device.run_well("sync")


def test_a_broken_file_that_is_nowhere_else(repo: GitRepository, device: Device) -> None:
    """The line does not promise to restore it; another step can make it again."""
    (device.data_dir / "monthly.json").write_bytes(b"{")
    head = repo.head()
    result = device.fails(os.EX_DATAERR, "sync", "fetch", "monthly", says=["is not there yet"])
    assert "is made" not in result.err
    assert (repo.head(), local(device, "monthly")) == (head, b"")


@pytest.mark.parametrize(
    ("old", "new"), [(b'"version":1', b'"version":2'), (b"Europe/Amsterdam", b"Europe/Berlin")]
)
@pytest.mark.parametrize("direction", ["push", "fetch"])
def test_a_file_that_is_not_ours(
    repo: GitRepository, device: Device, direction: str, old: bytes, new: bytes
) -> None:
    """The exit code is 78 if our file has a newer version or another zone; nothing changes."""
    head = send(repo, past("monthly", 9))
    path = device.data_dir / "monthly.json"
    path.write_bytes(path.read_bytes().replace(old, new))
    before = device.snapshot()
    device.fails(os.EX_CONFIG, "sync", direction, "monthly", says=["monthly.json"])
    assert (repo.head(), device.snapshot()) == (head, before)


def test_another_step_is_at_it(
    repo: GitRepository, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 75 while another step holds the data directory; nothing changes."""
    monkeypatch.setattr(locking, "LOCK_TIMEOUT", 0.05)
    head, before = send(repo, past("monthly", 9)), device.snapshot()
    descriptor = os.open(device.data_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        device.fails(os.EX_TEMPFAIL, "sync", "fetch", "monthly", says=["locked by another run"])
        device.fails(os.EX_TEMPFAIL, "sync", "push", "monthly", says=["locked by another run"])
    finally:
        os.close(descriptor)
    assert (repo.head(), device.snapshot()) == (head, before)
