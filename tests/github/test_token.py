"""The token is in the header of each request, and nowhere else."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from powerstats_cli.core import runs
from tests.github.fake import Exchange, Fault, GitHub, Token, no_fault
from tests.github.fake.api import Answer
from tests.github.fake.repository import GitRepository
from tests.github.faults import always, on
from tests.github.homes import PAGES, Device, json_of
from tests.support.tokens import CLASSIC, gives_away

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]
SENTINEL = CLASSIC


@pytest.fixture
def sentinel(github: GitHub, repo: GitRepository, device: Device) -> Device:
    """Return a device with the sentinel as its token, which GitHub accepts."""
    github.tokens[SENTINEL] = Token(pages="read", repositories=[repo])
    device.configure(github_token=SENTINEL)
    return device


def seen(device: Device, *said: str) -> list[str]:
    """Return the places where the token can be seen, without its own file."""
    places = {f"output {number}": text.encode() for number, text in enumerate(said)}
    places |= device.everything()
    return [
        where
        for where, raw in places.items()
        if gives_away(raw, SENTINEL) and where != str(device.github_token_file)
    ]


def echoing(status: int) -> Fault:
    """Answer with everything that was sent, in the body and in the headers."""

    def answer(exchange: Exchange) -> Answer:
        sent = exchange.request.headers["authorization"]
        told = {"message": f"{sent} is not welcome", "headers": dict(exchange.request.headers)}
        location = f"http://elsewhere.example/?{sent.split()[1]}"
        return Answer(
            status, json.dumps(told).encode(), {"location": location, "retry-after": "999"}
        )

    return answer


def saying(body: str) -> Fault:
    """Refuse everything in the words of `body`."""
    return lambda _exchange: Answer(422, body.encode(), {})


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 422, 429, 500])
@pytest.mark.usefixtures("_impatient")
def test_github_echoes_it(github: GitHub, sentinel: Device, status: int) -> None:
    """A quoted answer is quoted without the token."""
    github.strike = always(echoing(status))
    for command in ("publish", "sync"):
        result = sentinel.run("-v", command)
        assert result.exit_code not in {0, os.EX_SOFTWARE}
        assert seen(sentinel, result.out, result.err) == []


@pytest.mark.parametrize("before", [0, 130, 150, 1980])
@pytest.mark.parametrize("length", [12, 39, 40])
@pytest.mark.usefixtures("_impatient")
def test_github_echoes_a_part(github: GitHub, sentinel: Device, before: int, length: int) -> None:
    """It is not quoted either if the answer is cut within the token, as JSON or as text."""
    told = "x" * before + f" {SENTINEL[:length]}"
    for body in (json.dumps({"message": told}), told):
        github.strike = always(saying(body))
        result = sentinel.run("-v", "sync")
        assert result.exit_code not in {0, os.EX_SOFTWARE}
        assert seen(sentinel, result.out, result.err) == []


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.usefixtures("_impatient")
def test_a_writes_refusal_echoes_it(
    github: GitHub, repo: GitRepository, sentinel: Device, status: int, method: str
) -> None:
    """It is not shown after five lost races either."""
    repo.commit(PAGES, {"theirs": b"1"})
    github.strike = on(method, "", echoing(status), times=99)
    command = ("sync", "push", "monthly") if method == "PUT" else ("publish",)
    result = sentinel.fails(os.EX_TEMPFAIL, *command)
    assert github.count(method)
    assert seen(sentinel, result.err) == []


def test_all_goes_well(github: GitHub, sentinel: Device, repo: GitRepository) -> None:
    """The token is in each request's header, and in no commit, file or line."""
    said = [sentinel.run("-v", command) for command in ("sync", "publish", "sync", "publish")]
    assert [result.exit_code for result in said] == [0] * 4
    assert seen(sentinel, *(result.out + result.err for result in said)) == []
    assert {exchange.request.headers["authorization"] for exchange in github.log} == {
        f"Bearer {SENTINEL}"
    }
    for exchange in github.log:
        assert SENTINEL not in exchange.request.path
        assert SENTINEL.encode() not in exchange.request.body
    for branch in repo.branches():
        assert not any(SENTINEL in commit.message for commit in repo.commits(branch))
        assert not any(SENTINEL.encode() in raw for raw in repo.files(branch).values())


@pytest.mark.parametrize(
    "where",
    [
        "powerstats_cli.github.client.Client.ask",
        "powerstats_cli.github.client.Client.decoded",
        "powerstats_cli.github.client.Web",
        "powerstats_cli.web._alarm",
        "powerstats_cli.web.Web._read",
        "httpx.HTTPTransport.handle_request",
        "httpx.HTTPTransport",
        "httpcore.ConnectionPool.handle_request",
        "powerstats_cli.commands.sync.merge",
        "powerstats_cli.site.branch.blob_id",
    ],
)
def test_a_crash(
    sentinel: Device, repo: GitRepository, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug's traceback does not show the token, even if its message has the arguments."""
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
        ("sync", "0001-01-01 00:00:00 UTC", None),
        ("sync", "0001-01-01 00:00:00 +1400", None),
        ("sync", "9999-12-31 23:59:59 -1400", None),
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
    """The state file has it; an answer without it does not change that."""
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
        assert device.run("status").exit_code in {0, 1}
        github.strike = no_fault
