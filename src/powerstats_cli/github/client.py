"""Requests to GitHub's API about one repository: asked, waited for, and asked again.

A request may be sent twice: Git names objects by their content, and GitHub refuses a write to a
branch or a file that has changed meanwhile. So every failure that may pass (no answer, a server's
error, a rate limit) is waited for, two minutes in all, and the request is sent again. Only a forced
move of a branch is not: nothing refuses it. The rules of the API are at docs.github.com/rest, "Best
practices" and "Rate limits".
"""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Self, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import utc_now
from powerstats_cli.core.periods import in_utc
from powerstats_cli.errors import MissingError, PowerstatsError, RefusedError, TryAgainError
from powerstats_cli.github import refusals
from powerstats_cli.github.shapes import Failure
from powerstats_cli.reply import Reply
from powerstats_cli.web import Web

RUN_SECONDS: Final = 115.0
MOST_TRIES: Final = 5
MOST_RACES: Final = 5
FIRST_WAIT: Final = 1.0
# GitHub asks for at least a minute after a secondary rate limit that names no time.
SECONDARY_WAIT: Final = 60.0
API_VERSION: Final = "2022-11-28"
JSON: Final = "application/vnd.github+json"
RAW: Final = "application/vnd.github.raw+json"
PERMISSION: Final = "it needs the permission Contents: read and write, for this repository"
# GitHub's words about a refusal are told in full; the longest of them have about 400 characters.
MOST_WORDS: Final = 1500
# Decoding raises these on bytes that are no JSON of the shape, no UTF-8, or nested too deep.
NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_Shape = TypeVar("_Shape")
_Result = TypeVar("_Result")


class ConflictError(Exception):
    """A branch or a file has changed since it was read, or may have changed: read it again."""


