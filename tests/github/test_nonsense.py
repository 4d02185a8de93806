"""Answers that are of no use, too long, too late, or missing."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

import pytest

from powerstats_cli import web
from powerstats_cli.errors import TryAgainError
from tests.github.fake import Fault, GitHub, no_fault
from tests.github.fake.api import Answer
from tests.github.fake.repository import GitRepository
from tests.github.faults import after, always, hanging, on, strike_at
from tests.github.homes import PAGES, Device
from tests.github.waiting import Time, remote_of

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]
HTML = b"<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>" * 50


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
    """The error says so, and the request is not sent again."""
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
    """The exit code is 75 with one line; nothing has changed, and the next run does it all."""
    repo.commit(PAGES, {"theirs": b"1"})
    head = repo.head(PAGES)
    github.strike = strike_at(asked, NONSENSE["HTML"], times=99)
    device.fails(os.EX_TEMPFAIL, "publish", says=["github.api_url"])
    assert repo.head(PAGES) == head
    assert github.count(*asked.split()) == 1
    github.strike = no_fault
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site


@pytest.mark.parametrize("kind", ["HTML", "half", "deep", "no UTF-8", "204"])
def test_a_file_of_no_use(github: GitHub, repo: GitRepository, device: Device, kind: str) -> None:
    """If the answer is no long-term file, the local and the remote file are left alone."""
    fault = NONSENSE[kind]
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
    """No request takes longer than its time limit."""
    monkeypatch.setattr(web, "REQUEST_TIMEOUT", 0.1)
    github.strike = always(hanging)
    device.fails(os.EX_TEMPFAIL, *command, says=["did not answer in time"])
    assert 1 <= github.count() <= 5  # a busy machine may not come to all


def test_a_writes_answer_that_hangs(
    github: GitHub, repo: GitRepository, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write was done, and is not done again."""
    monkeypatch.setattr("powerstats_cli.github.client.FIRST_WAIT", 0.0)
    monkeypatch.setattr(web, "REQUEST_TIMEOUT", 1.0)
    github.strike = on("PUT", "/contents/", after(hanging))
    device.run_well("sync", "push", "monthly")
    assert len(repo.commits()) == 2


@contextmanager
def endless() -> Iterator[tuple[str, list[int]]]:
    """Serve answers of 200 MB; yield the address, and the bytes that were sent of each."""
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
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", sent
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.usefixtures("_impatient")
def test_too_much(device: Device) -> None:
    """An answer of 200 MB is left after the part that fits into memory."""
    with endless() as (address, sent):
        device.configure(github={"api_url": address})
        device.fails(os.EX_TEMPFAIL, "sync", "fetch", "monthly", says=["fits into memory"])
    assert sent
    assert max(sent) < 80_000_000


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://nowhere.invalid"])
@pytest.mark.usefixtures("_impatient")
def test_nobody_there(device: Device, address: str) -> None:
    """The exit code is 75 if GitHub cannot be reached."""
    device.configure(github={"api_url": address})
    device.fails(os.EX_TEMPFAIL, "publish", says=["cannot be reached"])
