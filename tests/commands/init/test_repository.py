"""A repository at GitHub."""

from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli import secrets
from tests.commands.init.place import GITHUB_TOKEN, Place, mode, now
from tests.github.fake import GitHub, Token


def with_github(github: GitHub, file: Path, token: str = GITHUB_TOKEN) -> list[str]:
    """Return the options for a repository."""
    file.write_text(token)
    options = {"--github-repo": "me/power", "--github-token-file": str(file)}
    options["--github-api-url"] = github.url
    return [word for option in options.items() for word in option]


def test_a_repository(place: Place, github: GitHub, tmp_path: Path) -> None:
    """It tells the permission, its end, and that a page is public; nothing is committed."""
    result = place.run_with_home(*with_github(github, tmp_path / "other"), "--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    written = place.settings()
    assert written.github is not None
    assert (written.github.repo, written.github.api_url) == ("me/power", github.url)
    assert secrets.github_token(written.github, {}) == GITHUB_TOKEN
    assert mode(place.config.with_name("github.token")) == 0o600
    expires = now() + timedelta(days=30)
    assert f"{expires:%b %Y}" in result.out
    for said in ("the token may write", "anyone can see, though me/power is private", "publish"):
        assert said in result.out
    assert github.repositories[0].is_empty


@pytest.mark.parametrize(
    ("token", "repo", "exit_code", "says"),
    [
        ("wrong", "me/power", 77, "refused the token"),
        ("reads", "me/power", 77, "Contents: read and write"),
        (GITHUB_TOKEN, "me/none", 69, "no such repository"),
    ],
)
def test_a_repository_that_cannot_be_written_to(
    place: Place, github: GitHub, tmp_path: Path, token: str, repo: str, exit_code: int, says: str
) -> None:
    """One line with the failure's own code, and nothing is written."""
    github.tokens["reads"] = Token(contents="read")
    options = with_github(github, tmp_path / "other", token)
    result = place.run_with_home(*options, "--github-repo", repo)
    assert result.exit_code == exit_code
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()
