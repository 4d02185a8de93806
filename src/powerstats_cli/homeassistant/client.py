"""Home Assistant's HTTP API: requests, and the meaning of its answers.

This module works around three things that versions 2024.3 and 2025.1 do: the first state's time is
rewritten, both bounds of a window are open, and entities may have no state at the start.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode

import msgspec

from powerstats_cli.clock import utc_now
from powerstats_cli.core.periods import HOUR, MICROSECOND, SECOND, micros
from powerstats_cli.errors import PowerstatsError, TryAgainError
from powerstats_cli.homeassistant import states
from powerstats_cli.homeassistant.states import NONSENSE, Expected, Present, Recorded
from powerstats_cli.reply import Reply
from powerstats_cli.web import MOST_BYTES, Web

if TYPE_CHECKING:
    from powerstats_cli.core.candidates.sensors import Entity

RUNNING: Final = "RUNNING"
ANYTHING: Final = Expected()
# So many other entities are asked for, to see whether the recorder writes.
WITNESSES: Final = 20
MOST_SIGN: Final = 1_000_000
# A small board has memory for an answer of so many bytes and for the states decoded from it.
MOST_HISTORY: Final = 12_000_000


class About(msgspec.Struct, frozen=True):
    """Home Assistant's version and time zone, and the currency of its prices."""

    version: str
    time_zone: str
    currency: str | None = None


class _CoreState(msgspec.Struct, frozen=True):
    """How far Home Assistant has come with starting."""

    state: str


class Answer(msgspec.Struct):
    """The histories of a window by entity id, and the bytes of the largest answer among them."""

    recorded: dict[str, Recorded]
    size: int

    def add(self, other: "Answer") -> None:
        """Add the answer to another request."""
        self.recorded |= other.recorded
        self.size = max(self.size, other.size)


