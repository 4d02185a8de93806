"""money.json on the site: computed there, and left as it is if it cannot be computed."""

from pathlib import Path

import pytest

from powerstats_cli.errors import ConfigError
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.site.ownership import Consent
from powerstats_cli.site.rendering import render
from powerstats_cli.site.webroot import update_web_root

OURS = b'{"version":1,"tier":"money","days":[]}\n'
NEWER = b'{"version":1,"tier":"money","days":[ ]}\n'
WITH = ("daily", "money")


def put(web_root: Path, tiers: tuple[str, ...], money: bytes | None, **consent: bool) -> set[str]:
    """Publish into a folder, and return the names that changed."""
    site = render(tiers, 10, money=money)
    data = web_root.parent / "data"
    data.mkdir(exist_ok=True)
    return set(update_web_root(site, web_root, data, Consent(**consent)).changed)


def test_it_is_written_if_it_changed(tmp_path: Path) -> None:
    """It is a file of its own, and no link; the page is told that it is there."""
    root = tmp_path / "site"
    assert "money.json" in put(root, WITH, OURS)
    assert not (root / "money.json").is_symlink()
    assert 'data-tiers="daily money"' in (root / "index.html").read_text()
    assert put(root, WITH, OURS) == set()
    assert put(root, WITH, NEWER) == {"money.json"}
    assert read_bytes(root / "money.json") == NEWER


def test_it_stays_as_it_is_if_it_cannot_be_computed(tmp_path: Path) -> None:
    """A mistake in a tariff does not take away what was shown; nor does it make a file."""
    root = tmp_path / "site"
    put(root, WITH, None)
    assert read_bytes(root / "money.json") is None
    put(root, WITH, OURS)
    assert put(root, WITH, None) == set()
    assert read_bytes(root / "money.json") == OURS


def test_it_leaves_with_its_tier(tmp_path: Path) -> None:
    """Also if it could not be computed the last time."""
    root = tmp_path / "site"
    put(root, WITH, OURS)
    put(root, WITH, None)
    assert "money.json" in put(root, ("daily",), None)
    assert read_bytes(root / "money.json") is None


@pytest.mark.parametrize("theirs", [b"my own money", b'{"version":1,"tier":"daily"}'])
def test_another_file_of_its_name_is_not_replaced(tmp_path: Path, theirs: bytes) -> None:
    """Whether the place is new or powerstats' own; with consent it is put aside."""
    root = tmp_path / "site"
    put(root, WITH, OURS)
    (root / "money.json").write_bytes(theirs)
    with pytest.raises(ConfigError, match=r"powerstats did not make.*money\.json"):
        put(root, WITH, NEWER)
    put(root, ("daily",), None)
    assert read_bytes(root / "money.json") == theirs
    put(root, WITH, NEWER, adopts=True)
    assert read_bytes(root / "money.json") == NEWER
    assert read_bytes(root / "money.json.before-powerstats") == theirs
