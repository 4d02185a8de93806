"""Faults at GitHub: the token, the repository, GitHub Pages."""

from datetime import timedelta

import pytest

from tests.commands.doctor.patient import NOW, Fault, Patient, check, named
from tests.github.fake import Rule, Token
from tests.github.faults import always, instead


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


def _pages_of_another_branch(patient: Patient) -> None:
    patient.pages(branch="main")


def _pages_of_another_folder(patient: Patient) -> None:
    patient.pages(path="/docs")


def _pages_of_a_workflow(patient: Patient) -> None:
    patient.pages(build_type="workflow")


def _failed_build(patient: Patient) -> None:
    patient.pages(status="errored")


def _no_page(patient: Patient) -> None:
    patient.repository.commit("gh-pages", {"index.html": None})


def _others_page(patient: Patient) -> None:
    patient.repository.commit("gh-pages", {"index.html": b"<title>The Millers</title>"})


def _others_site_on_a_new_branch(patient: Patient) -> None:
    patient.repository.commit("site", {"index.html": b"<title>The Millers</title>"})
    patient.pages(branch="site")
    patient.configure("[github]", '[publish]\nbranch = "site"\n[github]')


def _published_file_that_knows_more(patient: Patient) -> None:
    text = (patient.data / "yearly.json").read_text()
    first = next(line for line in text.splitlines(keepends=True) if '{"timestamp":' in line)
    earlier = text.replace(first, first.replace("2025-11-18", "2025-11-10") + first)
    patient.repository.commit("gh-pages", {"yearly.json": earlier.encode()})


def _pointer_of_lfs(patient: Patient) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    patient.repository.commit("main", {"data/yearly.json": pointer})


def _rule_of_the_pages_branch(patient: Patient) -> None:
    patient.repository.rules["gh-pages"] = Rule("Changes must be made through a pull request.")


def _rule_of_the_datas_branch(patient: Patient) -> None:
    patient.repository.rules["main"] = Rule("Changes must be made through a pull request.")


def _archived(patient: Patient) -> None:
    patient.repository.is_archived = True


def _single_sign_on(patient: Patient) -> None:
    words = "Resource protected by organization SAML enforcement."
    sso = "required; url=https://github.com/orgs/me/sso?authorization_request=A1"
    patient.github.strike = always(instead(403, words, x_github_sso=sso))


FAULTS: list[Fault] = [
    (_wrong_github_token, "GitHub", "error", "refused the token"),
    (_reading_github_token, "GitHub", "error", "Contents: read and write"),
    (_old_github_token, "GitHub", "warning", "expires 23 Nov 2025"),
    (_no_such_repository, "GitHub", "error", "me/pwoer: no such repository"),
    (_pages_off, "GitHub Pages", "warning", "Deploy from a branch"),
    (
        _pages_of_another_branch,
        "GitHub Pages",
        "warning",
        "shows branch main, powerstats publishes to gh-pages",
    ),
    (_pages_of_another_folder, "GitHub Pages", "warning", "shows folder /docs of branch gh-pages"),
    (_pages_of_a_workflow, "GitHub Pages", "warning", "a workflow builds the page of me/power"),
    (_failed_build, "GitHub Pages", "warning", "last build"),
    (_no_page, "GitHub Pages", "warning", "branch gh-pages has no page: powerstats publish"),
    (_others_page, "GitHub Pages", "error", "replace or hide: index.html; set publish.path"),
    (_others_site_on_a_new_branch, "GitHub Pages", "error", "branch site of me/power has files"),
    (_published_file_that_knows_more, "GitHub Pages", "error", "yearly.json on branch gh-pages"),
    (_pointer_of_lfs, "GitHub", "error", "data/yearly.json in me/power cannot be merged: it is a"),
    (_rule_of_the_pages_branch, "GitHub", "warning", "branch gh-pages of me/power is protected"),
    (_rule_of_the_datas_branch, "GitHub", "warning", "or set github.branch to another branch"),
    (_archived, "GitHub", "error", "Repository was archived so is read-only."),
    (_single_sign_on, "GitHub", "error", "https://github.com/orgs/me/sso?authorization_request=A1"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)
