"""The health that a survey shows: what is overdue and why, what is known, and what is silent."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Latest, Point
from powerstats_cli.core.health import (
    TOKEN_WARNING,
    GitHubHealth,
    Health,
    StepHealth,
    Survey,
    assess,
)
from powerstats_cli.core.periods import DAY, HOUR, MINUTE, SECOND, day_start
from powerstats_cli.core.runs import Pause, Run
from powerstats_cli.core.series import Series

ZONE = ZoneInfo("Europe/Amsterdam")
TODAY = date(2025, 11, 22)
MIDNIGHT = day_start(TODAY, ZONE)
UNTIL = MIDNIGHT + 10 * HOUR
NOW = UNTIL + 3 * MINUTE
NAMES = ("power", "energy")
FILES = ("daily", "weekly", "monthly", "yearly")
GITHUB = GitHubHealth("me/home", "gh-pages", ())


def point(coverage: float = 1.0) -> Point:
    """Return a bucket of ten minutes of 600 W, of which a share is known."""
    kwh = 0.1 * coverage
    return {
        "power": Value(mean=600, min=600, max=600, kwh=kwh, coverage=coverage),
        "energy": Value(change=kwh, state=1000, coverage=coverage),
    }


def daily(
    names: Iterable[str] = NAMES, *, until: datetime = UNTIL, known: timedelta = 10 * HOUR
) -> Document:
    """Return today's file, in which the first hours after midnight are known."""
    starts = [MIDNIGHT + number * 10 * MINUTE for number in range(known // (10 * MINUTE))]
    units = {"power": ("W", "measurement"), "energy": ("kWh", "total_increasing")}
    return Document(
        tier="daily",
        timezone=ZONE.key,
        bucket="10min",
        day=TODAY,
        last_update=until,
        series={name: Series(*units[name], until) for name in names},  # type: ignore[arg-type]
        points={start: point() for start in starts},
        latest={"power": Latest(starts[-1], 600.0)} if starts else {},
    )


def rolled_up(tier: str, until: datetime = MIDNIGHT) -> Document:
    """Return a tier's file that has yesterday."""
    return Document(
        tier=tier,  # type: ignore[arg-type]
        timezone=ZONE.key,
        bucket="hour" if tier == "weekly" else "day",
        last_update=until,
        series={
            "power": Series("W", "measurement", until),
            "energy": Series("kWh", "total_increasing", until),
        },
        points={until - DAY: point()},
    )


def surveyed(**changes: object) -> Survey:
    """Return a home in which all is well, with changes."""
    usual = Survey(
        names=NAMES,
        minutes=10,
        zone=ZONE,
        documents={"daily": daily(), **{tier: rolled_up(tier) for tier in FILES[1:]}},
        sizes={"daily.json": 5000, "archive/2025-11-21.json": 700, "archive/2025-11-20.json": 600},
        archived=[TODAY - 2 * DAY, TODAY - DAY],
    )
    fields = {name: getattr(usual, name) for name in usual.__slots__}
    return Survey(**{**fields, **changes})


def overdue(health: Health) -> list[str]:
    """Return the names of the steps that are overdue."""
    return [step.name for step in health.steps if step.is_stale]


def step_of(health: Health, name: str) -> StepHealth:
    """Return a step."""
    return next(step for step in health.steps if step.name == name)


def with_run(name: str, ended: datetime, exit_code: int = 0, message: str = "") -> dict[str, Run]:
    """Return a step's last run."""
    succeeded = None if exit_code else ended
    return {name: Run(ended=ended, exit_code=exit_code, message=message, succeeded=succeeded)}


def test_all_is_well() -> None:
    """Nothing is overdue, and today is known as far as it was asked for."""
    health = assess(surveyed(), NOW)
    assert not health.is_stale
    assert overdue(health) == []
    assert [series.known for series in health.series] == [1.0, 1.0]
    assert [series.energy for series in health.series] == [pytest.approx(6.0)] * 2
    first = health.files[0]
    assert (first.name, first.size, first.points, first.known) == ("daily.json", 5000, 60, 1.0)
    assert first.span is not None
    assert (first.span.start, first.span.end) == (MIDNIGHT, UNTIL)
    assert (health.archive.points, health.archive.size) == (2, 1300)


@pytest.mark.parametrize(
    ("after", "expected"),
    [(20 * MINUTE, []), (20 * MINUTE + SECOND, ["collect"])],
)
def test_collect_may_miss_one_interval(after: timedelta, expected: list[str]) -> None:
    """Two intervals after the newest bucket it is overdue, since the end of that bucket."""
    health = assess(surveyed(), UNTIL + after)
    assert overdue(health) == expected
    assert step_of(health, "collect").stale_since == (UNTIL if expected else None)


def test_the_interval_of_the_file_counts() -> None:
    """A changed interval applies from the next day on."""
    assert overdue(assess(surveyed(minutes=1), NOW)) == []
    assert overdue(assess(surveyed(minutes=1, documents={}, archived=[]), NOW)) == ["collect"]


def test_one_series_is_enough() -> None:
    """A series that was never read makes `collect` overdue, and so does one that is late."""
    for names in ((), ("power",)):
        documents = {**surveyed().documents, "daily": daily(names)}
        assert overdue(assess(surveyed(documents=documents), NOW)) == ["collect"]


@pytest.mark.parametrize("tier", FILES[1:])
def test_a_nightly_step_lacks_a_day(tier: str) -> None:
    """A closed day that is not in a tier is told half an hour after the step's time."""
    documents = {**surveyed().documents, tier: rolled_up(tier, MIDNIGHT - DAY)}
    step = f"aggregate {tier}"
    due = {"weekly": 2, "monthly": 5, "yearly": 15}[tier] * MINUTE
    fresh = {**documents, "daily": daily(until=MIDNIGHT + HOUR, known=HOUR)}
    in_time = assess(surveyed(documents=fresh), MIDNIGHT + due + 30 * MINUTE)
    late = assess(surveyed(documents=fresh), MIDNIGHT + due + 30 * MINUTE + SECOND)
    assert (overdue(in_time), overdue(late)) == ([], [step])
    assert step_of(late, step).stale_since == MIDNIGHT + due
    assert "never run" in step_of(late, step).why


def test_rotate_lacks_yesterday() -> None:
    """A day that is still open after its end is told."""
    until = MIDNIGHT + DAY + HOUR
    documents = {**surveyed().documents, "daily": daily(until=until)}
    health = assess(surveyed(documents=documents), until)
    assert overdue(health) == ["rotate"]
    assert step_of(health, "rotate").stale_since == MIDNIGHT + DAY


def test_optional_steps_are_overdue_only_if_they_ran() -> None:
    """A home that never published lacks nothing; `sync` is there if GitHub is configured."""
    assert "publish" not in overdue(assess(surveyed(), NOW))
    assert not any(step.name.startswith("sync") for step in assess(surveyed(), NOW).steps)
    runs = with_run("publish", NOW - 2 * HOUR - SECOND) | with_run("sync monthly", NOW - 2 * DAY)
    health = assess(surveyed(github=GITHUB, runs=runs), NOW)
    assert overdue(health) == ["sync monthly", "publish"]


@pytest.mark.parametrize(
    ("ended", "exit_code", "why"),
    [
        (None, 0, "it has never run"),
        (NOW + 30 * MINUTE, 75, "its last run failed: no route"),
        (NOW, 75, "it failed and has not run again, is cron running? no route"),
        (NOW, 0, "it ran well and has not run again"),
        (NOW + 35 * MINUTE, 0, "it runs well, but has not done all yet"),
    ],
)
def test_why(ended: datetime | None, exit_code: int, why: str) -> None:
    """A failure is told from a cron that does not run, and from a step that is not done yet."""
    runs = with_run("collect", ended, exit_code, "no route") if ended else {}
    step = step_of(assess(surveyed(runs=runs), NOW + 40 * MINUTE), "collect")
    assert step.is_stale
    assert step.why.startswith(why)


def test_a_pause_makes_nothing_overdue() -> None:
    """No step is due in a pause without an end; a long one is told itself."""
    pause = Pause(UNTIL, None)
    health = assess(surveyed(pause=pause), UNTIL + HOUR)
    assert (overdue(health), health.is_stale, health.pause) == ([], False, pause)
    assert {step.due for step in health.steps} == {None}
    long = assess(surveyed(pause=pause), UNTIL + 30 * DAY)
    assert (overdue(long), long.is_paused_long, long.is_stale) == ([], True, True)
    over = Pause(UNTIL - HOUR, UNTIL - MINUTE)
    assert assess(surveyed(pause=over), NOW).pause is None


@pytest.mark.parametrize(("silence", "is_told"), [(DAY - 10 * MINUTE, False), (DAY, True)])
def test_silence(silence: timedelta, is_told: bool) -> None:  # noqa: FBT001
    """Sensors that have had no number for a day are told, though each step runs well."""
    last = MIDNIGHT + 10 * MINUTE
    until = last + silence
    daily_file = daily(until=until, known=10 * MINUTE)
    documents = {**surveyed().documents, "daily": daily_file}
    health = assess(surveyed(documents=documents), until)
    assert health.silent_since == (last if is_told else None)
    assert health.is_stale == (is_told or bool(overdue(health)))


def test_nothing_there_yet() -> None:
    """A new home has no file, no number and no span."""
    health = assess(surveyed(documents={}, sizes={}, archived=[]), NOW)
    assert overdue(health) == ["collect"]
    assert {(file.points, file.span, file.known) for file in health.files} == {(0, None, None)}
    assert (health.archive.span, health.silent_since, health.today) == (None, None, None)
    assert [series.latest for series in health.series] == [None, None]


def test_half_of_the_day_is_known() -> None:
    """The known share counts from the day's start to what was asked for; the cells show where."""
    documents = {**surveyed().documents, "daily": daily(known=5 * HOUR)}
    health = assess(surveyed(documents=documents), NOW)
    assert [series.known for series in health.series] == [0.5, 0.5]
    assert health.files[0].known == 0.5
    assert health.files[0].cells == (1.0,) * 6 + (0.0,) * 6


@pytest.mark.parametrize(
    ("left", "is_told"),
    [(TOKEN_WARNING, True), (TOKEN_WARNING + SECOND, False), (-DAY, True)],
)
def test_a_token_that_ends(left: timedelta, is_told: bool) -> None:  # noqa: FBT001
    """The end of the token for GitHub is told two weeks before, and after it."""
    expires = NOW + left
    github = GitHubHealth("me/home", "gh-pages", (), expires)
    assert assess(surveyed(github=github), NOW).token_expires == (expires if is_told else None)
    assert assess(surveyed(github=GITHUB), NOW).token_expires is None


def test_broken_files_that_were_set_aside_are_named() -> None:
    """What was found broken is told, and is no reason to be overdue."""
    health = assess(surveyed(aside=["daily.json.broken"]), NOW)
    assert (health.aside, health.is_stale) == (("daily.json.broken",), False)
