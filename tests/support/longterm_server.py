"""A simulated home with long-term statistics, with the websocket of Home Assistant 2024.3.

The demo's server answers all other requests. The shapes of the answers are those of
tests/recordings/2024.3/statistics.json, a recording of a real Home Assistant.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Protocol, Self

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Opening
from websockets.http11 import Response
from websockets.sync.server import ServerConnection, serve

from powerstats_cli.demo.homes import RecordedHome
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import HomeAssistant

HOUR: Final = timedelta(hours=1)
HUGE: Final = 100_000


class Rows(Protocol):
    """The row of an hour in an entity's statistics, None if there is no row."""

    def __call__(self, entity_id: str, start: datetime) -> Mapping[str, float] | None:
        """Return mean, min and max, or change and state."""


@dataclass
class Statistics:
    """The entities that have statistics: their metadata by entity id, and their rows.

    `energy` is a recording of the Energy dashboard and the registries, or nothing.
    """

    metadata: Mapping[str, Mapping[str, object]]
    rows: Rows
    energy: Mapping[str, Any] = field(default_factory=dict)

    def told(self, command: str) -> object:
        """Return what `energy` has of the dashboard or a registry, None if it has nothing."""
        names = {"energy/get_prefs": "dashboard", "config/entity_registry/list": "entities"}
        names["config/device_registry/list"] = "devices"
        return self.energy.get(names.get(command, ""))

    def answer(self, command: Mapping[str, Any]) -> object:
        """Return the result of a command."""
        ids = [each for each in command["statistic_ids"] if each in self.metadata]
        if command["type"] == "recorder/get_statistics_metadata":
            return [{"statistic_id": each, **self.metadata[each]} for each in ids]
        assert command["type"] == "recorder/statistics_during_period"
        start, end = (datetime.fromisoformat(command[f"{it}_time"]) for it in ("start", "end"))
        if command["period"] == "month":  # Home Assistant takes whole months
            start = start.replace(day=1, hour=0)
            found = {each: list(islice(self._rows(each, start, end), 1)) for each in ids}
        else:
            assert command["period"] == "hour"
            found = {each: list(self._rows(each, start, end)) for each in ids}
        return {each: rows for each, rows in found.items() if rows}

    def _rows(self, entity_id: str, start: datetime, end: datetime) -> Iterator[dict[str, object]]:
        start = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        for number in range(-(-(end - start) // HOUR)):
            at = start + number * HOUR
            row = self.rows(entity_id, at)
            if row is not None:
                ends = at + HOUR
                empty = dict.fromkeys(("mean", "min", "max", "state", "change"))
                times = {"start": at.timestamp() * 1000, "end": ends.timestamp() * 1000}
                yield {**times, **empty, **row}


def about(unit: str, unit_class: str | None, *, is_counter: bool) -> dict[str, object]:
    """Return an entity's metadata."""
    return {
        "display_unit_of_measurement": unit,
        "has_mean": not is_counter,
        "has_sum": is_counter,
        "name": None,
        "source": "recorder",
        "statistics_unit_of_measurement": unit,
        "unit_class": unit_class,
    }


# The fault of an exchange, by its number; None leaves the answer as it is.
Fault = Callable[[int], str | None]


def no_fault(_number: int) -> str | None:
    """Leave every answer as it is."""
    return None


@dataclass
class LongTermHome:
    """The server: `with LongTermHome(home, statistics, ...) as server: get(server.url)`.

    `exchanges` has a line for each request over HTTP, and each command of a websocket.
    """

    home: RecordedHome
    statistics: Statistics
    token: str
    clock: Callable[[], datetime]
    keep: timedelta | None = None
    fault: Fault = no_fault
    exchanges: list[str] = field(default_factory=list)
    elsewhere: str = ""
    folder: str = ""
    has_manifest: bool = False
    release: str = "2024.3"
    no_websocket: Response | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.closing = Event()
        self.plain = HomeAssistant(self.home, token=self.token, clock=self.clock, keep=self.keep)
        self._server = serve(self._talk, "127.0.0.1", 0, process_request=self._answer)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.closing.set()
        self._server.shutdown()
        self._thread.join(5)
        self.plain.close()

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._server.socket.getsockname()[1]}{self.folder}"

    @property
    def root(self) -> str:
        """The address of the machine, without the folder that a proxy has put the server into."""
        return self.url.removesuffix(self.folder)

    def _next_fault(self, what: str) -> str | None:
        self.exchanges.append(what)
        return self.fault(len(self.exchanges))

    def _answer(self, _: ServerConnection, opening: Opening) -> Response | None:
        """Answer a request, or return None if it opens a websocket."""
        fault = self._next_fault(opening.path.partition("?")[0])
        if fault and fault.isdigit():
            headers = Headers(Location=self.elsewhere, Connection="close")
            return Response(int(fault), "No", headers, b"no")
        if fault:
            # An answer that is no HTTP ends the connection for the client.
            return Response(502, "Bad Gateway", Headers(Connection="close"), b"gone")
        path = opening.path.removeprefix(self.folder)
        if path == "/api/websocket" and opening.path == self.folder + path:
            return self.no_websocket
        sent = {key.lower(): value for key, value in opening.headers.raw_items()}
        reply: Reply | None = Reply(404, b"another program", "text/html")
        if path == "/manifest.json" and self.has_manifest and opening.path == self.folder + path:
            reply = Reply(200, b'{"name": "Home Assistant", "start_url": "/?homescreen=1"}')
        elif opening.path == self.folder + path:
            reply = self.plain.reply_to(Request(path, sent, self.closing))
        if reply is None:
            return Response(502, "Bad Gateway", Headers(Connection="close"), b"gone")
        body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        headers = Headers(reply.headers)
        headers["Content-Type"] = reply.content_type
        headers["Content-Length"] = str(len(body))
        headers["Date"] = self.clock().astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers["Connection"] = "close"
        return Response(reply.status, "OK", headers, body)

    def _talk(self, connection: ServerConnection) -> None:
        try:
            connection.send(json.dumps({"type": "auth_required", "ha_version": "2024.3.3"}))
            said = json.loads(connection.recv())
            assert said["type"] == "auth"
            if said["access_token"] != self.token:
                message = "Invalid access token or password"
                connection.send(json.dumps({"type": "auth_invalid", "message": message}))
                return
            connection.send(json.dumps({"type": "auth_ok", "ha_version": "2024.3.3"}))
            for raw in connection:
                self._reply(connection, json.loads(raw))
        except ConnectionClosed:
            return

    def _reply(self, connection: ServerConnection, command: Mapping[str, Any]) -> None:
        match self._next_fault(command["type"]):
            case None if not command["type"].startswith("recorder/"):
                result = self.statistics.told(command["type"])
                answer: dict[str, object] = {"result": result}
                if result is None:
                    answer = {"error": {"code": "not_found", "message": "No prefs"}}
                reply = {"id": command["id"], "type": "result", "success": result is not None}
                connection.send(json.dumps({**reply, **answer}))
            case None:
                reply = {"id": command["id"], "type": "result", "success": True}
                result = self.statistics.answer(command)
                connection.send(json.dumps({**reply, "result": result}))
            case "garbage":
                connection.send('{"type": "result", "id": 1, "result": [')
            case "other":
                reply = {"id": command["id"], "type": "result", "success": True}
                connection.send(json.dumps({**reply, "result": {"sensor.power": [{"start": "x"}]}}))
            case "refuses":
                error = {"code": "unknown_command", "message": f"Unknown {self.token} command."}
                reply = {"id": command["id"], "type": "result", "success": False}
                connection.send(json.dumps({**reply, "error": error}))
            case "huge":
                connection.send(" " * HUGE)
            case "hangs":
                self.closing.wait(5)
            case _:
                connection.close()
