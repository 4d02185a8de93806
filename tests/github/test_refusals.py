"""A final refusal comes after one request, and is told in GitHub's own words, in full."""

import json
import os
import shutil
from dataclasses import replace
from functools import partial

import pytest

from powerstats_cli.github import refusals
from powerstats_cli.github.shapes import Failure
from tests.github.fake import Exchange, Fault, GitHub, Rule, Token
from tests.github.fake.api import Answer, RefusedError
from tests.github.fake.repository import GitRepository
from tests.github.faults import on
from tests.github.homes import PAGES, Device, messages

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]
# The words of GitHub's rules of a branch.
RULES = [
    "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
    "Repository rule violations found\n\nCannot update this protected ref.\n\n",
    "Repository rule violations found\n\nCannot force-push to this branch\n\n",
    "Repository rule violations found\n\nCommits must have verified signatures.\n\n1 found\n",
    'Repository rule violations found\n\nRequired status check "ci/build" is expected.\n\n',
    "Protected branch update failed for refs/heads/gh-pages.",
    "Cannot force-push to this protected branch",
    "Could not update file: Changes must be made through a pull request. ",
    "Could not create file: At least 1 approving review is required by reviewers with write access",
    'Could not update file: 2 of 2 required status checks are expected. "lint" and "test"',
    "You're not authorized to push to this branch. Visit https://docs.github.com/articles/x/",
    "Repository rule violations found\n\nSecret detected in content\n\n",
]
RULESETS = "https://docs.github.com/repositories/configuring-branches-and-merges/about-rulesets"


def in_words(text: str) -> str:
    """Return a text on one line, as it is told."""
    return " ".join(text.split())


@pytest.mark.parametrize("words", RULES)
@pytest.mark.parametrize("history", ["keep", "squash"])
def test_a_branchs_rule_stops_publish_at_once(
    github: GitHub, repo: GitRepository, device: Device, words: str, history: str
) -> None:
    """The exit code is 77 after a single try of the move; the line has GitHub's words and URL."""
    device.configure(publish={"history": history})
    head = repo.commit(PAGES, {"CNAME": b"power.example\n"}, "Before")
    repo.rules[PAGES] = Rule(words, RULESETS)
    result = device.fails(os.EX_NOPERM, "publish", says=[in_words(words), f"({RULESETS})"])
    assert "permission" not in result.err
    assert github.count("PATCH") == 1
    assert github.count() <= 8
    assert repo.head(PAGES) == head


def test_a_rule_against_new_branches(github: GitHub, repo: GitRepository, device: Device) -> None:
    """A branch that may not be made is refused once."""
    words = (
        "Repository rule violations found\n\nCannot create ref due to creations being restricted."
    )
    repo.rules[PAGES] = Rule(words, RULESETS)
    device.fails(os.EX_NOPERM, "publish", says=[in_words(words), RULESETS])
    assert github.count("POST", "/git/refs") == 1


@pytest.mark.parametrize("words", RULES)
def test_a_branchs_rule_stops_sync_at_once(
    github: GitHub, repo: GitRepository, device: Device, words: str
) -> None:
    """The exit code is 77 after one PUT, and the other file is not tried."""
    repo.rules["main"] = Rule(words, RULESETS)
    device.fails(os.EX_NOPERM, "sync", says=[in_words(words), RULESETS])
    assert github.count("PUT") == 1
    assert messages(repo, "main") == ["Initial commit"]


