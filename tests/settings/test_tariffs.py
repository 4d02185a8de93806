"""`[tariffs]`: a line for each mistake in it."""

from pathlib import Path

import pytest

from tests.settings.contracting import (
    ENERGY,
    HOME,
    LINES,
    MONEY,
    TARIFF,
    complaint,
    contract,
    of_line,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the configuration has no [tariffs]: begin with [money]"),
        ("[tariffs]", "the configuration has no [tariffs]: begin with [money]"),
        ("[tariffs]\nlines = []", "tariffs.lines: must be a table"),
        ("[[tariffs]]\nname = 'a'", "tariffs: Expected `object`, got `array`"),
        ("[tariffs.go]\nfrom = 2025-05-01", "tariffs.go: has neither lines nor plus"),
        ("[tariffs.go]\nline = []", "tariffs.go.line: unknown key"),
        ('[tariffs.go]\nfrom = "2025-05-01"', "tariffs.go.from: must be a day"),
        ("[tariffs.go]\nfrom = 2025-05-01T10:00:00", "tariffs.go.from: must be a day"),
        ("[tariffs.go]\nfrom = 10:00:00", "tariffs.go.from: must be a day"),
        (TARIFF + "until = 2025-05-01\n" + LINES, "tariffs.go.until: must be after from"),
        (TARIFF + "until = 2025-04-01\n" + LINES, "tariffs.go.until: must be after from"),
        ("[tariffs.go]\nuntil = 2025-04-01\n" + LINES, "tariffs.go.until: must be after from"),
        (TARIFF + "plus = 'taxes'\n", "tariffs.go.plus: Expected `array`, got `str`"),
        (TARIFF + 'name = ""\nlines = 3', "tariffs.go.lines: Expected `array`, got `int`"),
        (TARIFF + "lines = [3]", "tariffs.go.lines[0]: Expected `object`, got `int`"),
        (TARIFF + 'name = " "\n' + LINES, "tariffs.go.name: ' ' is no name"),
        (
            TARIFF + 'plus = ["taxs"]\n[tariffs.taxes]\n' + LINES,
            "tariffs.go.plus: there is no tariff 'taxs': is it taxes",
        ),
        (
            TARIFF + 'plus = ["a"]\n[tariffs.a]\nplus = ["go"]\n' + LINES,
            "tariffs.go.plus: tariffs go round in a circle: go > a > go",
        ),
        (TARIFF + 'plus = ["go"]\n' + LINES, "tariffs.go.plus: tariffs go round in a circle"),
        (
            TARIFF + LINES + "[tariffs.b]\nfrom = 2025-05-01\n" + LINES,
            "tariffs: tariffs 'b' and 'go' both begin on 2025-05-01",
        ),
        ('[tariffs."--json"]\n' + LINES, "tariffs.--json: '--json' is no name"),
    ],
)
def test_mistakes_in_tariffs(text: str, expected: str, tmp_path: Path) -> None:
    """Without a tariff the line says how to begin."""
    assert complaint(f"{MONEY}{text}\n", tmp_path).startswith(expected)


