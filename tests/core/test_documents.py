"""The form of the files: documents are read back unchanged, fit the schema, and stay small."""

import copy
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings, strategies
from jsonschema import Draft202012Validator

from powerstats_cli.core.alignment import as_read_back
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Latest, TierName, decode, encode
from powerstats_cli.core.periods import DAY, day_start, days, hours, intervals
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import roll_up
from powerstats_cli.errors import ConfigError, UnreadableError
from tests.core.histories import BEGIN
from tests.core.simulation import FIRST_RUN, Box, alive, opened

SCHEMA = json.loads((files("powerstats_cli.core") / "data.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ZONES = ["Europe/Amsterdam", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC"]
Json = dict[str, Any]
MEASURED = Value(mean=1.0, min=1.0, max=1.0, kwh=1.0, coverage=1.0)
COUNTED = Value(change=1.0, state=2.0, coverage=1.0)
BUCKETS: dict[TierName, str] = {
    "daily": "10min",
    "weekly": "hour",
    "monthly": "day",
    "yearly": "day",
}

names = strategies.text(
    strategies.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1
).filter(lambda name: name != "timestamp")
instants = strategies.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - drawn in UTC
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=strategies.just(UTC),
).map(lambda instant: instant.replace(microsecond=0))
numbers = strategies.floats(-1e12, 1e12).map(lambda number: round(number, 6) + 0.0)
coverages = strategies.integers(1, 10_000).map(lambda share: share / 10_000)
sources = strategies.sampled_from([None, "statistics"])
measurements = strategies.builds(
    Value,
    mean=numbers,
    min=numbers,
    max=numbers,
    kwh=strategies.none() | numbers,
    change=strategies.none(),
    state=strategies.none(),
    coverage=coverages,
    source=sources,
)
signed_powers = strategies.builds(
    Value,
    mean=numbers,
    min=numbers.map(lambda number: -abs(number) - 1),
    max=numbers,
    kwh=numbers,
    back=numbers.map(abs),
    coverage=coverages,
    source=sources,
)
counters = strategies.builds(
    Value,
    mean=strategies.none(),
    min=strategies.none(),
    max=strategies.none(),
    kwh=strategies.none(),
    change=numbers,
    state=numbers,
    coverage=coverages,
    source=sources,
)
imported_counters = strategies.builds(
    Value, change=numbers, coverage=coverages, source=strategies.just("statistics")
)
series = strategies.builds(
    Series,
    unit=strategies.sampled_from(["W", "kWh", "", "°C", "m³"]),
    state_class=strategies.sampled_from(["measurement", "total_increasing", "total"]),
    until=instants,
)
points = strategies.dictionaries(
    instants,
    strategies.dictionaries(
        names, measurements | signed_powers | counters | imported_counters, min_size=1, max_size=4
    ),
)


@strategies.composite
def documents(draw: strategies.DrawFn) -> Document:
    """Draw any document that may be written."""
    tier = draw(strategies.sampled_from(list(BUCKETS)))
    is_daily = tier == "daily"
    latest = strategies.dictionaries(names, strategies.builds(Latest, instants, numbers))
    return Document(
        tier=tier,
        timezone=draw(strategies.sampled_from(ZONES)),
        bucket=BUCKETS[tier],
        day=draw(strategies.dates(date(2000, 1, 1), date(2040, 1, 1))) if is_daily else None,
        last_update=draw(instants),
        series=draw(strategies.dictionaries(names, series, max_size=5)),
        latest=draw(strategies.none() | latest) if is_daily else None,
        points=draw(points),
    )


@given(document=documents())
def test_what_is_written_is_read_back(document: Document) -> None:
    """decode(encode(x)) = x, in every tier and zone, and the bytes fit the schema."""
    raw = encode(document)
    again = decode(raw, timezone=document.timezone)
    assert again == document
    assert encode(again) == raw
    VALIDATOR.validate(json.loads(raw))


