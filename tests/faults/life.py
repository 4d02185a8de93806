"""The files of an installation that ran undisturbed for some days, as the start for faults."""

from dataclasses import dataclass
from datetime import datetime

from powerstats_cli.demo.server import as_usual
from tests.faults.place import Place, Snapshot, local

NIGHT: tuple[tuple[tuple[str, ...], datetime], ...] = (
    (("collect",), local("2025-11-21 00:00:10")),
    (("rotate",), local("2025-11-21 00:00:10")),
    (("aggregate", "weekly"), local("2025-11-21 00:02:00")),
    (("aggregate", "monthly"), local("2025-11-21 00:05:00")),
    (("collect",), local("2025-11-21 00:10:10")),
    (("aggregate", "yearly"), local("2025-11-21 00:15:00")),
)


@dataclass(frozen=True)
class Life:
    """The files of an undisturbed installation: before each step of its night, and at the end.

    `dawn` is from its first day; `nothing` is from before its first run.
    """

    nothing: Snapshot
    dawn: Snapshot
    before_evening: Snapshot
    evening: Snapshot
    night: tuple[Snapshot, ...]

    @property
    def morning(self) -> Snapshot:
        """The files after the night."""
        return self.night[-1]


def lived(place: Place) -> Life:
    """Run an installation undisturbed for some days, and return its files."""
    place.restore({})
    place.server.answer = as_usual
    place.well("collect", at=local("2025-11-17 00:10:10"))
    dawn = place.snapshot()
    place.well("collect", at=local("2025-11-20 23:40:10"))
    for tier in ("weekly", "monthly", "yearly"):
        place.well("aggregate", tier, at=local("2025-11-20 23:45:00"))
    before_evening = place.snapshot()
    place.well("collect", at=local("2025-11-20 23:50:10"))
    evening = place.snapshot()
    night = [evening]
    for command, at in NIGHT:
        place.well(*command, at=at)
        night.append(place.snapshot())
    return Life({}, dawn, before_evening, evening, tuple(night))
