"""How GitHub is asked: waits, second tries, redirects, nonsense, and where the token goes."""

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from powerstats_cli import web
from powerstats_cli.core import runs
from powerstats_cli.errors import RefusedError, TryAgainError
from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository, blob_id
from tests.github.fake import Exchange, Fault, GitHub, Strike, Token, no_fault
from tests.github.fake.api import Answer
from tests.github.fake.repository import GitRepository
from tests.github.faults import (
    after,
    always,
    bad_gateway,
    cut,
    dropped,
    garbled,
    hanging,
    instead,
    meanwhile,
    on,
    primary_limit,
    secondary_limit,
    too_many,
)
from tests.github.homes import AMSTERDAM, NOW, PAGES, STRANGERS, Device, device_at, past

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]

SENTINEL = "github_pat_s3ntinel-T0ken.that_nobody-may-see"
HTML = b"<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>" * 50
STRANGERS_ID = blob_id(STRANGERS["CNAME"])


@dataclass
class Time:
    """A clock that only waiting moves, and the waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.waits.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        """Return the seconds since some beginning."""
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Return the time by which requests are bounded."""
    time = Time()
    monkeypatch.setattr(web, "time", time)
    return time


@contextmanager
def remote_of(github: GitHub, time: Time) -> Iterator[Repository]:
    """Yield the repository at a client that waits by a clock of its own."""
    client = Client(github.url, "octo/home", github.token, zone=AMSTERDAM, sleep=time.sleep)
    with Repository(client) as remote:
        yield remote


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHub]:
    """Return a GitHub with a repository in which nothing is written."""
    with GitHub(tmp_path_factory.mktemp("shared"), clock=lambda: NOW) as github:
        github.create(files=STRANGERS)
        yield github


@pytest.fixture
def asked(shared: GitHub) -> GitHub:
    """Return the shared GitHub without a fault or a log."""
    shared.strike = no_fault
    shared.log.clear()
    return shared


def answers(*faults: Fault) -> Strike:
    """Answer the first requests so, the others as usual."""
    return lambda request: faults[request.number - 1] if request.number <= len(faults) else None


# --- waiting ----------------------------------------------------------------------------------

REACHED = NOW + timedelta(seconds=90)
LIMITS: dict[str, tuple[Fault, list[float]]] = {
    "429 with its seconds": (too_many(7), [7]),
    "at once": (too_many(0), [0]),
    "403 with its seconds": (secondary_limit(retry_after="30"), [30]),
    "the hour's requests": (primary_limit(REACHED), [90]),
    "the hour's requests, just now": (primary_limit(NOW), [1]),
    "the hour's requests, long ago": (primary_limit(NOW - timedelta(hours=3)), [1]),
    "too much at once": (secondary_limit(), [60]),
    "429 and no more": (instead(429, "Too many requests"), [60]),
    "a date": (instead(429, "x", retry_after="Mon, 24 Nov 2025 09:25:00 GMT"), [60]),
    "below zero": (instead(429, "x", retry_after="-5"), [60]),
    "no number": (instead(429, "x", retry_after="nan"), [60]),
    "for ever": (instead(429, "x", retry_after="inf"), [60]),
    "beyond all time": (instead(429, "x", retry_after="1e300"), [60]),
    "500": (instead(500), [1]),
    "503 with its seconds": (instead(503, "Down", retry_after="12"), [12]),
    "502": (bad_gateway, [1]),
    "dropped": (dropped, [1]),
    "cut": (cut, [1]),
}


@pytest.mark.parametrize(("fault", "waits"), LIMITS.values(), ids=LIMITS)
def test_what_may_pass_is_waited_for(
    asked: GitHub, time: Time, fault: Fault, waits: list[float]
) -> None:
    """As long as GitHub asks, by its own clock, or a second; then the same request again."""
    asked.strike = answers(fault)
    with remote_of(asked, time) as remote:
        assert remote.default_branch() == "main"
    assert time.waits == waits
    assert len({(it.request.method, it.request.path) for it in asked.log}) == 1


