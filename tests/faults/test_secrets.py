"""A token is only in its file and in the requests to its own host."""

import json
from pathlib import Path

import pytest

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer
from tests.demo.faults import status as status_of
from tests.faults.jobs import Ended
from tests.faults.life import NIGHT, Life
from tests.faults.place import Place, local
from tests.support.tokens import CLASSIC, LONG_LIVED, gives_away

SENTINEL = LONG_LIVED
AT = local("2025-11-21 00:20:10")


@pytest.fixture
def sentinel(place: Place, life: Life) -> Place:
    """Return a place whose token is a text to search for; its server accepts it."""
    place.installation.configure(token=SENTINEL)
    place.restore(life.evening)
    return place


@pytest.fixture(autouse=True)
def _token_as_before(place: Place) -> object:
    token = place.installation.token
    yield
    place.installation.configure(token=token)


def echoing(code: int) -> Answer:
    """Answer with the whole request, in the body and in the headers."""

    def answer(request: Request, _reply: Reply) -> Reply:
        sent = request.headers.get("authorization", "")
        body = json.dumps({"message": f"{sent} is not welcome", "headers": dict(request.headers)})
        return Reply(code, body.encode(), headers={"Location": f"http://elsewhere/?{sent}"})

    return answer


def seen(ended: Ended, place: Place) -> list[str]:
    """Return the places where the token can be seen after a run."""
    places = {"stdout": ended.out.encode(), "stderr": ended.err.encode()}
    folder = place.installation.folder
    places |= {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path != place.installation.token_file
    }
    tokens = {SENTINEL, place.installation.token}
    return [name for name, raw in places.items() if any(gives_away(raw, token) for token in tokens)]


@pytest.mark.parametrize("verbosity", ["-v", "-q"])
@pytest.mark.parametrize("code", [200, 302, 400, 401, 403, 404, 500, 503])
def test_home_assistant_echoes_it(sentinel: Place, code: int, verbosity: str) -> None:
    """A quoted answer is quoted without the token."""
    sentinel.server.answer = echoing(code)
    ended = sentinel.step(verbosity, "collect", at=AT)
    assert ended.exit_code in {75, 77, 78}
    assert len(ended.err.splitlines()) == 1
    assert seen(ended, sentinel) == []


# Where in a server's words the token is.
ECHOES = {
    "at the start": "{}",
    "where the quote ends": "x" * 130 + "{}",
    "after the quote's end": "x" * 1990 + "{}",
    "after many spaces": " " * 1985 + "{}",
    "in lines of 64": "{:64}",
}


@pytest.mark.parametrize("token", [LONG_LIVED, CLASSIC], ids=["183", "40"])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("broken_off_after", [None, 11, 30])
def test_a_part_of_it(
    place: Place, life: Life, token: str, echo: str, broken_off_after: int | None
) -> None:
    """A server may put it anywhere, and break off within it: no part of it is quoted."""
    place.installation.configure(token=token)
    place.restore(life.evening)
    sent = token[:broken_off_after]
    lines = "\n".join(sent[at : at + 64] for at in range(0, len(sent), 64))
    body = echo.replace(":64", "").format(lines if ":64" in echo else sent)
    for status, kind in ((500, "text/plain"), (502, "text/html"), (200, "application/json")):
        html = f"<title>{body}</title>" if kind == "text/html" else body
        place.server.answer = status_of(status, html.encode(), kind)
        ended = place.step("-v", "collect", at=AT)
        assert ended.exit_code == 75
        assert seen(ended, place) == []


@pytest.mark.parametrize(
    "header",
    ["Location", "WWW-Authenticate", "Server", "Content-Encoding", "Content-Type", "X-\0"],
)
@pytest.mark.parametrize("status", [200, 302, 401, 403])
def test_a_part_in_a_header(sentinel: Place, header: str, status: int) -> None:
    """A header is quoted like a body, also one that is no HTTP."""
    half = f"{SENTINEL[:90]}"
    sentinel.server.answer = lambda _request, _reply: Reply(
        status, b"401: x", headers={header: f"http://elsewhere.example/login/{half}"}
    )
    ended = sentinel.step("-v", "collect", at=AT)
    assert ended.exit_code in {75, 77, 78}
    assert seen(ended, sentinel) == []


