"""A loopback server that speaks the part of Home Assistant's API which powerstats uses.

Shapes, codes and quirks are those of Home Assistant 2024.3, observed: see tests/recordings. Time is
whatever the given clock says, in the Date header too, and nothing later than it is recorded yet.
"""

import json
import re
import socket
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import compress
from json.encoder import encode_basestring
from operator import attrgetter, ne
from threading import Event, Lock, Thread, current_thread
from types import TracebackType
from typing import Protocol, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import msgspec

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_EPOCH = datetime.fromtimestamp(0, UTC)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ENTITY_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*\.[a-z0-9]+(_+[a-z0-9]+)*")
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "",
    "X-Frame-Options": "SAMEORIGIN",
}
_VERSION = "2024.3.3"
_POLL_S = 0.02  # how long close() may have to wait for the accepting thread
_JOIN_S = 5.0
_BACKLOG = 64

Attributes = Mapping[str, object]


class Change(msgspec.Struct, frozen=True, gc=False):
    """A state that an entity took on `at` an aware UTC instant; attributes None: the sensor's."""

    at: datetime
    state: str
    attributes: Attributes | None = None


class Home(Protocol):
    """What Home Assistant knows: entities, their recorded changes, and when it was down."""

    @property
    def sensors(self) -> Mapping[str, Attributes]:
        """The attributes of every entity that exists, by entity id."""

    @property
    def time_zone(self) -> str:
        """The home's IANA time zone."""

    @property
    def starts(self) -> Sequence[datetime]:
        """When Home Assistant started, ascending; empty: for ever ago."""

    def is_recorded(self, entity_id: str) -> bool:
        """Tell whether the recorder keeps the entity's states."""

    def is_up(self, at: datetime) -> bool:
        """Tell whether Home Assistant answers at that time."""

    def changes(self, entity_id: str, start: datetime, end: datetime) -> Sequence[Change]:
        """Return the changes with start < at < end, ascending: open at both ends."""

    def before(self, entity_id: str, at: datetime) -> Change | None:
        """Return the newest change at or before `at`."""


class RecordedHome:
    """A home made of given changes, for tests and replays.

    `recorded` are the entities that the recorder keeps (None: all); `down` are half-open spans in
    which Home Assistant does not answer. An entity with changes but not in `sensors` was deleted.
    """

    def __init__(
        self,
        sensors: Mapping[str, Attributes],
        changes: Mapping[str, Iterable[Change]],
        *,
        recorded: Container[str] | None = None,
        down: Sequence[tuple[datetime, datetime]] = (),
        starts: Sequence[datetime] = (),
        time_zone: str = "Europe/Amsterdam",
    ) -> None:
        """Sort each entity's changes by time."""
        self.sensors = sensors
        self.recorded = recorded
        self.down = down
        self.starts = sorted(starts)
        self.time_zone = time_zone
        self._changes = {key: sorted(them, key=_at) for key, them in changes.items()}

    def is_recorded(self, entity_id: str) -> bool:
        """Tell whether the recorder keeps the entity and has ever seen a state of it."""
        known = bool(self._changes.get(entity_id))
        return known and (self.recorded is None or entity_id in self.recorded)

    def is_up(self, at: datetime) -> bool:
        """Tell whether `at` lies in none of the down spans."""
        return not any(start <= at < end for start, end in self.down)

    def changes(self, entity_id: str, start: datetime, end: datetime) -> Sequence[Change]:
        """Return the changes with start < at < end."""
        them = self._changes.get(entity_id, [])
        return them[bisect_right(them, start, key=_at) : bisect_left(them, end, key=_at)]

    def before(self, entity_id: str, at: datetime) -> Change | None:
        """Return the newest change at or before `at`."""
        them = self._changes.get(entity_id, [])
        index = bisect_right(them, at, key=_at)
        return them[index - 1] if index else None


_at = attrgetter("at")


@dataclass(frozen=True)
class Request:
    """A request as it came: the path with its query, headers by lower-case name.

    `closing` is set when the server closes: whatever makes a client wait must wait on it.
    """

    path: str
    headers: Mapping[str, str]
    closing: Event


