"""GitHub, a device with a repository, and a branch with its site."""

from tests.github.fixtures import _impatient, _small_page, _sound, device, github, repo, small_page
from tests.site.branch.conftest import published

__all__ = [
    "_impatient",
    "_small_page",
    "_sound",
    "device",
    "github",
    "published",
    "repo",
    "small_page",
]
