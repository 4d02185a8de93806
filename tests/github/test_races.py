"""Several writers at once, and a fault at every request: no bucket, file or commit is ever lost."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from powerstats_cli.core.documents import TierName, encode
from powerstats_cli.core.periods import DAY, day_start
from tests.faults.jobs import Job
from tests.faults.place import Runner
from tests.github.fake import Fault, GitHub, Request, Strike, Token, no_fault
from tests.github.fake.objects import Entry, MovedError
from tests.github.fake.repository import GitRepository
from tests.github.faults import (
    after,
    amid,
    bad_gateway,
    cut,
    dropped,
    garbled,
    instead,
    meanwhile,
    secondary_limit,
    too_many,
)
from tests.github.homes import (
    AMSTERDAM,
    PAGES,
    STRANGERS,
    TODAY,
    YESTERDAY,
    Device,
    a_tier,
    changed,
    decoded,
    device_at,
    past,
    power,
)

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page", "_sound"),
]

TIERS: tuple[TierName, ...] = ("monthly", "yearly")
MAIN = "refs/heads/main"
ENDS = {0, os.EX_DATAERR, os.EX_TEMPFAIL}
FAULTS: dict[str, Fault] = {
    "dropped": dropped,
    "done and dropped": after(dropped),
    "done and 502": after(bad_gateway),
    "500": instead(500),
    "429": too_many(0),
    "403": secondary_limit(retry_after="0"),
    "cut": cut,
    "garbled": garbled,
}
# After these a client does not know whether it was done.
UNKNOWN = ("dropped", "done and dropped", "done and 502", "cut", "garbled")
Known = dict[tuple[str, str, str], float]


# --- what is known ----------------------------------------------------------------------------


def known_in(files: Mapping[str, bytes]) -> Known:
    """Return the coverage of each bucket of long-term files, by tier, time and series."""
    found: Known = {}
    for path, raw in files.items():
        tier = path.rpartition("/")[2].removesuffix(".json")
        if tier in TIERS:
            for start, point in decoded(raw).points.items():
                for name, value in point.items():
                    found[tier, start.isoformat(), name] = value.coverage
    return found


def lost(before: Known, now: Known) -> Known:
    """Return the buckets of which less is known now."""
    return {bucket: share for bucket, share in before.items() if now.get(bucket, 0) < share}


class Watch:
    """Checks every commit of the data's branch: it must know all that the one before knew.

    `learnt` is the best that anyone ever knew of each bucket.
    """

    def __init__(self, repo: GitRepository) -> None:
        """Begin with the present head."""
        self.repo = repo
        self.newest = repo.head()
        self.known: Known = {}
        self.learnt: Known = {}
        self.commits = 0

    def note(self, found: Known) -> None:
        """Remember the best coverage of each bucket."""
        self.learnt |= {it: max(share, self.learnt.get(it, 0)) for it, share in found.items()}

    def look(self) -> None:
        """Look at the commits since the last look."""
        commits = self.repo.commits()
        shas = [commit.sha for commit in commits]
        for commit in reversed(commits[: shas.index(self.newest)]):
            files = {
                path: self.repo.blob(entry.sha)
                for path, entry in self.repo.walk(commit.tree)
                if entry.type == "blob"
            }
            assert not lost(self.known, known_in(files)), commit.message
            assert commit.tree != self.repo.read_commit(commit.parents[0]).tree, commit.message
            assert STRANGERS.items() <= files.items()
            self.known = known_in(files)
            self.commits += 1
        self.newest = shas[0]


# --- writers ----------------------------------------------------------------------------------


def learn(device: Device, random: Random, watch: Watch) -> None:
    """Add some days to a device's files, or more coverage, as a nightly step would."""
    for tier in TIERS:
        path = device.data_dir / f"{tier}.json"
        stored = decoded(path.read_bytes()) if path.exists() else past(tier, 0)
        is_news = False
        while not is_news:
            name = random.choice(["power", "heat_pump", "solar"])
            stored.series |= past(tier, 1, name=name).series
            start = day_start(TODAY - random.randint(1, 25) * DAY, AMSTERDAM)
            is_news = stored.put(start, name, power(2.0, random.randint(1, 100) / 100))
        device.put(stored)
    watch.note(known_in(device.snapshot()))


