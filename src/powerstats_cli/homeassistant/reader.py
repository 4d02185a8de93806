"""The states of all entities, read forward in pieces that a small board can hold."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from powerstats_cli.core.periods import DAY, EPOCH
from powerstats_cli.errors import TooMuchError
from powerstats_cli.homeassistant.client import Answer, HomeAssistant
from powerstats_cli.homeassistant.pace import Pace
from powerstats_cli.homeassistant.states import Expected, Recorded
from powerstats_cli.web import REQUEST_TIMEOUT


class Reader:
    """What was read so far: `recorded` by entity id, over `[begin, end)`.

    A window that begins inside of what was read goes on from it, so nothing is asked for twice.
    """

    def __init__(
        self, home: HomeAssistant, expected: Mapping[str, Expected], least: timedelta
    ) -> None:
        """Take whom to ask, for which entities, and how long a window a regular run reads."""
        self._home = home
        self._expected = dict(expected)
        self.pace = Pace.of(len(expected), least)
        self.recorded: dict[str, Recorded] = {}
        self.begin = self.end = EPOCH

    def read(self, begin: datetime, end: datetime, now: datetime, enough: datetime) -> None:
        """Read from `begin` on up to `end`, in as many requests as the pace demands.

        If a piece is too much for Home Assistant, shorter ones follow, and it is `enough` to have
        read so far: `self.end` tells. Raises TooMuchError if even the shortest piece is too much.
        """
        if self.begin <= begin <= self.end:
            for states in self.recorded.values():
                states.history.drop_before(begin)
        else:
            self.recorded, self.end = {}, begin
        self.begin = begin
        planned = self.pace.reach
        while self.end < end and not (self.pace.reach < planned and self.end >= enough):
            self._read_piece(min(self.end + self.pace.reach, end), now)

    def _read_piece(self, end: datetime, now: datetime) -> None:
        start, before = self.end, self._home.seconds_left
        try:
            answer, end = self._answer(start, end, now)
        except TooMuchError:
            shorter = self.pace.shorter(end - start)
            if shorter is None or self._home.seconds_left < REQUEST_TIMEOUT:
                raise
            self.pace = shorter
            return
        for entity_id, states in answer.recorded.items():
            if entity_id in self.recorded:
                self.recorded[entity_id].add(states)
            else:
                self.recorded[entity_id] = states
            if states.unit is not None:
                expected = self._expected[entity_id]
                self._expected[entity_id] = msgspec.structs.replace(expected, unit=states.unit)
        self.pace = self.pace.after(end - start, answer.size, before - self._home.seconds_left)
        self.end = end

    def _answer(self, start: datetime, end: datetime, now: datetime) -> tuple[Answer, datetime]:
        """Return the answer to a piece, and where the piece ends."""
        in_full = [key for key, states in self.recorded.items() if states.starts_anew]
        goes_on = start > self.begin
        while True:
            answer = self._home.history(
                list(self._expected),
                start,
                end,
                expected=self._expected,
                in_full=in_full,
                goes_on=goes_on,
            )
            # Home Assistant answers nothing to a window that ends before the oldest of its own
            # starts that it remembers, though it may have states.
            if answer.recorded or goes_on or end >= now:
                return answer, end
            end = min(end + DAY, now)
