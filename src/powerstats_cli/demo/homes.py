"""Homes that a simulated Home Assistant can serve: sensors and the states they reported."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Protocol

import msgspec

Attributes = Mapping[str, object]


class Change(msgspec.Struct, frozen=True, gc=False):
    """A state that an entity took on `at` an aware UTC instant; attributes None: the sensor's."""

    at: datetime
    state: str
    attributes: Attributes | None = None

    def attributes_of(self, sensor: Attributes) -> Attributes:
        """Return the attributes then, given the sensor's."""
        return sensor if self.attributes is None else self.attributes


class Home(Protocol):
    """A home as Home Assistant knows it: entities, recorded changes, starts and downtimes."""

    @property
    def sensors(self) -> Mapping[str, Attributes]:
        """The attributes of every entity that exists, by entity id."""

    @property
    def time_zone(self) -> str:
        """The home's IANA time zone."""

    @property
    def starts(self) -> Sequence[datetime]:
        """When Home Assistant started, ascending; empty if it has always been running."""

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
        self._changes = {key: sorted(given, key=_at) for key, given in changes.items()}

    def is_recorded(self, entity_id: str) -> bool:
        """Tell whether the recorder keeps the entity and has ever seen a state of it."""
        has_changes = bool(self._changes.get(entity_id))
        return has_changes and (self.recorded is None or entity_id in self.recorded)

    def is_up(self, at: datetime) -> bool:
        """Tell whether `at` lies in none of the down spans."""
        return not any(start <= at < end for start, end in self.down)

    def changes(self, entity_id: str, start: datetime, end: datetime) -> Sequence[Change]:
        """Return the changes with start < at < end."""
        return between(self._changes.get(entity_id, []), start, end)

    def before(self, entity_id: str, at: datetime) -> Change | None:
        """Return the newest change at or before `at`."""
        return newest(self._changes.get(entity_id, []), at)


_at = attrgetter("at")


def between(changes: Sequence[Change], start: datetime, end: datetime) -> Sequence[Change]:
    """Return those of the ascending changes with start < at < end."""
    return changes[bisect_right(changes, start, key=_at) : bisect_left(changes, end, key=_at)]


def newest(changes: Sequence[Change], at: datetime) -> Change | None:
    """Return the last of the ascending changes that is at or before `at`, None if all are later."""
    count = bisect_right(changes, at, key=_at)
    return changes[count - 1] if count else None