def third_writer(random: Random, watch: Watch) -> None:
    """Merge a point into the repository's file, as another program would, until that succeeds."""
    repo, tier = watch.repo, random.choice(TIERS)
    day = TODAY - random.randint(1, 25) * DAY
    mine = json.loads(encode(a_tier(tier, day, day, lambda _: power(9.0, 0.75))))
    (point,) = mine["data_points"]
    while True:
        head = repo.head()
        tree = repo.read_commit(head).tree
        entry = repo.entry(tree, f"data/{tier}.json")
        there = json.loads(repo.blob(entry.sha)) if entry else mine
        points = {point["timestamp"]: point for point in there["data_points"]}
        same = points.setdefault(point["timestamp"], point)
        if same.get("power", {"coverage": 0})["coverage"] < 0.75:
            same["power"] = point["power"]
        there["series"] = mine["series"] | there["series"]
        merged = there | {"data_points": sorted(points.values(), key=lambda it: it["timestamp"])}
        raw = encode(decoded(json.dumps(merged).encode()))
        new = repo.changed(tree, {f"data/{tier}.json": Entry("100644", repo.write("blob", raw))})
        try:
            if new != tree:
                repo.move(MAIN, repo.write_commit(new, [head], "Third").sha, head)
        except MovedError:
            continue
        watch.note(known_in({f"{tier}.json": raw}))
        return


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """Return the process that runs jobs."""
    with Runner() as runner:
        yield runner


@pytest.fixture
def devices(github: GitHub, tmp_path: Path) -> tuple[Device, Device]:
    """Return two devices; each has its own token, which tells the requests apart."""
    first, second = (
        device_at(github, tmp_path / name, github_token=f"github_pat_of_{name}")
        for name in ("attic", "cellar")
    )
    for device in (first, second):
        github.tokens[device.github_token] = Token()
    return first, second


def job(device: Device, *command: str) -> Job:
    """Return a job that runs a device's command without waiting."""
    arguments = tuple(device.arguments(*command))
    return Job(arguments=arguments, values={"powerstats_cli.github.client:FIRST_WAIT": 0.0})


class Nth:
    """Strikes one request of a device, counted from now on; then `left` is 0 or less."""

    def __init__(self, device: Device, number: int, fault: Fault) -> None:
        """Take the device, the number of its request, and the fault."""
        self.token = f"Bearer {device.github_token}"
        self.left = number
        self.fault = fault

    def __call__(self, request: Request) -> Fault | None:
        """Return the fault for the numbered request."""
        if request.headers["authorization"] != self.token:
            return None
        self.left -= 1
        return self.fault if self.left == 0 else None


def either(*strikes: Strike) -> Strike:
    """Strike a request if one of the strikes does."""
    return lambda request: next(filter(None, [strike(request) for strike in strikes]), None)


# --- sync -------------------------------------------------------------------------------------


