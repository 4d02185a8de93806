"""A loopback server that speaks the part of Home Assistant's API which powerstats uses.

Shapes, codes and quirks are those that tests/recordings has of the real one. The time is what the
given clock says, in the Date header too; nothing later than it is recorded yet.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from powerstats_cli.demo.homes import Change, Home
from powerstats_cli.demo.listener import Listener, Reply, Request, status_text
from powerstats_cli.demo.recorder import (
    EPOCH,
    TICK,
    BadRequestError,
    Recorder,
    context,
    encoded,
    full_state,
)
from powerstats_cli.demo.releases import V2024_3, Release

Answer = Callable[[Request, Reply], Reply | None]


def as_usual(_request: Request, reply: Reply) -> Reply | None:
    """Return the reply as it is: the answer hook of a server without faults."""
    return reply


class HomeAssistant:
    """The server: `with HomeAssistant(home, token=..., clock=...) as server: get(server.url)`.

    `release` is the one it imitates. `keep` is how long the recorder keeps states: older ones are
    purged, an entity's newest too.
    `answer` is given each request with the usual reply and returns the reply to send; None drops
    the connection. `requests` are the paths asked for, `connections` how many were opened.
    """

    def __init__(
        self,
        home: Home,
        *,
        token: str,
        clock: Callable[[], datetime],
        keep: timedelta | None = None,
        answer: Answer = as_usual,
        release: Release = V2024_3,
    ) -> None:
        """Listen on a free port of 127.0.0.1; requests are answered from `with` on."""
        self.home = home
        self.clock = clock
        self.keep = keep
        self.answer = answer
        self.release = release
        self.requests: list[str] = []
        self._token = token
        self._listener = Listener(self.reply_to, self._now)

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
        self._listener.start()
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
        self._listener.close()

    def _now(self) -> datetime:
        return self.clock()  # a test may have given the server another clock meanwhile

    def reply_to(self, request: Request) -> Reply | None:
        """Return the reply to a request, None to drop its connection."""
        self.requests.append(request.path)
        now = self.clock()
        if not self.home.is_up(now):
            return None
        return self.answer(request, self._usual_reply(request, now))

    def _usual_reply(self, request: Request, now: datetime) -> Reply:
        url = urlsplit(request.path)
        path = unquote(url.path)
        if not path.startswith("/api/") or path == "/api/websocket":
            return _without_token(path)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return status_text(HTTPStatus.UNAUTHORIZED)
        query = parse_qs(url.query, keep_blank_values=True)
        return self._route(path.removeprefix("/api/"), query, now)

    def _route(self, path: str, query: Mapping[str, list[str]], now: datetime) -> Reply:
        kind, _, rest = path.partition("/")
        match kind, rest:
            case "", "":
                reply = _message(HTTPStatus.OK, "API running.")
            case "config", "":
                reply = _json(_config(self.home, self.release))
            case "core", "state":
                reply = _json(_core_state(self.release))
            case "states", "":
                reply = _json([self._present(entity_id, now) for entity_id in self.home.sensors])
            case "states", entity_id:
                reply = self._state(entity_id.lower(), now)
            case "history", _ if path.startswith("history/period"):
                start = path.removeprefix("history/period").strip("/")
                reply = self._history(start, query, now)
            case _:
                reply = status_text(HTTPStatus.NOT_FOUND)
        return reply

    def _history(self, start: str, query: Mapping[str, list[str]], now: datetime) -> Reply:
        oldest = now - self.keep if self.keep else EPOCH
        recorder = Recorder(self.home, self.release, now, oldest)
        try:
            return Reply(HTTPStatus.OK, recorder.history(start, query))
        except BadRequestError as error:
            return _message(HTTPStatus.BAD_REQUEST, str(error))

    def _state(self, entity_id: str, now: datetime) -> Reply:
        if entity_id not in self.home.sensors:
            return _message(HTTPStatus.NOT_FOUND, "Entity not found.")
        return _json(self._present(entity_id, now))

    def _present(self, entity_id: str, now: datetime) -> dict[str, object]:
        change = self.home.before(entity_id, now) or Change(now, "unknown")
        attributes = change.attributes_of(self.home.sensors[entity_id])
        state = full_state(entity_id, change, attributes)
        state["last_changed"] = self._first_alike(entity_id, change).at.isoformat()
        if self.release.tells_reports:
            updated = state.pop("last_updated")
            state |= {"last_reported": updated, "last_updated": updated}
        return state | context(change)

    def _first_alike(self, entity_id: str, change: Change) -> Change:
        """Return the change to a state, given the newest of those that may repeat the state."""
        earlier: Change | None = change
        while earlier is not None and earlier.state == change.state:
            change = earlier
            earlier = self.home.before(entity_id, change.at - TICK)
        return change


def _without_token(path: str) -> Reply:
    """Return the answers that need no token; there is no websocket."""
    match path:
        case "/manifest.json":
            return _json({"name": "Home Assistant", "start_url": "/?homescreen=1"})
        case "/auth/providers":
            local = {"name": "Home Assistant Local", "id": None, "type": "homeassistant"}
            return _json({"providers": [local], "preselect_remember_me": True})
    return status_text(HTTPStatus.NOT_FOUND)


def _json(value: object) -> Reply:
    return Reply(HTTPStatus.OK, encoded(value))


def _message(status: HTTPStatus, message: str) -> Reply:
    return Reply(status, encoded({"message": message}))


def _core_state(release: Release) -> dict[str, object]:
    if not release.tells_migrations:
        return {"state": "RUNNING"}
    migration = {"migration_in_progress": False, "migration_is_live": False}
    return {"state": "RUNNING", "recorder_state": migration}


def _config(home: Home, release: Release) -> dict[str, object]:
    """Return /api/config without the keys that tell the home's location."""
    return {
        "unit_system": {"length": "km", "mass": "g", "temperature": "°C", "volume": "L"},
        "location_name": "Simulated home",
        "time_zone": home.time_zone,
        "components": ["api", "history", "recorder", "sensor"],
        "version": release.version,
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