PATH = "tariffs.go.lines[0]"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f'{{ {ENERGY}, rate = "0.3" }}', ".rate: line 'Energy': Expected `float | object`"),
        (f"{{ {ENERGY}, rate = true }}", ".rate: line 'Energy': Expected `float | object`"),
        (f"{{ {ENERGY}, rate = nan }}", ": line 'Energy': a number must be finite"),
        (f"{{ {ENERGY}, rate = inf }}", ": line 'Energy': a number must be finite"),
        (f"{{ {ENERGY}, rate = 1e999 }}", ": line 'Energy': a number must be finite"),
        (f"{{ {ENERGY}, rate = {'9' * 400} }}", ".rate: line 'Energy': Number out of range"),
        (f"{{ {ENERGY}, rate = {{ night = '1' }} }}", ".rate.night: line 'Energy': Expect"),
        (
            f"{{ {ENERGY}, rate = {{ nigth = 1 }} }}",
            ".rate: line 'Energy': there is no zone 'nigth': is it night",
        ),
        (f"{{ {ENERGY}, rate = 1, only = 'rest' }}", ".only: line 'Energy': there is no zo"),
        (f"{{ {ENERGY}, rat = 1 }}", ".rat: line 'Energy': unknown key"),
        ("{ per = 'import', rate = 1 }", ".name: is missing"),
        ("{ name = '', per = 'import', rate = 1 }", ": line '': a line needs a name"),
        ("{ name = ' ', per = 'import', rate = 1 }", ".name: ' ' is no name"),
        ("{ name = 7, per = 'import', rate = 1 }", ".name: Expected `str`, got `int`"),
        (f"{{ {ENERGY} }}", ": line 'Energy': a line has one of rate, price, blocks and"),
        (f"{{ {ENERGY}, rate = 1, from = '2025-01-01' }}", ".from: must be a day"),
        (f"{{ {ENERGY}, rate = 1, until = 2025-01-01T00:00:00 }}", ".until: must be a day"),
        (
            f"{{ {ENERGY}, rate = 1, from = 2025-01-02, until = 2025-01-01 }}",
            ": line 'Energy': from must be before until",
        ),
        (f"{{ {ENERGY}, blocks = [{{ to = 1 }}] }}", ".blocks[0].rate: line 'Energy': is mi"),
        (f"{{ {ENERGY}, blocks = [{{ rate = 1, t = 2 }}] }}", ".blocks[0].t: line 'Energy'"),
        (f"{{ {ENERGY}, blocks = [], rate = 1, whole = true }}", ": line 'Energy': over and"),
        (f"{{ {ENERGY}, rate = 1, over = 'day' }}", ": line 'Energy': over and whole go"),
        (f"{{ {ENERGY}, rate = 1, highest = 3 }}", ": line 'Energy': minutes, highest, mon"),
        (f"{{ {ENERGY}, rate = 1, of = 'x' }}", ": line 'Energy': of goes with percent"),
        (
            f"{{ {ENERGY}, rate = 1, less = 'import', within = 60 }}",
            ": line 'Energy': less is the same as per",
        ),
        (
            "{ name = 'A', per = 'imports', rate = 1 }",
            ".per: line 'A': 'imports' is neither a flow nor a series: is it import",
        ),
        ("{ name = 'A', per = 'kw month', rate = 1 }", ".per: line 'A': 'kw month' is neith"),
        ("{ name = 'A', per = 'Day', rate = 1 }", ".per: line 'A': 'Day' is neither a flow "),
        ("{ name = 'A', per = 'week', rate = 1 }", ".per: line 'A': 'week' is neither a flo"),
        ("{ name = 'A', per = 'epex', rate = 1 }", ".per: line 'A': 'epex' is a price"),
        (f"{{ {ENERGY}, rate = 1, less = 'feed', within = 60 }}", ".less: line 'Energy': 'f"),
        ("{ name = 'A', per = 'kW day', rate = 1, of = 'hom' }", ".of: line 'A': 'hom' is "),
        ("{ name = 'A', per = 'kW day', rate = 1, of = ['house'] }", ": line 'A': of is one"),
        (
            "{ name = 'A', per = 'kW day', rate = 1, minutes = 15 }",
            ".minutes: line 'A': must be a multiple of the interval of 10",
        ),
        (
            f"{{ {ENERGY}, price = 'epx' }}",
            ".price: line 'Energy': 'epx' is not in [prices]: is it epex",
        ),
        (f"{{ {ENERGY}, price = 'grid_in' }}", ".price: line 'Energy': 'grid_in' is not in"),
        (
            f"{{ {ENERGY}, rate = {{ peak = 1, late = 2 }} }}",
            ".rate: line 'Energy': zones late and peak overlap, such as on Thu 2025-05-01 20:00",
        ),
        ("{ name = 'VAT', percent = 21 }", ".percent: line 'VAT': no line is above it in 'go"),
        ("{ name = 'VAT', percent = nan }", ": line 'VAT': a number must be finite"),
        ("{ name = 'VAT', percent = 21, of = 'VAT' }", ".of: line 'VAT': there is no other"),
        (
            f"{{ name = 'VAT', percent = 21, of = ['Enrgy'] }}, {{ {ENERGY}, rate = 1 }}",
            ".of: line 'VAT': there is no other line 'Enrgy' in 'go': is it Energy",
        ),
    ],
)
def test_mistakes_in_a_line(line: str, expected: str, tmp_path: Path) -> None:
    """The line of a tariff has its number and its name."""
    assert of_line(line, tmp_path).startswith(PATH + expected)


def test_percents_of_each_other(tmp_path: Path) -> None:
    """No line of a circle is first."""
    said = of_line(
        "{ name = 'A', percent = 1, of = 'B' }, { name = 'B', percent = 1, of = 'A' }", tmp_path
    )
    assert said.startswith("tariffs.go.lines: percents go round in a circle: ")


def test_flows_that_no_table_names(tmp_path: Path) -> None:
    """Names suggest roles for a curve, but a bill needs them said."""
    home = HOME.replace("[flows]", "[publish]\n# ").replace('import = "', '# "')
    home = home.replace('export = "', '# "')
    said = complaint(MONEY + TARIFF + LINES, tmp_path, home)
    assert said == f"{PATH}.per: line 'Energy': import is a flow: say in [flows] which series it is"
    assert contract(MONEY + TARIFF + LINES.replace("import", "grid_in"), tmp_path, home).lines("go")


def test_flows_that_the_home_has_not(tmp_path: Path) -> None:
    """No sun is nothing that is sold, but a bill without what comes from the grid is a mistake."""
    home = HOME.replace('export = "', 'house = "')
    for flow in ("import", "export", "solar", "charge", "discharge", "house"):
        assert contract(MONEY + TARIFF + LINES.replace("import", flow), tmp_path, home).tariffs
    home = home.replace('import = "', 'solar = "')
    said = complaint(MONEY + TARIFF + LINES, tmp_path, home)
    assert said == f"{PATH}.per: line 'Energy': [flows] has no series of import or grid"
    home = home.replace('solar = "', 'grid = "')
    assert contract(MONEY + TARIFF + LINES, tmp_path, home).tariffs
    home = home.replace('grid = "', 'export = "').replace('house = "', 'solar = "')
    said = complaint(MONEY + TARIFF + LINES.replace("import", "house"), tmp_path, home)
    assert said.endswith("[flows] has no series of house or import or grid")


def test_a_percent_of_lines_in_another_tariff(tmp_path: Path) -> None:
    """A part is judged in each tariff that has it."""
    part = "[tariffs.vat]\nlines = [{ name = 'VAT', percent = 21, of = 'Energy' }]\n"
    whole = MONEY + TARIFF + "plus = ['vat']\n" + LINES + part
    assert [line.name for line in contract(whole, tmp_path).lines("go")] == ["Energy", "VAT"]
    other = "[tariffs.other]\nplus = ['vat']\nlines = [{ name = 'E', per = 'import', rate = 1 }]\n"
    said = complaint(whole + other, tmp_path)
    assert said.startswith(
        "tariffs.vat.lines[0].of: line 'VAT': there is no other line 'Energy' in"
    )
