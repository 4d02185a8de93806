"""Prices: the money per kWh that a unit says, and the instants at which a price changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core.buckets import measure
from powerstats_cli.core.history import UNKNOWN, History, held
from powerstats_cli.core.periods import micros
from powerstats_cli.core.prices import Price, aligned, phase

MINUTE = 60_000_000
HOUR = 60 * MINUTE
START = micros(datetime(2025, 11, 22, tzinfo=UTC))


def at(clock: str) -> int:
    """Return a time of the day in µs since 1970."""
    hours, minutes, *seconds = map(int, clock.split(":"))
    return START + hours * HOUR + minutes * MINUTE + sum(seconds) * 1_000_000


def history(*states: tuple[str, float]) -> History:
    """Return a history of states at times of the day."""
    found = History()
    for clock, value in states:
        found.append(at(clock), value)
    return found


def changes(found: History) -> list[tuple[int, float]]:
    """Return a history's states, in minutes since the day began; 0 is unknown."""
    values = [0.0 if value != value else value for value in found.values]
    minutes = [(time - START) // MINUTE for time in found.times]
    return list(zip(minutes, values, strict=True))


# --- units ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "currency", "kept", "factor"),
    [
        ("EUR/kWh", "EUR", "EUR/kWh", 1.0),
        ("EUR/kWh", None, "EUR/kWh", 1.0),
        ("EUR/MWh", None, "EUR/kWh", 0.001),
        ("€/kWh", None, "EUR/kWh", 1.0),
        ("€ / MWh", None, "EUR/kWh", 0.001),
        ("eur/kwh", None, "EUR/kWh", 1.0),
        ("SEK/Wh", None, "SEK/kWh", 1000.0),
        ("GBP/kWh", None, "GBP/kWh", 1.0),
        ("£/kWh", None, "GBP/kWh", 1.0),
        ("p/kWh", None, "GBP/kWh", 0.01),
        ("ct/kWh", "EUR", "EUR/kWh", 0.01),
        ("Ct/kWh", "EUR", "EUR/kWh", 0.01),
        ("c/kWh", "AUD", "AUD/kWh", 0.01),
        ("cent/kWh", "USD", "USD/kWh", 0.01),
        ("¢/kWh", "USD", "USD/kWh", 0.01),
        ("snt/kWh", None, "EUR/kWh", 0.01),
        ("öre/kWh", "SEK", "SEK/kWh", 0.01),
        ("øre/kWh", "NOK", "NOK/kWh", 0.01),
        ("øre/kWh", "DKK", "DKK/kWh", 0.01),
        ("ore/kWh", "SEK", "SEK/kWh", 0.01),
        ("kr/kWh", "NOK", "NOK/kWh", 1.0),
        ("kr/MWh", "DKK", "DKK/kWh", 0.001),
        ("$/MWh", "NZD", "NZD/kWh", 0.001),
        ("zł/kWh", None, "PLN/kWh", 1.0),
        ("Kč/MWh", None, "CZK/kWh", 0.001),
        ("Ft/kWh", None, "HUF/kWh", 1.0),
        ("₹/kWh", None, "INR/kWh", 1.0),
        ("Rp/kWh", None, "CHF/kWh", 0.01),
    ],
)
def test_a_unit_says_money(unit: str, currency: str | None, kept: str, factor: float) -> None:
    """It is kept as money of its currency per kWh."""
    price = Price(15, None, currency)
    found, by = price.kept_as(unit)
    assert (found, round(by, 9)) == (kept, factor)
    assert price.mistake("epex", kept) is None


@pytest.mark.parametrize(
    ("unit", "price", "complaint"),
    [
        ("SEK/kWh", Price(15, None, "EUR"), "epex: in SEK/kWh, but money.currency is EUR: change"),
        ("öre/kWh", Price(15, None, "EUR"), "epex: in SEK/kWh, but money.currency is EUR: change"),
        ("p/kWh", Price(30, None, "EUR"), "epex: in GBP/kWh, but money.currency is EUR"),
        ("ct/kWh", Price(15), "epex: in ct/kWh: say money.currency, since the unit does not"),
        ("kr/kWh", Price(15), "epex: in kr/kWh: say money.currency, since the unit does not"),
        ("EUR", Price(15), "epex: EUR is no money per kWh: say prices.epex.scale"),
        ("€/m³", Price(15), "epex: €/m³ is no money per kWh: say prices.epex.scale"),
        ("kWh", Price(15, None, "EUR"), "epex: kWh is no money per kWh: say prices.epex.scale"),
        ("", Price(15, None, "EUR"), "epex: no unit is no money per kWh: say prices.epex.scale"),
        ("ct", Price(15, 0.01), "epex: in ct: say money.currency, since the unit does not"),
    ],
)
def test_a_unit_that_does_not_tell(unit: str, price: Price, complaint: str) -> None:
    """The line says what to do; another currency is named beside the configured one."""
    kept, _ = price.kept_as(unit)
    assert (price.mistake("epex", kept) or "").startswith(complaint)