class HomeAssistant:
    """A client for one Home Assistant."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        ca_file: str | None = None,
        seconds: float,
        has_next_run: bool = True,
    ) -> None:
        """Take its address, a token, and the time for all requests together; send nothing yet.

        `has_next_run` tells whether a step of the schedule will ask again after a failure.
        Without a token only `greet` and `shows_itself` work.
        """
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self._web = Web(
            url,
            authorization,
            ca_file=ca_file,
            table="homeassistant",
            seconds=seconds,
            is_home=True,
        )
        self.url = self._web.url
        self.date: datetime | None = None
        self._has_next_run = has_next_run

    def __enter__(self) -> Self:
        """Keep one connection for all requests."""
        self._web.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self._web.__exit__(*exc)

    @property
    def seconds_left(self) -> float:
        """How many seconds all further requests may take."""
        return self._web.seconds_left

    def history(
        self,
        entity_ids: Sequence[str],
        start: datetime,
        end: datetime,
        *,
        expected: Mapping[str, Expected] = {},
        in_full: Collection[str] = (),
        goes_on: bool = False,
    ) -> Answer:
        """Return the states of entities over `[start, end)`, in one request if that is enough.

        An entity is absent if the recorder has no state of it. The first state is the one that held
        at `start`. Home Assistant looks further back for it if an entity is asked for alone. So an
        entity without a state at `start` is asked for again alone, unless the window `goes_on` from
        one that was read. Entities `in_full`, and entities whose attributes may change in the
        window, are asked for alone with all attributes. Raises TooMuchError if an answer is too big
        or takes too long.
        """
        answer = Answer({}, 0)
        together = [entity_id for entity_id in entity_ids if entity_id not in in_full]
        if together:
            answer.add(self._history(together, start, end, expected))
        for entity_id in entity_ids:
            if entity_id in in_full:
                answer.add(self._history([entity_id], start, end, expected, full=True))
            elif len(together) > 1 and not goes_on:
                found = answer.recorded.get(entity_id)
                if found is None or not found.has_start:
                    answer.add(self._history([entity_id], start, end, expected))
        return answer

    def present(self, entity_id: str, known: Expected = ANYTHING) -> Present | None:
        """Return an entity's state now, in the unit kept, None if it does not exist.

        Raises TryAgainError while Home Assistant starts: the entity may not exist yet.
        """
        path = f"/api/states/{quote(entity_id)}"
        reply = self._get(path, missing_is_fine=True)
        if reply.status == 404:
            if not self.is_running():
                message = f"Home Assistant is starting: {entity_id} is not there yet"
                raise TryAgainError(message)
            # It may have finished starting between the two answers.
            reply = self._get(path, missing_is_fine=True)
            if reply.status == 404:
                return None
        with self._reading(reply):
            return states.present(states.item.decode(reply.body), utc_now(), known)

    def about(self) -> About:
        """Return Home Assistant's version, time zone and currency."""
        reply = self._get("/api/config")
        with self._reading(reply):
            return msgspec.json.decode(reply.body, type=About)

    def greet(self) -> None:
        """Raise an error unless a Home Assistant answers; no token is needed.

        Home Assistant counts a request without a token as an attempt to break in if the request
        needs one, and may ban this machine. What is asked for here needs none.
        """
        from powerstats_cli.homeassistant import greeting

        replies = []
        for path, is_its_own in greeting.SIGNS:
            reply = self._web.get(path, most_bytes=MOST_SIGN)
            replies.append(reply)
            if is_its_own(reply) or greeting.is_ban(self.url, reply, self._web.quote):
                return
            if refusal := greeting.refusal(self.url, reply, self._web.quote):
                raise refusal
        raise greeting.stranger(self.url, replies[0], self._web.quote)

    def shows_itself(self) -> bool:
        """Tell whether Home Assistant's manifest is at the address; no token is needed."""
        from powerstats_cli.homeassistant import greeting

        path, is_its_own = greeting.SIGNS[0]
        return is_its_own(self._web.get(path, most_bytes=MOST_SIGN))

    def states(self) -> "list[Entity]":
        """Return all entities, as they are now."""
        reply = self._get("/api/states")
        with self._reading(reply):
            return [states.entity(state) for state in states.items.decode(reply.body)]

    def recorder_writes(self, since: datetime, others: Collection[str]) -> bool:
        """Tell whether the recorder has a change since a time of an entity that is not in `others`.

        At most the last hour is looked at.
        """
        reply = self._get("/api/states")
        now = self.date or utc_now()
        begin = max(since, now - HOUR) + SECOND
        with self._reading(reply):
            changes = {
                state.entity_id: state.last_changed
                for state in states.items.decode(reply.body)
                if state.entity_id
                and state.entity_id not in others
                and state.last_changed
                and state.last_changed > begin
            }
        witnesses = sorted(changes, key=lambda entity_id: changes[entity_id])[:WITNESSES]
        if not witnesses:
            return False
        recorded = self.history(witnesses, begin, now, goes_on=True).recorded
        return any(found.newest > micros(begin) for found in recorded.values())

    def is_running(self) -> bool:
        """Tell whether Home Assistant has finished starting."""
        reply = self._get("/api/core/state", missing_is_fine=True)
        try:
            state = msgspec.json.decode(reply.body, type=_CoreState).state
        except NONSENSE:
            return False
        return reply.status == 200 and state == RUNNING

    def _history(
        self,
        entity_ids: Sequence[str],
        start: datetime,
        end: datetime,
        expected: Mapping[str, Expected],
        *,
        full: bool = False,
    ) -> Answer:
        # Both bounds are open: for a change exactly at `start`, ask from a moment before it.
        asked_from = start - MICROSECOND
        query = {"filter_entity_id": ",".join(entity_ids), "end_time": _zulu(end)}
        reply = self._get(
            f"/api/history/period/{_zulu(asked_from)}?{urlencode(query, safe=',:')}"
            + ("" if full else "&minimal_response"),
            most_bytes=MOST_HISTORY,
        )
        answer = Answer({}, len(reply.body))
        incomplete: list[str] = []
        with self._reading(reply):
            for raw in states.lists.decode(reply.body):
                items = states.items.decode(raw)
                entity_id = items[0].entity_id if items else None
                if entity_id is not None and entity_id in entity_ids:
                    known = expected.get(entity_id, ANYTHING)
                    values = states.numbers(items)
                    if not full and states.needs_all_attributes(items, values, known):
                        incomplete.append(entity_id)
                    else:
                        answer.recorded[entity_id] = states.recorded(items, values, start, known)
        del reply  # the next answer needs its memory
        for entity_id in incomplete:
            answer.add(self._history([entity_id], start, end, expected, full=True))
        return answer

    def _get(
        self, path: str, *, missing_is_fine: bool = False, most_bytes: int = MOST_BYTES
    ) -> Reply:
        reply = self._web.get(path, most_bytes=most_bytes)
        self.date = reply.date or self.date
        if reply.status == 200 or (reply.status == 404 and missing_is_fine):
            return reply
        raise self._failure(reply)

    def _failure(self, reply: Reply) -> PowerstatsError:
        # Here, and below: a run without a failure does without this import.
        from powerstats_cli.homeassistant import failures

        return failures.failure(self.url, reply, self._web.quote, has_next_run=self._has_next_run)

    @contextmanager
    def _reading(self, reply: Reply) -> Iterator[None]:
        """Limit the time to decode an answer; raise TryAgainError if it is nonsense."""
        try:
            with self._web.limited():
                yield
        except NONSENSE as error:
            from powerstats_cli.homeassistant import failures

            raise failures.nonsense(self.url, reply, error, self._web.quote) from None


def _zulu(instant: datetime) -> str:
    # In UTC there is no offset with a +, which would arrive as a space.
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
