"""`sync`: the long-term files here and in the repository, merged by bucket, never losing one."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, TierName, encode
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, window_start
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.files import store
from tests.github.fake import Fault, GitHub, Token
from tests.github.fake.repository import GitRepository
from tests.github.faults import amid, instead, meanwhile, on
from tests.github.homes import (
    AMSTERDAM,
    METER,
    NOW,
    STRANGERS,
    TODAY,
    YESTERDAY,
    ZONE,
    Device,
    Kind,
    a_tier,
    decoded,
    device_at,
    messages,
    meter,
    past,
    power,
)
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]

LONG_TERM: tuple[TierName, ...] = ("monthly", "yearly")


def remote(repo: GitRepository, tier: TierName, path: str = "data/", branch: str = "main") -> bytes:
    """Return the bytes of a tier's file in a repository, none where there is no such file."""
    return repo.files(branch).get(f"{path}{tier}.json", b"") if branch in repo.branches() else b""


def local(device: Device, tier: TierName) -> bytes:
    """Return the bytes of a device's file of a tier, none where there is no such file."""
    path = device.data_dir / f"{tier}.json"
    return path.read_bytes() if path.exists() else b""


def send(repo: GitRepository, *documents: Document) -> str:
    """Commit files as another device has them; return the commit's id."""
    return repo.commit(files={f"data/{it.tier}.json": encode(it) for it in documents})


@pytest.fixture
def bare(github: GitHub, tmp_path: Path) -> Device:
    """Return a device without a data directory."""
    return device_at(github, tmp_path / "bare")


# --- which way --------------------------------------------------------------------------------


WAYS: list[tuple[str, tuple[TierName, ...]]] = [
    ("push", ()),
    ("push", ("monthly",)),
    ("push", ("yearly", "monthly")),
    ("fetch", ()),
    ("fetch", ("yearly",)),
    ("", ()),
]


@pytest.mark.parametrize(("direction", "named"), WAYS, ids=str)
def test_directions(
    repo: GitRepository, bare: Device, direction: str, named: tuple[TierName, ...]
) -> None:
    """Sent, brought, or both, of the named files: what both know is where it was to go."""
    ours = {tier: a_tier(tier, TODAY - 9 * DAY, YESTERDAY) for tier in LONG_TERM}
    theirs = {tier: a_tier(tier, TODAY - 14 * DAY, TODAY - 6 * DAY) for tier in LONG_TERM}
    united = {tier: encode(a_tier(tier, TODAY - 14 * DAY, YESTERDAY)) for tier in LONG_TERM}
    bare.put(*ours.values())
    send(repo, *theirs.values())
    before = len(repo.commits())
    bare.run_well("sync", *filter(None, [direction]), *named)
    meant = named or LONG_TERM
    for tier in LONG_TERM:
        is_sent = tier in meant and direction != "fetch"
        is_brought = tier in meant and direction != "push"
        assert remote(repo, tier) == (united[tier] if is_sent else encode(theirs[tier]))
        assert local(bare, tier) == (united[tier] if is_brought else encode(ours[tier]))
    commits = len(meant) if direction != "fetch" else 0
    assert len(repo.commits()) == before + commits
    assert STRANGERS.items() <= repo.files().items()


@pytest.mark.parametrize("command", [("sync",), ("sync", "push"), ("sync", "fetch")], ids=" ".join)
def test_nothing_new_is_one_request_a_file(
    github: GitHub, repo: GitRepository, device: Device, command: tuple[str, ...]
) -> None:
    """And no commit, and no file written."""
    device.run_well("sync")
    head, before = repo.head(), device.snapshot()
    stamps = {it: it.stat().st_mtime_ns for it in device.data_dir.glob("*ly.json")}
    github.log.clear()
    device.run_well(*command)
    assert [it.request.method for it in github.log] == ["GET", "GET"]
    assert (repo.head(), device.snapshot()) == (head, before)
    assert {it: it.stat().st_mtime_ns for it in stamps} == stamps


@pytest.mark.parametrize("is_ours_newer", [False, True])
@pytest.mark.parametrize("direction", ["push", "fetch"])
def test_when_it_was_asked_is_no_news(
    repo: GitRepository, bare: Device, direction: str, *, is_ours_newer: bool
) -> None:
    """Files that differ only in `until` and `last_update` make no commit."""
    older, newer = past("monthly", 5), past("monthly", 5, until=YESTERDAY + DAY)
    bare.put(newer if is_ours_newer else older)
    head = send(repo, older if is_ours_newer else newer)
    bare.run_well("sync", direction, "monthly", at=NOW + 2 * DAY)
    assert repo.head() == head
    brought = direction == "fetch" or is_ours_newer
    assert local(bare, "monthly") == encode(newer if brought else older)


