"""The calendar years in `sync yearly`: all of them, and only those that differ."""

import shutil
from collections.abc import Sequence
from datetime import date

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, encode
from powerstats_cli.core.periods import DAY, day_start, days
from powerstats_cli.core.series import Series
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import AMSTERDAM, WATTS, YESTERDAY, ZONE, Device, messages, power

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]


def a_year(year: int, some: Sequence[date] = (), value: Value | None = None) -> Document:
    """Return a year's file with the given days, else with all of them."""
    whole = list(days(date(year, 1, 1), date(year + 1, 1, 1)))
    end = day_start(min(whole[-1] + DAY, YESTERDAY + DAY), AMSTERDAM)
    return Document(
        tier="year",
        timezone=ZONE,
        bucket="day",
        last_update=end,
        series={"power": Series(*WATTS, end)},
        points={
            day_start(day, AMSTERDAM): {"power": value or power(100.0 + day.day)}
            for day in some or whole
            if day <= YESTERDAY
        },
    )


def put(device: Device, *years: Document) -> None:
    """Write the files of years."""
    for document in years:
        path = device.data_dir / f"years/{year_of(document)}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(document))


def year_of(document: Document) -> int:
    """Return the year of a year's file."""
    return min(document.points).astimezone(AMSTERDAM).year


def there(repo: GitRepository) -> dict[str, bytes]:
    """Return the years in a repository."""
    files = repo.files() if "main" in repo.branches() else {}
    return {name[5:]: raw for name, raw in files.items() if name.startswith("data/years/")}


def here(device: Device) -> dict[str, bytes]:
    """Return the years of a device."""
    return {name: raw for name, raw in device.snapshot().items() if name.startswith("years/")}


def send(repo: GitRepository, *years: Document) -> str:
    """Commit the years of another device."""
    files = {f"data/years/{year_of(each)}.json": encode(each) for each in years}
    return repo.commit(files=files)


def complains(device: Device, *command: str, says: str) -> None:
    """Run a command that tells of a broken file, and does the rest."""
    result = device.run(*command)
    assert (result.exit_code, result.out) == (65, "")
    assert says in result.err


def test_only_years_that_differ_are_sent(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """At first all of them, each with its newest day, then one a night."""
    put(device, *map(a_year, (2023, 2024, 2025)))
    device.run_well("sync", "push", "yearly")
    assert there(repo) == here(device)
    assert messages(repo, "main")[:3] == [
        "years/2025.json up to 2025-11-23",
        "years/2024.json up to 2024-12-31",
        "years/2023.json up to 2023-12-31",
    ]
    put(device, a_year(2025, value=power(999.0)))
    github.log.clear()
    device.run_well("sync", "push", "yearly")
    asked = [(each.request.method, each.request.path.partition("?")[0]) for each in github.log]
    assert [(method, path.partition("/contents/data/")[2]) for method, path in asked] == [
        ("GET", "corrections.jsonl"),
        ("GET", "yearly.json"),
        ("GET", "years"),
        ("GET", "years/2025.json"),
        ("PUT", "years/2025.json"),
    ]
    assert there(repo) == here(device)
    head = repo.head()
    device.run_well("sync", "push", "yearly")
    assert repo.head() == head


def test_a_new_device_gets_all_years(repo: GitRepository, bare: Device) -> None:
    """`sync fetch` brings them, and names of others are left alone."""
    send(repo, *map(a_year, (2019, 2024)))
    repo.commit(files={"data/years/notes.txt": b"mine\n", "data/years/old/2018.json": b"{}"})
    head = repo.head()
    bare.run_well("sync", "fetch")
    assert here(bare) == {name: raw for name, raw in there(repo).items() if name[6:10].isdigit()}
    assert len(here(bare)) == 2
    assert repo.head() == head


@pytest.mark.parametrize("direction", [(), ("fetch",), ("push",)])
def test_years_are_merged(repo: GitRepository, bare: Device, direction: tuple[str, ...]) -> None:
    """Each side has days that the other lacks, or knows less of."""
    first, second, third = date(2024, 1, 1), date(2024, 2, 1), date(2024, 12, 31)
    ours, theirs = a_year(2024, [first, second]), a_year(2024, [second, third])
    theirs.points[day_start(second, AMSTERDAM)] = {"power": power(5.0, 0.5)}
    put(bare, ours)
    send(repo, theirs)
    bare.run_well("sync", *direction, *(["yearly"] if direction else []))
    merged = msgspec.structs.replace(ours, points={**theirs.points, **ours.points})
    merged.points = {start: merged.points[start] for start in sorted(merged.points)}
    assert here(bare)["years/2024.json"] == encode(ours if direction == ("push",) else merged)
    assert there(repo)["years/2024.json"] == encode(theirs if direction == ("fetch",) else merged)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "data/years/2023.json in octo/home is left alone"),
        (encode(a_year(2022)), "data/years/2023.json in octo/home is left alone: it holds year of"),
    ],
)
def test_a_broken_year_is_left_alone(
    content: bytes, says: str, repo: GitRepository, bare: Device
) -> None:
    """It is not overwritten, a line says so, and the other years are merged."""
    repo.commit(files={"data/years/2023.json": content})
    put(bare, *map(a_year, (2023, 2024)))
    complains(bare, "sync", says=says)
    assert there(repo) == {"years/2023.json": content, "years/2024.json": encode(a_year(2024))}


def test_a_broken_year_here_comes_back(repo: GitRepository, bare: Device) -> None:
    """`sync push` says how, and `sync fetch` sets the file aside and brings the other."""
    send(repo, a_year(2024))
    put(bare, a_year(2024))
    (bare.data_dir / "years/2024.json").write_bytes(b"{")
    complains(bare, "sync", "push", "yearly", says="`powerstats sync fetch yearly` brings back")
    complains(bare, "sync", "fetch", "yearly", says="made from data/years/2024.json in")
    assert here(bare)["years/2024.json"] == encode(a_year(2024))
    assert len(list((bare.data_dir / "years").glob("*.unreadable-*"))) == 1
