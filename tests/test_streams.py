"""stdin, stdout and stderr of real processes: closed, full, unread, or without some characters."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.installation import Installation

NAME = "Küche ⚡"
FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation with a name that is not ASCII, and nothing collected yet."""
    made = Installation(tmp_path_factory.mktemp("home"), "http://127.0.0.1:1", {NAME: "sensor.a"})
    made.data_dir.mkdir()
    return made


def shell(
    installation: Installation, command: str, redirected: str = "", **environment: str
) -> tuple[int, bytes, str]:
    """Run a command in a shell with redirections; return its exit code, stdout and stderr."""
    words = f'"$0" -m powerstats_cli --config "$1" {command} {redirected}'
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", words, sys.executable, str(installation.config)],
        capture_output=True,
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(installation.folder), **environment},
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1"])
def test_a_terminal_without_some_characters(installation: Installation, encoding: str) -> None:
    """Tables and findings are shown with escapes for what is missing."""
    for command in ("status", "doctor --offline"):
        code, out, err = shell(installation, command, PYTHONIOENCODING=encoding)
        assert (code, err) == (1, "")
        assert ("\\u26a1" in out.decode(encoding)) == (command == "status")


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1"])
def test_json_without_some_characters(installation: Installation, encoding: str) -> None:
    """JSON stays JSON, with the same names in it."""
    code, out, err = shell(installation, "status --json", PYTHONIOENCODING=encoding)
    assert (code, err) == (1, "")
    assert json.loads(out.decode(encoding))["series"][0]["name"] == NAME


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["status", "doctor --offline", "schedule", "-v rotate"])
def test_a_full_disk_behind_stdout(installation: Installation, command: str) -> None:
    """It is like every full disk: one line, and try again."""
    code, _, err = shell(installation, command, "> /dev/full")
    assert err.startswith("powerstats: the output: No space left on device: make room")
    assert len(err.splitlines()) == 1
    assert code == 75


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stderr(installation: Installation) -> None:
    """The exit code is that of the failure."""
    assert shell(installation, "collect", "2> /dev/full") == (75, b"", "")
    assert shell(installation, "collct", "> /dev/full 2>&1") == (2, b"", "")


@pytest.mark.parametrize("closed", [">&-", "<&-", "<&- >&- 2>&-"])
def test_closed(installation: Installation, closed: str) -> None:
    """A closed stream is an empty one, and no data file gets its number."""
    for command, code in (("status", 1), ("-v rotate", 0), ("collect", 75)):
        ended, _, err = shell(installation, command, closed)
        assert ended == code
        assert "Traceback" not in err
    for path in installation.data_dir.rglob("*.json"):
        json.loads(path.read_text())


def test_nobody_reads(installation: Installation) -> None:
    """A pipe that is closed by its reader ends the command without a word."""
    assert shell(installation, "status --json", "| true") in {(141, b"", ""), (1, b"", "")}
    assert shell(installation, "schedule", "| head -c 1; exit ${PIPESTATUS[0]}")[2] == ""