@dataclass(frozen=True)
class Reply:
    """An answer; headers hold what is added to, or replaces, the usual ones.

    A body in chunks is sent in HTTP chunks unless headers give a Content-Length; one that ends
    before that length, or raises ConnectionError, breaks the connection there.
    """

    status: int
    body: bytes | Iterable[bytes]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Request, Reply], Reply | None]


def as_usual(_request: Request, reply: Reply) -> Reply | None:
    """Return the reply as it is: the answer hook of a server without faults."""
    return reply


class HomeAssistant:
    """The server: `with HomeAssistant(home, token=..., clock=...) as server: get(server.url)`.

    `keep` is how long the recorder keeps states: older ones are purged, an entity's newest too.
    `answer` is given each request with the usual reply and returns what to send; None drops the
    connection. `requests` are the paths asked for, `connections` how many were opened.
    """

    def __init__(
        self,
        home: Home,
        *,
        token: str,
        clock: Callable[[], datetime],
        keep: timedelta | None = None,
        answer: Answer = as_usual,
    ) -> None:
        """Listen on a free port of 127.0.0.1; requests are answered from `with` on."""
        self.home = home
        self.clock = clock
        self.keep = keep
        self.answer = answer
        self.requests: list[str] = []
        self.closing = Event()
        self._token = token
        self._listener = _Listener(self)
        self._thread = Thread(target=self._listener.serve_forever, args=[_POLL_S], daemon=True)

    @property
    def url(self) -> str:
        """The server's address, without a slash at its end."""
        return f"http://127.0.0.1:{self._listener.server_port}"

    @property
    def connections(self) -> int:
        """How many connections clients have opened so far."""
        return self._listener.connections

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close all connections, those of hanging answers too, and end every thread."""
        self.closing.set()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join(_JOIN_S)
        self._listener.server_close()
        self._listener.hang_up()

    def reply_to(self, request: Request) -> Reply | None:
        """Return what to send for a request, None to drop its connection."""
        self.requests.append(request.path)
        now = self.clock()
        if not self.home.is_up(now):
            return None
        return self.answer(request, self._usual_reply(request, now))

    def _usual_reply(self, request: Request, now: datetime) -> Reply:
        url = urlsplit(request.path)
        path = unquote(url.path)
        if not path.startswith("/api/"):
            return _text(HTTPStatus.NOT_FOUND)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return _text(HTTPStatus.UNAUTHORIZED)
        query = parse_qs(url.query, keep_blank_values=True)
        return self._route(path.removeprefix("/api/"), query, now)

    def _route(self, path: str, query: Mapping[str, list[str]], now: datetime) -> Reply:
        kind, _, rest = path.partition("/")
        match kind, rest:
            case "", "":
                reply = _message(HTTPStatus.OK, "API running.")
            case "config", "":
                reply = _json(_config(self.home))
            case "core", "state":
                reply = _json({"state": "RUNNING"})
            case "states", "":
                reply = _json([_present(self.home, each, now) for each in self.home.sensors])
            case "states", entity_id:
                reply = _state(self.home, entity_id.lower(), now)
            case "history", _ if path.startswith("history/period"):
                recorder = _Recorder(self.home, now, now - self.keep if self.keep else _EPOCH)
                start = path.removeprefix("history/period").strip("/")
                reply = recorder.history(start, query)
            case _:
                reply = _text(HTTPStatus.NOT_FOUND)
        return reply


def _text(status: HTTPStatus) -> Reply:
    body = f"{status.value}: {status.phrase}".encode()
    return Reply(status, body, content_type="text/plain; charset=utf-8")


def _json(value: object) -> Reply:
    return Reply(HTTPStatus.OK, _JSON(value).encode())


def _message(status: HTTPStatus, message: str) -> Reply:
    return Reply(status, _JSON({"message": message}).encode())


def _config(home: Home) -> dict[str, object]:
    """Return /api/config without the keys that say where the home is."""
    return {
        "unit_system": {"length": "km", "mass": "g", "temperature": "°C", "volume": "L"},
        "location_name": "Simulated home",
        "time_zone": home.time_zone,
        "components": ["api", "history", "recorder", "sensor"],
        "version": _VERSION,
        "config_source": "yaml",
        "recovery_mode": False,
        "state": "RUNNING",
        "external_url": None,
        "internal_url": None,
        "currency": "EUR",
        "country": "NL",
        "language": "en",
        "safe_mode": False,
    }


def _state(home: Home, entity_id: str, now: datetime) -> Reply:
    if entity_id not in home.sensors:
        return _message(HTTPStatus.NOT_FOUND, "Entity not found.")
    return _json(_present(home, entity_id, now))


def _present(home: Home, entity_id: str, now: datetime) -> dict[str, object]:
    change = home.before(entity_id, now) or Change(now, "unknown")
    attributes = home.sensors[entity_id] if change.attributes is None else change.attributes
    return _full(entity_id, change, attributes)


def _full(entity_id: str, change: Change, attributes: Attributes) -> dict[str, object]:
    at = change.at.isoformat()
    made_up_id = f"{(change.at - _EPOCH) // _TICK:026d}"
    return {
        "entity_id": entity_id,
        "state": change.state,
        "attributes": attributes,
        "last_changed": at,
        "last_updated": at,
        "context": {"id": made_up_id, "parent_id": None, "user_id": None},
    }


class _BadRequestError(Exception):
    """What Home Assistant answers with 400 and this message."""


@dataclass(frozen=True)
class _Span:
    """What one history request asks for; it is open at both ends."""

    entity_ids: Sequence[str]
    start: datetime
    end: datetime
    minimal: bool
    attributes: bool
    start_state: bool


def _instant(text: str, zone: ZoneInfo, message: str) -> datetime:
    """Return the time as UTC; one without an offset is local time."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _BadRequestError(message) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    return instant.astimezone(UTC)


