"""The form of the ledger: it is read back unchanged, fits its schema, and stays small."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.resources import files
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from powerstats_cli.core.energy.ledger import Ledger, LedgerDay, Slots, Steps, decode, encode
from powerstats_cli.core.periods import DAY, days, intervals
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import ConfigError, NewerError, UnreadableError

SCHEMA = json.loads((files("powerstats_cli.core") / "ledger.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ZONES = ["Europe/Amsterdam", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC"]
AMSTERDAM = "Europe/Amsterdam"
POWER, PRICE = Kind("W", "measurement"), Kind("EUR/kWh", "measurement")
CHANGED = datetime(2025, 11, 23, 0, 2, 9, tzinfo=UTC)
Json = dict[str, Any]

LENGTHS = [60, 30, 15, 10, 5]


def _numbers(random: Random, count: int, most: float, *, whole: bool = True) -> tuple[Any, ...]:
    """Return as many numbers, some of them unknown."""
    found = (random.uniform(-most, most) for _ in range(count))
    some = [round(number) if whole else round(number, 5) + 0.0 for number in found]
    return tuple(None if random.random() < 0.1 else number for number in some)


def _slots(random: Random, day: date, zone: ZoneInfo) -> Slots:
    minutes = random.choice(LENGTHS)
    count = len(intervals(day, zone, minutes))
    back = tuple(each and abs(each) for each in _numbers(random, count, 1e13))
    shares = tuple(random.choice([0.0, 1.0, round(random.random(), 4)]) for _ in range(count))
    return Slots(
        minutes,
        _numbers(random, count, random.choice([1e3, 1e13])),
        random.choice([None, back]),
        random.choice([None, shares]),
        random.choice([None, "statistics"]),
    )


def _steps(random: Random, day: date, zone: ZoneInfo) -> Steps:
    minutes = random.choice(LENGTHS)
    count = len(intervals(day, zone, minutes))
    most = random.choice([1.0, 1e6])
    return Steps(
        minutes,
        _numbers(random, count, most, whole=False),
        random.choice([None, "statistics"]),
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw any ledger that may be written, of days on which clocks change, too."""
    timezone = draw(st.sampled_from(ZONES))
    zone, random = ZoneInfo(timezone), Random(draw(st.integers(0, 10**6)))
    found = {}
    for day in sorted(draw(st.sets(st.dates(date(2000, 1, 1), date(2040, 1, 1)), max_size=4))):
        names = draw(st.sets(st.sampled_from(["grid", "sun ☀", 'a"b', "timestamp"])))
        energy = {name: _slots(random, day, zone) for name in names}
        is_priced = draw(st.booleans())
        found[day] = LedgerDay(energy, {"epex": _steps(random, day, zone)} if is_priced else {})
    kinds = {
        name: kind
        for day in found.values()
        for named, kind in ((day.energy, POWER), (day.prices, PRICE))
        for name in named
    }
    return Ledger(timezone, CHANGED, kinds, found)


@given(ledger=ledgers())
def test_what_is_written_is_read_back(ledger: Ledger) -> None:
    """decode(encode(x)) = x in every zone, the bytes fit the schema, and a day is a line."""
    raw = encode(ledger)
    assert decode(raw, timezone=ledger.timezone) == ledger
    VALIDATOR.validate(json.loads(raw))
    lines = [line for line in raw.decode().split("\n") if line.startswith('  {"date":')]
    dates = [json.loads(line.removesuffix(","))["date"] for line in lines]
    assert dates == [str(day) for day in ledger.days]


@given(ledger=ledgers(), seed=st.integers(0, 99))
def test_same_data_same_bytes(ledger: Ledger, seed: int) -> None:
    """The bytes do not depend on the order in which series and days were added."""

    def shuffled(things: Any) -> Any:
        keys = list(things)
        Random(seed).shuffle(keys)
        return {key: things[key] for key in keys}

    other = {
        day: LedgerDay(shuffled(each.energy), shuffled(each.prices))
        for day, each in shuffled(ledger.days).items()
    }
    again = msgspec.structs.replace(ledger, series=shuffled(ledger.series), days=other)
    assert encode(again) == encode(ledger)


