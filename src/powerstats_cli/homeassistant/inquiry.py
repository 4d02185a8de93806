"""Home Assistant's answers about the configured series, and the problems with them."""

import math
from collections.abc import Container, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core.history import UNKNOWN, History
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import EPOCH, HOUR, instant, micros
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import PER_KWH
from powerstats_cli.core.windows import Answer, Window, is_open_ended
from powerstats_cli.errors import ConfigError, MissingError, PowerstatsError, TryAgainError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.recorder import Sighting, unwritten
from powerstats_cli.homeassistant.states import NO_UNIT, Expected, Present, Recorded
from powerstats_cli.settings import Settings

if TYPE_CHECKING:
    from powerstats_cli.core.prices import Price

MINUTE_US: Final = 60_000_000
RENAME: Final = "give it a new name in homeassistant.entities, or set the sensor back"


def expected(settings: Settings, kinds: Mapping[str, Kind]) -> dict[str, Expected]:
    """Return what the settings and the files say about each entity, by entity id."""
    home, known = settings.homeassistant, dict[str, Expected]()
    for name, entity_id in settings.entities.items():
        if name in settings.prices:
            known.setdefault(entity_id, _expected_price(settings, name, kinds.get(name)))
            continue
        known.setdefault(
            entity_id,
            Expected(
                unit=kinds[name].unit if name in kinds else None,
                state_class=home.state_class.get(name),
                plausible=home.plausible.get(name),
            ),
        )
    return known


def _expected_price(settings: Settings, name: str, stored: Kind | None) -> Expected:
    """Return what is known of a price: it is a measurement, whatever its sensor says."""
    from powerstats_cli.core.prices import Price, is_currency  # few homes have prices

    currency = settings.currency if is_currency(settings.currency) else None
    unit = stored.unit if stored else None
    if currency is not None:
        unit = currency + PER_KWH
    price = Price(settings.prices[name].step, settings.prices[name].scale, currency)
    return Expected(
        unit=unit,
        state_class="measurement",
        plausible=settings.homeassistant.plausible.get(name),
        price=price,
    )


class Unwritten(msgspec.Struct, frozen=True):
    """The series that the recorder leaves out, or the time since which it has written nothing."""

    names: frozenset[str] = frozenset()
    since: datetime | None = None
    error: TryAgainError | None = None


