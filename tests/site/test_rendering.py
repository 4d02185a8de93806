"""The page and its assets."""

import re
from pathlib import Path

import pytest

from powerstats_cli.site import rendering
from powerstats_cli.site.rendering import render
from tests.site.home import TIERS, site_of
from tests.support.homes import Stage


def test_the_page_names_files_that_are_there(stage: Stage) -> None:
    """Page, script, style, icon and manifest lie side by side, named relatively."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    page = (site / "index.html").read_text()
    assert "{{" not in page
    names = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    assert {Path(name).suffix for name in names} >= {".js", ".css", ".svg", ".webmanifest"}
    for name in names:
        assert (site / name).is_file(), name


def test_the_script_is_named_by_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another script gets another name, so that no cache mixes versions."""

    def script(content: str) -> str:
        (tmp_path / "dashboard.html").write_text("{{script}}")
        (tmp_path / "dashboard.css").write_text("")
        (tmp_path / "dashboard.js").write_text(content)
        return render(TIERS, 10).files["index.html"].decode()

    monkeypatch.setattr(rendering, "PAGE", tmp_path)
    assert script("1") == script("1") != script("2")


def test_the_manifest_is_asked_for_with_the_password(stage: Stage) -> None:
    """A browser leaves a page's password out of the request for its manifest unless told so."""
    stage.installation.run_well("publish")
    page = (site_of(stage.installation) / "index.html").read_text()
    (link,) = re.findall(r'<link rel="manifest"[^>]*>', page)
    assert 'crossorigin="use-credentials"' in link