@pytest.mark.parametrize("by", ["file", "environment", "configuration"])
def test_all_goes_well(place: Place, life: Life, by: str) -> None:
    """A night with -v never shows the token, which a file, a variable or a setting has."""
    place.restore(life.evening)
    environment = {}
    if by == "file":
        place.installation.configure(token=SENTINEL)
    elif by == "environment":
        environment = {"POWERSTATS_HOMEASSISTANT_TOKEN": SENTINEL}
    else:
        place.installation.token_file.unlink()
        text = place.installation.config.read_text()
        line = f'token_file = "{place.installation.token_file}"'
        place.installation.config.write_text(text.replace(line, f'token = "{SENTINEL}"'))
        place.installation.config.chmod(0o644)
    tokens: list[str] = []

    def as_usual_to_any(request: Request, reply: Reply) -> Reply:
        tokens.append(request.headers["authorization"])
        return reply if reply.status == 200 else Reply(401, b"401: Unauthorized")

    place.server.answer = as_usual_to_any
    for command, at in NIGHT:
        ended = place.step("-v", *command, at=at, environment=environment)
        places = seen(ended, place)
        assert places == (["powerstats.toml"] if by == "configuration" else [])
    assert set(tokens) == {f"Bearer {SENTINEL}"}


@pytest.mark.parametrize(
    "where",
    [
        "powerstats_cli.homeassistant.states:recorded",
        "powerstats_cli.homeassistant.client:Web",
        "powerstats_cli.web:Web._read",
        "powerstats_cli.commands.collect:Booking",
        "powerstats_cli.commands.collect:next_window",
        "powerstats_cli.cli.steps:homeassistant_token",
        "httpcore:ConnectionPool.stream",
        "httpcore:ConnectionPool",
        "powerstats_cli.transport.home:addressed",
    ],
)
def test_a_crash(place: Place, life: Life, where: str) -> None:
    """A bug's traceback does not show the token, even if the error's message has it."""
    place.installation.configure(token=SENTINEL)
    place.restore(life.evening)
    place.server.answer = lambda _request, _reply: Reply(200, b"[]")
    if where.endswith((":recorded", ":Booking")):
        place.server.answer = known_to_all(place)
    for verbosity in ("-q", "-v"):
        ended = place.step(verbosity, "collect", at=AT, broken=where)
        assert ended.exit_code == 70, ended
        assert ended.err.splitlines()[-1].startswith("powerstats: ")
        assert ("Traceback" in ended.err) == (verbosity == "-v")
        assert "broken for a test" in ended.err
        assert seen(ended, place) == []


def known_to_all(place: Place) -> Answer:
    """Answer every request as if it had the right token."""

    def answer(request: Request, _reply: Reply) -> Reply | None:
        return place.server._usual_reply(  # noqa: SLF001
            Request(
                request.path,
                {**request.headers, "authorization": f"Bearer {place.server._token}"},  # noqa: SLF001
                request.closing,
            ),
            place.hand.now,
        )

    return answer


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("", "no token"),
        (f"{SENTINEL}\n{SENTINEL}\n", "something other than a token"),
        (f"it is {SENTINEL}", "something other than a token"),
        (f"{SENTINEL}\u00fc", "something other than a token"),
    ],
)
def test_a_token_file_that_holds_no_token(place: Place, life: Life, token: str, word: str) -> None:
    """Exit code 78, and the content of the file is not shown."""
    place.restore(life.evening)
    place.installation.configure(token=token)
    ended = place.step("collect", at=AT)
    assert ended.exit_code == 78
    assert word in ended.err
    assert str(place.installation.token_file) in ended.err
    assert seen(ended, place) == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{SENTINEL}@127.0.0.1:1",
        f"http://127.0.0.1:1/?access_token={SENTINEL}",
        f"ftp://{SENTINEL}@127.0.0.1",
    ],
)
def test_a_password_in_an_address(place: Place, life: Life, url: str) -> None:
    """Exit code 78, and the line has no password."""
    place.restore(life.evening)
    text = place.installation.config.read_text()
    place.installation.config.write_text(text.replace(place.server.url, url))
    ended = place.step("collect", at=AT)
    assert ended.exit_code == 78
    assert "homeassistant.url" in ended.err
    assert SENTINEL not in ended.err


def test_a_line_that_is_no_toml(place: Place, life: Life) -> None:
    """Exit code 78, and the content of the broken line is not shown."""
    place.restore(life.evening)
    config: Path = place.installation.config
    config.write_text(config.read_text() + f'\n[github]\nrepo = "a/b"\ntoken = "{SENTINEL}\n')
    ended = place.step("collect", at=AT)
    assert ended.exit_code == 78
    assert SENTINEL not in ended.err