# --- nothing is lost --------------------------------------------------------------------------

FULL = past("yearly", 60)
POORER: dict[str, Document | None] = {
    "missing": None,
    "without a point": past("yearly", 0),
    "younger": past("yearly", 3),
    "with gaps": a_tier("yearly", TODAY - 60 * DAY, TODAY - 30 * DAY, until=YESTERDAY),
    "old": a_tier("yearly", TODAY - 60 * DAY, TODAY - 30 * DAY),
    "known less of": past("yearly", 60, value=lambda _: power(9999.0, 0.9)),
    "from statistics": past("yearly", 60, value=lambda _: power(9999.0, source="statistics")),
    "the same": FULL,
}


@pytest.mark.parametrize("ours", POORER.values(), ids=POORER)
def test_a_poorer_file_takes_nothing_away(
    repo: GitRepository, bare: Device, ours: Document | None
) -> None:
    """No commit comes of it; and both ways it has all of it itself."""
    if ours:
        bare.put(ours)
    head, before = send(repo, FULL), local(bare, "yearly")
    bare.run_well("sync", "push", "yearly")
    assert (repo.head(), local(bare, "yearly")) == (head, before)
    bare.run_well("sync", at=NOW)
    assert repo.head() == head
    assert decoded(local(bare, "yearly")).points == FULL.points


@pytest.mark.usefixtures("_sound")
def test_of_each_bucket_the_best(repo: GitRepository, bare: Device) -> None:
    """Whoever knew more of a day, for each series; both end with the same bytes."""
    first, second, third = (TODAY - number * DAY for number in (3, 2, 1))
    ours = a_tier("yearly", first, third, lambda day: power(1.0, {first: 0.5}.get(day, 1.0)))
    theirs = a_tier("yearly", first, third, lambda day: power(2.0, {second: 0.5}.get(day, 1.0)))
    add(theirs, a_tier("yearly", first, first, lambda _: meter(7.0), name="energy", kind=METER))
    bare.put(ours)
    send(repo, theirs)
    bare.run_well("sync")
    merged = decoded(remote(repo, "yearly"))
    means = {
        start.astimezone(AMSTERDAM).date(): it["power"].mean for start, it in merged.points.items()
    }
    assert means == {first: 2.0, second: 1.0, third: 2.0}  # of equals the greater bytes
    assert merged.points[day_start(first, AMSTERDAM)]["energy"] == meter(7.0)
    assert local(bare, "yearly") == remote(repo, "yearly")
    assert messages(repo, "main")[0] == f"yearly.json up to {YESTERDAY}"


def test_another_hands_bytes(repo: GitRepository, bare: Device) -> None:
    """A file that someone laid out otherwise is replaced as any."""
    theirs = json.dumps(json.loads(encode(past("yearly", 9))), indent=3).encode()
    repo.commit(files={"data/yearly.json": theirs})
    bare.put(past("yearly", 3, name="heat_pump"))
    bare.run_well("sync", "push", "yearly")
    merged = decoded(remote(repo, "yearly"))
    assert len(merged.points) == 9
    assert remote(repo, "yearly") == encode(merged)


def add(document: Document, other: Document) -> None:
    """Put another document's points and series into one."""
    document.series |= other.series
    for start, point in other.points.items():
        document.points.setdefault(start, {}).update(point)


@pytest.mark.parametrize("tier", LONG_TERM)
def test_only_what_has_left_the_window_goes(
    repo: GitRepository, bare: Device, tier: TierName
) -> None:
    """A newer local file moves the window, and its days only push out those before it."""
    days = TIERS[tier].window
    send(repo, past(tier, days, before=TODAY - 4 * DAY))
    bare.put(past(tier, 2))
    bare.run_well("sync", "push", tier)
    kept = decoded(remote(repo, tier))
    first = window_start(TIERS[tier], YESTERDAY, AMSTERDAM)
    old = past(tier, days, before=TODAY - 4 * DAY)
    assert kept.points.keys() == {
        *(start for start in old.points if start >= first),
        *past(tier, 2).points,
    }
    assert len(kept.points) == days - 2


@pytest.mark.usefixtures("_sound")
def test_a_large_file(repo: GitRepository, bare: Device) -> None:
    """More than a megabyte is read and written as any."""
    large = past("yearly", 365)
    for number in range(40):
        add(large, past("yearly", 365, name=f"series {number:02}"))
    ours = past("yearly", 1, name="ours")
    send(repo, large)
    bare.put(ours)
    bare.run_well("sync")
    add(large, ours)
    assert remote(repo, "yearly") == local(bare, "yearly") == encode(large)
    assert len(encode(large)) > 1_100_000


