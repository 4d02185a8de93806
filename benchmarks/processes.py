"""Whole processes and their cost: CPU, wall time and peak memory."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

BIN: Final = Path(sys.executable).parent
POWERSTATS: Final = str(BIN / "powerstats")
# As cron gives it, without the variables of the shell that runs the benchmark.
ENVIRONMENT: Final = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one process: user and system CPU and wall time in s, peak RSS in MiB."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, slots=True)
class Command:
    """A process to run; `env` is added to a bare environment."""

    argv: Sequence[str]
    env: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment."""
        return {**ENVIRONMENT, **self.env}


def powerstats(*arguments: str, **env: str) -> Command:
    """Return a run of the installed program, as cron starts it."""
    return Command([POWERSTATS, *arguments], env)


def python(code: str, *arguments: str) -> Command:
    """Return a run of a few lines of Python."""
    return Command([sys.executable, "-c", code, *arguments], {})


class Launcher:
    """Runs and measures commands: `with Launcher(folder) as launcher: launcher.run(…)`.

    The output of a command goes to files in the folder.
    """

    def __init__(self, folder: Path) -> None:
        """Take a folder for the output; nothing is started yet."""
        self._out, self._err = folder / "stdout", folder / "stderr"

    def __enter__(self) -> Self:
        """Start the small process that starts the others."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End that process."""
        self._process.communicate()

    def run(self, command: Command) -> Cost:
        """Run a command and return its cost; raises RuntimeError if it failed."""
        order = {
            "argv": list(command.argv),
            "env": command.environment,
            "out": str(self._out),
            "err": str(self._err),
        }
        if self._process.stdin is None or self._process.stdout is None:
            message = "the launcher has no pipes"
            raise RuntimeError(message)
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if answer["exit_code"]:
            said = self._err.read_text().strip()
            message = f"{' '.join(command.argv)} exited with {answer['exit_code']}: {said}"
            raise RuntimeError(message)
        return Cost(answer["cpu"], answer["wall"], answer["peak_kib"] / 1024)


def imported(command: Command) -> set[str]:
    """Return the modules that a run of Python imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command.argv],
        env=command.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}
