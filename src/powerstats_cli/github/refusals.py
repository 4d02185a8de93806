"""The requests that GitHub refuses for good, and its own words about why: to try again is useless.

A branch's rules are refused with 409 and 422, as a lost race is; only the words tell them apart.
docs.github.com describes the causes: "About rulesets", "About protected branches", "Archiving
repositories", "Authorizing a personal access token for use with single sign-on", "Managing allowed
IP addresses for your organization", "Setting a personal access token policy".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from powerstats_cli.github.shapes import Failure

# Payment required, forbidden, gone, locked, unavailable for legal reasons.
STATUSES: Final = frozenset({402, 403, 410, 423, 451})
# The token lacks a permission: the one cause that powerstats can name a remedy for.
_PERMISSION: Final = re.compile(r"Resource not accessible|Must have |You must have ")
_RULE: Final = re.compile(
    r"rule violation|protected|protection|pull request|approving review|code owner|status check|"
    r"verified signature|must (be made|have|not)|is required|linear history|merge commit|"
    r"merge queue|deployment|"
    r"not authorized to push|not allowed|forbidden|restricted|restriction|force.push|"
    r"(could not|cannot) (create|update|delete|change|be)|archived|read-only|locked|disabled|"
    r"secret detected|push declined|hook declined|pre-receive",
    re.IGNORECASE,
)
_RACE: Final = re.compile(
    r"fast.forward|but expected|does not match|already exists|is empty", re.IGNORECASE
)


def is_rule(status: int, message: str) -> bool:
    """Tell whether a 409 or 422 names a rule, and not another's write that came first."""
    return status in {409, 422} and bool(_RULE.search(message)) and not _RACE.search(message)


def lacks_permission(message: str) -> bool:
    """Tell whether the token, or its owner, lacks a permission; GitHub may say nothing at all."""
    return not message or _PERMISSION.match(message) is not None


def sign_on_address(headers: Mapping[str, str]) -> str:
    """Return where the token can be allowed to see an organisation with single sign-on, or ""."""
    found = re.search(r"\brequired\b.*?\burl=(https?://[^\s;,]+)", headers.get("x-github-sso", ""))
    return found[1] if found else ""


def words(failure: Failure, headers: Mapping[str, str]) -> str:
    """Return all that GitHub says about a refusal, with the address at which it says more."""
    text = " ".join([failure.message, *_details(failure.errors)]).strip()
    address = sign_on_address(headers) or _block_address(failure.block)
    if not address and isinstance(failure.documentation_url, str):
        address = failure.documentation_url
    return f"{text} ({address})" if address and address not in text else text


def _details(errors: object) -> Iterator[str]:
    for error in errors if isinstance(errors, list) else []:
        message = error.get("message") if isinstance(error, dict) else error
        if isinstance(message, str):
            yield message


def _block_address(block: object) -> str:
    """Return the address of the notice for which a repository is blocked, or ""."""
    address = block.get("html_url") if isinstance(block, dict) else None
    return address if isinstance(address, str) else ""