def test_fifty_rounds_with_a_fault_at_every_request(
    github: GitHub, repo: GitRepository, devices: tuple[Device, Device], runner: Runner
) -> None:
    """Another device or a third writer comes between a device's requests; nothing is lost.

    Each fault strikes each request of a good run, and the other device has faults of its own.
    """
    random, watch, struck = Random(7), Watch(repo), 0

    def other_device() -> None:
        (ended,) = runner.run(job(other, "sync"))
        assert ended.exit_code in ENDS, ended

    def third() -> None:
        third_writer(random, watch)

    kinds = [
        *FAULTS.values(),
        *(kind(writer) for kind in (meanwhile, amid) for writer in (other_device, third)),
    ]
    for number in range(50):
        first, other = devices if number % 2 else devices[::-1]
        repo.lag = random.choice([0, 0, 0, 1, 2])
        learn(first, random, watch)
        learn(other, random, watch)
        strike = Nth(first, 1 + number // len(kinds), kinds[number % len(kinds)])
        github.strike = either(
            strike, Nth(other, random.randint(1, 6), random.choice([*FAULTS.values()]))
        )
        for device in (first, other):
            before = known_in(device.snapshot())
            result = device.run("sync")
            assert result.exit_code in ENDS, result
            assert not lost(before, known_in(device.snapshot()))
        watch.look()
        struck += strike.left <= 0
    assert struck >= 45
    assert watch.commits > 50
    end_well(github, watch, devices)


def end_well(github: GitHub, watch: Watch, devices: tuple[Device, Device]) -> None:
    """Give both the newest day and sync without a fault; then all three have the same bytes."""
    github.strike, watch.repo.lag = no_fault, 0
    for device in devices:
        for tier in TIERS:
            stored = device.document(f"{tier}.json")
            stored.series |= past(tier, 1).series
            stored.put(day_start(YESTERDAY, AMSTERDAM), "power", power(7.0))
            device.put(stored)
    for device in (*devices, devices[0]):
        device.run_well("sync")
    for tier in TIERS:
        there = watch.repo.files()[f"data/{tier}.json"]
        for device in devices:
            assert (device.data_dir / f"{tier}.json").read_bytes() == there
    watch.look()
    assert not lost(watch.learnt, watch.known)
    for device in devices:
        device.run_well("sync")
    assert watch.repo.head() == watch.newest


def test_real_processes_at_once(
    github: GitHub, repo: GitRepository, devices: tuple[Device, Device], runner: Runner
) -> None:
    """Both devices run at the same time, twice each, while a third writer commits."""
    random, watch = Random(11), Watch(repo)
    for number, fault in enumerate([*FAULTS.values()][:6]):
        for device in devices:
            learn(device, random, watch)
        github.strike = either(*(Nth(device, random.randint(1, 4), fault) for device in devices))
        third = Thread(target=write_often, args=(Random(number), watch))
        third.start()
        before = [known_in(device.snapshot()) for device in devices]
        ended = runner.run(*(job(device, "sync") for device in (*devices, *devices)))
        third.join()
        assert {result.exit_code for result in ended} <= ENDS, ended
        for device, had in zip(devices, before, strict=True):
            assert not lost(had, known_in(device.snapshot()))
        watch.look()
    end_well(github, watch, devices)


def write_often(random: Random, watch: Watch) -> None:
    """Write as the third writer ten times."""
    for _ in range(10):
        third_writer(random, watch)


# --- publish ----------------------------------------------------------------------------------


@pytest.mark.parametrize("history", ["keep", "squash"])
def test_a_publish_with_a_fault_at_every_request(
    github: GitHub, repo: GitRepository, device: Device, history: str
) -> None:
    """Each fault strikes each request: by the next run at the latest, there is one commit.

    Another's commit at any moment stays; a forced move has none left after its last look.
    """
    device.configure(publish={"history": history}, github_token=github.token)
    repo.commit(PAGES, STRANGERS)
    device.run_well("publish")
    others, ours, theirs = dict(STRANGERS), 1, 1

    def commit() -> None:
        nonlocal theirs
        others[f"theirs/{theirs}"] = b"1"
        repo.commit(PAGES, {f"theirs/{theirs}": b"1"})
        theirs += 1

    moves = 6 if history == "keep" else 8
    for position in range(1, moves + 1):
        has_more = history == "keep" or position < moves
        others_at = [meanwhile(commit), amid(commit)] if has_more else []
        for fault in [FAULTS[name] for name in UNKNOWN] + others_at:
            device.put(changed("monthly", 30, ours))
            ours += 1
            github.strike = strike = Nth(device, position, fault)
            assert device.run("publish").exit_code in {0, os.EX_TEMPFAIL}
            assert strike.left <= 0
            github.strike = no_fault
            device.run_well("publish")
            assert repo.files(PAGES) == others | device.site
            if history == "keep":
                assert len(repo.commits(PAGES)) == ours + theirs
            else:
                messages = [commit.message for commit in repo.commits(PAGES)]
                assert messages.count("Another writer's") == theirs
                assert len(messages) <= 2 * theirs + 1
