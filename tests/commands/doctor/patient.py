"""A home that is well, of which a test breaks one thing."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.demo.homes import RecordedHome
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.recorder import EPOCH, Recorder
from powerstats_cli.demo.releases import V2024_3
from powerstats_cli.jobs.machine import Machine
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.support.homes import Stage

ZONE = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2025, 11, 18, tzinfo=ZONE)
DAYS = 3
NOW = MIDNIGHT + timedelta(days=DAYS - 1, hours=10, minutes=3)


@dataclass
class Patient:
    """A home, its files and its repository, of which a test breaks one thing."""

    stage: Stage
    github: GitHub
    machine: Machine
    monkeypatch: pytest.MonkeyPatch

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.stage.installation.data_dir

    @property
    def repository(self) -> GitRepository:
        """The repository."""
        return self.github.repositories[0]

    def pages(self, **changes: Any) -> None:
        """Change the settings of GitHub Pages."""
        assert self.repository.pages
        self.repository.pages = replace(self.repository.pages, **changes)

    @property
    def home(self) -> RecordedHome:
        """The simulated home."""
        home = self.stage.server.home
        assert isinstance(home, RecordedHome)
        return home

    def configure(self, old: str, new: str) -> None:
        """Change the configuration, which has to have what is changed."""
        config = self.stage.installation.config
        text = config.read_text()
        assert old in text
        config.write_text(text.replace(old, new))

    def edit(self, name: str, pattern: str, new: str) -> None:
        """Change the first place in a data file that has a pattern."""
        path = self.data / name
        text, count = re.subn(pattern, new, path.read_text(), count=1)
        assert count
        path.write_text(text)

    def recorded_until(self, time: datetime, *entity_ids: str) -> None:
        """Let the recorder write no later change of some entities."""
        changes = {
            entity_id: [
                change
                for change in self.home._changes[entity_id]  # noqa: SLF001 - the home's own list
                if change.at < time or entity_id not in entity_ids
            ]
            for entity_id in self.home.sensors
        }
        written = RecordedHome(self.home.sensors, changes)

        def answer(request: Request, usual: Reply) -> Reply | None:
            if not request.path.startswith("/api/history"):
                return usual
            url = urlsplit(request.path)
            start = unquote(url.path).rpartition("/")[2]
            recorder = Recorder(written, V2024_3, self.stage.time, EPOCH)
            query = parse_qs(url.query, keep_blank_values=True)
            return Reply(200, recorder.history(start, query))

        self.stage.server.answer = answer

    def findings(self, at: datetime = NOW, *options: str) -> list[dict[str, str]]:
        """Return what `doctor --json` says; the exit code has to agree."""
        self.stage.time = at
        result = self.stage.installation.run("doctor", "--json", *options, at=at)
        answer = json.loads(result.out)
        levels = [finding["level"] for finding in answer["findings"]]
        assert answer["version"] == 1
        assert answer["ok"] == ("error" not in levels)
        assert (result.exit_code, result.err) == (int(not answer["ok"]), "")
        return list(answer["findings"])


def wrong(findings: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Return the area and level of what is neither well nor skipped."""
    return [
        (finding["area"], finding["level"])
        for finding in findings
        if finding["level"] in {"warning", "error"}
    ]


Fault = tuple[Callable[[Patient], None], str, str, str]
"""A function that plants a fault, and the finding it causes: area, level, words of its line."""


def named(fault: Fault) -> str:
    """Return the name of a fault, for the test's id."""
    return fault[0].__name__.strip("_")


def check(patient: Patient, fault: Fault) -> None:
    """Plant a fault; exactly one finding has to be wrong, and to say what to do."""
    plant, area, level, words = fault
    plant(patient)
    findings = patient.findings()
    assert wrong(findings) == [(area, level)], findings
    told = next(finding for finding in findings if finding["level"] == level)
    assert words in f"{told['text']}: {told['remedy']}"
