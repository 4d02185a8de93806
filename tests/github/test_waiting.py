"""Failures that may pass are waited for, and the request is sent again."""

import re
import shutil
from datetime import datetime, timedelta

import pytest

from powerstats_cli.errors import RefusedError, TryAgainError
from tests.github.fake import Fault, GitHub
from tests.github.faults import (
    always,
    answers,
    bad_gateway,
    cut,
    dropped,
    instead,
    primary_limit,
    secondary_limit,
    too_many,
)
from tests.github.homes import AMSTERDAM, NOW
from tests.github.waiting import Time, remote_of

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]
REACHED = NOW + timedelta(seconds=90)
LIMITS: dict[str, tuple[Fault, list[float]]] = {
    "429 with its seconds": (too_many(7), [7]),
    "at once": (too_many(0), [0]),
    "403 with its seconds": (secondary_limit(retry_after="30"), [30]),
    "the hour's requests": (primary_limit(REACHED), [90]),
    "the hour's requests, just now": (primary_limit(NOW), [1]),
    "the hour's requests, long ago": (primary_limit(NOW - timedelta(hours=3)), [1]),
    "too much at once": (secondary_limit(), [60]),
    "429 and no more": (instead(429, "Too many requests"), [60]),
    "a date": (instead(429, "x", retry_after="Mon, 24 Nov 2025 09:25:00 GMT"), [60]),
    "below zero": (instead(429, "x", retry_after="-5"), [60]),
    "no number": (instead(429, "x", retry_after="nan"), [60]),
    "for ever": (instead(429, "x", retry_after="inf"), [60]),
    "beyond all time": (instead(429, "x", retry_after="1e300"), [60]),
    "500": (instead(500), [1]),
    "503 with its seconds": (instead(503, "Down", retry_after="12"), [12]),
    "502": (bad_gateway, [1]),
    "dropped": (dropped, [1]),
    "cut": (cut, [1]),
}


@pytest.mark.parametrize(("fault", "waits"), LIMITS.values(), ids=LIMITS)
def test_what_may_pass_is_waited_for(
    asked: GitHub, time: Time, fault: Fault, waits: list[float]
) -> None:
    """It waits as long as GitHub asks, by GitHub's clock, or a second, and sends it again."""
    asked.strike = answers(fault)
    with remote_of(asked, time) as remote:
        assert remote.default_branch() == "main"
    assert time.waits == waits
    assert len({(exchange.request.method, exchange.request.path) for exchange in asked.log}) == 1


LONGER: dict[str, tuple[list[Fault], list[float], str]] = {
    "500s": ([instead(500)] * 9, [1, 2, 4, 8], "answered 500 (Server Error)"),
    "dropped": ([dropped] * 9, [1, 2, 4, 8], "cannot be reached"),
    "mixed": ([dropped, instead(503), too_many(5), bad_gateway], [1, 2, 5, 8], ""),
    "too much at once, twice": ([secondary_limit()] * 9, [60], "try again after"),
    "the hour's requests": ([primary_limit(NOW + timedelta(minutes=40))], [], "try again after"),
    "429s": ([too_many(50)] * 9, [50, 50], "try again after"),
    "days": ([too_many(9_999_999_999)], [], "try again after"),
    "longer than digits": ([instead(429, "x", retry_after="9" * 400)], [60], ""),
}


@pytest.mark.parametrize(("faults", "waits", "says"), LONGER.values(), ids=LONGER)
def test_it_is_waited_for_two_minutes_in_all(
    asked: GitHub, time: Time, faults: list[Fault], waits: list[float], says: str
) -> None:
    """Waits grow, and end within the time that a run has."""
    asked.strike = answers(*faults)
    with remote_of(asked, time) as remote:
        if says:
            with pytest.raises(TryAgainError, match=re.escape(says)):
                remote.default_branch()
        else:
            remote.default_branch()
    assert time.waits == waits
    assert sum(waits) < 120


def test_all_requests_together_have_two_minutes(asked: GitHub, time: Time) -> None:
    """After the time is used up, no request is waited for."""
    asked.strike = always(too_many(50))
    with remote_of(asked, time) as remote:
        for _ in range(3):
            with pytest.raises(TryAgainError):
                remote.head("main")
    assert time.waits == [50, 50]


def test_lost_races_are_waited_for_too(asked: GitHub, time: Time) -> None:
    """The wait doubles each time, and ends in time; none follows the last try."""
    (repo,) = asked.repositories
    unrelated = repo.write_commit(repo.commits()[0].tree, [], "m").sha

    def lose() -> None:
        remote.move_branch("main", unrelated, force=False)

    with remote_of(asked, time) as remote:
        with pytest.raises(
            TryAgainError, match=r"^it was changed by others 5 times \(Update is not a fast"
        ):
            remote.retry_conflicts(lose, "it")
        assert time.waits == [1, 2, 4, 8]
        time.now = 114.5
        with pytest.raises(TryAgainError):
            remote.retry_conflicts(lose, "it")
        assert time.now == 115


@pytest.mark.parametrize(
    ("status", "says"), [(401, "make a new one"), (403, "Contents: read and write")]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_is_final(asked: GitHub, time: Time, status: int, says: str, method: str) -> None:
    """After 401, or 403 for a missing permission, the request is not sent again."""
    asked.strike = always(instead(status, "Resource not accessible by personal access token"))
    with remote_of(asked, time) as remote:
        ask = remote.default_branch if method == "GET" else lambda: remote.make_tree(None, {})
        with pytest.raises(RefusedError, match=says):
            ask()
    assert (asked.count(method), asked.count(), time.waits) == (1, 1, [])


WHEN: dict[str, tuple[list[Fault], int]] = {
    "its seconds": ([too_many(3600)], 3600),
    "the hour's requests": ([primary_limit(NOW + timedelta(minutes=40))], 2400),
    "too much at once, twice": ([secondary_limit(), secondary_limit()], 120),
}


@pytest.mark.parametrize(("faults", "seconds"), WHEN.values(), ids=WHEN)
def test_when_to_try_again(asked: GitHub, time: Time, faults: list[Fault], seconds: int) -> None:
    """The line has the home's local time: this machine's clock and GitHub's wait added."""
    asked.strike = answers(*faults)
    with remote_of(asked, time) as remote, pytest.raises(TryAgainError) as caught:
        remote.head("main")
    found = re.search(
        r"too many requests.*try again after (\d\d):(\d\d):(\d\d)$", str(caught.value)
    )
    assert found
    told = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    there = datetime.now(AMSTERDAM) + timedelta(seconds=seconds)
    due = timedelta(hours=there.hour, minutes=there.minute, seconds=there.second)
    assert (due - told) % timedelta(days=1) < timedelta(seconds=30)