# --- what is there cannot be merged -----------------------------------------------------------

NOT_OURS: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", os.EX_DATAERR, "is left alone"),
    "half": (encode(past("monthly", 3))[:-9], os.EX_DATAERR, "is left alone"),
    "HTML": (b"<html></html>", os.EX_DATAERR, "is left alone"),
    "another tier": (encode(past("yearly", 3)), os.EX_DATAERR, "it holds yearly"),
    "a list": (b"[]", os.EX_DATAERR, "is left alone"),
    "deep": (b"[" * 100_000, os.EX_DATAERR, "is left alone"),
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
        os.EX_TEMPFAIL,
        "days behind",
    ),
}


@pytest.mark.parametrize(("there", "code", "says"), NOT_OURS.values(), ids=NOT_OURS)
def test_a_file_that_cannot_be_merged_is_left_alone(
    repo: GitRepository, device: Device, there: bytes, code: int, says: str
) -> None:
    """It and ours stay as they are; the other tier is synced all the same."""
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
    """It is named, with 78, and nothing changes on either side."""
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
    """Where a sensor has given no number yet, the other side says what it is."""
    silent = past("yearly", 3)
    silent.series["energy"] = Series("", "measurement", silent.last_update)
    knowing = past("yearly", 3)
    add(knowing, past("yearly", 3, value=lambda _: meter(1.0), name="energy", kind=METER))
    bare.put(silent if is_ours else knowing)
    send(repo, knowing if is_ours else silent)
    bare.run_well("sync")
    assert remote(repo, "yearly") == local(bare, "yearly") == encode(knowing)


# --- what is here cannot be read --------------------------------------------------------------


@pytest.mark.parametrize("broken", [b"", b"{", encode(past("yearly", 3))])
def test_a_broken_file_is_not_sent(repo: GitRepository, device: Device, broken: bytes) -> None:
    """65, the way back, and both stay as they are."""
    head = send(repo, past("monthly", 30))
    (device.data_dir / "monthly.json").write_bytes(broken)
    device.fails(os.EX_DATAERR, "sync", "push", "monthly", says=["sync fetch monthly"])
    assert (repo.head(), local(device, "monthly")) == (head, broken)


@pytest.mark.parametrize("direction", ["fetch", ""])
def test_a_broken_file_is_brought_back(repo: GitRepository, device: Device, direction: str) -> None:
    """It is set aside and made from the repository's, with 65; then all is well."""
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
    """It is not said to come back where it does not; another step can make it again."""
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
    """78 where our file is of a newer version or another zone; nothing changes."""
    head = send(repo, past("monthly", 9))
    path = device.data_dir / "monthly.json"
    path.write_bytes(path.read_bytes().replace(old, new))
    before = device.snapshot()
    device.fails(os.EX_CONFIG, "sync", direction, "monthly", says=["monthly.json"])
    assert (repo.head(), device.snapshot()) == (head, before)


