"""Home Assistant's HTTP API: its history as states in the units kept, and what it is doing now.

What is worked around here (an initial state's rewritten time, bounds open at both ends, entities
without a state at the start) was seen on versions 2024.3 and 2025.1.
"""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self
from urllib.parse import quote, urlencode

import msgspec

from powerstats_cli.core.candidates import Entity
from powerstats_cli.core.history import NO_RESET, UNKNOWN, History
from powerstats_cli.core.periods import MICROSECOND, micros
from powerstats_cli.core.series import StateClass
from powerstats_cli.core.units import normalised
from powerstats_cli.errors import ConfigError, RefusedError, TryAgainError
from powerstats_cli.web import Reply, Web

RUNNING: Final = "RUNNING"
# Beyond it a state is nonsense, and its integral over a day would not be finite.
LARGEST: Final = 1e100
# What decoding raises on bytes that are no JSON of the form: wrong, no UTF-8, or nested too deep.
NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class _Item(msgspec.Struct, gc=False):
    """One state of a history; only an entity's first has all the fields."""

    state: str | None
    entity_id: str | None = None
    attributes: dict[str, Any] | None = None
    last_changed: Instant | None = None
    last_updated: Instant | None = None


_items = msgspec.json.Decoder(list[_Item])
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_item = msgspec.json.Decoder(_Item)


class Recorded(msgspec.Struct, frozen=True):
    """What Home Assistant's recorder has of an entity in a window.

    `unit` is None where no state said one; `mixed` where states of two dimensions were found.
    """

    unit: str | None
    state_class: StateClass | None
    history: History
    has_start: bool
    mixed: str | None = None


class Present(msgspec.Struct, frozen=True):
    """An entity's state right now."""

    value: float
    unit: str | None
    state_class: StateClass | None
    last_changed: datetime


class About(msgspec.Struct, frozen=True):
    """What Home Assistant says of itself."""

    version: str
    time_zone: str


