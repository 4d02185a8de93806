"""Editions of the tz database that differ in one zone, made by the system's compiler `zic`."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.needs import unable

# Lebanon announced that clocks go forward on 21 April 2023, and took it back within days.
BEIRUT = """
Rule LB 1993 2022 - Mar lastSun 0:00 1:00 S
Rule LB 2023 only - {march_or_april} 0:00 1:00 S
Rule LB 2024 max - Mar lastSun 0:00 1:00 S
Rule LB 1999 max - Oct lastSun 0:00 0 -
Zone Asia/Beirut 2:00 LB EE%sT
"""
# Paraguay decided in October 2024 to keep its summer time.
ASUNCION = """
Rule PY 2010 max - Oct Sun>=1 0:00 1:00 -
Rule PY 2013 max - Mar Sun>=22 0:00 0 -
Zone America/Asuncion -4:00 PY -04/-03{until}
"""
# A made-up change by half an hour at an odd time of the day.
LORD_HOWE = """
Rule LH 2008 max - Apr Sun>=1 2:00 0 -
Rule LH 2008 max - Oct Sun>=1 2:00 0:30 -
Zone Australia/Lord_Howe 10:30 LH +1030/+11{until}
"""


@dataclass(frozen=True)
class Edition:
    """A folder of compiled zones, and the one zone in it."""

    folder: Path
    zone: ZoneInfo


def edition(folder: Path, name: str, rules: str) -> Edition:
    """Compile the rules of a zone; skip the test if there is no compiler."""
    compiler = shutil.which("zic", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if compiler is None:
        unable("needs the program zic")
    folder.mkdir(parents=True)
    source = folder / "rules"
    source.write_text(rules)
    subprocess.run([compiler, "-b", "fat", "-d", str(folder), str(source)], check=True)
    with (folder / name).open("rb") as compiled:
        return Edition(folder, ZoneInfo.from_file(compiled, key=name))


def two_editions(folder: Path, name: str) -> tuple[Edition, Edition]:
    """Return an edition of before a zone's rules changed, and one of after."""
    if name == "Asia/Beirut":
        old = BEIRUT.format(march_or_april="Apr 21")
        new = BEIRUT.format(march_or_april="Mar lastSun")
    elif name == "America/Asuncion":
        old = ASUNCION.format(until="")
        new = ASUNCION.format(until=" 2024 Oct 15\n-3:00 - -03")
    else:
        old = LORD_HOWE.format(until="")
        new = LORD_HOWE.format(until=" 2024 Nov 1\n11:00 - +11")
    return edition(folder / "old", name, old), edition(folder / "new", name, new)