class Inquiry:
    """One run's judgement of the answers about the configured series.

    It remembers the problems of single series; `complaints` yields them.
    """

    def __init__(self, home: HomeAssistant, settings: Settings, clock: Clock) -> None:
        """Take the client, the settings with the series, and the clock; ask nothing yet."""
        self._home = home
        self._entities = settings.entities
        self._expected = expected(settings, {})
        self._zone = settings.zone
        self._settle = settings.settle
        self._clock = clock
        self._missing: list[str] = []
        self._unrecorded: list[str] = []
        self._problems: list[PowerstatsError] = []
        self._presents: dict[str, Present | None] = {}

    def _present(self, entity_id: str) -> Present | None:
        """Return an entity's state now; a run asks for it once."""
        if entity_id not in self._presents:
            known = self._expected[entity_id]
            self._presents[entity_id] = self._home.present(entity_id, known)
        return self._presents[entity_id]

    def _present_if_known(self, entity_id: str) -> Present | None:
        """Return an entity's state now, also None if Home Assistant cannot tell it."""
        try:
            return self._present(entity_id)
        except TryAgainError:
            return None

    def by_name(self, recorded: Mapping[str, Recorded]) -> dict[str, Recorded]:
        """Return the recorder's states of each series, by the series' name."""
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
        """Return the answers that can be stored; remember the problems of the others.

        `stored` has the kind of each series in the files, `read_once` the series that ever gave a
        number.
        """
        answers = {}
        self._check_not_all_lost(window, recorded, read_once)
        for name in window.names:
            try:
                states = recorded.get(name) or self._unheard_of(name, window)
                if states is not None:
                    kind, price = stored.get(name), self._expected[self._entities[name]].price
                    if price is not None:
                        _check_price(name, price, states, window)
                    answers[name] = _answer(name, states, kind, read_once)
                    if price is not None:
                        step = price.step * MINUTE_US
                        answers[name] = msgspec.structs.replace(answers[name], step=step)
                    if states.foreign_until > micros(window.until):
                        self._problems.append(_foreign(name, states.foreign, answers[name].kind))
            except PowerstatsError as error:
                self._problems.append(error)
        return answers

    def _check_not_all_lost(
        self, window: Window, recorded: Mapping[str, Recorded], read_once: Container[str]
    ) -> None:
        """Raise TryAgainError if the recorder has no series any more, though it had some before.

        While its database is being migrated, Home Assistant answers as if nothing was recorded.
        """
        if recorded or not window.is_last or not any(name in read_once for name in window.names):
            return
        for name in window.names:
            present = self._present(self._entities[name]) if name in read_once else None
            if present is not None and present.last_changed > window.asked_from:
                raise self._standing_still(window.until, name, present.last_changed)

    def _unheard_of(self, name: str, window: Window) -> Recorded | None:
        """Return the states of an entity of which the recorder has none, by its present state.

        Its last change may be older than the recorder's oldest state. It may have begun after the
        window. Or it is not recorded, or does not exist: then return None and remember that.
        """
        entity_id = self._entities[name]
        present = self._present(entity_id)
        if present is None:
            self._missing.append(f"{name} ({entity_id})")
            return None
        history = History()
        if present.last_changed <= window.asked_from:
            history.append(micros(window.asked_from), present.value)
        else:
            # With --at the sensor may have begun later: the present state is of the real now.
            now = max(self._clock.now(), self._home.date or EPOCH)
            if entity_id not in self._home.history([entity_id], now - HOUR, now).recorded:
                self._unrecorded.append(f"{name} ({entity_id})")
                return None
        state_class = self._expected[entity_id].state_class or present.state_class
        return Recorded(present.unit, state_class, history, has_start=bool(history.times))

    def still_holds(self, window: Window, answers: Mapping[str, Answer]) -> bool:
        """Tell whether a value still holds since the window, so Home Assistant has not stopped.

        If Home Assistant had started again, each sensor's state would be newer than the window.
        """
        for name, answer in answers.items():
            if is_open_ended(answer.history, micros(window.end)):
                present = self._present(self._entities[name])
                if present is not None and present.last_changed <= window.end:
                    return not math.isnan(present.value)
        return False

    def left_out(
        self, begin: datetime, end: datetime, interval: timedelta, recorded: Mapping[str, Recorded]
    ) -> frozenset[str]:
        """Return the series that changed since `begin` and of which nothing was recorded.

        `recorded` has the states up to `end`, which is now, by entity id.
        """
        until, start = end - interval, begin + interval
        window = Window(tuple(self._entities), until, start, end, interval, is_last=True)
        return self.unwritten(window, self.by_name(recorded)).names

    def unwritten(self, window: Window, recorded: Mapping[str, Recorded]) -> Unwritten:
        """Compare the last window with the present states; return what the recorder lacks.

        Home Assistant runs without its recorder if its disk is full, its database is being migrated
        or backed up, or the recorder's thread has died. A sensor may also be left out by the
        recorder. Each series without a row in the last interval is compared: a constant value looks
        the same.
        """
        missed: dict[str, datetime] = {}
        sightings = {}
        for name, states in recorded.items():
            newest = instant(states.newest)
            if newest >= window.end - window.interval:
                continue
            present = self._present_if_known(self._entities[name])
            if present is None:
                continue
            if max(newest, present.last_changed) > window.asked_from:
                newest = max(newest, window.asked_from)
                sightings[name] = Sighting(self._entities[name], newest, present.last_changed)
            elif _contradicts(states, present):
                missed[name] = present.last_changed
        missed |= unwritten(self._home, sightings, self._clock, self._settle)
        if not missed:
            return Unwritten()
        newest = max(instant(states.newest) for states in recorded.values())
        since = min(max(newest, window.asked_from), *missed.values())
        # It is at work if it has written anything since the last interval, or since what it lacks.
        recent = max(since, min(window.end - window.interval, *missed.values()))
        is_alive = newest >= recent
        if not is_alive and not self._home.recorder_writes(recent, self._entities.values()):
            name, changed = next(iter(missed.items()))
            return Unwritten(since=since, error=self._standing_still(since, name, changed))
        self._unrecorded += [f"{name} ({self._entities[name]})" for name in missed]
        return Unwritten(names=frozenset(missed))

    def _standing_still(self, since: datetime, name: str, changed: datetime) -> TryAgainError:
        return TryAgainError(
            f"Home Assistant's recorder has written nothing since {self._local(since)}, but {name} "
            f"changed at {self._local(changed)}: look at Home Assistant's log and disk; a later "
            f"run stores what it writes then"
        )

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def complaints(self) -> Iterator[PowerstatsError]:
        """Yield the problems of single series."""
        yield from self._problems
        if self._missing:
            names = joined(self._missing)
            yield MissingError(f"{names}: not in Home Assistant; mend homeassistant.entities")
        if self._unrecorded:
            names = joined(list(dict.fromkeys(self._unrecorded)))
            yield MissingError(
                f"{names}: not recorded by Home Assistant; include "
                f"{'it' if len(self._unrecorded) == 1 else 'them'} under recorder: in its "
                f"configuration.yaml and restart it"
            )


def _answer(name: str, states: Recorded, stored: Kind | None, read_once: Container[str]) -> Answer:
    """Return the recorder's states of a series as an answer of its kind.

    Raises ConfigError if the stored series has another unit or state class.
    """
    unit = states.unit if states.unit is not None else stored.unit if stored else ""
    state_class = states.state_class or (stored.state_class if stored else "measurement")
    kind = Kind(unit, state_class)
    # The unit of a sensor that never gave a number may not be known yet.
    if stored and name in read_once and not kind.fits(stored):
        message = f"{name}: now {kind.described}, stored as {stored.described}: {RENAME}"
        raise ConfigError(message)
    return Answer(kind, states.history)


def _check_price(name: str, price: "Price", states: Recorded, window: Window) -> None:
    """Raise ConfigError if a price is in a unit that cannot be kept; later runs ask for it again.

    A source that is not back yet may have no unit for a while.
    """
    said = states.foreign if states.foreign_until > micros(window.until) else states.unit
    if said is not None and said != NO_UNIT and (mistake := price.mistake(name, said)):
        raise ConfigError(mistake)


def _contradicts(states: Recorded, present: Present) -> bool:
    """Tell whether a state from before the window is another than the recorder's last one."""
    last = states.history.values[-1] if states.history.values else UNKNOWN
    # A number may be unknown to us because it is not plausible, or in another unit.
    return last == last and states.unit == present.unit and last != present.value


def _foreign(name: str, unit: str | None, kind: Kind) -> ConfigError:
    """Return the error of a sensor whose numbers are in a unit of another dimension."""
    return ConfigError(
        f"{name}: now in {unit}, stored as {kind.described}: its numbers are left out; {RENAME}"
    )
