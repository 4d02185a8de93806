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


MONEY = {
    "tables": """
[prices]
spot = { step = 15 }  # of the market

[money]
currency = "EUR"
also = [
  "import", # the meter
  "boiler",
]

[tariffs.one]
from = 2025-01-01
lines = [
  { name = "boiler", per = "boiler", less = "spot_in", within = 60, rate = 0.1 }, # hot
  { name = "Spot", per = "import", price = "spot" },
]
[zones]
night = ["23:00-07:00"]

[tariffs.two]
lines = [
  { name = "kW", per = "kW month", of = "boiler", rate = 1, minutes = 30 },
  { name = "VAT", percent = 21, of = ["boiler"] },
]
""",
    "lines as tables": """
prices.spot.step = 15 # of the market
money = {currency = "EUR", also = ["import", "boiler"]}
[[tariffs.one.lines]]
name = "boiler"
per = "boiler" # hot
less = "spot_in"
within = 60
rate = 0.1
[[tariffs.one.lines]]
name = "Spot"
per = "import"
price = "spot"
[tariffs.one]
from = 2025-01-01
[[tariffs.two.lines]]
name = "kW"
per = "kW month"
of = "boiler"
rate = 1
minutes = 30
[[tariffs.two.lines]]
name = "VAT"
percent = 21
of = ["boiler"]
""",
}
SERIES = """
timezone = "Europe/Vienna"
homeassistant.url = "http://x:1"
homeassistant.entities.import = "sensor.import"
homeassistant.entities.boiler = "sensor.boiler"
homeassistant.entities.spot = "sensor.spot"
homeassistant.entities.spot_in = "sensor.spot_in"
flows.import = "import"
"""


@pytest.mark.parametrize("form", MONEY)
def test_series_of_money(form: str, tmp_path: Path) -> None:
    """Prices, the ledger and lines have the new name; flows and names of lines stay."""
    path = tmp_path / "powerstats.toml"
    path.write_text(SERIES + MONEY[form])
    document = editing.opened(path)
    for old, new in (("boiler", "hot_water"), ("spot", "epex"), ("import", "meter")):
        editing.rename(document, settings.load(path), old, new)
        path.write_bytes(editing.written(document))
    renamed = settings.load(path)
    assert renamed.prices.keys() == {"epex"}
    assert renamed.money["also"] == ["meter", "hot_water"]
    one = renamed.tariffs["one"]["lines"]
    assert [(line["name"], line["per"]) for line in one] == [
        ("boiler", "hot_water"),
        ("Spot", "import"),
    ]
    assert (one[0]["less"], one[1]["price"]) == ("spot_in", "epex")
    assert [line["of"] for line in renamed.tariffs["two"]["lines"]] == ["hot_water", ["boiler"]]
    text = path.read_text()
    comments = [line.partition("#")[2] for line in MONEY[form].splitlines() if "#" in line]
    assert [each for each in comments if each not in text] == []

    document = editing.opened(path)
    editing.take_out(document, "epex")
    editing.take_out(document, "hot_water")
    path.write_bytes(editing.written(document))
    assert settings.load(path).prices == {}
    assert settings.load(path).money["also"] == ["meter"]


@pytest.mark.parametrize(
    "tables", ["tariffs = 5", "tariffs.a = 5", "tariffs.a.lines = [7, {per = 7}]"]
)
def test_tables_of_money_that_are_wrong(tables: str, tmp_path: Path) -> None:
    """A series can be renamed all the same: they are mended by a person."""
    path = tmp_path / "powerstats.toml"
    path.write_text(f"money = 7\n{tables}\n{SERIES}")
    document = editing.opened(path)
    editing.rename(document, settings.load(path), "boiler", "hot_water")
    editing.take_out(document, "spot_in")
    path.write_bytes(editing.written(document))
    assert settings.load(path).entities.keys() == {"import", "hot_water", "spot"}


@pytest.mark.parametrize(
    "prices",
    [
        "[prices]\nspot = { step = 15 } # a\nb = { step = 5 }\n[paths]\n",
        "[prices]\nspot.step = 15 # a\nb.step = 5\n[paths]\n",
        "[prices.spot] # a\nstep = 15\n[prices.b]\nstep = 5\n[paths]\n",
        "[prices.b]\nstep = 5\n[paths]\n[prices.spot]\nstep = 15 # a\nbilled = 60\n",
        "prices.b.step = 5\nprices.spot.step = 15 # a\n[paths]\n",
        "prices = { b.step = 5, spot = { step = 15 } } # a\n[paths]\n",
    ],
)
def test_a_price_in_each_form(prices: str, tmp_path: Path) -> None:
    """Its step stays, and so does the other price."""
    path = tmp_path / "powerstats.toml"
    series = f"{SERIES}homeassistant.entities.b = 'sensor.b'\n"
    path.write_text(f"{series}{prices}")
    before, document = settings.load(path), editing.opened(path)
    editing.rename(document, before, "spot", "epex")
    path.write_bytes(editing.written(document))
    after = settings.load(path)
    assert after.prices == {"epex": before.prices["spot"], "b": before.prices["b"]}
    assert "# a" in path.read_text()
    assert after.paths == before.paths
