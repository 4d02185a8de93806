"""The states of all entities, read in pieces that fit into a small board's memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from powerstats_cli.core.periods import DAY, EPOCH, SECOND
from powerstats_cli.errors import TooMuchError
from powerstats_cli.homeassistant.client import Answer, HomeAssistant
from powerstats_cli.homeassistant.pace import Pace
from powerstats_cli.homeassistant.states import Expected, Recorded
from powerstats_cli.transport import REQUEST_TIMEOUT


class Reader:
    """Reads the states of entities; `recorded` has those over `[begin, end)`, by entity id.

    If the next window begins inside `[begin, end)`, only the rest is read, so nothing is asked for
    twice.
    """

    def __init__(
        self, home: HomeAssistant, expected: Mapping[str, Expected], least: timedelta
    ) -> None:
        """Take the client, the entities, and the length of the window that a regular run reads."""
        self._home = home
        self._expected = dict(expected)
        self.pace = Pace.of(len(expected), least)
        self.recorded: dict[str, Recorded] = {}
        self.begin = self.end = self._piece_start = EPOCH

    def read(self, begin: datetime, end: datetime, now: datetime, enough: datetime) -> None:
        """Read from `begin` up to `end`, in pieces of the length that the pace allows.

        If a piece is too much for Home Assistant, shorter ones follow, and reading ends as soon as
        it has reached `enough`; `self.end` is the end of the last piece. Raises TooMuchError if
        even the shortest piece is too much.
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
            shorter = self.pace.shorter(end - start, before - self._home.seconds_left)
            if shorter is None or self._home.seconds_left < REQUEST_TIMEOUT:
                raise
            self.pace = shorter
            return
        self._read_changed_units_again(answer)
        for entity_id, states in answer.recorded.items():
            if entity_id in self.recorded:
                self.recorded[entity_id].add(states)
            else:
                self.recorded[entity_id] = states
            if states.unit is not None:
                expected = self._expected[entity_id]
                self._expected[entity_id] = msgspec.structs.replace(expected, unit=states.unit)
        self.pace = self.pace.after(end - start, answer.size, before - self._home.seconds_left)
        self._piece_start, self.end = start, end

    def read_apart(self, start: datetime, end: datetime) -> dict[str, Recorded] | None:
        """Return the states of a span that is not part of `recorded`, None if it was too much.

        The pace learns from it, too: pieces become shorter if that took long.
        """
        before, length = self._home.seconds_left, end - start
        try:
            answer = self._home.history(list(self._expected), start, end)
        except TooMuchError:
            seconds = before - self._home.seconds_left
            self.pace = self.pace.at_most(self.pace.shorter(length, seconds))
            return None
        seconds = before - self._home.seconds_left
        self.pace = self.pace.at_most(self.pace.after(length, answer.size, seconds))
        return answer.recorded

    def check_units(self) -> None:
        """Find out whether a unit has changed inside the newest piece, and read it again then.

        That takes one request; a regular run sees it by the next run's first states.
        """
        ids = list(self._expected)
        start = self.end - SECOND
        answer = self._home.history(ids, start, self.end, expected=self._expected, goes_on=True)
        self._read_changed_units_again(answer)

    def _read_changed_units_again(self, later: Answer) -> None:
        """Read the newest piece again, with all attributes, of sensors with another unit later."""
        for entity_id, states in later.recorded.items():
            earlier = self.recorded.get(entity_id)
            if earlier is None or states.first_said == earlier.last_said:
                continue
            answer = self._home.history(
                [entity_id],
                self._piece_start,
                self.end,
                expected=self._expected,
                in_full=[entity_id],
                goes_on=True,
            )
            if entity_id in answer.recorded:
                earlier.history.drop_from(self._piece_start)
                earlier.add(answer.recorded[entity_id])

    def _answer(self, start: datetime, end: datetime, now: datetime) -> tuple[Answer, datetime]:
        """Return the answer to a piece, and the end of the piece."""
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
            # If a window ends before the oldest start of Home Assistant that the recorder
            # remembers, the answer is empty, though there may be states.
            if answer.recorded or goes_on or end >= now:
                return answer, end
            end = min(end + DAY, now)