def of_a_day(day: date, energy: Slots, price: Steps | None = None) -> Ledger:
    """Return a ledger with a day of two series."""
    found = LedgerDay({"grid": energy}, {"epex": price} if price else {})
    return Ledger(AMSTERDAM, CHANGED, {"epex": PRICE, "grid": POWER}, {day: found})


def test_the_bytes() -> None:
    """A ledger is written as the specification shows it; what is wholly known says no share."""
    slots = Slots(60, (312, 295, *[100] * 22))
    steps = Steps(60, (0.08532, None, *[0.0812] * 22))
    numbers = ",".join(["100"] * 22), ",".join(["0.0812"] * 22)
    assert encode(of_a_day(date(2025, 11, 22), slots, steps)).decode() == (
        '{"version":1,"tier":"ledger","timezone":"Europe/Amsterdam",\n'
        ' "last_update":"2025-11-23T01:02:09+01:00",\n'
        ' "series":{"epex":{"unit":"EUR/kWh","state_class":"measurement"},\n'
        '  "grid":{"unit":"W","state_class":"measurement"}},\n'
        ' "days":[\n'
        '  {"date":"2025-11-22","minutes":60,'
        f'"epex":{{"minutes":60,"price":[0.08532,null,{numbers[1]}]}},'
        f'"grid":{{"wh":[312,295,{numbers[0]}]}}}}\n'
        " ]}\n"
    )


def test_a_series_with_longer_slots_says_so() -> None:
    """A day's minutes are those of its finest series: hours of the statistics keep their own."""
    day = LedgerDay({"grid": Slots(15, (1,) * 96), "sun": Slots(60, (2,) * 24)})
    ledger = Ledger(AMSTERDAM, CHANGED, {"grid": POWER, "sun": POWER}, {date(2025, 11, 22): day})
    written = json.loads(encode(ledger))["days"][0]
    assert (written["minutes"], written["sun"]["minutes"]) == (15, 60)
    assert "minutes" not in written["grid"]


def test_a_day_that_the_zone_changed_is_lost() -> None:
    """A day with another length by the rules of today is left out; the other days stay."""
    ledger = of_a_day(date(2026, 3, 29), Slots(60, (1,) * 24))
    raw = encode(msgspec.structs.replace(ledger, days={**ledger.days, date(2026, 3, 30): day()}))
    found = decode(raw, timezone=AMSTERDAM)
    assert (list(found.days), found.lost) == ([date(2026, 3, 30)], (date(2026, 3, 29),))


def day(numbers: int = 24) -> LedgerDay:
    """Return a day of one series."""
    return LedgerDay({"grid": Slots(60, (1,) * numbers)})


# --- the schema -----------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    """The schema itself is valid, and describes every key of a file."""
    Draft202012Validator.check_schema(SCHEMA)
    assert all("description" in entry for entry in SCHEMA["properties"].values())


def written() -> Json:
    """Return a ledger of a day with all kinds of entries."""
    known = (0.5, 0.0, *[1.0] * 22)
    slots = Slots(60, (100, None, *[300] * 22), (5, None, *[0] * 22), known, "statistics")
    found: Json = json.loads(
        encode(of_a_day(date(2025, 11, 22), slots, Steps(60, (None, *[0.1] * 23))))
    )
    return found


def _in(*path: str | int, to: object = None) -> Callable[[Json], None]:
    def change(file: Any) -> None:
        for step in path[:-1]:
            file = file[step]
        if to is None:
            del file[path[-1]]
        else:
            file[path[-1]] = to

    return change