@pytest.mark.parametrize("size", [1e200, 9.9e199, 2e197, 1e308, math.inf, math.nan, -math.inf])
@pytest.mark.parametrize("field", ["mean", "min", "max", "kwh", "change", "state"])
def test_a_number_of_any_size_poisons_no_file(field: str, size: float) -> None:
    """A file with the greatest numbers, and what all its buckets add up to, can be read again."""
    zone = ZoneInfo("UTC")
    plain = COUNTED if field in {"change", "state"} else MEASURED
    value = msgspec.structs.replace(plain, **{field: size})
    day, start = date(2025, 11, 22), datetime(2025, 11, 22, tzinfo=UTC)
    small = Document(tier="daily", timezone="UTC", bucket="10min", last_update=start, day=day)
    for number in range(144):
        small.put(start + number * timedelta(minutes=10), "it", value)
    small = decode(encode(small), timezone="UTC")
    big = Document(tier="yearly", timezone="UTC", bucket="day", last_update=start)
    for at, name, rolled in roll_up(small, day, "day", zone):
        big.put(at, name, rolled)
    assert decode(encode(big), timezone="UTC").points == big.points


@given(document=documents(), micros=strategies.integers(0, 999_999))
def test_a_copy_as_it_is_read_back(document: Document, micros: int) -> None:
    """It is what decoding gives, whatever the order of the points, and it shares no point."""
    backwards = dict(reversed(document.points.items()))
    late = document.last_update.replace(microsecond=micros)
    written = msgspec.structs.replace(document, last_update=late, points=backwards)
    copied, read = as_read_back(written), decode(encode(written), timezone=document.timezone)
    assert copied == read
    assert list(copied.points) == list(read.points)
    for point in copied.points.values():
        point.clear()
    assert as_read_back(written) == read


@given(document=documents(), seed=strategies.integers(0, 99))
def test_same_data_same_bytes(document: Document, seed: int) -> None:
    """The bytes do not depend on the order in which series and points were added."""

    def shuffled(things: dict[Any, Any]) -> dict[Any, Any]:
        keys = list(things)
        Random(seed).shuffle(keys)
        return {key: things[key] for key in keys}

    other = copy.copy(document)
    other.series = shuffled(document.series)
    other.latest = None if document.latest is None else shuffled(document.latest)
    other.points = {start: shuffled(point) for start, point in shuffled(document.points).items()}
    assert encode(other) == encode(document)


@given(document=documents())
def test_one_point_is_one_line(document: Document) -> None:
    """Points are in order, each on a line of its own, so that a day's change is a small diff."""
    lines = encode(document).decode().split("\n")
    starts = [line for line in lines if line.startswith('  {"timestamp":')]
    assert len(starts) == len(document.points)
    found = [json.loads(line.removesuffix(","))["timestamp"] for line in starts]
    assert [datetime.fromisoformat(time) for time in found] == sorted(document.points)


# --- the schema -------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    """The schema itself is valid, and describes every key of a file."""
    Draft202012Validator.check_schema(SCHEMA)
    assert all("description" in entry for entry in SCHEMA["properties"].values())


@pytest.fixture(scope="module")
def written() -> Iterator[dict[str, Json]]:
    """Yield files that the real commands made over two days."""
    past = alive(Random(3), 30)
    with opened() as place, Box(place, past.entities) as box:
        place.show(past.home)
        for now in (FIRST_RUN, BEGIN + timedelta(hours=past.hours)):
            box.collect(now)
            box.aggregate(now)
        files = box.snapshot().items()
        yield {name: json.loads(raw) for name, raw in files if name != "ledger.json"}


