"""Try the built wheel on Pythons, each in an environment of its own: install, `collect`, `demo`.

    python -m tests.support.wheels dist/powerstats-*.whl [PYTHON ...] [--root FOLDER]

The Pythons are programs. If none is named, all that are found here are tried: one of each
minor version that powerstats supports. `--root` is the root folder of another system, and its
python3 is tried there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.demo.house import House
from powerstats_cli.demo.sensors import ENERGY, POWER, SOLAR
from powerstats_cli.demo.server import HomeAssistant

ZONE: Final = ZoneInfo("Europe/Amsterdam")
TOKEN: Final = "the-demo-has-no-secret"
ENTITIES: Final = {"power": POWER, "energy": ENERGY, "solar": SOLAR}
LEAST_MINOR: Final = 11
VERSION: Final = "import platform; print(platform.python_version())"
# Settings of this system's pip and Python that have no meaning in another system.
OWN: Final = ("PIP_FIND", "PIP_EXTRA", "PYENV", "PYTHON", "VIRTUAL_ENV")

# A Python warns of things that its next version removes.
STRICT: Final = {"PYTHONWARNINGS": "error"}


@dataclass(frozen=True)
class Python:
    """A Python's program, in the system below a root folder; its version, as in 3.12.1."""

    program: str
    root: Path
    version: str

    @property
    def minor(self) -> int:
        """The second part of its version."""
        return int(self.version.split(".")[1])


def python_of(program: str, root: Path = Path("/")) -> Python | None:
    """Return the Python of a program, None if it does not run or is too old."""
    try:
        version = run([program, "-c", VERSION], root).strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    python = Python(program, root, version)
    return python if version.startswith("3.") and python.minor >= LEAST_MINOR else None


def found_here() -> list[Python]:
    """Return a Python of each minor version that this machine has, ascending."""
    names = [f"python3.{minor}" for minor in range(LEAST_MINOR, LEAST_MINOR + 10)]
    programs = [path for path in map(shutil.which, names) if path]
    programs += map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3")))
    pythons = (python_of(program) for program in [sys.executable, *programs])
    first_of_minor: dict[int, Python] = {}
    for python in pythons:
        if python:
            first_of_minor.setdefault(python.minor, python)
    return [first_of_minor[minor] for minor in sorted(first_of_minor)]


def run(command: Sequence[str], root: Path, **more: str) -> str:
    """Run a command in the system below a root folder, with more environment; return its output."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(OWN)}
    if root != Path("/"):
        environment |= {"PATH": "/usr/bin:/usr/sbin:/bin:/sbin", "HOME": "/root"}
        command = ["chroot", str(root), *command]
    ended = subprocess.run(
        command,
        env={**environment, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


def tries(python: Python, wheel: Path) -> Iterator[str]:
    """Yield a line for each thing that worked; raises CalledProcessError or AssertionError."""
    root = python.root
    with tempfile.TemporaryDirectory(prefix="powerstats-wheel-", dir=root / "tmp") as name:
        folder = Path(name)
        shutil.copy(wheel, folder)
        inside = Path("/") / folder.relative_to(root)
        began = time.monotonic()
        run([python.program, "-m", "venv", str(inside / "venv")], root)
        run([str(inside / "venv/bin/pip"), "install", "-q", str(inside / wheel.name)], root)
        yield f"installed in {time.monotonic() - began:.0f} s"
        powerstats = str(inside / "venv/bin/powerstats")
        yield run([powerstats, "--version"], root).strip()
        manpages = list((folder / "venv/share/man/man1").glob("powerstats*.1"))
        assert manpages, "no man page"
        yield f"{len(manpages)} man pages"
        yield f"collect: {collected(powerstats, root, folder, inside)} points"
        run([powerstats, "demo", "--days", "3", "--folder", str(inside / "demo")], root, **STRICT)
        yield "demo --days 3"


def collected(powerstats: str, root: Path, folder: Path, inside: Path) -> int:
    """Run `collect` against the demo's server in this process; return the number of points."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    today = now.astimezone(ZONE).date()
    house = House(ZONE, today - timedelta(days=1), today)
    with HomeAssistant(house, token=TOKEN, clock=lambda: now) as server:
        config = folder / "powerstats.toml"
        config.touch(mode=0o600)
        entities = "".join(f'{key} = "{entity}"\n' for key, entity in ENTITIES.items())
        config.write_text(
            f'timezone = "{ZONE.key}"\n'
            f'[homeassistant]\nurl = "{server.url}"\ntoken = "{TOKEN}"\n'
            f"[homeassistant.entities]\n{entities}"
            f'[paths]\ndata_dir = "{inside / "data"}"\n'
        )
        options = ["--config", str(inside / config.name)]
        # The first run asks for today only, and just after midnight today has no bucket yet.
        for at in (now - timedelta(hours=2), now):
            run([powerstats, *options, "--at", at.isoformat(), "collect"], root, **STRICT)
    points = 0
    for file in [folder / "data/daily.json", *folder.glob("data/archive/*.json")]:
        points += len(json.loads(file.read_bytes())["data_points"])
    assert points > 0, "collect stored nothing"
    return points


def main() -> None:
    """Try the wheel on each Python; exit with 1 if it fails on one."""
    parser = argparse.ArgumentParser(description="Try the built wheel on Pythons.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("pythons", nargs="*", help="programs; all that are found if none is named")
    parser.add_argument("--root", type=Path, help="another system, whose python3 is tried")
    given = parser.parse_args()
    named = [python_of(program) for program in given.pythons]
    if given.root:
        named.append(python_of("/usr/bin/python3", given.root.resolve()))
    if None in named:
        sys.exit("a named Python does not run, or is older than 3.11")
    failures = 0
    for python in [each for each in named if each] or found_here():
        print(f"Python {python.version}", end="", flush=True)
        try:
            for line in tries(python, given.wheel):
                print(f" · {line}", end="", flush=True)
            print()
        except (AssertionError, OSError, subprocess.CalledProcessError) as error:
            failures += 1
            print(f" · failed: {error}\n{getattr(error, 'stderr', None) or ''}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