@dataclass(frozen=True)
class _Recorder:
    """What the recorder holds at a time: the home's changes from `oldest` until `now`."""

    home: Home
    now: datetime
    oldest: datetime

    def history(self, start: str, query: Mapping[str, list[str]]) -> Reply:
        """Answer /api/history/period/<start>?filter_entity_id=...&end_time=...&minimal_response."""
        try:
            span = self._span(start, query)
        except _BadRequestError as error:
            return _message(HTTPStatus.BAD_REQUEST, str(error))
        starts = self.home.starts
        if span.start > self.now or (starts and span.end < starts[0]):
            return _json([])
        return Reply(HTTPStatus.OK, b"[" + b",".join(self._lists(span)) + b"]")

    def _span(self, start: str, query: Mapping[str, list[str]]) -> _Span:
        """Read a request; the checks, their order and their words are Home Assistant's."""
        zone = ZoneInfo(self.home.time_zone)
        starts_at = _instant(start, zone, "Invalid datetime") if start else self.now - _DAY
        id_list = query.get("filter_entity_id", [""])[0]
        if not id_list:
            message = "filter_entity_id is missing"
            raise _BadRequestError(message)
        entity_ids = id_list.strip().lower().split(",")
        if not all(_ENTITY_ID.fullmatch(entity_id) for entity_id in entity_ids):
            message = "Invalid filter_entity_id"
            raise _BadRequestError(message)
        end = "" if starts_at > self.now else query.get("end_time", [""])[0]
        return _Span(
            entity_ids,
            starts_at,
            _instant(end, zone, "Invalid end_time") if end else starts_at + _DAY,
            minimal="minimal_response" in query,
            attributes="no_attributes" not in query,
            start_state="skip_initial_state" not in query,
        )

    def _lists(self, span: _Span) -> Iterator[bytes]:
        """Yield each entity's states as JSON, in the order asked; nothing for one without any."""
        recorded = [key for key in dict.fromkeys(span.entity_ids) if self.home.is_recorded(key)]
        run = self._run(span, alone=len(recorded) == 1)
        start = max(span.start, self.oldest - _TICK)
        end = min(span.end, self.now + _TICK)
        for entity_id in recorded:
            changes = self.home.changes(entity_id, start, end)
            first = self.home.before(entity_id, span.start - _TICK) if run else None
            if first and run and first.at >= max(run, self.oldest):
                changes = [Change(span.start, first.state, first.attributes), *changes]
            if changes:
                yield _list(changes, span, entity_id, self.home.sensors.get(entity_id, {}))

    def _run(self, span: _Span, *, alone: bool) -> datetime | None:
        """Return from when on a state counts as the one at the span's start, None if none does.

        2024.3 gives none at a time before its first start, and, asked for several entities, none
        from before the start of its own that the span's start follows.
        """
        starts = self.home.starts
        if not span.start_state or (starts and span.start <= starts[0]):
            return None
        return _EPOCH if alone or not starts else starts[bisect_left(starts, span.start) - 1]


