"""Changes of a configuration: all forms in which it can be written; comments and keys stay."""

from pathlib import Path

import pytest
from tomlkit import TOMLDocument

from powerstats_cli import settings
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings import editing

FORMS = {
    "tables": """
# of my home
timezone = "Europe/Vienna" # here

[homeassistant]
url = "http://x:1"
token = "t"   # secret

[homeassistant.entities]
# the meter
a = "sensor.a"   # W
b = "sensor.b"
"c d" = "sensor.c"

# beyond it is nonsense
[homeassistant.plausible]
a = [0, 1]

# what is what
[flows]
grid = "-a"  # turned
devices = [
  "b",
  "c d", # two
]
within = { b = "c d" }

[paths]
data_dir = "/x" # end
""",
    "dotted keys": """
timezone = "Europe/Vienna" # here
homeassistant.url = "http://x:1"
homeassistant.token = "t"
homeassistant.entities.a = "sensor.a"  # W
homeassistant.entities.b = "sensor.b"
homeassistant.entities."c d" = "sensor.c"
homeassistant.plausible.a = [0, 1]
flows.grid = "-a" # turned
flows.devices = ["b", "c d"]
flows.within.b = "c d"
paths.data_dir = "/x" # end
""",
    "in a line": """
timezone = "Europe/Vienna" # here
homeassistant = {url = "http://x:1", token = "t", entities = {a = "sensor.a", b = "sensor.b", \
"c d" = "sensor.c"}, plausible = {a = [0, 1]}}
flows = {grid = "-a", devices = ["b", "c d"], within = {b = "c d"}}
paths = {data_dir = "/x"} # end
""",
    "in another order": """
timezone = "Europe/Vienna" # here
[homeassistant.entities]
a = "sensor.a" # W
b = "sensor.b"
"c d" = "sensor.c"
[flows.within]
b = "c d"
[paths]
data_dir = "/x" # end
[homeassistant]
url = "http://x:1"
token = "t"
[flows]
grid = "-a"
devices = ["b", "c d"]
[homeassistant.plausible]
a = [0, 1]
""",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_change_in_each_form(form: str, tmp_path: Path) -> None:
    """Two are renamed, one is added with a role, one is taken out; comments are still there."""
    path = tmp_path / "powerstats.toml"
    path.write_text(FORMS[form])
    comments = [line.partition("#")[2] for line in FORMS[form].splitlines() if "#" in line]

    def save(document: TOMLDocument) -> settings.Settings:
        path.write_bytes(editing.written(document))
        return settings.load(path)

    document, before = editing.opened(path), settings.load(path)
    editing.rename(document, before, "a", "grid")
    between = save(document)
    assert between.flows is not None
    assert between.flows.grid == "-grid"
    editing.rename(document, between, "c d", "oven")
    renamed = save(document)
    assert renamed.entities == {"grid": "sensor.a", "b": "sensor.b", "oven": "sensor.c"}
    assert renamed.homeassistant.plausible == {"grid": (0, 1)}
    assert renamed.homeassistant.renamed == {"a": "grid", "c d": "oven"}
    assert renamed.flows is not None
    assert (renamed.flows.devices, renamed.flows.within) == (("b", "oven"), {"b": "oven"})

    editing.add(document, "sun", "sensor.sun")
    editing.take_out(document, "b")
    editing.set_roles(
        document,
        Roles.written({"grid": ["-grid"], "solar": ["sun"], "devices": ["oven"]}, {}),
    )
    after = save(document)
    assert after.entities == {"grid": "sensor.a", "oven": "sensor.c", "sun": "sensor.sun"}
    assert after.flows is not None
    assert after.flows.written == {"grid": ("-grid",), "solar": ("sun",), "devices": ("oven",)}
    assert after.flows.within == {}
    text = path.read_text()
    assert [each for each in comments if each not in text] == []
    if form == "tables":
        assert 'sun = "sensor.sun"\n\n# beyond it' in text
        assert "# what is what\n[flows]" in text
    assert after.paths == before.paths


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    """The same roles again leave each byte, in each form."""
    for form in FORMS.values():
        path = tmp_path / "powerstats.toml"
        path.write_text(form)
        flows = settings.load(path).flows
        assert flows is not None
        document = editing.opened(path)
        editing.set_roles(document, Roles.written(flows.written, flows.within))
        assert path.read_text() == editing.written(document).decode()


def test_names_that_come_back(tmp_path: Path) -> None:
    """A name that a series had before is forgotten; each earlier one leads to the present name."""
    path = tmp_path / "powerstats.toml"
    path.write_text(FORMS["tables"])
    known = []
    for old, new in [("a", "x"), ("x", "y"), ("y", "a"), ("a", "z")]:
        document = editing.opened(path)
        editing.rename(document, settings.load(path), old, new)
        path.write_bytes(editing.written(document))
        known.append(settings.load(path).homeassistant.renamed)
    assert known == [
        {"a": "x"},
        {"a": "y", "x": "y"},
        {"x": "a", "y": "a"},
        {"a": "z", "x": "z", "y": "z"},
    ]


def test_the_only_series_of_a_short_configuration(tmp_path: Path) -> None:
    """`entity_id` becomes a table with both."""
    path = tmp_path / "powerstats.toml"
    path.write_text(
        'timezone = "Europe/Vienna"\n[homeassistant]\nurl = "http://x"\nentity_id = "sensor.a"\n'
    )
    document = editing.opened(path)
    editing.add(document, "sun", "sensor.sun")
    path.write_bytes(editing.written(document))
    assert settings.load(path).entities == {"power": "sensor.a", "sun": "sensor.sun"}


@pytest.mark.parametrize("raw", [b"a = [", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_no_toml(raw: bytes, tmp_path: Path) -> None:
    """One line with the file's name."""
    path = tmp_path / "powerstats.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match=r"powerstats\.toml is no TOML"):
        editing.opened(path)
