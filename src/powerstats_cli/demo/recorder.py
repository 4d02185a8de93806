"""The recorder's answers about the past: Home Assistant's history API, as it was recorded.

tests/recordings has the answers of the real one: shapes, messages, and the omissions.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import compress
from operator import ne
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.demo.homes import Attributes, Change, Home
from powerstats_cli.demo.releases import Release

EPOCH = datetime.fromtimestamp(0, UTC)
TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_ENTITY_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*\.[a-z0-9]+(_+[a-z0-9]+)*")

encoded = msgspec.json.Encoder().encode


class BadRequestError(Exception):
    """A request that Home Assistant answers with status 400 and this message."""


@dataclass(frozen=True)
class _Request:
    """A request for the states of some entities in a span, which is open at both ends.

    `minimal`, `attributes` and `start_state` tell whether an answer leaves out repeated states and
    all but the first one's details, has attributes, and begins with the state at the span's start.
    """

    entity_ids: Sequence[str]
    start: datetime
    end: datetime
    minimal: bool
    attributes: bool
    start_state: bool


class _Minimal(msgspec.Struct, gc=False):
    """A state of a minimal answer that is not its first."""

    state: str
    last_changed: datetime


@dataclass(frozen=True)
class Recorder:
    """The states that the recorder of a release holds: the home's from `oldest` until `now`."""

    home: Home
    release: Release
    now: datetime
    oldest: datetime

    def history(self, start: str, query: Mapping[str, list[str]]) -> bytes:
        """Return the body for /api/history/period/<start>?filter_entity_id=...&end_time=...

        `query` has the values of each parameter. Raises BadRequestError.
        """
        request = self._request(start, query)
        starts = self.home.starts
        if request.start > self.now or (starts and request.end < starts[0]):
            return b"[]"
        return b"[" + b",".join(self._lists(request)) + b"]"

    def _request(self, start: str, query: Mapping[str, list[str]]) -> _Request:
        """Read a request; the checks, their order and their words are Home Assistant's."""
        zone = ZoneInfo(self.home.time_zone)
        starts_at = _instant(start, zone, "Invalid datetime") if start else self.now - _DAY
        entity_ids = _entity_ids(query.get("filter_entity_id", [""])[0])
        end = "" if starts_at > self.now else query.get("end_time", [""])[0]
        return _Request(
            entity_ids,
            starts_at,
            _instant(end, zone, "Invalid end_time") if end else starts_at + _DAY,
            minimal="minimal_response" in query,
            attributes="no_attributes" not in query,
            start_state="skip_initial_state" not in query,
        )

    def _lists(self, request: _Request) -> Iterator[bytes]:
        """Yield each entity's states as JSON, in the order asked; none for one without states."""
        recorded = [key for key in dict.fromkeys(request.entity_ids) if self.home.is_recorded(key)]
        since = self._start_states_since(request, alone=len(recorded) == 1)
        start = max(request.start, self.oldest - TICK)
        end = min(request.end, self.now + TICK)
        for entity_id in recorded:
            changes = self.home.changes(entity_id, start, end)
            first = self.home.before(entity_id, request.start - TICK) if since else None
            if first and since and first.at >= max(since, self.oldest):
                changes = [Change(request.start, first.state, first.attributes), *changes]
            if changes:
                yield self._list(request, entity_id, changes)

    def _start_states_since(self, request: _Request, *, alone: bool) -> datetime | None:
        """Return the oldest time of a state that is given as the span's first, None if none is.

        Home Assistant gives no such state for a time before its first start.
        """
        starts = self.home.starts
        if not request.start_state or (starts and request.start <= starts[0]):
            return None
        if self.release.forgets and starts and not alone:
            return starts[bisect_left(starts, request.start) - 1]
        return EPOCH

    def _list(self, request: _Request, entity_id: str, changes: Sequence[Change]) -> bytes:
        """Render an entity's states; minimal_response drops repeats and names only the first."""
        sensor = self.home.sensors.get(entity_id, {})

        def full(change: Change) -> dict[str, object]:
            attributes = change.attributes_of(sensor) if request.attributes else {}
            state = full_state(entity_id, change, attributes)
            return state | context(change) if self.release.has_contexts else state

        if not request.minimal:
            return encoded([full(change) for change in changes])
        states = [change.state for change in changes]
        kept = compress(changes[1:], map(ne, states[1:], states))
        minimal = encoded([_Minimal(change.state, change.at) for change in kept])
        # Home Assistant writes the offset of UTC as +00:00, and the encoder as Z.
        others = minimal.replace(b'Z"}', b'+00:00"}')[1:]
        return b"[" + encoded(full(changes[0])) + (b"," if len(others) > 1 else b"") + others


def _entity_ids(text: str) -> list[str]:
    if not text:
        message = "filter_entity_id is missing"
        raise BadRequestError(message)
    entity_ids = text.strip().lower().split(",")
    if not all(_ENTITY_ID.fullmatch(entity_id) for entity_id in entity_ids):
        message = "Invalid filter_entity_id"
        raise BadRequestError(message)
    return entity_ids


def _instant(text: str, zone: ZoneInfo, message: str) -> datetime:
    """Return the time as UTC; a time without an offset is local."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequestError(message) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    return instant.astimezone(UTC)


def full_state(entity_id: str, change: Change, attributes: Attributes) -> dict[str, object]:
    """Return a state with all its details except the context."""
    at = change.at.isoformat()
    return {
        "entity_id": entity_id,
        "state": change.state,
        "attributes": attributes,
        "last_changed": at,
        "last_updated": at,
    }


def context(change: Change) -> dict[str, object]:
    """Return the context of a state; its id is made of the state's time."""
    made_up_id = f"{(change.at - EPOCH) // TICK:026d}"
    return {"context": {"id": made_up_id, "parent_id": None, "user_id": None}}