class HomeAssistant:
    """A Home Assistant that can be asked."""

    def __init__(
        self, url: str, token: str | None, *, ca_file: str | None = None, seconds: float
    ) -> None:
        """Take its address, a token, and how long it may take in all; nothing is sent yet.

        Without a token it can only be greeted.
        """
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self._web = Web(url, authorization, ca_file=ca_file, seconds=seconds)
        self.url = self._web.url
        self.date: datetime | None = None
        self.answer_bytes = 0

    def __enter__(self) -> Self:
        """Keep one connection for all that is asked."""
        self._web.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self._web.__exit__(*exc)

    def history(
        self, entity_ids: Sequence[str], start: datetime, end: datetime
    ) -> dict[str, Recorded]:
        """Return the states of entities over `[start, end)`, in one request where that is enough.

        An entity that the recorder has nothing of is absent. The first state is the one that held
        at `start`; where several entities were asked for and one has none, it is asked for alone,
        since Home Assistant then looks further back.
        """
        found = self._history(entity_ids, start, end)
        if len(entity_ids) > 1:
            for entity_id in entity_ids:
                if entity_id not in found or not found[entity_id].has_start:
                    found |= self._history([entity_id], start, end)
        return found

    def present(self, entity_id: str) -> Present | None:
        """Return an entity's state now, None where it does not exist.

        Raises TryAgainError while Home Assistant starts: then entities are yet to come.
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
        try:
            item = _item.decode(reply.body)
        except NONSENSE as error:
            raise self._nonsense(error) from None
        unit, factor = _unit(item.attributes)
        changed = item.last_changed or item.last_updated or datetime.now(UTC)
        return Present(_number(item.state) * factor, unit, _state_class(item.attributes), changed)

    def about(self) -> About:
        """Return its version and time zone."""
        reply = self._get("/api/config")
        try:
            return msgspec.json.decode(reply.body, type=About)
        except NONSENSE as error:
            raise self._nonsense(error) from None

    def greet(self) -> None:
        """Raise where nothing answers, or something that sends elsewhere; it needs no token.

        What does need one counts, where it is missing, as somebody's try to get in.
        """
        reply = self._web.get("/manifest.json")
        if 300 <= reply.status < 400:
            raise self._failure(reply)

    def states(self) -> list[Entity]:
        """Return all entities, as they are now."""
        reply = self._get("/api/states")
        try:
            return [_entity(item.entity_id, item) for item in _items.decode(reply.body)]
        except NONSENSE as error:
            raise self._nonsense(error) from None

    def is_running(self) -> bool:
        """Tell whether Home Assistant has finished starting."""
        reply = self._get("/api/core/state", missing_is_fine=True)
        try:
            return reply.status == 200 and json.loads(reply.body)["state"] == RUNNING
        except (ValueError, KeyError, TypeError, RecursionError):
            return False

    def _history(
        self, entity_ids: Sequence[str], start: datetime, end: datetime, *, full: bool = False
    ) -> dict[str, Recorded]:
        # Open at both ends: a change exactly at the start is only in an answer from before it.
        asked_from = start - MICROSECOND
        query = {"filter_entity_id": ",".join(entity_ids), "end_time": _zulu(end)}
        reply = self._get(
            f"/api/history/period/{_zulu(asked_from)}?{urlencode(query, safe=',:')}"
            + ("" if full else "&minimal_response")
        )
        self.answer_bytes = len(reply.body)
        found: dict[str, Recorded] = {}
        try:
            for raw in _lists.decode(reply.body):
                items = _items.decode(raw)
                if items and (entity_id := items[0].entity_id):
                    if not full and _needs_all_attributes(items):
                        found |= self._history([entity_id], start, end, full=True)
                    else:
                        found[entity_id] = _recorded(items, start)
        except NONSENSE as error:
            raise self._nonsense(error) from None
        return found

    def _get(self, path: str, *, missing_is_fine: bool = False) -> Reply:
        reply = self._web.get(path)
        self.date = reply.date or self.date
        if reply.status == 200 or (reply.status == 404 and missing_is_fine):
            return reply
        raise self._failure(reply)

    def _failure(self, reply: Reply) -> Exception:
        status = reply.status
        if status == 401:
            return RefusedError(
                f"Home Assistant at {self.url} refused the token (401): make a new one in your "
                f"Home Assistant profile under Security, Long-lived access tokens"
            )
        if status == 403:
            return RefusedError(
                f"Home Assistant at {self.url} refused this machine (403): remove its address from "
                f"ip_bans.yaml there and restart it"
            )
        if 300 <= status < 400:
            location = reply.headers.get("location", "?")
            return ConfigError(
                f"{self.url} sends elsewhere ({status}, to {self._web.quote(location)}): "
                f"set homeassistant.url to Home Assistant's own address"
            )
        return TryAgainError(
            f"Home Assistant at {self.url} answered {status} "
            f"({self._web.quote(reply.body) or 'nothing'}): the next run tries again"
        )

    def _nonsense(self, error: Exception) -> TryAgainError:
        return TryAgainError(
            f"{self.url} answered something that is not Home Assistant's history ({error}): "
            f"check homeassistant.url"
        )


def _zulu(instant: datetime) -> str:
    # A raw + of an offset would arrive as a space.
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _recorded(items: Sequence[_Item], start: datetime) -> Recorded:
    history = History()
    units: dict[str, None] = {}
    factor, reset, state_class = 1.0, NO_RESET, None
    for item in items:
        if item.attributes is not None:
            unit, factor = _unit(item.attributes)
            if unit is not None:
                units[unit] = None
            state_class = _state_class(item.attributes) or state_class
            reset = _last_reset(item.attributes)
        at = item.last_changed or item.last_updated
        if at is not None:
            # Sensors without a clock date a state before 1970: earlier than all that is asked for.
            history.append(max(micros(at), 0), _number(item.state) * factor, reset)
    return Recorded(
        unit=next(iter(units), None),
        state_class=state_class,
        history=history,
        has_start=bool(history.times) and history.times[0] <= micros(start),
        mixed=" and ".join(units) if len(units) > 1 else None,
    )


def _needs_all_attributes(items: Sequence[_Item]) -> bool:
    """Tell whether a minimal answer leaves out what the states mean.

    All but its first state come without attributes: the unit may change among them, or a
    `last_reset`; and a sensor that is yet to get its first number may not say its unit yet, nor one
    that is unavailable its `last_reset`.
    """
    first = items[0].attributes or {}
    says_all = "unit_of_measurement" in first and first.get("state_class") != "total"
    if not says_all and math.isnan(_number(items[0].state)):
        return len(items) > 1
    known = [item.attributes for item in items if item.attributes is not None]
    return len({attributes.get("unit_of_measurement") for attributes in known}) > 1 or any(
        attributes.get("last_reset") for attributes in known
    )


def _entity(entity_id: str | None, item: _Item) -> Entity:
    attributes = item.attributes or {}
    unit, device_class, name = (
        value if isinstance(value := attributes.get(key), str) and value else None
        for key in ("unit_of_measurement", "device_class", "friendly_name")
    )
    return Entity(
        entity_id=entity_id or "",
        name=name or "",
        value=_number(item.state),
        unit=unit,
        device_class=device_class,
        state_class=_state_class(attributes),
    )


def _unit(attributes: dict[str, Any] | None) -> tuple[str | None, float]:
    written = (attributes or {}).get("unit_of_measurement")
    return normalised(written) if isinstance(written, str) else (None, 1.0)


def _state_class(attributes: dict[str, Any] | None) -> StateClass | None:
    match (attributes or {}).get("state_class"):
        case "measurement":
            return "measurement"
        case "total_increasing":
            return "total_increasing"
        case "total":
            return "total"
        case _:
            return None


def _last_reset(attributes: dict[str, Any]) -> int:
    try:
        reset = datetime.fromisoformat(attributes["last_reset"])
    except (KeyError, TypeError, ValueError):
        return NO_RESET
    return micros(reset if reset.tzinfo else reset.replace(tzinfo=UTC))


def _number(state: str | None) -> float:
    """Return a state's number, UNKNOWN where it is none: unavailable, unknown, nan, inf, text."""
    try:
        number = float(state or "")
    except ValueError:
        return UNKNOWN
    is_number = abs(number) < LARGEST and "_" not in (state or "")
    return number if is_number else UNKNOWN
