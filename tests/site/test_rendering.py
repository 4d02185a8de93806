"""The page and its assets."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from powerstats_cli.core.blobs import blob_id
from powerstats_cli.core.energy.roles import Meter, Roles
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.site import rendering
from powerstats_cli.site.home import told
from powerstats_cli.site.rendering import render, without_home
from tests.commands.flowing import NOW, TODAY, document, installed
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


def test_the_page_is_told_which_series_is_what() -> None:
    """Names of series stand in the HTML, whatever they are; it asks no other file for them."""
    name, daily = 'gr"id <&>', document("daily", [TODAY])
    daily.series[name] = daily.series.pop("grid")
    page = render(TIERS, 10, told(Roles({"grid": [Meter(name)]}), kinds_in([daily]), [name])).files[
        "index.html"
    ]
    (attribute,) = re.findall(r'data-home="([^"]*)"', page.decode())
    home = json.loads(unescape(attribute))
    assert home["counts"]["import"] == [[name, "forward", 1]]
    assert home["draws"]["grid"] == [[name, "net", 1]]
    assert without_home(page) == without_home(render(TIERS, 10).files["index.html"])


def test_publish_tells_the_page_of_the_roles(tmp_path: Path) -> None:
    """The roles of `[flows]`; if a series cannot have its role, none, and a line says so."""
    home = installed(tmp_path, {"daily.json": document("daily", [TODAY])})
    home.run_well("publish", at=NOW)
    page = (home.data_dir / "site/index.html").read_text()
    told_page = json.loads(unescape(re.findall(r'data-home="([^"]*)"', page)[0]))
    assert told_page["counts"]["charge"] == [["battery", "forward", 1]]
    assert told_page["counts"]["house"] == [
        ["grid", "net", 1],
        ["battery", "net", -1],
        ["solar", "net", 1],
    ]
    assert "sensor." not in page
    text = home.config.read_text().replace('grid = "grid"', 'grid = "oven"')
    home.config.write_text(text.replace(', "oven"]', "]").replace("within", "#"))
    result = home.run("publish", at=NOW)
    assert result.exit_code == 78
    assert "flows.grid: oven is a counter" in result.err
    assert (home.data_dir / "site/index.html").read_text() != page


def test_each_language_has_a_file_that_the_page_names(stage: Stage) -> None:
    """A file is named by its content, and an old one goes."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    (attribute,) = re.findall(r'data-words="([^"]*)"', (site / "index.html").read_text())
    words = json.loads(unescape(attribute))
    assert words.keys() == {"en", "de", "nl", "fr", "es", "hi"}
    assert all((site / name).is_file() for name in words.values())
    earlier = json.loads((site / ".powerstats.json").read_text())
    old = "words.de.0123456789.json"
    earlier["files"][old] = blob_id(b"{}")
    (site / ".powerstats.json").write_text(json.dumps(earlier))
    (site / old).write_bytes(b"{}")
    stage.installation.run_well("publish")
    assert sorted(path.name for path in site.glob("words.*")) == sorted(words.values())


def test_what_the_page_fetches_later_is_named_by_its_content(stage: Stage) -> None:
    """The page names each part of its script that it does not need at first."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    (attribute,) = re.findall(r'data-later="([^"]*)"', (site / "index.html").read_text())
    parts = json.loads(unescape(attribute))
    assert parts.keys() == {"closed", "csv", "intl", "money", "tables", "years"}
    assert all(re.fullmatch(rf"later\.{name}\.[0-9a-f]{{10}}\.js", parts[name]) for name in parts)
    assert all((site / name).is_file() for name in parts.values())
