"""A powerstats installation in its own folder; its commands run as under cron or for a user."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from powerstats_cli.cli import main as cli
from powerstats_cli.core import documents
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy import ledger
from powerstats_cli.core.energy.ledger import Ledger

LEDGER = "ledger.json"
TOKEN = "a-token-for-tests-only"


@dataclass(frozen=True)
class Result:
    """The exit code of a command, and its output."""

    exit_code: int
    out: str
    err: str


@dataclass
class Installation:
    """A configuration, which may have `more` tables, and a data directory below `folder`."""

    folder: Path
    url: str
    entities: Mapping[str, str]
    timezone: str = "Europe/Amsterdam"
    token: str = TOKEN
    data: Mapping[str, object] = field(default_factory=dict)
    more: str = ""

    def __post_init__(self) -> None:
        """Write the configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configure()

    def configure(self, **changes: Any) -> None:
        """Write the configuration again, with changed attributes."""
        for name, value in changes.items():
            setattr(self, name, value)
        entities = "".join(f'"{name}" = "{entity}"\n' for name, entity in self.entities.items())
        data = "".join(f"{key} = {value}\n" for key, value in self.data.items())
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(self.token)
        self.config.write_text(
            f'timezone = "{self.timezone}"\n'
            f'[homeassistant]\nurl = "{self.url}"\ntoken_file = "{self.token_file}"\n'
            f"[homeassistant.entities]\n{entities}"
            f"[data]\n{data}"
            f'[paths]\ndata_dir = "{self.data_dir}"\n{self.more}'
        )

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "powerstats.toml"

    @property
    def token_file(self) -> Path:
        """The file with the token."""
        return self.folder / "token"

    @property
    def data_dir(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def arguments(self, *command: str, at: datetime | None = None) -> list[str]:
        """Return the arguments of a command line: the options, then the command with its own."""
        when = ["--at", at.isoformat()] if at else []
        return ["--config", str(self.config), *when, *command]

    def run(self, *command: str, at: datetime | None = None) -> Result:
        """Run a command in this process, through the program's entry point."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            exit_code = cli.main(self.arguments(*command, at=at))
        return Result(exit_code, out.getvalue(), err.getvalue())

    def run_well(self, *command: str, at: datetime | None = None) -> None:
        """Run a command that must succeed without output."""
        result = self.run(*command, at=at)
        assert result == Result(0, "", ""), result

    def start(
        self, *command: str, at: datetime | None = None, env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start a command as its own process."""
        return subprocess.Popen(
            [sys.executable, "-m", "powerstats_cli", *self.arguments(*command, at=at)],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def document(self, name: str) -> Document:
        """Return a data file, such as daily.json or archive/2025-11-22.json."""
        return documents.decode((self.data_dir / name).read_bytes(), timezone=self.timezone)

    def archived(self, day: date) -> Document:
        """Return the file of a closed day."""
        return self.document(f"archive/{day}.json")

    def ledger(self) -> Ledger:
        """Return the ledger."""
        raw = (self.data_dir / LEDGER).read_bytes()
        return ledger.decode(raw, timezone=self.timezone)

    def documents(self) -> dict[str, Document]:
        """Return every document by its name: the ledger is none."""
        return {name: self.document(name) for name in self.snapshot() if name != LEDGER}

    def snapshot(self) -> dict[str, bytes]:
        """Return the bytes of every data file, by name: the state file is none, nor is a copy."""
        return {
            str(path.relative_to(self.data_dir)): path.read_bytes()
            for path in sorted(self.data_dir.rglob("*"))
            if path.is_file() and path.name != "state.json" and path.parent.name != "backups"
        }

    def points(self) -> dict[str, list[Any]]:
        """Return the data points of every document, by name, as they are in the JSON."""
        return {
            name: msgspec.json.decode(raw)["data_points"]
            for name, raw in self.snapshot().items()
            if name != LEDGER
        }