BROKEN: dict[str, Callable[[Json], None]] = {
    "no version": _in("version"),
    "an old version": _in("version", to=0),
    "no tier": _in("tier"),
    "another tier": _in("tier", to="weekly"),
    "no zone": _in("timezone"),
    "no last_update": _in("last_update"),
    "a time without offset": _in("last_update", to="2025-11-22T10:20:04"),
    "no series": _in("series"),
    "a series without unit": _in("series", "grid", "unit"),
    "a series with an end": _in("series", "grid", "until", to="2025-11-22T10:20:00+01:00"),
    "a series of no kind": _in("series", "grid", "state_class", to="sum"),
    "no days": _in("days"),
    "days by date": _in("days", to={}),
    "an unknown key": _in("latitude", to=52.1),
    "a day without date": _in("days", 0, "date"),
    "a day in words": _in("days", 0, "date", to="yesterday"),
    "a day of a number": _in("days", 0, "date", to=20251122),
    "slots of no minutes": _in("days", 0, "minutes", to=0),
    "slots of odd minutes": _in("days", 0, "minutes", to=7),
    "slots of two hours": _in("days", 0, "minutes", to=120),
    "a bare number": _in("days", 0, "grid", to=512),
    "an empty entry": _in("days", 0, "grid", to={}),
    "a price without minutes": _in("days", 0, "epex", "minutes"),
    "both": _in("days", 0, "grid", "price", to=[0.1] * 24),
    "a price with shares": _in("days", 0, "epex", "known", to=[1] * 24),
    "parts of a Wh": _in("days", 0, "grid", "wh", 0, to=0.5),
    "Wh in words": _in("days", 0, "grid", "wh", 0, to="many"),
    "Wh without bound": _in("days", 0, "grid", "wh", 0, to=10**14),
    "less than nothing back": _in("days", 0, "grid", "back", 0, to=-1),
    "more than all known": _in("days", 0, "grid", "known", 0, to=1.1),
    "a price without bound": _in("days", 0, "epex", "price", 0, to=1e300),
    "another source": _in("days", 0, "grid", "source", to="history"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_of_the_form(name: str) -> None:
    """The schema and the program refuse the same broken files."""
    file = written()
    VALIDATOR.validate(file)
    BROKEN[name](file)
    assert not VALIDATOR.is_valid(file)
    with pytest.raises(UnreadableError):
        decode(json.dumps(file).encode(), timezone=AMSTERDAM)


def _twice(file: Json) -> None:
    file["days"].append(copy.deepcopy(file["days"][0]))


BEYOND_A_SCHEMA: dict[str, Callable[[Json], None]] = {
    "too few slots for any day": lambda file: file["days"][0]["grid"]["wh"].pop(),
    "no slot at all": _in("days", 0, "epex", "price", to=[]),
    "shares of other slots": lambda file: file["days"][0]["grid"]["known"].append(1),
    "a series that is not in series": _in("series", "grid"),
    "energies without minutes": _in("days", 0, "minutes"),
    "a day that comes twice": _twice,
}


@pytest.mark.parametrize("name", BEYOND_A_SCHEMA)
def test_what_a_schema_cannot_say(name: str) -> None:
    """The program refuses what no day can have."""
    file = written()
    BEYOND_A_SCHEMA[name](file)
    with pytest.raises(UnreadableError, match=r"days\[\d\]"):
        decode(json.dumps(file).encode(), timezone=AMSTERDAM)


def test_what_is_not_ours_to_touch() -> None:
    """A ledger of a newer version or another time zone is refused, but not as broken."""
    newer = {**written(), "version": 2, "days": [{"hours": []}]}
    with pytest.raises(NewerError):
        decode(json.dumps(newer).encode(), timezone=AMSTERDAM)
    with pytest.raises(ConfigError, match="Asia/Kolkata"):
        decode(json.dumps(written()).encode(), timezone="Asia/Kolkata")


# --- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "of_energy", "of_price"), [(60, 50, 95), (30, 85, 175), (15, 145, 330)]
)
def test_400_days_are_small(minutes: int, of_energy: int, of_price: int) -> None:
    """A series of a home of 14 kWh a day, and a price of five decimals, stay below their sizes."""
    random, zone = Random(5), ZoneInfo(AMSTERDAM)
    first = date(2025, 1, 1)
    sizes = []
    for has_energy, has_price in ((False, True), (True, True), (True, False)):
        found = {}
        for each in days(first, first + 400 * DAY):
            count = len(intervals(each, zone, minutes))
            used = [round(random.expovariate(24 * 60 / minutes / 14_000)) for _ in range(count)]
            paid = [round(random.uniform(-0.1, 0.4), 5) for _ in range(count)]
            found[each] = LedgerDay(
                {"grid": Slots(minutes, tuple(used))} if has_energy else {},
                {"epex": Steps(minutes, tuple(paid))} if has_price else {},
            )
        ledger = Ledger(AMSTERDAM, CHANGED, {"grid": POWER, "epex": PRICE}, found)
        sizes.append(len(encode(ledger)))
    assert sizes[1] - sizes[0] <= of_energy * 1000
    assert sizes[1] - sizes[2] <= of_price * 1000
