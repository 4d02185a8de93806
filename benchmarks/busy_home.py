"""A Home Assistant with five sensors and a state per second each.

Usage: `python -m benchmarks.busy_home NOW`.

It answers any window from blocks of ten minutes that are made once, so that only its client is
measured. It prints its address, serves until its stdin ends, and has no states after NOW.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.board import SENSORS, TOKEN, state
from powerstats_cli.core.periods import EPOCH, MICROSECOND
from powerstats_cli.demo.homes import RecordedHome
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import HomeAssistant

BLOCK: Final = timedelta(minutes=10)
SECONDS: Final = 600
# Placeholders in a block: its ten minutes, and the number of counter resets before it.
WHEN, ROUND = b"@", b"#"


def _block(entity_id: str) -> list[bytes]:
    """Return ten minutes of an entity's states, one per second."""
    lines = []
    for number in range(SECONDS):
        minute, second = divmod(number, 60)
        written = f"#.{number:03}" if entity_id.endswith("energy") else state(entity_id, number)
        lines.append(f'{{"state":"{written}","last_changed":"@{minute}:{second:02}.250000+00:00"}}')
    return [line.encode() for line in lines]


class BusyHome:
    """Answers history requests up to an instant."""

    def __init__(self, now: datetime) -> None:
        """Render each sensor's block."""
        self._now = now
        self._lines = {entity_id: _block(entity_id) for entity_id in SENSORS}
        self._blocks = {entity_id: b",".join(lines) for entity_id, lines in self._lines.items()}

    def answer(self, request: Request, usual: Reply) -> Reply:
        """Answer a request for history, and others as usual."""
        url = urlsplit(request.path)
        head, is_history, start = unquote(url.path).partition("/api/history/period/")
        if head or not is_history:
            return usual
        query = parse_qs(url.query)
        begin = datetime.fromisoformat(start)
        end = min(datetime.fromisoformat(query["end_time"][0]), self._now)
        lists = [
            b"[" + b",".join(self._states(entity_id, begin, end)) + b"]"
            for entity_id in query["filter_entity_id"][0].split(",")
        ]
        return Reply(200, b"[" + b",".join(lists) + b"]")

    def _states(self, entity_id: str, start: datetime, end: datetime) -> Iterator[bytes]:
        """Yield an entity's states, many at once; windows start with a block, to a microsecond."""
        first = start + MICROSECOND
        first -= (first - EPOCH) % BLOCK
        yield _initial(entity_id, start, (first - EPOCH) // BLOCK)
        while first < end:
            seconds = min(SECONDS, (end - first) // timedelta(seconds=1))
            lines = self._lines[entity_id]
            block = self._blocks[entity_id] if seconds == SECONDS else b",".join(lines[:seconds])
            if block:
                when = first.strftime("%Y-%m-%dT%H:%M")[:-1].encode()
                number = b"%d" % ((first - EPOCH) // BLOCK)
                yield block.replace(WHEN, when).replace(ROUND, number)
            first += BLOCK


def _initial(entity_id: str, start: datetime, number: int) -> bytes:
    """Return the state that holds at a window's start, in full."""
    written = f"{number - 1}.999" if entity_id.endswith("energy") else state(entity_id, 599)
    at = start.isoformat()
    return json.dumps(
        {
            "entity_id": entity_id,
            "state": written,
            "attributes": SENSORS[entity_id],
            "last_changed": at,
            "last_updated": at,
        }
    ).encode()


def main() -> None:
    """Serve until stdin ends."""
    now = datetime.fromisoformat(sys.argv[1]).astimezone(UTC)
    home = BusyHome(now)
    nothing = RecordedHome(SENSORS, {})
    with HomeAssistant(nothing, token=TOKEN, clock=lambda: now, answer=home.answer) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