LONGER: dict[str, tuple[list[Fault], list[float], str]] = {
    "500s": ([instead(500)] * 9, [1, 2, 4, 8], "answered 500 (Server Error)"),
    "dropped": ([dropped] * 9, [1, 2, 4, 8], "cannot be reached"),
    "mixed": ([dropped, instead(503), too_many(5), bad_gateway], [1, 2, 5, 8], ""),
    "too much at once, twice": ([secondary_limit()] * 9, [60], "try again after"),
    "the hour's requests": ([primary_limit(NOW + timedelta(minutes=40))], [], "try again after"),
    "429s": ([too_many(50)] * 9, [50, 50], "try again after"),
    "days": ([too_many(9_999_999_999)], [], "try again after"),
    "longer than digits": ([instead(429, "x", retry_after="9" * 400)], [60], ""),
}


@pytest.mark.parametrize(("faults", "waits", "says"), LONGER.values(), ids=LONGER)
def test_it_is_waited_for_two_minutes_in_all(
    asked: GitHub, time: Time, faults: list[Fault], waits: list[float], says: str
) -> None:
    """Waits grow, and end before the time is over that a run has."""
    asked.strike = answers(*faults)
    with remote_of(asked, time) as remote:
        if says:
            with pytest.raises(TryAgainError, match=re.escape(says)):
                remote.default_branch()
        else:
            remote.default_branch()
    assert time.waits == waits
    assert sum(waits) < 120


def test_all_requests_together_have_two_minutes(asked: GitHub, time: Time) -> None:
    """Whatever is asked after the time was used up is not waited for."""
    asked.strike = always(too_many(50))
    with remote_of(asked, time) as remote:
        for _ in range(3):
            with pytest.raises(TryAgainError):
                remote.head("main")
    assert time.waits == [50, 50]


def test_lost_races_are_waited_for_too(asked: GitHub, time: Time) -> None:
    """Longer each time, not after the last, and no longer than there is time."""
    (repo,) = asked.repositories
    unrelated = repo.write_commit(repo.commits()[0].tree, [], "m").sha

    def lose() -> None:
        remote.move_branch("main", unrelated, force=False)

    with remote_of(asked, time) as remote:
        with pytest.raises(
            TryAgainError, match=r"^it was changed by others 5 times \(Update is not a fast"
        ):
            remote.retry_conflicts(lose, "it")
        assert time.waits == [1, 2, 4, 8]
        time.now = 114.5
        with pytest.raises(TryAgainError):
            remote.retry_conflicts(lose, "it")
        assert time.now == 115


