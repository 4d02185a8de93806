"""Home Assistant's websocket API: what the HTTP API does not have, such as long-term statistics.

Tried with version 2024.3; the token of a user without administrator rights is enough.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final, NoReturn, Self
from urllib.parse import urlsplit

import msgspec
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)
from websockets.http11 import Response
from websockets.sync.client import ClientConnection, connect

from powerstats_cli import __version__, certificates
from powerstats_cli.clock import Deadline
from powerstats_cli.core.longterm import Row
from powerstats_cli.core.units import ENERGY, POWER, normalised
from powerstats_cli.errors import PowerstatsError, RefusedError, TryAgainError
from powerstats_cli.lookup import connected
from powerstats_cli.reply import Reply, joined
from powerstats_cli.transport import CONNECT_TIMEOUT, REQUEST_TIMEOUT
from powerstats_cli.web import MOST_MEMORY, cause, memory_of, quoted

PATH: Final = "/api/websocket"
# A request asks for a month of twenty sensors at most, whose answer has 2 MB.
MOST_BYTES: Final = 16_000_000
CLOSE_TIMEOUT: Final = 1.0
TOO_BIG: Final = 1009  # RFC 6455's status code
NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Error(msgspec.Struct):
    code: str | int = ""
    message: str = ""


class _Message(msgspec.Struct):
    type: str
    id: int | None = None
    success: bool = False
    error: _Error | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")


class Statistic(msgspec.Struct, frozen=True):
    """Home Assistant's description of an entity's statistics."""

    statistic_id: str
    has_sum: bool = False
    unit_class: str | None = None
    display_unit_of_measurement: str | None = None

    @property
    def unit(self) -> tuple[str, float]:
        """The unit in which its rows are kept, and the factor that converts them."""
        asked = {"power": POWER, "energy": ENERGY}.get(self.unit_class or "")
        return normalised(asked or self.display_unit_of_measurement or "")


_message = msgspec.json.Decoder(_Message)
_statistics = msgspec.json.Decoder(list[Statistic])
_rows = msgspec.json.Decoder(dict[str, list[Row]])


class LongTerm:
    """A signed-in connection to Home Assistant's long-term statistics."""

    def __init__(self, url: str, token: str, *, ca_file: str | None = None) -> None:
        """Take the server's address and a token, which is sent to no other; send nothing yet."""
        self.url = url.rstrip("/")
        self._token = token
        self._ca_file = ca_file
        self._open = ExitStack()
        self._connection: ClientConnection | None = None
        self._last_id = 0

    def __enter__(self) -> Self:
        """Connect and sign in."""
        try:
            self._connection = self._connected()
            self._sign_in()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection = None
        self._open.close()

    def statistics(self, entity_ids: Sequence[str]) -> dict[str, Statistic]:
        """Return the descriptions of the entities that have long-term statistics, by entity id."""
        raw = self._ask({"type": "recorder/get_statistics_metadata", "statistic_ids": entity_ids})
        try:
            return {statistic.statistic_id: statistic for statistic in _statistics.decode(raw)}
        except NONSENSE as error:
            raise self._nonsense(error) from None

    def hours(
        self, entity_ids: Sequence[str], start: datetime, end: datetime
    ) -> dict[str, list[Row]]:
        """Return the hours that begin in `[start, end)`, powers in W and energies in kWh."""
        types = ["mean", "min", "max", "state", "change"]
        return self._rows(entity_ids, start, end, "hour", types)

    def present(self, entity_ids: Sequence[str], start: datetime, end: datetime) -> set[str]:
        """Return the entities that have a row in the months of `[start, end)`: a short answer."""
        rows = self._rows(entity_ids, start, end, "month", ["mean", "change"])
        return {entity_id for entity_id, found in rows.items() if found}

    def _rows(
        self,
        entity_ids: Sequence[str],
        start: datetime,
        end: datetime,
        period: str,
        types: Sequence[str],
    ) -> dict[str, list[Row]]:
        raw = self._ask(
            {
                "type": "recorder/statistics_during_period",
                "start_time": _zulu(start),
                "end_time": _zulu(end),
                "statistic_ids": entity_ids,
                "period": period,
                "types": types,
                "units": {"power": POWER, "energy": ENERGY},
            }
        )
        try:
            return _rows.decode(raw)
        except NONSENSE as error:
            raise self._nonsense(error) from None

    def result(self, command: str) -> msgspec.Raw | None:
        """Return the result of a command without arguments, None if Home Assistant refuses it."""
        answer = self._answer({"type": command})
        return answer.result if answer.success else None

    def _connected(self) -> ClientConnection:
        parts = urlsplit(self.url)
        is_secure = parts.scheme == "https"
        address = (parts.hostname or "", parts.port or (443 if is_secure else 80))
        context = certificates.trusted(self._ca_file) if is_secure else None
        try:
            # With a socket of our own, no proxy is used and no redirect to another host followed.
            plain = self._open.enter_context(connected(*address, CONNECT_TIMEOUT))
            return self._open.enter_context(
                connect(
                    f"{'wss' if is_secure else 'ws'}://{parts.netloc}{parts.path}{PATH}",
                    sock=plain,
                    ssl=context,
                    server_hostname=parts.hostname if is_secure else None,
                    compression=None,
                    user_agent_header=f"powerstats/{__version__}",
                    open_timeout=CONNECT_TIMEOUT,
                    ping_interval=None,
                    close_timeout=CLOSE_TIMEOUT,
                    max_size=MOST_BYTES,
                )
            )
        except (TimeoutError, OSError, EOFError, ValueError, WebSocketException) as error:
            if refused := _refused(error):
                raise self._status(refused.response) from None
            if isinstance(error, ValueError) and not isinstance(
                error, OSError | WebSocketException
            ):
                raise
            self._fail(error)

    def _status(self, response: Response) -> PowerstatsError:
        from powerstats_cli.homeassistant.failures import meaning

        headers = joined(response.headers.raw_items())
        reply = Reply(response.status_code, headers, bytearray(response.body or b""))
        known = meaning(self.url, reply, self._quote)
        return known or self._no_websocket(str(reply.status))

    def _quote(self, text: str | bytearray) -> str:
        return quoted(text, [self._token])

    def _no_websocket(self, why: str) -> TryAgainError:
        return TryAgainError(
            f"{self.url} speaks no websocket ({self._quote(why)}): a proxy before Home "
            f"Assistant has to let {PATH} through"
        )

    def _sign_in(self) -> None:
        deadline = Deadline(REQUEST_TIMEOUT)
        if self._received(deadline).type != "auth_required":
            raise self._nonsense("no auth_required")
        self._send({"type": "auth", "access_token": f"{self._token}"})
        answer = self._received(deadline)
        if answer.type == "auth_invalid":
            message = (
                f"Home Assistant at {self.url} refused the token: make a new one in your Home "
                f"Assistant profile under Security, Long-lived access tokens"
            )
            raise RefusedError(message)
        if answer.type != "auth_ok":
            raise self._nonsense("no auth_ok")

    def _ask(self, command: Mapping[str, Any]) -> msgspec.Raw:
        answer = self._answer(command)
        if not answer.success:
            said = answer.error or _Error()
            reason = self._quote(f"{said.code}: {said.message}")
            message = (
                f"Home Assistant at {self.url} did not give its statistics ({reason}): try again "
                f"when it has started, or upgrade it"
            )
            raise TryAgainError(message)
        return answer.result

    def _answer(self, command: Mapping[str, Any]) -> _Message:
        self._last_id += 1
        self._send({**command, "id": self._last_id})
        deadline = Deadline(REQUEST_TIMEOUT)
        while True:
            answer = self._received(deadline)
            if answer.type == "result" and answer.id == self._last_id:
                return answer

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._connection is None:
            raise AssertionError
        try:
            self._connection.send(msgspec.json.encode(message).decode())
        except (TimeoutError, OSError, EOFError, WebSocketException) as error:
            self._fail(error)

    def _received(self, deadline: Deadline) -> _Message:
        if self._connection is None:
            raise AssertionError
        try:
            raw = self._connection.recv(max(deadline.seconds_left, 0), decode=False)
        except (TimeoutError, OSError, EOFError, WebSocketException) as error:
            self._fail(error)
        if memory_of(raw) > MOST_MEMORY:
            message = f"{urlsplit(self.url).netloc} answers with more than fits into memory"
            raise TryAgainError(message)
        try:
            return _message.decode(raw)
        except NONSENSE as error:
            raise self._nonsense(error) from None

    def _fail(self, error: Exception) -> NoReturn:
        host = urlsplit(self.url).netloc
        if complaint := certificates.complaint(error, self.url, self._ca_file):
            raise complaint from None
        if isinstance(error, TimeoutError):
            message = f"{host} did not answer in time"
        elif isinstance(error, InvalidHandshake):
            raise self._no_websocket(str(error)) from None
        elif isinstance(error, OSError):
            message = f"{host} cannot be reached: {self._quote(cause(error))}"
        elif _is_too_big(error):
            message = f"{host} answers with over {MOST_BYTES // 1_000_000} MB"
        else:
            message = f"{host} closed the connection: run it again, and it goes on"
        raise TryAgainError(message) from None

    def _nonsense(self, error: object) -> TryAgainError:
        return TryAgainError(
            f"{self.url} answered something that is not Home Assistant's history "
            f"({self._quote(str(error))}): check homeassistant.url"
        )


def _refused(error: BaseException) -> InvalidStatus | None:
    """Return the refusal of a websocket that is among the causes of an error.

    The library would follow a redirect, and fails, in ways that differ by its version, to use the
    address or the socket for it.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, InvalidStatus):
        cause = cause.__cause__ or cause.__context__
    return cause


def _is_too_big(error: Exception) -> bool:
    sent = error.sent if isinstance(error, ConnectionClosed) else None
    return sent is not None and sent.code == TOO_BIG


def _zulu(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
