"""`backfill` that is broken off, refused or answered wrongly: files stay whole."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.documents import Document
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant import websocket
from tests.commands.backfill.place import (
    NOW,
    YESTERDAY,
    Place,
)
from tests.support.homes import ENERGY
from tests.support.installation import TOKEN
from tests.support.longterm_server import HUGE


@pytest.mark.parametrize("part", range(10))
def test_broken_off_and_taken_up_again(
    place: Place, whole: tuple[dict[str, bytes], int], part: int
) -> None:
    """The connection may break at any request: files are whole, and the next run completes them."""
    files, exchanges = whole
    place.collect()
    place.fail_from_now("closes", after=part * exchanges // 10)
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 75, result
    place.installation.documents()  # parses
    place.backfill()
    assert place.installation.snapshot() == files


@pytest.mark.parametrize("number", range(1, 12, 2))
def test_ctrl_c_leaves_whole_files(
    place: Place,
    whole: tuple[dict[str, bytes], int],
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run may be interrupted before any of its writes: the next run completes the files."""
    files, _ = whole
    place.collect()
    write, written = Store.write, []

    def interrupted(store: Store, path: Path, document: Document) -> bool:
        written.append(path)
        if len(written) == number:
            raise KeyboardInterrupt
        return write(store, path, document)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", interrupted)
        assert place.installation.run("backfill", at=NOW).exit_code == 130
    place.backfill()
    assert place.installation.snapshot() == files


@pytest.mark.parametrize(
    ("fault", "exit_code", "words"),
    [
        ("closes", 75, "closed the connection: run it again, and it goes on"),
        ("garbage", 75, "is not Home Assistant's history"),
        ("refuses", 75, "did not give its statistics (unknown_command: Unknown *** command.)"),
        ("hangs", 75, "did not answer in time"),
        ("huge", 75, "answers with over"),
    ],
)
def test_an_answer_that_is_none(
    place: Place, fault: str, exit_code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed request for a month is one line, and the days stored before stay."""
    place.collect()
    monkeypatch.setattr(websocket, "REQUEST_TIMEOUT", 0.5)
    monkeypatch.setattr(websocket, "MOST_BYTES", HUGE - 1)
    place.installation.configure(entities={"energy": ENERGY})
    place.server.fault = lambda _: (
        fault if place.server.exchanges[-1].endswith("during_period") else None
    )
    result = place.installation.run("backfill", at=NOW)
    assert (result.exit_code, result.out) == (exit_code, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    assert TOKEN not in result.err
    assert place.installation.document(f"archive/{YESTERDAY}.json").points


def test_a_wrong_token(place: Place) -> None:
    """The first request is refused (77), and no second one follows."""
    place.installation.configure(token="another")
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 77
    assert len(place.server.exchanges) == 1


def test_a_token_that_only_the_websocket_refuses(place: Place) -> None:
    """The line is that of any refused token."""
    place.server.token = "another"
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 77
    assert "refused the token" in result.err
    assert place.server.exchanges == ["/api/config", "/api/websocket"]


@pytest.mark.parametrize(("status", "exit_code"), [("403", 77), ("404", 75), ("502", 75)])
def test_no_websocket(place: Place, status: str, exit_code: int) -> None:
    """A proxy that lets no websocket through, or a ban, has its exit code; nothing is stored."""
    place.fail_from_now(status, after=1)
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == exit_code
    assert place.installation.snapshot() == {}


def test_no_redirect_is_followed(place: Place) -> None:
    """The token goes only to its own host: no connection to another host is opened."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        place.server.elsewhere = f"ws://127.0.0.1:{other.getsockname()[1]}/api/websocket"
        place.fail_from_now("302", after=1)
        result = place.installation.run("backfill", at=NOW)
        assert result.exit_code == 78
        assert "redirects elsewhere" in result.err
        with pytest.raises(TimeoutError):
            other.accept()


def test_no_proxy_of_the_environment_is_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is used, since it would see the token."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    place.backfill()


def test_a_wrong_clock(place: Place) -> None:
    """A clock that differs from Home Assistant's stops the run before anything is stored."""
    result = place.installation.run("backfill", at=NOW + timedelta(hours=1))
    assert result.exit_code == 75
    assert place.installation.snapshot() == {}


def test_a_broken_file_is_set_aside(place: Place) -> None:
    """A broken tier is set aside, and made again from history and statistics (65)."""
    place.collect()
    (place.installation.data_dir / "yearly.json").write_text("{")
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 65
    assert "yearly.json.unreadable-" in result.err
    assert len(place.installation.document("yearly.json").points) == 365
