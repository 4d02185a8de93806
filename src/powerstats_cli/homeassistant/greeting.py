"""The signs by which a Home Assistant shows itself before it is given a token."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.homeassistant.failures import (
    ITS_NAME,
    Quote,
    failure,
    nonsense,
    refusal_on_the_way,
)
from powerstats_cli.homeassistant.states import NONSENSE
from powerstats_cli.reply import Reply

# The words of aiohttp, which Home Assistant is built on, to a plain request for its websocket.
WEBSOCKET: Final = b'Can "Upgrade" only to "WebSocket"'


class _Manifest(msgspec.Struct, frozen=True):
    """The answer to a phone that puts Home Assistant on its home screen."""

    name: str


class _Provider(msgspec.Struct, frozen=True):
    """A way to sign on."""

    type: str


class _Providers(msgspec.Struct, frozen=True):
    """The ways to sign on."""

    providers: list[_Provider]


def _has_manifest(reply: Reply) -> bool:
    return _is(reply, _Manifest) and msgspec.json.decode(reply.body)["name"] == ITS_NAME


def _has_providers(reply: Reply) -> bool:
    """Tell whether an answer lists ways to sign on; versions before 2023 have a bare list."""
    return _is(reply, _Providers) or (_is(reply, list[_Provider]) and reply.body != b"[]")


def _has_websocket(reply: Reply) -> bool:
    return WEBSOCKET in reply.body


def _is(reply: Reply, form: Any) -> bool:
    try:
        msgspec.json.decode(reply.body, type=form)
    except NONSENSE:
        return False
    return reply.status == 200


SIGNS: Final[Sequence[tuple[str, Callable[[Reply], bool]]]] = (
    ("/manifest.json", _has_manifest),
    # One without the frontend has no manifest. A proxy may let nothing but /api through.
    ("/auth/providers", _has_providers),
    ("/api/websocket", _has_websocket),
)
"""What is asked for, and whether an answer is Home Assistant's own."""


def is_ban(url: str, reply: Reply, quote: Quote) -> bool:
    """Tell whether Home Assistant itself refuses this machine, which shows that it is there."""
    return reply.status in {401, 403} and refusal_on_the_way(url, reply, quote) is None


def refusal(url: str, reply: Reply, quote: Quote) -> PowerstatsError | None:
    """Return the error for an answer that keeps requests from Home Assistant, else None."""
    if reply.status >= 500:
        return failure(url, reply, quote, has_next_run=False)
    return refusal_on_the_way(url, reply, quote)


def stranger(url: str, reply: Reply, quote: Quote) -> PowerstatsError:
    """Return the error for a server that is no Home Assistant; no token was sent to it."""
    if reply.status != 200:
        return failure(url, reply, quote, has_next_run=False)
    return nonsense(url, reply, LookupError("no sign of a Home Assistant"), quote)