def test_the_commands_write_the_form(written: dict[str, Json]) -> None:
    """Every file of collect and aggregate is valid, with measurements and counters."""
    tiers = ["daily.json", "weekly.json", "monthly.json", "yearly.json"]
    assert set(written) == {"archive/2025-11-21.json", "years/2025.json", *tiers}
    for name, file in written.items():
        VALIDATOR.validate(file)
        assert (
            len({"energy", "power"} & {key for point in file["data_points"] for key in point}) == 2
        )
        assert ("latest" in file) == (name == "daily.json")


def _in_a_value(name: str = "power", **changes: object) -> Callable[[Json], None]:
    def change(file: Json) -> None:
        value = next(point[name] for point in file["data_points"] if name in point)
        for key, new in changes.items():
            if new is None:
                del value[key]
            else:
                value[key] = new

    return change


def _in(*path: str | int, to: object) -> Callable[[Json], None]:
    def change(file: Any) -> None:
        for step in path[:-1]:
            file = file[step]
        if to is None:
            del file[path[-1]]
        else:
            file[path[-1]] = to

    return change


BROKEN: dict[str, Callable[[Json], None]] = {
    "no version": _in("version", to=None),
    "an old version": _in("version", to=0),
    "a version in words": _in("version", to="1"),
    "no tier": _in("tier", to=None),
    "another tier": _in("tier", to="hourly"),
    "no zone": _in("timezone", to=None),
    "no bucket": _in("bucket", to=None),
    "an odd bucket": _in("bucket", to="7min"),
    "a tier's bucket in a day": _in("bucket", to="hour"),
    "a tier's name on a day": _in("tier", to="weekly"),
    "no date": _in("date", to=None),
    "a date in words": _in("date", to="yesterday"),
    "no last_update": _in("last_update", to=None),
    "a time without offset": _in("last_update", to="2025-11-22T10:20:04"),
    "no series": _in("series", to=None),
    "a series without unit": _in("series", "power", "unit", to=None),
    "a series without until": _in("series", "power", "until", to=None),
    "an until without offset": _in("series", "power", "until", to="2025-11-22T10:20:00"),
    "a series of no kind": _in("series", "power", "state_class", to="sum"),
    "a series with more": _in("series", "power", "entity_id", to="sensor.power"),
    "no points": _in("data_points", to=None),
    "points by time": _in("data_points", to={}),
    "an unknown key": _in("latitude", to=52.1),
    "a point without time": _in("data_points", 0, "timestamp", to=None),
    "a point of now": _in("data_points", 0, "timestamp", to="now"),
    "a bare number": _in("data_points", 0, "power", to=512.4),
    "an empty value": _in("data_points", 0, "power", to={}),
    "a latest without value": _in("latest", "power", "value", to=None),
    "a latest in words": _in("latest", "power", "value", to="high"),
    "no mean": _in_a_value(mean=None),
    "a mean in words": _in_a_value(mean="512.4"),
    "no coverage": _in_a_value(coverage=None),
    "a coverage of nothing": _in_a_value(coverage=0),
    "a coverage of more than all": _in_a_value(coverage=1.01),
    "a measurement that counts": _in_a_value(change=1.0, state=2.0),
    "a mean without bound": _in_a_value(mean=1e308),
    "a kwh without bound": _in_a_value(kwh=-1.1e200),
    "another source": _in_a_value(source="history"),
    "an unknown statistic": _in_a_value(median=3.0),
    "less than nothing back": _in_a_value(back=-0.1),
    "back without kwh": _in_a_value(kwh=None, back=0.1),
    "a counter that goes back": _in_a_value("energy", back=0.1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_of_the_form(written: dict[str, Json], name: str) -> None:
    """The schema and the program refuse the same broken files."""
    file = copy.deepcopy(written["daily.json"])
    BROKEN[name](file)
    assert not VALIDATOR.is_valid(file)
    with pytest.raises(UnreadableError):
        decode(json.dumps(file).encode(), timezone="Asia/Kolkata")


def test_what_is_not_ours_to_touch(written: dict[str, Json]) -> None:
    """A file of a newer version or another time zone is refused, but not as broken."""
    for changes in ({"version": 2}, {"timezone": "Europe/Amsterdam"}):
        raw = json.dumps(written["daily.json"] | changes).encode()
        with pytest.raises(ConfigError):
            decode(raw, timezone="Asia/Kolkata")


def test_only_statistics_may_lack_a_state(written: dict[str, Json]) -> None:
    """A counter's change without its state is refused, unless its source is the statistics."""
    file = copy.deepcopy(written["weekly.json"])
    value = next(point["energy"] for point in file["data_points"] if "energy" in point)
    del value["state"]
    assert not VALIDATOR.is_valid(file)
    with pytest.raises(UnreadableError, match="neither a measurement nor a counter"):
        decode(json.dumps(file).encode(), timezone="Asia/Kolkata")
    value["source"] = "statistics"
    assert VALIDATOR.is_valid(file)
    decode(json.dumps(file).encode(), timezone="Asia/Kolkata")


def test_points_out_of_order(written: dict[str, Json]) -> None:
    """A time that is not later than the one before it is refused."""
    file = copy.deepcopy(written["daily.json"])
    file["data_points"][1]["timestamp"] = file["data_points"][0]["timestamp"]
    with pytest.raises(UnreadableError, match=r"data_points\[1\]"):
        decode(json.dumps(file).encode(), timezone="Asia/Kolkata")


# --- sizes ------------------------------------------------------------------------------------


def realistic(random: Random) -> dict[str, Value]:
    """Return a point of five series with numbers as long as real ones."""

    def level(top: float, *, is_power: bool = False) -> Value:
        low, mean, high = sorted(round(random.uniform(top / 2, top), 3) for _ in range(3))
        kwh = round(random.uniform(0.5, 30), 6) if is_power else None
        return Value(mean=mean, min=low, max=high, kwh=kwh, coverage=_share(random))

    def meter(top: float) -> Value:
        change, state = round(random.uniform(0, 30), 6), round(random.uniform(top / 2, top), 6)
        return Value(change=change, state=state, coverage=_share(random))

    return {
        "power": level(9999, is_power=True),
        "voltage": level(260),
        "energy": meter(99_999),
        "solar": meter(9999),
        "power_factor": level(0.99),
    }


def _share(random: Random) -> float:
    return random.choice([1.0, 0.9998, round(random.random(), 4) or 1.0])


@settings(max_examples=5)
@given(seed=strategies.integers(0, 99))
@pytest.mark.parametrize("zone_name", ["Europe/Amsterdam", "Asia/Kolkata"])
def test_sizes_at_five_series(seed: int, zone_name: str) -> None:
    """Full files of five series stay small, also over an autumn's clock change."""
    zone, last, random = ZoneInfo(zone_name), date(2025, 10, 26), Random(seed)

    def window(number: int) -> Iterator[date]:
        return days(last - (number - 1) * DAY, last + DAY)

    starts: dict[TierName, list[datetime]] = {
        "daily": [span.start for span in intervals(last - DAY, zone, 10)],
        "weekly": [span.start for day in window(7) for span in hours(day, zone)],
        "monthly": [day_start(day, zone) for day in window(30)],
        "yearly": [day_start(day, zone) for day in window(365)],
    }
    limits: dict[TierName, int] = {
        "daily": 80_000,
        "weekly": 100_000,
        "monthly": 20_000,
        "yearly": 220_000,
    }
    for tier, limit in limits.items():
        until = day_start(last + DAY, zone)
        document = Document(
            tier=tier,
            timezone=zone_name,
            bucket=BUCKETS[tier],
            last_update=until,
            day=last if tier == "daily" else None,
            series={name: Series("kWh", "total_increasing", until) for name in realistic(random)},
            latest={name: Latest(until, 99_999.123456) for name in realistic(random)},
            points={start: realistic(random) for start in starts[tier]},
        )
        size = len(encode(document))
        assert 0.6 * limit < size <= limit, tier
