"""Homes whose sensors change every second; answers come from text that is made once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from powerstats_cli.demo.homes import Attributes
from powerstats_cli.demo.listener import Reply, Request

SECOND: Final = timedelta(seconds=1)
BLOCK: Final = timedelta(minutes=10)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Busy:
    """A sensor with a state a second from `since` on, in full if `in_full`."""

    attributes: Attributes
    since: datetime
    in_full: bool = False
    rendered: list[bytes] = field(default_factory=list)

    def block(self, entity_id: str, number: int) -> bytes:
        """Return ten minutes of states as text; an @ stands for the hour and the ten minutes."""
        if not self.rendered:
            self.rendered.append(b",".join(self._state(entity_id, at) for at in range(600)))
        start = EPOCH + number * BLOCK
        return self.rendered[0].replace(b"@", start.strftime("%Y-%m-%dT%H:%M")[:-1].encode())

    def _state(self, entity_id: str, number: int) -> bytes:
        minute, second = divmod(number, 60)
        time = f"@{minute}:{second:02}.250000+00:00"
        state: dict[str, Any] = {"state": f"{100 + number % 7}.5", "last_changed": time}
        if self.in_full:
            state |= {
                "entity_id": entity_id,
                "attributes": self.attributes,
                "last_updated": time,
            }
        return json.dumps(state).encode()

    def first(self, entity_id: str, at: datetime) -> bytes:
        """Return the state that holds at a window's start, in full."""
        time = at.isoformat()
        return json.dumps(
            {
                "entity_id": entity_id,
                "state": "100.5",
                "attributes": self.attributes,
                "last_changed": time,
                "last_updated": time,
            }
        ).encode()


@dataclass
class BusyHome:
    """Answers requests for the history of busy sensors, and remembers the windows asked for."""

    sensors: Mapping[str, Busy]
    now: datetime
    asked: list[tuple[tuple[str, ...], timedelta]] = field(default_factory=list)

    def answer(self, request: Request, usual: Reply) -> Reply:
        """Answer a request for history, and others as usual."""
        url = urlsplit(request.path)
        head, is_history, written = unquote(url.path).partition("/api/history/period/")
        if head or not is_history:
            return usual
        query = parse_qs(url.query, keep_blank_values=True)
        start, end = datetime.fromisoformat(written), datetime.fromisoformat(query["end_time"][0])
        entity_ids = query["filter_entity_id"][0].split(",")
        self.asked.append((tuple(entity_ids), end - start))
        is_minimal = "minimal_response" in query
        histories = [
            b"[" + b",".join(states) + b"]"
            for entity_id in entity_ids
            if (
                states := list(
                    self._states(entity_id, start, min(end, self.now), is_minimal=is_minimal)
                )
            )
        ]
        return Reply(200, b"[" + b",".join(histories) + b"]")

    def _states(
        self, entity_id: str, start: datetime, end: datetime, *, is_minimal: bool
    ) -> Iterator[bytes]:
        """Yield the states of a window in whole blocks of ten minutes."""
        busy = self.sensors[entity_id]
        if is_minimal and busy.in_full:
            busy = Busy(busy.attributes, busy.since)
        first, after = -(-(max(start, busy.since) - EPOCH) // BLOCK), (end - EPOCH) // BLOCK
        if start >= busy.since:
            yield busy.first(entity_id, start)
        elif first < after:
            yield busy.first(entity_id, EPOCH + first * BLOCK)
        for number in range(first, after):
            yield busy.block(entity_id, number)
