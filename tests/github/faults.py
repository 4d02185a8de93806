"""Faults of a request (what goes wrong with it), and strikes (which requests have a fault).

`github.strike = on("PUT", "/contents/", after(dropped))` handles the first such request and then
drops its connection; `after`, `amid` and `meanwhile` take another fault or event.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

from tests.github.fake import Exchange, Fault, Request, Strike
from tests.github.fake.api import Answer, RefusedError


def at(number: int, fault: Fault) -> Strike:
    """Strike the request with that number."""
    return lambda request: fault if request.number == number else None


def on(method: str, path: str, fault: Fault, *, times: int = 1, skip: int = 0) -> Strike:
    """Strike `times` requests with that method and that text in their path, after `skip` others."""
    counter = count()

    def strike(request: Request) -> Fault | None:
        if method in ("", request.method) and path in request.path:
            return fault if skip <= next(counter) < skip + times else None
        return None

    return strike


def answers(*faults: Fault) -> Strike:
    """Strike the first requests with one fault each, and no other request."""
    return lambda request: faults[request.number - 1] if request.number <= len(faults) else None


def strike_at(write: str, fault: Fault, times: int = 1) -> Strike:
    """Strike a write such as `PUT /contents/`."""
    method, path = write.split()
    return on(method, path, fault, times=times)


def always(fault: Fault) -> Strike:
    """Strike every request."""
    return lambda _request: fault


def instead(status: int, message: str = "Server Error", **headers: str) -> Fault:
    """Answer with a status instead; headers are written like `retry_after="1"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = replace(RefusedError(status, message).answer(), headers=named)
    return lambda _exchange: answer


def too_many(retry_after: int) -> Fault:
    """Answer 429 with the seconds to wait."""
    return instead(429, "Too many requests", retry_after=str(retry_after))


def primary_limit(reset: datetime) -> Fault:
    """Answer 403: the hour's requests are used up until then."""
    return instead(
        403,
        "API rate limit exceeded for user ID 1.",
        x_ratelimit_remaining="0",
        x_ratelimit_reset=str(int(reset.timestamp())),
    )


def secondary_limit(**headers: str) -> Fault:
    """Answer 403: too many requests at once; without headers only the message says so."""
    return instead(
        403,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        **headers,
    )


def bad_gateway(_exchange: Exchange) -> Answer | None:
    """Answer 502 with a page of the proxy in front of GitHub's API."""
    page = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
    return Answer(502, page, content_type="text/html", bare=True)


def dropped(_exchange: Exchange) -> Answer | None:
    """Close the connection without an answer."""
    return None


def hanging(exchange: Exchange) -> Answer | None:
    """Send nothing until the server closes."""
    exchange.closing.wait()
    return None


def after(fault: Fault) -> Fault:
    """Handle the request before the fault: the client cannot know that it was done."""

    def done(exchange: Exchange) -> Answer | None:
        exchange.do()
        return fault(exchange)

    return done


def cut(exchange: Exchange) -> Answer | None:
    """Handle the request, and close the connection after half of the answer's body."""
    return replace(exchange.do(), cut=True)


def garbled(exchange: Exchange) -> Answer | None:
    """Handle the request, and answer with half of the JSON as if it were complete."""
    answer = exchange.do()
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def meanwhile(happening: Callable[[], object], then: Fault = Exchange.do) -> Fault:
    """Let something happen before the request is handled, after the client's last read."""

    def late(exchange: Exchange) -> Answer | None:
        happening()
        return then(exchange)

    return late


def amid(happening: Callable[[], object]) -> Fault:
    """Let something happen inside a write: after GitHub has read a branch, before it moves it."""
    return lambda exchange: exchange.do(happening)