def _list(changes: Sequence[Change], span: _Span, entity_id: str, sensor: Attributes) -> bytes:
    """Render an entity's states; minimal_response drops repeats and names only the first."""

    def full(change: Change) -> str:
        own = sensor if change.attributes is None else change.attributes
        return _JSON(_full(entity_id, change, own if span.attributes else {}))

    if span.minimal:
        states = [change.state for change in changes]
        kept = compress(changes[1:], map(ne, states[1:], states))
        rendered = [full(changes[0]), *map(_minimal, kept)]
    else:
        rendered = [full(change) for change in changes]
    return f"[{','.join(rendered)}]".encode()


def _minimal(change: Change) -> str:
    return f'{{"state":{encode_basestring(change.state)},"last_changed":"{change.at.isoformat()}"}}'


class _Listener(ThreadingHTTPServer):
    """Accepts connections, each in its own thread, and can end them all."""

    request_queue_size = _BACKLOG
    daemon_threads = True  # an aborted program must not wait for a hanging answer

    def __init__(self, server: HomeAssistant) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.home_assistant = server
        self.connections = 0
        self._open: dict[socket.socket, Thread | None] = {}
        self._lock = Lock()

    def server_bind(self) -> None:
        """Bind without the look-up of a host name that HTTPServer does."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept and count a connection."""
        connection, address = self.socket.accept()
        with self._lock:
            self.connections += 1
            self._open[connection] = None
        return connection, address

    def note_thread(self, connection: socket.socket) -> None:
        """Note that the current thread serves the connection."""
        with self._lock:
            self._open[connection] = current_thread()

    def close_request(self, request: object) -> None:
        """Close and forget a connection."""
        connection = cast("socket.socket", request)
        with self._lock:
            self._open.pop(connection, None)
        connection.close()

    def hang_up(self) -> None:
        """Cut all open connections and wait for their threads."""
        with self._lock:
            still_open = list(self._open.items())
        for connection, _ in still_open:
            _cut(connection)
        for _, thread in still_open:
            if thread is not None:
                thread.join(_JOIN_S)

    def handle_error(self, request: object, client_address: object) -> None:
        """Be quiet about clients that hang up; report everything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(cast("socket.socket", request), client_address)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was first


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        """Take part in the listener's count of open connections."""
        super().setup()
        self.server.note_thread(self.connection)

    def do_GET(self) -> None:
        """Answer a GET request, with the time at which it came."""
        owner = self.server.home_assistant
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = owner.reply_to(Request(self.path, headers, owner.closing))
        if reply is None:
            self.close_connection = True
            return
        self._send(reply, owner.clock())

    def _refuse(self) -> None:
        self._send(_text(HTTPStatus.METHOD_NOT_ALLOWED), self.server.home_assistant.clock())
        self.close_connection = True  # its body is still unread

    do_POST = do_PUT = do_PATCH = do_DELETE = _refuse  # noqa: N815 - http.server's names

    def _send(self, reply: Reply, now: datetime) -> None:
        headers = {
            "Content-Type": reply.content_type,
            **_HEADERS,
            "Date": format_datetime(now.astimezone(UTC), usegmt=True),
        }
        if isinstance(reply.body, bytes):
            headers["Content-Length"] = str(len(reply.body))
        elif "Content-Length" not in reply.headers:
            headers["Transfer-Encoding"] = "chunked"
        headers |= reply.headers
        head = self._head(reply.status, headers)
        if isinstance(reply.body, bytes):
            self.wfile.write(head + reply.body)
            return
        self.wfile.write(head)
        try:
            self._send_chunks(reply.body, headers.get("Content-Length"))
        except ConnectionError:
            self.close_connection = True

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        phrase = self.responses.get(status, ("", ""))[0]
        lines = [f"{self.protocol_version} {status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _send_chunks(self, chunks: Iterable[bytes], length: str | None) -> None:
        sent = 0
        for chunk in chunks:
            self.wfile.write(chunk if length else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            sent += len(chunk)
        if length is None:
            self.wfile.write(b"0\r\n\r\n")
        elif sent < int(length):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing: the demo's output is its own."""
