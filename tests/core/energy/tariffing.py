"""Homes with a meter and a tariff, in the form of the configuration."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.energy.bills import Bill, bill
from powerstats_cli.core.energy.hours import parsed
from powerstats_cli.core.energy.metering import Energy, Home, Known, Price
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import DAY, MINUTE, Span, day_span

NL, UK, US = (
    ZoneInfo("Europe/Amsterdam"),
    ZoneInfo("Europe/London"),
    ZoneInfo("America/Los_Angeles"),
)
INDIA = ZoneInfo("Asia/Kolkata")
Use = Callable[[datetime], float | None]
"""Returns the kWh of the slot that begins at a local time; None is unknown."""


def line(**keys: Any) -> Line:
    """Return a line as the configuration has it; `since` is its `from`.

    By default a kWh of import costs nothing.
    """
    if "since" in keys:
        keys["from"] = keys.pop("since")
    usual: dict[str, Any] = {} if "percent" in keys else {"per": "import"}
    if not keys.keys() & {"rate", "price", "blocks", "percent"}:
        usual["rate"] = 0
    given = {"name": "Line", **usual, **keys}
    return msgspec.convert(given, Line)


def home(timezone: ZoneInfo = NL, holidays: Iterable[date] = (), **zones: Any) -> Home:
    """Return a home with zones."""
    rules = {name: [each] if isinstance(each, str) else each for name, each in zones.items()}
    return Home(
        timezone,
        {name: tuple(map(parsed, each)) for name, each in rules.items()},
        frozenset(holidays).__contains__,
    )


def slots(days: Days, timezone: ZoneInfo, minutes: int, use: Use) -> list[Energy]:
    """Return the slots of some days whose use is known."""
    found = []
    for day in days:
        start, end = day_span(day, timezone)
        while start < end:
            kwh = use(start.astimezone(timezone))
            stop = start + minutes * MINUTE
            if kwh is not None:
                found.append(Energy(start, stop, kwh))
            start = stop
    return found


def steps(start: datetime, minutes: int, values: Sequence[float]) -> list[Price]:
    """Return prices that follow each other."""
    step = minutes * MINUTE
    return [
        Price(start + number * step, start + (number + 1) * step, value)
        for number, value in enumerate(values)
    ]


def at(day: date, hour: int, minute: int = 0, timezone: ZoneInfo = NL) -> datetime:
    """Return a local time as an instant."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone)
    return local.astimezone(UTC)


def after(start: datetime, minutes: float, kwh: float, coverage: float = 1.0) -> Energy:
    """Return the energy of a stretch of some minutes."""
    return Energy(start, start + timedelta(minutes=minutes), kwh, coverage)


def billed_days(
    lines: Line | Sequence[Line],
    days: Days,
    where: Home,
    energy: Mapping[str, Sequence[Energy]] | Sequence[Energy] = (),
    prices: Mapping[str, Sequence[Price]] | None = None,
    period: Days | None = None,
    until: datetime | None = None,
) -> Bill:
    """Return the bill of some days, by default a whole period and all of it past."""
    given = energy if isinstance(energy, Mapping) else {"import": energy}
    end = until or Span(*day_span(days.end - DAY, where.timezone)).end
    term = Term("tried", days, period or days, days.first)
    some = [lines] if isinstance(lines, Line) else lines
    return bill(some, term, where, Known(given, prices or {}, end))


def one(day: date) -> Days:
    """Return a day alone."""
    return Days(day, day + DAY)