class Client:
    """A connection to the API of one repository, with a token.

    `token_expires` is what GitHub last said of the token's end, None if it said nothing.
    """

    def __init__(
        self,
        api_url: str,
        repo: str,
        token: str,
        *,
        zone: ZoneInfo,
        sleep: Callable[[float], None] = time.sleep,
        has_next_run: bool = True,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        """Take the API's address, `owner/name` and a token; nothing is sent yet.

        `has_next_run` tells whether a step of the schedule will ask again after a failure.
        """
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": API_VERSION}
        self._web = Web(
            api_url,
            headers,
            ca_file=ca_file,
            table="github",
            proxy=proxy,
            seconds=RUN_SECONDS,
        )
        self.repo = repo
        self.token_expires: datetime | None = None
        self._zone = zone
        self._sleep = sleep
        self._has_next_run = has_next_run

    def __enter__(self) -> Self:
        """Keep one connection for all requests."""
        self._web.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self._web.__exit__(*exc)

    # --- asking

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        accept: str = JSON,
        fine: tuple[int, ...] = (),
        repeats: bool = True,
    ) -> Reply:
        """Return the answer to a request for a path below the repository's.

        The answer is a success, or has one of the statuses that are `fine`. A request that may not
        be repeated raises ConflictError after the wait. Raises RefusedError, MissingError and
        TryAgainError.
        """
        content = msgspec.json.encode(body) if body is not None else None
        tries = 0
        while True:
            tries += 1
            try:
                reply = self._web.send(
                    method,
                    f"/repos/{self.repo}{path}",
                    content,
                    accept=accept,
                    content_type="application/json",
                )
            except TryAgainError as error:
                wait, problem = _backoff(tries), error
            else:
                self._note_expiry(reply)
                asked_to_wait = self._wait_of(reply, tries)
                if asked_to_wait is None:
                    is_fine = reply.status < 300 or reply.status in fine
                    if is_fine and not self._is_rule(reply):
                        return reply
                    raise self.failure(reply)
                wait, problem = asked_to_wait, self._busy(reply, asked_to_wait)
            if tries >= MOST_TRIES or wait > self._web.seconds_left:
                raise problem
            self._sleep(wait)
            if not repeats:
                raise ConflictError(str(problem))

    def retry_conflicts(self, attempt: Callable[[], _Result], target: str) -> _Result:
        """Return what an attempt returns; after a ConflictError it starts again.

        The wait between two attempts lets the other writer finish, and lets GitHub's own copies
        catch up with it. Raises TryAgainError, which names the `target`, after the last attempt.
        """
        reason = ""
        for tries in range(MOST_RACES):
            if tries:
                self._sleep(max(min(_backoff(tries), self._web.seconds_left), 0))
            try:
                return attempt()
            except ConflictError as error:
                reason = self._web.quote(str(error))
        message = f"{target} was changed by others {MOST_RACES} times ({reason}): try again later"
        raise TryAgainError(message)

    # --- waiting

    def _wait_of(self, reply: Reply, tries: int) -> float | None:
        """Return the seconds after which the same request may succeed, None if it cannot."""
        if reply.status >= 500:
            return _seconds(reply, "retry-after") or _backoff(tries)
        if not self._is_rate_limit(reply):
            return None
        wait = _seconds(reply, "retry-after")
        if wait is None and reply.headers.get("x-ratelimit-remaining") == "0":
            reset = _seconds(reply, "x-ratelimit-reset")
            now = reply.date or utc_now()
            wait = reset and max(reset - now.timestamp(), FIRST_WAIT)
        return SECONDARY_WAIT * 2 ** (tries - 1) if wait is None else wait

    def _is_rate_limit(self, reply: Reply) -> bool:
        return reply.status == 429 or (
            reply.status == 403
            and (
                "retry-after" in reply.headers
                or reply.headers.get("x-ratelimit-remaining") == "0"
                or "rate limit" in self.message_of(reply)
            )
        )

    def _busy(self, reply: Reply, wait: float) -> TryAgainError:
        if reply.status >= 500:
            answered = f"{self._web.host} answered {reply.status} ({self._quoted(reply)})"
            if self._has_next_run:
                return TryAgainError(f"{answered}: the next run tries again")
            return TryAgainError(f"{answered}: try again in some minutes")
        again = (utc_now() + timedelta(seconds=wait)).astimezone(self._zone)
        return TryAgainError(
            f"{self._web.host} has had too many requests with this token: "
            f"try again after {again:%H:%M:%S}"
        )

    def _note_expiry(self, reply: Reply) -> None:
        written = reply.headers.get("github-authentication-token-expiration", "")
        with suppress(ValueError):
            expires = datetime.strptime(written.replace("UTC", "+0000"), "%Y-%m-%d %H:%M:%S %z")
            self.token_expires = in_utc(expires)

    # --- answers

    def decoded(self, reply: Reply, shape: type[_Shape]) -> _Shape:
        """Return an answer's JSON; raises TryAgainError if it has not that shape."""
        try:
            with self._web.limited():
                return msgspec.json.decode(reply.body, type=shape)
        except NONSENSE as error:
            raise self.nonsense(str(error)) from None

    def nonsense(self, reason: str) -> TryAgainError:
        """Return the error for an answer that is of no use."""
        return TryAgainError(
            f"{self._web.host} answered something that is not GitHub's API ({reason}): "
            f"check github.api_url"
        )

    def message_of(self, reply: Reply) -> str:
        """Return the message of an answer, or its beginning if it is no JSON."""
        return self._failure_in(reply).message

    def _failure_in(self, reply: Reply) -> Failure:
        try:
            return msgspec.json.decode(reply.body, type=Failure)
        except NONSENSE:
            return Failure(self._web.quote(reply.body))

    def _quoted(self, reply: Reply) -> str:
        return self._web.quote(self.message_of(reply)) or "nothing"

    def _is_rule(self, reply: Reply) -> bool:
        return reply.status >= 400 and refusals.is_rule(reply.status, self.message_of(reply))

    def conflict(self, reply: Reply) -> ConflictError:
        """Return the error for an answer that says that something has changed meanwhile."""
        return ConflictError(self.message_of(reply))

    def failure(self, reply: Reply) -> PowerstatsError:
        """Return the error for an answer that is none of the expected ones."""
        if reply.status == 401:
            return RefusedError(
                f"{self._web.host} refused the token ({self._quoted(reply)}): make a new one; "
                f"{PERMISSION}"
            )
        must_sign_on = refusals.sign_on_address(reply.headers) != ""
        if reply.status in refusals.STATUSES or self._is_rule(reply) or must_sign_on:
            return self._refusal(reply)
        if reply.status == 404:
            return MissingError(
                f"{self.repo}: no such repository at {self._web.host}, or the token may not see it"
            )
        return TryAgainError(f"{self._web.host} answered {reply.status} ({self._quoted(reply)})")

    def _refusal(self, reply: Reply) -> RefusedError:
        """Return the error for what GitHub will refuse again, with all of its words."""
        told = self._failure_in(reply)
        words = self._web.quote(refusals.words(told, reply.headers), MOST_WORDS) or "nothing"
        if reply.status == 403 and refusals.lacks_permission(told.message):
            return RefusedError(
                f"{self._web.host} does not let the token do that in {self.repo} ({words}): "
                f"{PERMISSION}, and the approval of the organisation if it belongs to one"
            )
        return RefusedError(
            f"{self._web.host} refuses that in {self.repo}, and will again: {words}"
        )


def _backoff(tries: int) -> float:
    return FIRST_WAIT * 2.0 ** (tries - 1)


def _seconds(reply: Reply, header: str) -> float | None:
    """Return the seconds in a header, which GitHub writes as a whole number; None without them."""
    written = reply.headers.get(header, "")
    return float(written) if re.fullmatch(r"\d{1,10}", written, re.ASCII) else None
