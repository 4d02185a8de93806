"""Faults at GitHub: the token, the repository, GitHub Pages."""

from datetime import timedelta

import pytest

from tests.commands.doctor.patient import NOW, Fault, Patient, check, named
from tests.github.fake import Token


def _wrong_github_token(patient: Patient) -> None:
    patient.configure(patient.github.token, "github_pat_another")


def _reading_github_token(patient: Patient) -> None:
    patient.github.tokens[patient.github.token] = Token(contents="read", pages="read")


def _old_github_token(patient: Patient) -> None:
    patient.github.tokens[patient.github.token] = Token(expires=NOW + timedelta(days=3))


def _no_such_repository(patient: Patient) -> None:
    patient.configure("me/power", "me/pwoer")


def _pages_off(patient: Patient) -> None:
    patient.github.repositories[0].pages = None


FAULTS: list[Fault] = [
    (_wrong_github_token, "GitHub", "error", "refused the token"),
    (_reading_github_token, "GitHub", "error", "Contents: read and write"),
    (_old_github_token, "GitHub", "warning", "expires 23 Nov 2025"),
    (_no_such_repository, "GitHub", "error", "me/pwoer: no such repository"),
    (_pages_off, "GitHub Pages", "warning", "Deploy from a branch"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)
