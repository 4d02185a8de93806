"""The state file: how each step last ran, and the pause. To delete it loses no data."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.periods import in_utc

TELL_AGAIN_AFTER: Final = timedelta(days=1)
# Home Assistant's recorder forgets after ten days, unless it is told otherwise.
LONG_PAUSE: Final = timedelta(days=7)

_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class Run(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A step's last run: when and how it ended, its last success, and since when it fails.

    `message` is the text of its errors; `told_at` is when that was last printed. `unattended` is
    the end of the last run that no person started at a terminal.
    """

    ended: _Aware
    exit_code: int = 0
    message: str = ""
    succeeded: _Aware | None = None
    failing_since: _Aware | None = None
    told_at: _Aware | None = None
    unattended: _Aware | None = None


class Pause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A span in which no step does anything; without `until` it lasts until `resume` ends it."""

    since: _Aware
    until: _Aware | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether the pause is not over yet."""
        return self.until is None or now < self.until

    def is_long(self, now: datetime) -> bool:
        """Tell whether it holds, and has held so long that readings are about to be lost."""
        return self.holds(now) and now - self.since >= LONG_PAUSE

    def complaint(self, zone: ZoneInfo) -> str:
        """Return a line about a long pause."""
        return (
            f"paused since {self.since.astimezone(zone):%Y-%m-%d %H:%M}: Home Assistant forgets "
            f"after about 10 days, and what it forgets is lost; `powerstats schedule resume` ends "
            f"the pause"
        )

    def in_words(self, zone: ZoneInfo) -> str:
        """Return a line that says until when it lasts, in local time, and how to end it."""
        until = f" until {self.until.astimezone(zone):%Y-%m-%d %H:%M}" if self.until else ""
        return f"paused{until}: `powerstats schedule resume` ends it"


class DataPlace(msgspec.Struct, frozen=True):
    """The data directory that had data, and which state of the configuration file named it.

    `config` is the file's number and the time of its last change.
    """

    data_dir: str
    config: tuple[int, int]


class Runs(msgspec.Struct, omit_defaults=True):
    """The content of the state file: the last runs by step name, and the newest pause.

    The pause may be over. `token_expires` is when the token for GitHub expires, `data` is where the
    data was at the last run.
    """

    steps: dict[str, Run] = {}
    token_expires: _Aware | None = None
    pause: Pause | None = None
    data: DataPlace | None = None


def decode(raw: bytes | None) -> Runs:
    """Return the content of the state file; an empty one if the bytes are missing or broken."""
    try:
        runs = msgspec.json.decode(raw, type=Runs) if raw else Runs()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Runs()
    return runs if all(map(in_utc, _times(runs))) else Runs()


def _times(runs: Runs) -> Iterator[datetime]:
    holders = [runs, *runs.steps.values(), *([runs.pause] if runs.pause else [])]
    for holder in holders:
        values = msgspec.structs.astuple(holder)
        yield from (value for value in values if isinstance(value, datetime))


def encode(runs: Runs) -> bytes:
    """Return the state file's bytes."""
    return msgspec.json.format(msgspec.json.encode(runs, order="sorted"), indent=1) + b"\n"


def recorded(
    before: Run | None, now: datetime, exit_code: int, message: str, *, is_unattended: bool = False
) -> Run:
    """Return a step's run that ended now, with what is kept from the run before it."""
    run = Run(ended=now, exit_code=exit_code, message=message)
    run.unattended = now if is_unattended else before.unattended if before else None
    if not exit_code:
        run.succeeded = now
    elif before is not None:
        run.succeeded = before.succeeded
        run.failing_since = before.failing_since or now
    else:
        run.failing_since = now
    if message and before is not None and not is_news(before, now, exit_code, message):
        run.told_at = before.told_at
    elif message:
        run.told_at = now
    return run


def is_news(before: Run | None, now: datetime, exit_code: int, message: str) -> bool:
    """Tell whether a message differs from the last one, or was last printed a day ago.

    Numbers in it may differ: a clock that is wrong by more each time is one failure, not many.
    """
    if before is None or before.told_at is None or before.exit_code != exit_code:
        return True
    same = _without_numbers(before.message) == _without_numbers(message)
    return not same or not timedelta(0) <= now - before.told_at < TELL_AGAIN_AFTER


def _without_numbers(message: str) -> str:
    return re.sub(r"\d+", "#", message)