def refused(status: int, told: dict[str, object], **headers: str) -> Fault:
    """Answer as GitHub refuses; headers are written like `x_github_sso="…"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(told).encode()

    def answer(_exchange: Exchange) -> Answer:
        return replace(RefusedError(status, "").answer(), body=body, headers=named)

    return answer


SSO = (
    "https://github.com/orgs/millers/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWxks5Y"
)
CAUSES: dict[str, tuple[Fault, list[str]]] = {
    "legal reasons": (
        refused(
            451,
            {
                "message": "Repository access blocked",
                "block": {
                    "reason": "dmca",
                    "created_at": "2026-03-03T10:00:00Z",
                    "html_url": "https://github.com/github/dmca/blob/master/2026/03/2026-03-03.md",
                },
            },
        ),
        [
            "Repository access blocked",
            "https://github.com/github/dmca/blob/master/2026/03/2026-03-03.md",
        ],
    ),
    "terms of service": (
        refused(403, {"message": "Repository access blocked", "block": {"reason": "tos"}}),
        ["Repository access blocked"],
    ),
    "archived": (
        refused(
            403,
            {
                "message": "Repository was archived so is read-only.",
                "documentation_url": "https://docs.github.com/rest/git/trees#create-a-tree",
                "status": "403",
            },
        ),
        ["Repository was archived so is read-only. (https://docs.github.com/rest/git/trees"],
    ),
    "single sign-on": (
        refused(
            403,
            {
                "message": "Resource protected by organization SAML enforcement. You must grant "
                "your Personal Access token access to this organization.",
                "documentation_url": "https://docs.github.com/articles/authenticating-to-a-github-"
                "organization-with-saml-single-sign-on/",
            },
            x_github_sso=f"required; url={SSO}",
        ),
        ["grant your Personal Access token access to this organization.", SSO],
    ),
    "single sign-on to a hidden one": (
        refused(404, {"message": "Not Found"}, x_github_sso=f"required; url={SSO}"),
        ["Not Found", SSO],
    ),
    "addresses": (
        refused(
            403,
            {
                "message": "Although you appear to have the correct authorization credentials, the "
                "`millers` organization has an IP allow list enabled, and your IP address is not "
                "permitted to access this resource.",
                "documentation_url": "https://docs.github.com/rest/repos/repos#get-a-repository",
            },
        ),
        ["`millers` organization has an IP allow list enabled, and your IP address is not"],
    ),
    "lifetime": (
        refused(
            403,
            {
                "message": "The 'millers' organization forbids access via a fine-grained personal "
                "access tokens if the token's lifetime is greater than 366 days. Please adjust "
                "your token's lifetime at the following URL: "
                "https://github.com/settings/personal-access-tokens/1234567",
            },
        ),
        [
            "greater than 366 days. Please adjust your token's lifetime at the following URL: ",
            "https://github.com/settings/personal-access-tokens/1234567",
        ],
    ),
    "classic tokens": (
        refused(
            403,
            {
                "message": "`millers` forbids access via a personal access token (classic). Please "
                "use a GitHub App, OAuth App, or a personal access token with fine-grained "
                "permissions.",
            },
        ),
        ["use a GitHub App, OAuth App, or a personal access token with fine-grained permissions."],
    ),
    "suspended": (
        refused(
            403,
            {
                "message": "Sorry. Your account was suspended.",
                "documentation_url": "https://docs.github.com/",
            },
        ),
        ["Sorry. Your account was suspended. (https://docs.github.com/)"],
    ),
    "locked": (
        refused(423, {"message": "Repository has been locked for migration."}),
        ["locked for migration"],
    ),
    "disabled": (refused(410, {"message": "Repository is disabled."}), ["is disabled"]),
    "billing": (refused(402, {"message": "Payment Required"}), ["Payment Required"]),
    "an organisation that has not approved": (
        refused(403, {"message": "Resource not accessible by personal access token"}),
        ["Contents: read and write", "approval of the organisation"],
    ),
}


@pytest.mark.parametrize(("fault", "says"), CAUSES.values(), ids=CAUSES)
@pytest.mark.parametrize(
    ("method", "command"), [("GET", "publish"), ("POST", "publish"), ("PUT", "sync")]
)
def test_a_cause_is_told_in_githubs_words(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    fault: Fault,
    says: list[str],
    method: str,
    command: str,
) -> None:
    """The exit code is 77, the request is sent once, and the line has all that GitHub says."""
    repo.commit(PAGES, {"CNAME": b"power.example\n"})
    github.strike = on(method, "", fault, times=99)
    device.fails(os.EX_NOPERM, command, says=says)
    is_hidden = method == "GET" and says[0] == "Not Found"
    assert github.count(method) == 1 + is_hidden


def test_the_details_of_a_rule_are_told(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """Some rules say more beside the message."""
    assert repo.files()
    details = [{"message": "File size is limited"}, "Branch name must be lower case"]
    told: dict[str, object] = {"message": "Repository rule violations found", "errors": details}
    github.strike = on("POST", "/git/refs", refused(422, told))
    says = "violations found File size is limited Branch name must be lower case"
    device.fails(os.EX_NOPERM, "publish", says=[says])


def test_an_archived_repository(github: GitHub, repo: GitRepository, device: Device) -> None:
    """Nothing is written, and each step says why."""
    repo.is_archived = True
    for command in ("publish", "sync"):
        device.fails(os.EX_NOPERM, command, says=["Repository was archived so is read-only."])
    assert github.count("POST") + github.count("PUT") == 2


def test_a_token_without_the_permission(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """Only then the line names the permission."""
    github.tokens[github.token] = Token(contents="read")
    assert repo.files()
    device.fails(os.EX_NOPERM, "publish", says=["Contents: read and write"])


RACES = [
    "Update is not a fast forward",
    "Reference already exists",
    "data/monthly.json does not match 0123456789abcdef0123456789abcdef01234567",
    "is at 0123456789abcdef0123456789abcdef01234567 but expected 89abcdef0123456789abcdef01234567",
    "Git Repository is empty.",
    "Bad credentials are not welcome",
]


def test_a_lost_race_is_no_rule() -> None:
    """A write that may succeed at the next try breaks no rule; a rule needs 409 or 422."""
    for status in (409, 422):
        assert not any(map(partial(refusals.is_rule, status), RACES))
        assert all(map(partial(refusals.is_rule, status), RULES))
    assert not any(map(partial(refusals.is_rule, 403), RULES))


@pytest.mark.parametrize("odd", [None, 7, "text", [], ["", 3, None], [[]], {}, {"message": 1}])
def test_odd_answers_do_no_harm(odd: object) -> None:
    """Whatever stands in the place of details, the message is told."""
    failure = Failure("No.", errors=odd, block=odd, documentation_url=odd)
    assert refusals.words(failure, {"x-github-sso": "partial-results; organizations=1"}) in {
        "No.",
        "No. (text)",
        "No. ",
    }
