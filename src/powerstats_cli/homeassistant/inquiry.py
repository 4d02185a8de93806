"""Home Assistant's answers about the configured series, and what to say of those it lacks."""

import math
from collections.abc import Container, Iterator, Mapping
from typing import Final

from powerstats_cli.clock import Clock
from powerstats_cli.core.history import History
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import EPOCH, HOUR, micros
from powerstats_cli.core.series import Kind
from powerstats_cli.core.windows import Answer, Window, is_open_ended
from powerstats_cli.errors import ConfigError, MissingError, PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.states import Recorded

RENAME: Final = "give it a new name in homeassistant.entities, or set the sensor back"


class Inquiry:
    """One run's judgement of the answers about `entities`, entity ids by the name of their series.

    It remembers what was wrong with single series: `complaints` tells.
    """

    def __init__(self, home: HomeAssistant, entities: Mapping[str, str], clock: Clock) -> None:
        """Take whom to ask, and about what; nothing is asked yet."""
        self._home = home
        self._entities = entities
        self._clock = clock
        self._missing: list[str] = []
        self._unrecorded: list[str] = []
        self._problems: list[PowerstatsError] = []

    def by_name(self, recorded: Mapping[str, Recorded]) -> dict[str, Recorded]:
        """Return what the recorder has of each series, by its name instead of its entity."""
        return {
            name: recorded[entity_id]
            for name, entity_id in self._entities.items()
            if entity_id in recorded
        }

    def answers(
        self,
        window: Window,
        recorded: Mapping[str, Recorded],
        stored: Mapping[str, Kind],
        read_once: Container[str],
    ) -> dict[str, Answer]:
        """Return the answers that can be stored; what is wrong with the others is remembered.

        `stored` says what the files know of each series, `read_once` which ever gave a number.
        """
        answers = {}
        for name in window.names:
            try:
                found = recorded.get(name) or self._unheard_of(name, window)
                if found is not None:
                    answers[name] = _answer(name, found, stored.get(name), read_once)
            except PowerstatsError as error:
                self._problems.append(error)
        return answers

    def _unheard_of(self, name: str, window: Window) -> Recorded | None:
        """Return what is to be said of an entity that the recorder has no state of.

        It may have changed last before the recorder's memory, have begun later, not be recorded at
        all, or not exist.
        """
        entity_id = self._entities[name]
        present = self._home.present(entity_id)
        if present is None:
            self._missing.append(f"{name} ({entity_id})")
            return None
        history = History()
        if present.last_changed <= window.asked_from:
            history.append(micros(window.asked_from), present.value)
        else:
            # Under --at the sensor may have begun later: the state was of Home Assistant's own now.
            now = max(self._clock.now(), self._home.date or EPOCH)
            if entity_id not in self._home.history([entity_id], now - HOUR, now).recorded:
                self._unrecorded.append(f"{name} ({entity_id})")
                return None
        return Recorded(present.unit, present.state_class, history, bool(history.times))

    def still_holds(self, window: Window, answers: Mapping[str, Answer]) -> bool:
        """Tell whether a value of the window's end is still there, so Home Assistant never stopped.

        After a start each sensor's state is newer than the window.
        """
        for name, answer in answers.items():
            if is_open_ended(answer.history, micros(window.end)):
                present = self._home.present(self._entities[name])
                if present is not None and present.last_changed <= window.end:
                    return not math.isnan(present.value)
        return False

    def complaints(self) -> Iterator[PowerstatsError]:
        """Yield what was wrong with single series."""
        yield from self._problems
        if self._missing:
            names = joined(self._missing)
            yield MissingError(f"{names}: not in Home Assistant; mend homeassistant.entities")
        if self._unrecorded:
            names = joined(self._unrecorded)
            yield MissingError(
                f"{names}: not recorded by Home Assistant; include "
                f"{'it' if len(self._unrecorded) == 1 else 'them'} under recorder: in its "
                f"configuration.yaml and restart it"
            )


def _answer(name: str, found: Recorded, stored: Kind | None, read_once: Container[str]) -> Answer:
    """Return what was found of a series as the files keep it.

    Raises ConfigError where it is of another unit or kind than what is stored of it.
    """
    if found.mixed:
        message = f"{name}: its unit changed between {found.mixed}: {RENAME}"
        raise ConfigError(message)
    unit = found.unit if found.unit is not None else stored.unit if stored else ""
    state_class = found.state_class or (stored.state_class if stored else "measurement")
    kind = Kind(unit, state_class)
    # A sensor that never gave a number may not have said its unit yet.
    if stored and name in read_once and not kind.fits(stored):
        message = f"{name}: now {kind.described}, stored as {stored.described}: {RENAME}"
        raise ConfigError(message)
    return Answer(kind, found.history)
