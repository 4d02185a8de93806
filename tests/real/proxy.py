"""A proxy in front of a real Home Assistant: it answers late, or as of a later time."""

from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from powerstats_cli.demo.listener import Listener, Reply, Request
from tests.real.server import SOON, RealHome

HOUR: Final = timedelta(hours=1)


class Proxy:
    """It hands requests on to a home.

    Its `Date` is `later` than the home's, so that a run can be as of a time that is still to come:
    for the run nothing has happened since. Each hour of history takes it `seconds_an_hour` more.
    """

    def __init__(self, home: RealHome, later: timedelta = timedelta(0)) -> None:
        """Listen; requests are answered inside of `with`."""
        self.later = later
        self.seconds_an_hour = 0.0
        self._home = home
        self._listener = Listener(self._reply, self.now)

    def __enter__(self) -> Self:
        """Start to answer."""
        self._listener.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close all connections."""
        self._listener.close()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._listener.server_port}"

    def now(self) -> datetime:
        """Return the time that it tells."""
        return datetime.now(UTC) + self.later

    def _reply(self, request: Request) -> Reply:
        if request.closing.wait(self.seconds_an_hour * (_window(request.path) / HOUR)):
            raise ConnectionError
        connection = HTTPConnection(urlsplit(self._home.url).netloc, timeout=SOON)
        try:
            authorization = {"Authorization": request.headers.get("authorization", "")}
            connection.request("GET", request.path, headers=authorization)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return Reply(response.status, body, content_type=str(response.headers["Content-Type"]))


def _window(path: str) -> timedelta:
    """Return how long a window a request asks for; no time if it asks for no history."""
    url = urlsplit(path)
    _, is_history, start = unquote(url.path).partition("/api/history/period/")
    if not is_history:
        return timedelta(0)
    end = parse_qs(url.query)["end_time"][0]
    return datetime.fromisoformat(end) - datetime.fromisoformat(start)
