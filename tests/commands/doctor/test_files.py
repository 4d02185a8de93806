"""Faults of the data directory."""

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from tests.commands.doctor.patient import Fault, Patient, check, named, wrong

Disk = namedtuple("Disk", "free")  # noqa: PYI024 - one field, as shutil's own has it


def _full_disk(patient: Patient) -> None:
    patient.monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(free=5_000_000))


def _broken_tier(patient: Patient) -> None:
    (patient.data / "weekly.json").write_text("{")


def _broken_day(patient: Patient) -> None:
    path = next((patient.data / "archive").glob("*.json"))
    path.write_bytes(path.read_bytes()[:-40])


def _unlisted_archive(patient: Patient) -> None:
    def refuse(folder: Path) -> list[str]:
        if folder.name == "archive":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)
        return listdir(folder)

    listdir = os.listdir
    patient.monkeypatch.setattr(os, "listdir", refuse)


def _newer_file(patient: Patient) -> None:
    patient.edit("yearly.json", '"version":1', '"version":7')


def _file_set_aside(patient: Patient) -> None:
    (patient.data / "daily.json.unreadable-20251119T102004Z").write_text("{")


def _tiers_at_odds(patient: Patient) -> None:
    patient.edit("monthly.json", r'"power":{"mean":\d+', '"power":{"mean":44')


FAULTS: list[Fault] = [
    (_full_disk, "data", "error", "5 MB are free"),
    (_broken_tier, "files", "error", "weekly.json could not be read"),
    (_broken_day, "files", "error", "archive/2025-11-"),
    (_unlisted_archive, "files", "error", "archive: Permission denied"),
    (_newer_file, "files", "error", "yearly.json is of version 7"),
    (_file_set_aside, "files", "warning", "daily.json.unreadable-20251119T102004Z was set aside"),
    (_tiers_at_odds, "files", "warning", "monthly.json differs from the finer files: power"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)


def _foreign_file(patient: Patient) -> None:
    os.chown(patient.data / "yearly.json", 12345, 12345)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user(patient: Patient) -> None:
    """A run as root leaves files that cron's user cannot write."""
    _foreign_file(patient)
    findings = patient.findings()
    assert wrong(findings) == [("data", "error")]
    assert "chown --reference" in str(findings)
