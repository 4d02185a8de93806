"""The page and the commands agree: out of the same hours both get the numbers in flows.json."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.energy.rows import device_rows, row_of
from powerstats_cli.core.periods import HOUR, Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.series import Kind
from powerstats_cli.site.home import told

CASES: Final[list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("expected").joinpath("flows.json").read_text()
)
START: Final = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_flows(case: dict[str, Any]) -> None:
    """tests/page/flows.test.js reads the same cases."""
    roles = Roles.written(case["roles"], case["within"])
    kinds = {name: Kind(*kind) for name, kind in case["kinds"].items()}
    plan = planned(roles, kinds)
    pieces = [
        Piece(
            Span(START + number * HOUR, START + (number + 1) * HOUR),
            {name: msgspec.convert(value, Value) for name, value in hour.items()},
        )
        for number, hour in enumerate(case["hours"])
    ]
    whole = [piece.span for piece in pieces]
    row = row_of(plan, pieces, whole)
    devices = device_rows(plan, roles.within, pieces, whole)
    found: dict[str, Any] = {
        **({"house": row.house} if plan.has_house else {}),
        **{str(flow): kwh for flow, kwh in row.flows.items()},
        **({"sufficiency": row.self_sufficiency} if plan.tells_sufficiency else {}),
        **({"consumption": row.self_consumption} if plan.tells_consumption else {}),
        **({"untracked": row.untracked} if plan.tells_untracked else {}),
        **({"devices": [[one.name, one.kwh, one.share] for one in devices]} if devices else {}),
    }
    assert _rounded(found) == _rounded(case["wanted"])
    page = json.loads(json.dumps(told(roles, kinds, kinds)))
    assert {key: page[key] for key in case["told"]} == case["told"]


def _rounded(thing: Any) -> Any:
    """Return numbers as the commands tell shares: with four digits."""
    if isinstance(thing, dict):
        return {key: _rounded(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_rounded(value) for value in thing]
    return round(thing, 4) + 0.0 if isinstance(thing, float) else thing