@pytest.mark.parametrize(
    ("status", "says"), [(401, "make a new one"), (403, "Contents: read and write")]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_is_final(asked: GitHub, time: Time, status: int, says: str, method: str) -> None:
    """401, and 403 for want of a permission, are asked once."""
    asked.strike = always(instead(status, "Resource not accessible by personal access token"))
    with remote_of(asked, time) as remote:
        ask = remote.default_branch if method == "GET" else lambda: remote.make_tree(None, {})
        with pytest.raises(RefusedError, match=says):
            ask()
    assert (asked.count(method), asked.count(), time.waits) == (1, 1, [])


WHEN: dict[str, tuple[list[Fault], int]] = {
    "its seconds": ([too_many(3600)], 3600),
    "the hour's requests": ([primary_limit(NOW + timedelta(minutes=40))], 2400),
    "too much at once, twice": ([secondary_limit(), secondary_limit()], 120),
}


@pytest.mark.parametrize(("faults", "seconds"), WHEN.values(), ids=WHEN)
def test_when_to_try_again(asked: GitHub, time: Time, faults: list[Fault], seconds: int) -> None:
    """The line has the home's time, by this machine's clock, to which GitHub's wait is added."""
    asked.strike = answers(*faults)
    with remote_of(asked, time) as remote, pytest.raises(TryAgainError) as caught:
        remote.head("main")
    found = re.search(
        r"too many requests.*try again after (\d\d):(\d\d):(\d\d)$", str(caught.value)
    )
    assert found
    told = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    there = datetime.now(AMSTERDAM) + timedelta(seconds=seconds)
    due = timedelta(hours=there.hour, minutes=there.minute, seconds=there.second)
    assert (due - told) % timedelta(days=1) < timedelta(seconds=30)


# --- answers that are lost --------------------------------------------------------------------

# Each is done at GitHub.
LOST: dict[str, Fault] = {
    "dropped": after(dropped),
    "502": after(bad_gateway),
    "cut": cut,
}
WRITES = (
    "PUT /contents/README",
    "POST /git/blobs",
    "POST /git/trees",
    "POST /git/commits",
    "POST /git/refs",
    "PATCH /git/refs",
)


def strike_at(write: str, fault: Fault, times: int = 1) -> Strike:
    """Strike a write."""
    method, path = write.split()
    return on(method, path, fault, times=times)


@pytest.mark.parametrize(
    ("write", "history"), [*((write, "keep") for write in WRITES), (WRITES[-1], "squash")]
)
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.usefixtures("_impatient")
def test_a_publish_whose_answer_is_lost(
    github: GitHub, device: Device, history: str, write: str, fault: Fault
) -> None:
    """It is there once: no write is seen twice in the branch's history."""
    repo = github.create(files=None if write.startswith("PUT") else STRANGERS)
    device.configure(publish={"history": history})
    expected = 1
    if write.startswith("PATCH"):
        repo.commit(PAGES, {"before": b"1"})
        expected += history == "keep"
    github.strike = strike_at(write, fault)
    device.run_well("publish")
    is_forced = write.startswith("PATCH") and history == "squash"
    assert github.count(*write.split()) == (1 if is_forced else 2 + write.endswith("blobs"))
    files = repo.files(PAGES)
    files.pop("before", None)
    assert files == device.site
    assert len(repo.commits(PAGES)) == expected
    assert len(repo.commits("main")) == 1


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.parametrize("state", ["empty", "no branch", "no file", "a file"])
@pytest.mark.usefixtures("_impatient")
def test_a_sync_whose_answer_is_lost(
    github: GitHub, device: Device, fault: Fault, state: str
) -> None:
    """A file is committed once, the branch and the repository's first commit too."""
    repo = github.create(files=None if state == "empty" else STRANGERS)
    branch = "main" if state != "no branch" else "data"
    device.configure(github={"branch": branch})
    if state == "a file":
        repo.commit(branch, {"data/monthly.json": json_of(3)})
    before = len(repo.commits(branch)) if branch in repo.branches() else 0
    expected = {"empty": 1, "no branch": 2}.get(state, before + 1)
    for write in ("PUT /contents/data", "POST /git/refs"):
        github.strike = strike_at(write, fault)
        device.run_well("sync", "push", "monthly")
    assert repo.files(branch, "data") == {
        "data/monthly.json": (device.data_dir / "monthly.json").read_bytes()
    }
    assert len(repo.commits(branch)) == expected


def json_of(number: int) -> bytes:
    """Return a monthly file of so many days."""
    from powerstats_cli.core.documents import encode

    return encode(past("monthly", number))


@pytest.mark.parametrize("write", [*WRITES, "PUT /contents/data"])
@pytest.mark.usefixtures("_impatient")
def test_an_answer_that_says_nothing(github: GitHub, device: Device, write: str) -> None:
    """Half a JSON is no answer: the next run finds what was done, and does it not again."""
    repo = github.create(files=None if write.startswith("PUT") else STRANGERS)
    if write.startswith("PATCH"):
        repo.commit(PAGES, {"before": b"1"})
    command = ("sync", "push", "monthly") if write.endswith("data") else ("publish",)
    branch = "main" if write.endswith("data") else PAGES
    github.strike = strike_at(write, garbled)
    result = device.run(*command)
    assert result.exit_code in {0, os.EX_TEMPFAIL}
    device.run_well(*command)
    commits = [it.tree for it in repo.commits(branch)]
    assert len(set(commits)) == len(commits) == 1 + write.startswith("PATCH")


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.usefixtures("_impatient")
def test_a_forced_move_is_not_done_twice(
    github: GitHub, repo: GitRepository, device: Device, fault: Fault
) -> None:
    """Where its answer is lost and another commits on top, that commit stays."""
    device.configure(publish={"history": "squash"})
    device.run_well("publish")
    device.put(past("monthly", 12))

    def lost(exchange: Exchange) -> Answer | None:
        answer = fault(exchange)
        repo.commit(PAGES, {"theirs": b"1"})
        return answer

    github.strike = on("PATCH", "/git/refs/", lost)
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site


@pytest.mark.parametrize(
    "fault", [dropped, instead(500), too_many(0), secondary_limit(retry_after="0")]
)
@pytest.mark.usefixtures("_impatient")
def test_a_forced_move_that_waits_looks_again(
    github: GitHub, repo: GitRepository, device: Device, fault: Fault
) -> None:
    """What another commits while it waits stays."""
    device.configure(publish={"history": "squash"})
    device.run_well("publish")
    device.put(past("monthly", 12))
    theirs = meanwhile(lambda: repo.commit(PAGES, {"theirs": b"1"}), fault)
    github.strike = on("PATCH", "/git/refs/", theirs)
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site
    assert len(repo.commits(PAGES)) == 1


# --- where it leads ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["publish", "sync"])
def test_a_renamed_repository(
    github: GitHub, repo: GitRepository, device: Device, command: str
) -> None:
    """Its old name still works, for reads and writes."""
    github.rename(repo, "octo/house")
    for number in (5, 6):
        device.put(past("monthly", number))
        device.run_well(command)
    branch = PAGES if command == "publish" else "main"
    names = {"monthly.json": "monthly.json"} if command == "publish" else {"data/monthly.json": ""}
    assert repo.files(branch).keys() >= names.keys()
    assert {it.status for it in github.log} >= {301, 307}
    assert len(repo.commits(branch)) == (2 if command == "publish" else 4)


@pytest.mark.parametrize(
    ("status", "command"),
    [
        *((status, ("sync", "fetch", "yearly")) for status in (301, 302, 308)),
        (301, ("publish",)),
        (301, ("publish", "--dry-run")),
    ],
)
def test_another_host(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    tmp_path: Path,
    status: int,
    command: tuple[str, ...],
) -> None:
    """78, and not a byte goes there: neither a request nor the token."""
    head = repo.head()
    with GitHub(tmp_path / "other", clock=lambda: NOW) as other:
        other.create(files=STRANGERS)
        location = f"{other.url}/repositories/1000001/contents"
        github.strike = always(instead(status, "Moved", location=location))
        device.fails(os.EX_CONFIG, *command, says=["sends elsewhere", other.url])
        assert other.log == []
    assert repo.head() == head


def test_a_repository_renamed_to_another_host(
    github: GitHub, repo: GitRepository, device: Device, tmp_path: Path
) -> None:
    """A write is not led elsewhere either."""
    with GitHub(tmp_path / "other", clock=lambda: NOW) as other:
        other.create(files=STRANGERS)
        github.redirect_to = other.url
        github.rename(repo, "octo/house")
        device.fails(os.EX_CONFIG, "sync", "push", "monthly", says=["sends elsewhere"])
        assert other.log == []


@pytest.mark.parametrize(
    "location",
    [
        "",
        "//elsewhere.example/x",
        "https://127.0.0.1:1/x",
        "http://[/",
        "http://127.0.0.1/x",
        "file:///x",
    ],
)
@pytest.mark.usefixtures("repo")
def test_a_place_that_is_none(github: GitHub, device: Device, location: str) -> None:
    """78 where a redirect leads to another scheme or port, or nowhere."""
    github.strike = always(instead(307, "Moved", location=location))
    device.fails(os.EX_CONFIG, "sync", "push", "monthly", says=["sends elsewhere"])
    assert github.count() == 1


@pytest.mark.usefixtures("repo")
def test_a_circle_ends(github: GitHub, device: Device) -> None:
    """78 where each place leads to the next."""
    github.strike = always(instead(307, "Moved", location="/again"))
    device.fails(os.EX_CONFIG, "sync", "push", "monthly", says=["without end"])
    assert github.count() == 5


def test_an_enterprises_own_github(tmp_path: Path) -> None:
    """Its API is below a path, and there everything works."""
    with GitHub(tmp_path / "github", clock=lambda: NOW, base="/api/v3") as github:
        repo = github.create()
        device = device_at(github, tmp_path / "home")
        device.put(past("monthly", 3), past("yearly", 3))
        for command in ("sync", "publish", "sync", "publish"):
            device.run_well(command)
        assert {it.request.path[:24] for it in github.log} == {
            "/api/v3/repos/octo/home/",
            "/api/v3/repos/octo/home",
        }
        assert repo.files("main").keys() == {"data/monthly.json", "data/yearly.json"}
        assert repo.files(PAGES) == device.site


# --- nonsense ---------------------------------------------------------------------------------


def body(content: bytes, content_type: str = "application/json") -> Fault:
    """Answer 200 with something else."""
    return lambda _exchange: Answer(200, content, content_type=content_type)


NONSENSE: dict[str, Fault] = {
    "HTML": body(HTML, "text/html"),
    "nothing": body(b""),
    "half": body(b'{"commit":{"sha":"'),
    "another object": body(b'{"message":"ok"}'),
    "a list": body(b"[]"),
    "null": body(b"null"),
    "deep": body(b"[" * 200_000),
    "deep inside": body(b'{"commit":' * 100_000),
    "no UTF-8": body(b'{"default_branch":"\xff\xfe"}'),
    "numbers": body(b'{"default_branch":1,"commit":1,"tree":1,"sha":1}'),
    "gzip": body(b"\x1f\x8b\x08" + b"\0" * 400),
    "204": lambda _exchange: Answer(204),
}


@pytest.mark.parametrize("fault", NONSENSE.values(), ids=NONSENSE)
def test_an_answer_of_no_use(asked: GitHub, time: Time, fault: Fault) -> None:
    """It is told as such, and not asked for again."""
    asked.strike = always(fault)
    with remote_of(asked, time) as remote:
        for ask in (lambda: remote.head("main"), remote.default_branch):
            with pytest.raises(TryAgainError, match=r"^127.*not GitHub's API.*github\.api_url$"):
                ask()
    assert (asked.count(), time.waits) == (2, [])


@pytest.mark.parametrize(
    "asked", ["GET /branches", "GET /git/trees", "POST /git/trees", "POST /git/commits"]
)
def test_a_page_on_the_way(github: GitHub, repo: GitRepository, device: Device, asked: str) -> None:
    """75 and one line; nothing was changed, and the next run does it all."""
    repo.commit(PAGES, {"theirs": b"1"})
    head = repo.head(PAGES)
    github.strike = strike_at(asked, NONSENSE["HTML"], times=99)
    device.fails(os.EX_TEMPFAIL, "publish", says=["github.api_url"])
    assert repo.head(PAGES) == head
    assert github.count(*asked.split()) == 1
    github.strike = no_fault
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site


@pytest.mark.parametrize("what", ["HTML", "half", "deep", "no UTF-8", "204"])
def test_a_file_of_no_use(github: GitHub, repo: GitRepository, device: Device, what: str) -> None:
    """A long-term file that is none is left alone, here and there."""
    fault = NONSENSE[what]
    before, head = device.snapshot(), repo.head()
    github.strike = strike_at("GET /contents/", fault, times=99)
    result = device.run("sync")
    assert result.exit_code in {os.EX_DATAERR, os.EX_TEMPFAIL}
    assert len(result.err.splitlines()) == 2
    assert (device.snapshot(), repo.head()) == (before, head)


@pytest.mark.parametrize("command", [("publish",), ("sync", "push", "monthly")])
@pytest.mark.usefixtures("_impatient", "repo")
def test_hanging(
    github: GitHub, device: Device, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """No request is waited for longer than it may take."""
    monkeypatch.setattr(web, "REQUEST_TIMEOUT", 0.1)
    github.strike = always(hanging)
    device.fails(os.EX_TEMPFAIL, *command, says=["did not answer in time"])
    assert 1 <= github.count() <= 5  # a busy machine may not come to all


def test_a_writes_answer_that_hangs(
    github: GitHub, repo: GitRepository, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was done, and is not done again."""
    monkeypatch.setattr("powerstats_cli.github.client.FIRST_WAIT", 0.0)
    monkeypatch.setattr(web, "REQUEST_TIMEOUT", 1.0)
    github.strike = on("PUT", "/contents/", after(hanging))
    device.run_well("sync", "push", "monthly")
    assert len(repo.commits()) == 2


@contextmanager
def endless() -> Iterator[tuple[str, list[int]]]:
    """Serve an answer of 200 MB to whoever asks; yield the address and what was sent of each."""
    sent: list[int] = []
    chunk = bytes(1_000_000)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                sent.append(0)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n")
                    for _ in range(200):
                        connection.sendall(chunk)
                        sent[-1] += len(chunk)
                except OSError:
                    continue

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", sent
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.usefixtures("_impatient")
def test_too_much(device: Device) -> None:
    """Of an answer of 200 MB no more is read than the 64 that any may have."""
    with endless() as (address, sent):
        device.configure(github={"api_url": address})
        device.fails(os.EX_TEMPFAIL, "sync", "fetch", "monthly", says=["64 MB"])
    assert sent
    assert max(sent) < 80_000_000


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://nowhere.invalid"])
@pytest.mark.usefixtures("_impatient")
def test_nobody_there(device: Device, address: str) -> None:
    """75 where GitHub cannot be reached."""
    device.configure(github={"api_url": address})
    device.fails(os.EX_TEMPFAIL, "publish", says=["cannot be reached"])


# --- the token --------------------------------------------------------------------------------


@pytest.fixture
def sentinel(github: GitHub, repo: GitRepository, device: Device) -> Device:
    """Return a device whose token is the sentinel, which GitHub takes for the right one."""
    github.tokens[SENTINEL] = Token(pages="read", repositories=[repo])
    device.configure(github_token=SENTINEL)
    return device


def seen(device: Device, *said: str) -> list[str]:
    """Return where the token can be seen besides in its file."""
    places = {f"output {number}": text.encode() for number, text in enumerate(said)}
    places |= device.everything()
    return [
        where
        for where, raw in places.items()
        if SENTINEL.encode() in raw and where != str(device.github_token_file)
    ]


def echoing(status: int) -> Fault:
    """Answer with all that was sent, in the body and in the headers."""

    def answer(exchange: Exchange) -> Answer:
        sent = exchange.request.headers["authorization"]
        told = {"message": f"{sent} is not welcome", "headers": dict(exchange.request.headers)}
        location = f"http://elsewhere.example/?{sent.split()[1]}"
        return Answer(
            status, json.dumps(told).encode(), {"location": location, "retry-after": "999"}
        )

    return answer


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 422, 429, 500])
@pytest.mark.usefixtures("_impatient")
def test_github_echoes_it(github: GitHub, sentinel: Device, status: int) -> None:
    """Whatever is quoted of an answer is quoted without the token."""
    github.strike = always(echoing(status))
    for command in ("publish", "sync"):
        result = sentinel.run("-v", command)
        assert result.exit_code not in {0, os.EX_SOFTWARE}
        assert seen(sentinel, result.out, result.err) == []


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.usefixtures("_impatient")
def test_a_writes_refusal_echoes_it(
    github: GitHub, repo: GitRepository, sentinel: Device, status: int, method: str
) -> None:
    """Nor after five lost races."""
    repo.commit(PAGES, {"theirs": b"1"})
    github.strike = on(method, "", echoing(status), times=99)
    command = ("sync", "push", "monthly") if method == "PUT" else ("publish",)
    result = sentinel.fails(os.EX_TEMPFAIL, *command)
    assert github.count(method)
    assert seen(sentinel, result.err) == []


def test_all_goes_well(github: GitHub, sentinel: Device, repo: GitRepository) -> None:
    """It is in each request's header, and in no commit, file, state or line."""
    said = [sentinel.run("-v", command) for command in ("sync", "publish", "sync", "publish")]
    assert [it.exit_code for it in said] == [0] * 4
    assert seen(sentinel, *(it.out + it.err for it in said)) == []
    assert {it.request.headers["authorization"] for it in github.log} == {f"Bearer {SENTINEL}"}
    for it in github.log:
        assert SENTINEL not in it.request.path
        assert SENTINEL.encode() not in it.request.body
    for branch in repo.branches():
        assert not any(SENTINEL in it.message for it in repo.commits(branch))
        assert not any(SENTINEL.encode() in raw for raw in repo.files(branch).values())


@pytest.mark.parametrize(
    "where",
    [
        "powerstats_cli.github.client.Client.ask",
        "powerstats_cli.github.client.Client.decoded",
        "powerstats_cli.github.client.Web",
        "powerstats_cli.web._alarm",
        "powerstats_cli.web.Web._read",
        "httpx.Client.stream",
        "httpx.Client.__init__",
        "httpx._transports.default.HTTPTransport.handle_request",
        "powerstats_cli.commands.sync.merge",
        "powerstats_cli.site.branch.blob_id",
    ],
)
def test_a_crash(
    sentinel: Device, repo: GitRepository, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug's traceback does not show it, even where its message has what was passed around."""
    repo.commit(files={"data/monthly.json": json_of(3)})
    repo.commit(PAGES, {"index.html": b""})

    def breaks(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken for a test", args, kwargs)

    monkeypatch.setattr(where, breaks)
    for verbosity in ("-q", "-v"):
        result = sentinel.run(verbosity, "sync" if ".sync." in where else "publish")
        assert result.exit_code == os.EX_SOFTWARE, result
        assert "broken for a test" in result.err
        assert ("Traceback" in result.err) == (verbosity == "-v")
        assert seen(sentinel, result.out, result.err) == []


EXPIRES = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("command", "written", "expected"),
    [
        ("publish", "2026-02-01 09:30:00 UTC", EXPIRES),
        ("sync", "2026-02-01 10:30:00 +0100", EXPIRES),
        ("publish", "2026-02-01 04:00:00 -0530", EXPIRES),
        ("sync", "some day", None),
        ("publish", "", None),
    ],
)
def test_when_the_token_ends_is_remembered(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    command: str,
    written: str,
    expected: datetime | None,
) -> None:
    """In the state file; an answer that does not say it changes nothing of that."""
    assert repo.files()
    github.tokens[github.token] = Token(pages="read")

    def telling(exchange: Exchange) -> Answer:
        answer = exchange.do()
        headers = {**answer.headers, "github-authentication-token-expiration": written}
        return replace(answer, headers=headers)

    github.strike = always(telling)
    for _ in range(2):
        device.run_well(command)
        state = runs.decode((device.data_dir / "state.json").read_bytes())
        assert state.token_expires == expected
        github.strike = no_fault
