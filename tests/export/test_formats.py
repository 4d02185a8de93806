"""CSV, JSON lines and line protocol: their lines by the documents of each format."""

import csv as reader
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import MINUTE, Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.series import Kind
from powerstats_cli.export import csv, jsonl, lineprotocol

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
SPAN = Span(START, START + 10 * MINUTE)
POWER = Value(mean=996.243, min=102.1, max=1429.9, kwh=0.166041, coverage=1.0)
METER = Value(change=22.598, state=4913.627, coverage=0.5, source="statistics")
CORRECTED = Value(mean=0.0, min=0.0, max=0.0, coverage=0.25, corrected="0123456789ab")
KINDS = {
    "power": Kind("W", "measurement"),
    "energy": Kind("kWh", "total_increasing"),
    "=cmd, 1": Kind("m³/h", "measurement"),
    "level": Kind("", "measurement"),
}
ROWS = [
    Piece(SPAN, {"power": POWER, "energy": METER, "=cmd, 1": CORRECTED}),
    Piece(Span(SPAN.end, SPAN.end + 10 * MINUTE), {}),
]
START_END = "2026-11-20T10:10:00+01:00,2026-11-20T10:20:00+01:00"


def test_csv() -> None:
    """A row a bucket and series with a value; a text that a sheet would compute gets a sign."""
    assert "".join(csv.long(ROWS, KINDS, ZONE)) == "".join(
        f"{line}\r\n"
        for line in (
            "start,end,series,unit,mean,min,max,kwh,change,state,coverage,source,corrected",
            f"{START_END},power,W,996.243,102.1,1429.9,0.166041,,,1.0,,",
            f"{START_END},energy,kWh,,,,,22.598,4913.627,0.5,statistics,",
            f'{START_END},"\'=cmd, 1",m³/h,0.0,0.0,0.0,,,,0.25,,0123456789ab',
        )
    )


def test_wide_csv() -> None:
    """A row a bucket; what is unknown is empty, and no zero."""
    lines = list(csv.wide(ROWS, KINDS, ZONE))
    assert lines[0] == 'start,end,power kWh,power W,energy kWh,"\'=cmd, 1 m³/h",level\r\n'
    assert lines[1] == f"{START_END},0.166041,996.243,22.598,0.0,\r\n"
    assert lines[2].endswith("T10:30:00+01:00,,,,,\r\n")


@pytest.mark.parametrize(
    "name", ["+1", "-1", "@a", "=1+1", 'a "b"', "a,b", "a;b", "ä", "'", "a\u2028b", "a=b"]
)
def test_csv_of_any_name(name: str) -> None:
    """A reader of CSV gets the name back, at most with an apostrophe before it."""
    rows = [Piece(SPAN, {name: POWER})]
    kinds = {name: KINDS["power"]}
    _, [_, _, found, *_] = reader.reader(io.StringIO("".join(csv.long(rows, kinds, ZONE))))
    assert found == (f"'{name}" if name[0] in "=+-@" else name)


def test_json_lines() -> None:
    """Each line is an object; a field that is not there is left out."""
    found = [json.loads(line) for line in jsonl.lines(ROWS, KINDS, ZONE)]
    start, end = START_END.split(",")
    assert found[0] == {
        "start": start,
        "end": end,
        "series": "power",
        "unit": "W",
        "mean": 996.243,
        "min": 102.1,
        "max": 1429.9,
        "kwh": 0.166041,
        "coverage": 1.0,
    }
    assert found[1]["source"] == "statistics"
    assert (found[2]["series"], found[2]["corrected"]) == ("=cmd, 1", "0123456789ab")
    assert len(found) == 3


def test_line_protocol() -> None:
    """Tags are escaped, a series without a unit has no such tag, and no text is a field."""
    point = {"power": POWER, "=cmd, 1": CORRECTED, "level": METER}
    lines = list(lineprotocol.lines([Piece(SPAN, point)], KINDS, "interval", "my home"))
    stamp = f"{(START + 10 * MINUTE).timestamp() - 1:.0f}000"
    heads = ["sensor=power,unit=W", "sensor=\\=cmd\\,\\ 1,unit=m³/h", "sensor=level"]
    fields = [
        "mean=996.243,min=102.1,max=1429.9,kwh=0.166041,coverage=1.0",
        "mean=0.0,min=0.0,max=0.0,coverage=0.25",
        "change=22.598,state=4913.627,coverage=0.5",
    ]
    assert lines == [
        f"powerstats,home=my\\ home,{head} {told} {stamp}\n"
        for head, told in zip(heads, fields, strict=True)
    ]


def test_line_protocol_of_longer_buckets() -> None:
    """They have another measurement: a sum over one never has a bucket and its parts."""
    [line] = lineprotocol.lines([Piece(SPAN, {"power": POWER})], KINDS, "day", "home")
    assert line.startswith("powerstats_day,home=home,")