@pytest.mark.parametrize("unit", ["ct", "", "cents per kilowatt hour"])
def test_a_scale_tells(unit: str) -> None:
    """The factor comes from the configuration, and so does the currency."""
    assert Price(15, 0.01, "EUR").kept_as(unit) == ("EUR/kWh", 0.01)


def test_a_scale_does_not_hide_another_currency() -> None:
    """The unit may say a currency and be wrong about the rest."""
    price = Price(15, 0.001, "EUR")
    assert price.kept_as("SEK/kWh") == ("SEK/kWh", 0.001)
    assert price.mistake("epex", "SEK/kWh") is not None


# --- instants ---------------------------------------------------------------------------------


def test_m20_seconds_late_or_early() -> None:
    """M20: changes at 10:00:06, 10:59:58 and 12:00:12 are at 10:00, 11:00 and 12:00."""
    states = history(("09:30", 0.1), ("10:00:06", 0.2), ("10:59:58", 0.3), ("12:00:12", 0.4))
    found = aligned(states, 15 * MINUTE, 0, at("09:30"))
    assert changes(found) == [(570, 0.1), (600, 0.2), (660, 0.3), (720, 0.4)]


@pytest.mark.parametrize(("back", "minutes"), [("10:11", 0), ("10:31", 15), ("10:46", 30)])
def test_m21_it_vanishes_with_a_restart(back: str, minutes: int) -> None:
    """M21: unavailable 10:03-10:11, it was known throughout; 10:03-10:31, all but 10:15-10:30."""
    states = history(("10:00", 0.1), ("10:03", UNKNOWN), (back, 0.1), ("11:00", 0.2))
    found = aligned(states, 15 * MINUTE, 0, at("09:50"))
    known = sum(length for _, length in held(found, at("10:00"), at("11:00")))
    assert HOUR - known == minutes * MINUTE


def test_m22_billed_by_the_hour() -> None:
    """M22: quarters of 0.10, 0.12, 0.16 and 0.22 are 0.15 in the hour: 2 kWh in it cost 0.30."""
    states = history(
        ("10:00:05", 0.10), ("10:15:03", 0.12), ("10:30:09", 0.16), ("10:45:02", 0.22), ("11:00", 0)
    )
    found = aligned(states, 15 * MINUTE, 0, at("09:50"))
    hour = measure(found, at("10:00"), at("11:00"), is_power=False)
    assert hour
    assert hour.mean
    assert (round(2 * hour.mean, 9), hour.coverage) == (0.30, 1.0)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        # of two changes at one instant the later holds
        ([("10:00:02", 0.2), ("10:00:05", 0.3)], [(580, 0.1), (600, 0.3)]),
        # a price that is back at once was never away
        ([("10:01", UNKNOWN), ("10:02", 0.1)], [(580, 0.1)]),
        ([("10:01", UNKNOWN), ("10:02", 0.3)], [(580, 0.1), (600, 0.3)]),
        # exactly between two
        ([("10:07:30", 0.2)], [(580, 0.1), (615, 0.2)]),
        # unknown to the end
        ([("10:15", UNKNOWN)], [(580, 0.1), (615, 0.0)]),
        ([("10:15:01", UNKNOWN)], [(580, 0.1), (630, 0.0)]),
    ],
)
def test_where_changes_move(
    states: list[tuple[str, float]], expected: list[tuple[int, float]]
) -> None:
    """A number moves to the nearest step, an unknown to the next."""
    found = aligned(history(("09:40", 0.1), *states), 15 * MINUTE, 0, at("09:40"))
    assert changes(found) == expected


def test_nothing_moves_before_the_start() -> None:
    """A change soon after the start holds from there on."""
    found = aligned(history(("09:35", 0.1), ("09:37", 0.2)), 15 * MINUTE, 0, at("09:35"))
    assert changes(found) == [(575, 0.2)]


def test_hours_are_local() -> None:
    """In India an hour begins at half past an hour of UTC."""
    zone = ZoneInfo("Asia/Kolkata")
    offset = phase(datetime(2025, 11, 22, tzinfo=UTC), zone)
    found = aligned(history(("09:00", 1), ("10:31", 2)), HOUR, offset, at("09:00"))
    assert changes(found) == [(540, 1), (630, 2)]


@given(
    st.lists(
        st.tuples(st.integers(1, 6 * 3600), st.sampled_from([UNKNOWN, 0.1, 0.2, 0.3])), max_size=12
    ),
    st.sampled_from([5, 15, 30, 60]),
)
def test_changes_are_on_steps(states: list[tuple[int, float]], step: int) -> None:
    """All changes are in order and on steps, and the last state is the one that was read last."""
    raw = History()
    raw.append(START, 0.1)
    for second, value in sorted(states, key=lambda state: state[0]):
        raw.append(START + int(timedelta(seconds=second).total_seconds() * 1e6), value)
    found = aligned(raw, step * MINUTE, 0, START)
    assert all(earlier < later for earlier, later in pairwise(found.times))
    assert all((time - START) % (step * MINUTE) == 0 for time in found.times)
    assert repr(found.values[-1]) == repr(raw.values[-1])
    again = aligned(found, step * MINUTE, 0, START)
    assert again.times == found.times