def test_another_step_is_at_it(
    repo: GitRepository, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """75 while another step holds the data directory; nothing changes."""
    monkeypatch.setattr(store, "LOCK_TIMEOUT", 0.05)
    head, before = send(repo, past("monthly", 9)), device.snapshot()
    descriptor = os.open(device.data_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        device.fails(os.EX_TEMPFAIL, "sync", "fetch", "monthly", says=["locked by another run"])
        device.fails(os.EX_TEMPFAIL, "sync", "push", "monthly", says=["locked by another run"])
    finally:
        os.close(descriptor)
    assert (repo.head(), device.snapshot()) == (head, before)


# --- where it goes ----------------------------------------------------------------------------


@pytest.mark.usefixtures("_sound")
@pytest.mark.parametrize(
    ("branch", "path"),
    [("main", "data"), ("main", ""), ("data", "deep/er"), ("homes/attic", "x y")],
)
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_branch_is_made(
    github: GitHub, device: Device, branch: str, path: str, *, is_empty: bool
) -> None:
    """So is a repository's first commit; a file is where it is configured to be."""
    repo = github.create(files=None if is_empty else STRANGERS)
    device.configure(github={"branch": branch, "path": path})
    folder = f"{path}/" if path else ""
    device.run_well("sync", "push", "yearly")
    device.run_well("sync", "push")
    for tier in LONG_TERM:
        assert remote(repo, tier, folder, branch) == local(device, tier)
    assert messages(repo, branch)[:2] == [f"{tier}.json up to {YESTERDAY}" for tier in LONG_TERM]
    others = {} if is_empty and branch == "main" else STRANGERS
    if is_empty and branch != "main":
        others = {"README.md": repo.files("main")["README.md"]}
    assert repo.files(branch).keys() == {*others, *(f"{folder}{tier}.json" for tier in LONG_TERM)}
    if branch != "main":
        assert repo.files("main") == others


def test_nothing_anywhere_makes_nothing(repo: GitRepository, bare: Device) -> None:
    """Neither a branch nor a file nor a commit, and it is no failure."""
    bare.configure(github={"branch": "data"})
    for direction in (["push"], ["fetch"], []):
        bare.run_well("sync", *direction)
    assert (repo.branches(), bare.snapshot()) == (["main"], {})


# --- who may --------------------------------------------------------------------------------

COMMANDS = pytest.mark.parametrize(
    "command", [("sync",), ("sync", "push"), ("sync", "fetch"), ("publish",)], ids=" ".join
)


@COMMANDS
@pytest.mark.parametrize("is_there", [False, True])
def test_no_such_repository(
    github: GitHub, device: Device, command: tuple[str, ...], *, is_there: bool
) -> None:
    """69 where there is none of that name, or one that the token may not see."""
    if is_there:
        github.tokens[github.token] = Token(repositories=[])
        github.create(private=True, files=STRANGERS)
    for tier in LONG_TERM:
        (device.data_dir / f"{tier}.json").unlink()
        result = device.run("-v", *command)
        assert result.exit_code == os.EX_UNAVAILABLE
        assert "octo/home: no such repository" in result.err


@COMMANDS
def test_a_token_that_is_refused(
    github: GitHub, repo: GitRepository, device: Device, command: tuple[str, ...]
) -> None:
    """77 and what to do, wrong or expired; it is sent once, not again for the other tier."""
    head = repo.head()
    github.tokens[github.token] = Token(expires=NOW - timedelta(seconds=1))
    for token in (github.token, "github_pat_of_someone_else"):
        device.configure(github_token=token)
        github.log.clear()
        device.fails(os.EX_NOPERM, *command, says=["Bad credentials", "make a new one"])
        assert (github.count(), repo.head()) == (1, head)


@pytest.mark.parametrize(
    ("token", "command", "is_refused"),
    [
        (Token(contents="read"), ("sync", "push"), True),
        (Token(contents="read"), ("sync",), True),
        (Token(contents="read"), ("sync", "fetch"), False),
        (Token(contents="none"), ("sync", "fetch"), True),
        (Token(contents="read"), ("publish",), True),
        (Token(contents="read"), ("publish", "--dry-run"), False),
    ],
)
def test_a_permission_that_is_missing(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    token: Token,
    command: tuple[str, ...],
    *,
    is_refused: bool,
) -> None:
    """77 that names it; and what it is not needed for works without."""
    repo.private = True
    github.tokens[github.token] = token
    head = repo.head()
    if is_refused:
        device.fails(os.EX_NOPERM, *command, says=["Contents: read and write", "octo/home"])
    else:
        assert device.run(*command).exit_code == 0
    assert repo.head() == head


# --- races ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "times", "what"),
    [
        (meanwhile, 1, "another file"),
        (amid, 1, "another file"),
        (amid, 4, "another file"),
        (amid, 5, "another file"),
        (meanwhile, 4, "the same file"),
        (meanwhile, 5, "the same file"),
        (amid, 4, "the same file"),
    ],
)
def test_a_lost_race_starts_again(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    kind: Callable[[Callable[[], object]], Fault],
    times: int,
    what: str,
) -> None:
    """What another commits while we write is there too; after five the next run tries again."""
    theirs: dict[str, bytes] = {}

    def commit() -> None:
        if what == "another file":
            theirs[f"theirs/{len(theirs)}"] = b"1"
            repo.commit(files=theirs)
        else:
            number = len(repo.commits()) + 40
            send(repo, past("yearly", number, value=lambda _: power(5.0, 0.5)))

    github.strike = on("PUT", "/contents/", kind(commit), times=times)
    is_race = kind is amid or what == "the same file"
    if times == 5 and is_race:
        before = device.snapshot()
        device.fails(os.EX_TEMPFAIL, "sync", "push", "yearly", says=["data/yearly.json", "5 times"])
        assert device.snapshot() == before
    device.run_well("sync", "push", "yearly")
    merged = decoded(remote(repo, "yearly"))
    assert past("yearly", 40).points.items() <= merged.points.items()
    if what == "the same file":
        assert len(merged.points) == 40 + times
    assert theirs.items() <= repo.files().items()


@pytest.mark.parametrize("write", ["PUT /contents/", "POST /git/refs"])
def test_two_make_the_branch_at_once(
    github: GitHub, repo: GitRepository, device: Device, write: str
) -> None:
    """Who comes second merges into what the first made."""
    device.configure(github={"branch": "data"})

    def other() -> None:
        repo.commit("data", {"data/yearly.json": encode(past("yearly", 90))})

    method, path = write.split()
    github.strike = on(method, path, meanwhile(other))
    device.run_well("sync", "push", "yearly")
    assert decoded(remote(repo, "yearly", branch="data")).points == past("yearly", 90).points


def test_a_branch_that_is_missing_in_other_words(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """A 404 is no repository only where the branch is there."""
    device.configure(github={"branch": "data"})
    github.strike = on("PUT", "/contents/", instead(404, "Not Found"))
    device.run_well("sync", "push", "yearly")
    assert remote(repo, "yearly", branch="data") == local(device, "yearly")
    device.put(past("yearly", 50))
    github.strike = on("PUT", "/contents/", instead(404, "Not Found"))
    device.fails(os.EX_UNAVAILABLE, "sync", "push", "yearly", says=["no such repository"])


def test_another_makes_the_branch_after_a_404(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """The branch was missing for the write, and is there when it is to be made."""
    device.configure(github={"branch": "data"})
    other = meanwhile(lambda: repo.commit("data", {"theirs": b"1"}))
    github.strike = on("GET", "/branches/data", other)
    device.run_well("sync", "push", "yearly")
    assert remote(repo, "yearly", branch="data") == local(device, "yearly")
    assert repo.files("data").keys() >= {"theirs"}


@pytest.mark.usefixtures("_sound")
@pytest.mark.parametrize("lag", [1, 2, 3])
def test_reads_that_lag(github: GitHub, repo: GitRepository, device: Device, lag: int) -> None:
    """Where GitHub shows the file as it was before the last write, nothing is lost or doubled."""
    repo.lag = lag
    for number in range(3):
        device.put(past("yearly", 40 + number))
        device.run_well("sync", "push", "yearly")
        assert remote(repo, "yearly") == encode(past("yearly", 40 + number))
    assert len(repo.commits()) == 4
    assert github.count("PUT") <= 3 * (1 + lag)


# --- a device is lost -------------------------------------------------------------------------


def test_a_lost_device_goes_on(github: GitHub, repo: GitRepository, tmp_path: Path) -> None:
    """After `sync fetch` a new card goes on after the newest day, and has the same year then."""
    midnight = datetime(2025, 11, 20, tzinfo=AMSTERDAM)
    time = midnight
    assert STRANGERS.items() <= repo.files().items()
    home = steady_home(midnight, timedelta(hours=49))
    with HomeAssistant(home, token=TOKEN, clock=lambda: time) as server:
        lost, twin = (
            Device(tmp_path / name, server.url, ENTITIES, ZONE, server=github)
            for name in ("lost", "twin")
        )

        def run(*commands: str, at: timedelta, on: tuple[Device, ...]) -> None:
            nonlocal time
            for command in commands:
                time = midnight + at
                for device in on:
                    device.run_well(*command.split(), at=time)

        nightly = ("collect", "rotate", "aggregate weekly", "aggregate monthly", "aggregate yearly")
        run("collect", at=timedelta(hours=1), on=(lost, twin))
        run(*nightly, at=timedelta(days=1, minutes=15), on=(lost, twin))
        run("sync push", at=timedelta(days=1, minutes=20), on=(lost,))
        run("collect", at=timedelta(days=1, hours=9), on=(lost, twin))
        shutil.rmtree(lost.data_dir)
        run("sync fetch", "collect", at=timedelta(days=1, hours=10), on=(lost,))
        assert lost.document("yearly.json") == twin.document("yearly.json")
        assert set(lost.snapshot()) == {"daily.json", "monthly.json", "yearly.json"}
        first = min(lost.document("daily.json").points)
        assert first == day_start((midnight + DAY).date(), AMSTERDAM)
        run(*nightly, "sync push", at=timedelta(days=2, minutes=15), on=(lost,))
        run(*nightly, at=timedelta(days=2, minutes=15), on=(twin,))
        for tier in LONG_TERM:
            points = twin.document(f"{tier}.json").points
            assert len(points) == 2
            assert lost.document(f"{tier}.json").points == points
            assert decoded(remote(repo, tier)).points == points
