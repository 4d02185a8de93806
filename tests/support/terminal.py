"""A terminal for a test, which reads the program's output and types answers."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, Self

import pytest

SECONDS: Final = 20.0
PATIENCE: Final = 3.0
# A test that runs in the background ignores Ctrl-C, and a command at a terminal does not.
PROGRAM: Final = (
    "import fcntl, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.argv[0] = 'powerstats'; from powerstats_cli.__main__ import run; run()"
)
ESCAPE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command at a pseudo-terminal of 80 columns; `shown` is its whole output so far."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        """Start the command."""
        self.shown = ""
        self._read_to = 0
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", **env},
            cwd=cwd,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        """Return the terminal, whose command is running."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the command if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def wait_for(self, text: str) -> str:
        """Wait for a text after the last one; return the output before it."""
        deadline = monotonic() + SECONDS
        while (begin := self.shown.find(text, self._read_to)) < 0:
            assert self._read(deadline), f"{text!r} is not shown:\n{self.shown}"
        before = self.shown[self._read_to : begin]
        self._read_to = begin + len(text)
        return before

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._master, f"{text}\n".encode())

    def answer(self, question: str, text: str = "") -> None:
        """Wait for a question and answer it."""
        self.wait_for(question)
        self.wait_for(": ")
        self.type(text)

    def press(self, keys: str, until: str) -> None:
        """Press Ctrl-C or Ctrl-D until a text is shown.

        A signal that arrives just before the program begins to read takes effect with the next one.
        """
        for _ in range(5):
            os.write(self._master, {"Ctrl-C": b"\x03", "Ctrl-D": b"\x04"}[keys])
            deadline = monotonic() + PATIENCE
            while until not in self.shown and self._read(deadline):
                pass
            if until in self.shown:
                return
        pytest.fail(f"{until!r} is not shown:\n{self.shown}", pytrace=False)

    def end(self) -> int:
        """Wait for the command's end; return its exit code."""
        deadline = monotonic() + SECONDS
        while self._read(deadline):
            pass
        try:
            return self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            pytest.fail(f"it does not end:\n{self.shown}", pytrace=False)

    def _read(self, deadline: float) -> bool:
        """Wait for the next output and read it; return False at the end."""
        ready, _, _ = select.select([self._master], [], [], max(deadline - monotonic(), 0))
        try:
            raw = os.read(self._master, 65536) if ready else b""
        except OSError:
            raw = b""  # the other side is closed
        text = raw.decode(errors="replace").replace("\r\n", "\n")
        self.shown += ESCAPE.sub("", text)
        return bool(raw)
