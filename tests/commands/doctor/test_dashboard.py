"""Faults of the web root, and of the way from there to the data."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.commands.doctor.patient import Fault, Patient, check, named, wrong


def _site(patient: Patient) -> Path:
    return patient.data / "site"


def _old_page(patient: Patient) -> None:
    patient.edit("site/index.html", "<title>", "<title>Old ")


def _others_page(patient: Patient) -> None:
    (_site(patient) / "index.html").write_text("<title>The Millers</title>")


def _others_data(patient: Patient) -> None:
    link = _site(patient) / "weekly.json"
    link.unlink()
    link.write_text('{"week": 47}')


def _dangling_link(patient: Patient) -> None:
    link = _site(patient) / "daily.json"
    link.unlink()
    link.symlink_to("../data/daily.json")


def _link_to_other_data(patient: Patient) -> None:
    link = _site(patient) / "daily.json"
    link.unlink()
    shutil.copy(patient.data / "daily.json", patient.data.with_name("daily.json"))
    link.symlink_to(patient.data.with_name("daily.json"))


def _link_to_others_data(patient: Patient) -> None:
    link = _site(patient) / "daily.json"
    link.unlink()
    link.symlink_to("../weekly.json")


def _missing_link(patient: Patient) -> None:
    (_site(patient) / "yearly.json").unlink()


def _old_copy(patient: Patient) -> None:
    copy = _site(patient) / "daily.json"
    raw = copy.read_bytes()
    copy.unlink()
    copy.write_bytes(raw.replace(b'"last_update":"2', b'"last_update": "2'))
    os.utime(copy, (1, 1))


def _emptied(patient: Patient) -> None:
    patient.stage.installation.run_well("publish", "--local")
    patient.data.rename(patient.data.with_name("unmounted"))
    patient.data.mkdir()


FAULTS: list[Fault] = [
    (_old_page, "dashboard", "warning", "powerstats publish"),
    (_others_page, "dashboard", "error", "files that powerstats did not make: index.html"),
    (_others_data, "dashboard", "error", "files that powerstats did not make: weekly.json"),
    (_dangling_link, "dashboard", "error", "leads to no file"),
    (_link_to_other_data, "dashboard", "error", "leads to /"),
    (_link_to_others_data, "dashboard", "error", "files that powerstats did not make: daily.json"),
    (_missing_link, "dashboard", "error", "yearly.json in"),
    (_old_copy, "dashboard", "warning", "is an old copy"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)


def test_an_emptied_directory_is_the_only_fault(patient: Patient) -> None:
    """All that follows from it is left out."""
    _emptied(patient)
    result = patient.stage.installation.run("doctor", "--json", "--offline")
    findings = json.loads(result.out)["findings"]
    assert [each for each in wrong(findings) if each[0] not in {"time zone", "schedule"}] == [
        ("data", "error")
    ]
    assert "had data at the last run and is empty now" in result.out
