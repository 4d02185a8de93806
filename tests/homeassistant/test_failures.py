"""Who answered instead of Home Assistant, and what to do about it, in one line."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response

from powerstats_cli.cli.main import main
from powerstats_cli.demo.listener import Reply
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.websocket import LongTerm
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation, Result
from tests.support.longterm_server import LongTermHome, Statistics

NOW = datetime(2025, 11, 21, 12, 0, 10, tzinfo=UTC)
HOME = steady_home(NOW - timedelta(days=1), timedelta(days=2))
TEXT = "text/plain; charset=utf-8"
CLOUDFLARE = {"Server": "cloudflare", "CF-RAY": "8c0ffee-AMS"}
NGINX = {"Server": "nginx/1.24.0 (Ubuntu)"}


def page(status: int, title: str, **headers: str) -> Reply:
    """Return a web page."""
    body = (
        f"<!DOCTYPE html>\n<html><head>\n<style>a {{}}</style>\n<title>\n {title}</title></head>"
        f"<body><h1>{title}</h1><p>{'bla ' * 500}</p></body></html>"
    )
    return Reply(status, body.encode(), "text/html; charset=UTF-8", headers)


def text(status: int, body: str, **headers: str) -> Reply:
    """Return a line of text."""
    return Reply(status, body.encode(), TEXT, headers)


def redirect(location: str) -> Reply:
    """Return a redirect."""
    return text(302, "", Location=location)


PLAIN_HTTP = "400 The plain HTTP request was sent to HTTPS port"
ACCESS = "https://home.cloudflareaccess.com/cdn-cgi/access/login/ha.example.org?kid=1"

# An answer, the exit code, the words that the line has, and those that would mislead.
ANSWERS: dict[str, tuple[Reply, int, tuple[str, ...], tuple[str, ...]]] = {
    "an untrusted proxy": (
        text(400, "400: Bad Request"),
        78,
        ("does not trust the proxy", "trusted_proxies under http:", "configuration.yaml"),
        ("next run", "token"),
    ),
    "an untrusted nginx": (
        text(400, "400: Bad Request", **NGINX),
        78,
        ("Home Assistant at http", "trusted_proxies"),
        ("next run",),
    ),
    "nginx speaks https": (
        page(400, PLAIN_HTTP, **NGINX),
        78,
        ("speaks https only", "set homeassistant.url to https://127.0.0.1:"),
        ("trusted_proxies",),
    ),
    "another bad request": (
        Reply(400, b'{"message": "Invalid datetime"}'),
        75,
        ("Home Assistant at http", "400", "Invalid datetime"),
        ("trusted_proxies",),
    ),
    "a bad request of nginx": (
        page(400, "400 Request Header Or Cookie Too Large", **NGINX),
        75,
        ("nginx before Home Assistant at http", "Cookie Too Large"),
        ("trusted_proxies", "<"),
    ),
    "a ban of Home Assistant": (
        text(403, "403: Forbidden"),
        77,
        ("Home Assistant at http", "ip_bans.yaml"),
        ("proxy",),
    ),
    "a ban of Home Assistant behind nginx": (
        text(403, "403: Forbidden", **NGINX),
        77,
        ("ip_bans.yaml",),
        ("nginx",),
    ),
    "a ban of Home Assistant behind Cloudflare": (
        text(403, "403: Forbidden", **CLOUDFLARE),
        77,
        ("ip_bans.yaml",),
        ("Cloudflare",),
    ),
    "Cloudflare": (
        page(403, "Attention Required! | Cloudflare", **CLOUDFLARE),
        77,
        ("Cloudflare before Home Assistant at http", "(403: Attention Required! | Cloudflare)"),
        ("ip_bans", "token"),
    ),
    "Cloudflare without a page": (
        text(403, "error code: 1020", **CLOUDFLARE),
        77,
        ("Cloudflare before Home Assistant", "error code: 1020"),
        ("ip_bans",),
    ),
    "nginx": (
        page(403, "403 Forbidden", **NGINX),
        77,
        ("nginx before Home Assistant at http", "allow it there"),
        ("ip_bans", "token"),
    ),
    "Caddy": (
        text(403, "", Server="Caddy"),
        77,
        ("Caddy before Home Assistant at http",),
        ("ip_bans",),
    ),
    "a proxy without a name": (
        text(403, "Forbidden"),
        77,
        ("a proxy before Home Assistant at http",),
        ("ip_bans",),
    ),
    "a refused token": (
        text(401, "401: Unauthorized"),
        77,
        ("Home Assistant at http", "refused the token (401)"),
        ("proxy",),
    ),
    "a refused token behind nginx": (
        text(401, "401: Unauthorized", **NGINX),
        77,
        ("refused the token (401)",),
        ("nginx",),
    ),
    "a refused token, with the scheme of tokens": (
        text(401, "401: Unauthorized", **{"WWW-Authenticate": 'Bearer realm="api"'}),
        77,
        ("refused the token (401)",),
        ("password",),
    ),
    "nginx's password": (
        page(401, "401 Authorization Required", **NGINX, **{"WWW-Authenticate": 'Basic realm="x"'}),
        77,
        ("nginx before Home Assistant at http", "a password of its own (401, Basic)"),
        ("make a new one", "Security"),
    ),
    "a password of Home Assistant's words": (
        text(401, "401: Unauthorized", **{"WWW-Authenticate": "Basic"}),
        77,
        ("a proxy before Home Assistant at http", "a password of its own (401, Basic)"),
        ("make a new one",),
    ),
    "another scheme": (
        text(401, "", **{"WWW-Authenticate": 'Digest realm="home", nonce="1"'}),
        77,
        ("a password of its own (401, Digest)",),
        ("make a new one",),
    ),
    "Authelia": (
        text(401, "401 Unauthorized"),
        77,
        ("a proxy before Home Assistant at http", "asks to sign on (401: 401 Unauthorized)"),
        ("make a new one",),
    ),
    "a sign-on page": (
        page(200, "Sign in ・ Cloudflare Access", **CLOUDFLARE),
        75,
        (
            "answered with a web page of Cloudflare (Sign in ・ Cloudflare Access)",
            "set homeassistant.url to",
            "let /api through without signing on",
        ),
        ("malformed", "<"),
    ),
    "a router": (
        page(200, "FRITZ!Box"),
        75,
        ("a web page of another program (FRITZ!Box)", "homeassistant.url"),
        ("malformed",),
    ),
    "a page without a title": (
        Reply(200, b"  <html><body>Please&nbsp;<b>sign in</b></body></html>", TEXT),
        75,
        ("(Please sign in)",),
        ("<",),
    ),
    "a page of Home Assistant": (
        page(200, "Home Assistant"),
        78,
        ("is the address of a page of Home Assistant", "leave out the path"),
        ("malformed",),
    ),
    "a text": (
        text(200, "It works!"),
        75,
        ("'It works!'", "check homeassistant.url"),
        (),
    ),
    "a redirect to Cloudflare Access": (
        redirect(ACCESS),
        78,
        ("redirects to the sign-on page of home.cloudflareaccess.com", "let /api through"),
        (),
    ),
    "a redirect to authentik": (
        redirect("/outpost.goauthentik.io/start?rd=https%3A%2F%2Fha.example.org"),
        78,
        ("redirects to the sign-on page of 127.0.0.1:",),
        (),
    ),
    "a redirect to Authelia": (
        redirect("https://auth.example.org/?rd=https://ha.example.org/api/"),
        78,
        ("redirects to the sign-on page of auth.example.org",),
        (),
    ),
    "a redirect to https": (
        redirect("https://ha.example.org/api/history"),
        78,
        ("redirects elsewhere (302, to https://ha.example.org/api/history)",),
        ("sign-on",),
    ),
    "nothing behind nginx": (
        page(502, "502 Bad Gateway", **NGINX),
        75,
        ("nginx before Home Assistant at http", "answered 502 (502 Bad Gateway)"),
        ("<",),
    ),
    "nothing behind a tunnel": (
        page(530, "Cloudflare Tunnel error | ha.example.org", **CLOUDFLARE),
        75,
        ("Cloudflare before Home Assistant at http", "530"),
        (),
    ),
    "an error of Home Assistant": (
        text(500, "500 Internal Server Error\n\nServer got itself in trouble"),
        75,
        ("Home Assistant at http", "Server got itself in trouble"),
        ("proxy",),
    ),
}
CASES = pytest.mark.parametrize(("reply", "code", "words", "wrong"), ANSWERS.values(), ids=ANSWERS)


@pytest.fixture
def server() -> Iterator[HomeAssistant]:
    """Return a Home Assistant."""
    with HomeAssistant(HOME, token=TOKEN, clock=lambda: NOW) as server:
        yield server


def check(result: Result, code: int, words: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    """Check a line and its exit code."""
    assert (result.exit_code, result.out) == (code, "")
    assert len(result.err.splitlines()) == 1
    assert len(result.err) < 600
    assert TOKEN not in result.err
    for word in words:
        assert word in result.err
    for word in wrong:
        assert word not in result.err


@CASES
def test_collect(
    tmp_path: Path,
    server: HomeAssistant,
    reply: Reply,
    code: int,
    words: tuple[str, ...],
    wrong: tuple[str, ...],
) -> None:
    """A run under cron names the cause and the remedy; nothing is stored."""
    server.answer = lambda _request, _reply: reply
    installation = Installation(tmp_path, server.url, ENTITIES)
    check(installation.run("collect", at=NOW), code, words, wrong)
    assert not installation.snapshot()


@CASES
def test_init(
    tmp_path: Path,
    server: HomeAssistant,
    reply: Reply,
    code: int,
    words: tuple[str, ...],
    wrong: tuple[str, ...],
) -> None:
    """The line is the same, but there is no next run that it could speak of."""
    server.answer = lambda _request, _reply: reply
    token = tmp_path / "token"
    token.write_text(TOKEN)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        exit_code = main(
            [
                *("--config", str(tmp_path / "config.toml"), "init", "--no-input"),
                *("--url", server.url, "--token-file", str(token)),
                *("--data-dir", str(tmp_path / "data")),
            ]
        )
    check(Result(exit_code, out.getvalue(), err.getvalue()), code, words, (*wrong, "next run"))
    assert not (tmp_path / "config.toml").exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "check the address"), (500, "its log says why; try again when that is mended")],
)
def test_what_to_do_without_a_next_run(
    tmp_path: Path, server: HomeAssistant, status: int, words: str
) -> None:
    """`doctor` and `backfill` are no steps of the schedule either."""
    server.answer = lambda _request, _reply: text(status, f"{status}: No")
    installation = Installation(tmp_path, server.url, ENTITIES)
    backfill = installation.run("backfill", "--yes", at=NOW)
    assert backfill.err.endswith(f"({status}: No): {words}\n")
    assert f"({status}: No): {words}" in " ".join(installation.run("doctor", at=NOW).out.split())
    assert "the next run tries again" in installation.run("collect", at=NOW).err


@CASES
def test_the_websocket(
    reply: Reply, code: int, words: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    """A status means the same to whoever opens the websocket of the statistics."""
    if reply.status in {200, 500, 502, 530} or (reply.status, code) == (400, 75):
        words, wrong = ("speaks no websocket", str(reply.status)), ()
        code = 75
    assert isinstance(reply.body, bytes)
    headers = Headers({**reply.headers, "Content-Type": reply.content_type})
    headers["Content-Length"] = str(len(reply.body))
    answer = Response(reply.status, "No", headers, reply.body)
    nothing = Statistics({}, lambda *_, **__: None)
    with (
        LongTermHome(HOME, nothing, TOKEN, lambda: NOW, no_websocket=answer) as home,
        pytest.raises(PowerstatsError) as refused,
        LongTerm(home.url, TOKEN),
    ):
        pass
    check(Result(refused.value.exit_code, "", str(refused.value)), code, words, wrong)


def test_no_secret_is_quoted(tmp_path: Path, server: HomeAssistant) -> None:
    """A page that shows what was sent to it does not bring the token into the line."""
    installation = Installation(tmp_path, server.url, ENTITIES)
    for reply in (
        page(200, f"Hello {TOKEN}"),
        page(403, f"No {TOKEN}"),
        text(200, f"{'x' * 150} Bearer {TOKEN}"),
        text(401, "no", Server=TOKEN),
        text(401, "no", **{"WWW-Authenticate": TOKEN}),
        redirect(f"https://login.example.org/{TOKEN}"),
        text(200, "[]", **{"Content-Encoding": TOKEN}),
    ):
        server.answer = lambda _request, _reply, reply=reply: reply  # type: ignore[misc]
        result = installation.run("collect", at=NOW)
        assert result.exit_code
        assert TOKEN[:12] not in result.out + result.err
