"""The lengths of buckets and slots that suit a tariff."""

import pytest

from powerstats_cli.core.energy.exactness import Lengths, borders, fitting
from powerstats_cli.core.energy.hours import parsed
from tests.core.energy.tariffing import line

USUAL = Lengths(10, 60)


@pytest.mark.parametrize(
    ("times", "now", "suits"),
    [
        (["07:00-23:00"], USUAL, USUAL),
        (["Sat,Sun"], USUAL, USUAL),
        (["00:30-05:30"], USUAL, Lengths(10, 30)),
        (["18:15-21:15"], USUAL, Lengths(15, 15)),
        (["00:30-07:30", "18:15-21:00"], USUAL, Lengths(15, 15)),
        (["07:10-21:00"], USUAL, Lengths(10, 10)),
        (["07:05-21:00"], USUAL, Lengths(5, 5)),
        (["07:01-21:00"], USUAL, Lengths(1, 1)),
        (["07:15-21:20"], USUAL, Lengths(5, 5)),
        (["18:15-21:15"], Lengths(5, 60), Lengths(5, 15)),
        (["00:30-05:30"], Lengths(20, 60), Lengths(15, 30)),
        (["07:00-23:00"], Lengths(20, 60), Lengths(20, 60)),
        (["07:00-23:00"], Lengths(15, 10), Lengths(15, 60)),
    ],
)
def test_a_zone(times: list[str], now: Lengths, suits: Lengths) -> None:
    """The present lengths stay if they suit."""
    zone = {"peak": tuple(map(parsed, times))}
    found = list(borders([line(rate={"peak": 0.5, "rest": 0.3})], zone, {}))
    assert fitting(found, now) == suits


@pytest.mark.parametrize(
    ("keys", "suits", "says"),
    [
        ({"price": "epex"}, Lengths(15, 15), "the price epex changes every 15 minutes"),
        ({"price": "hourly"}, USUAL, "the price hourly changes every 60 minutes"),
        (
            {"per": "kW month", "rate": 1, "minutes": 15, "name": "Peak"},
            Lengths(15, 15),
            "Peak counts windows of 15 minutes",
        ),
        (
            {"rate": 1, "less": "export", "within": 30, "name": "Net"},
            Lengths(10, 30),
            "Net nets within 30 minutes",
        ),
        ({"rate": 1, "less": "export", "within": "bill"}, USUAL, None),
        ({"rate": 1, "only": "evening"}, Lengths(10, 30), "zone evening has a border at 16:30"),
    ],
)
def test_a_line(keys: dict[str, object], suits: Lengths, says: str | None) -> None:
    """Prices, demands and nettings have borders, too; they are told with what they are of."""
    zones = {"evening": (parsed("16:30-21:00"),), "unused": (parsed("07:05-08:00"),)}
    found = list(borders([line(**keys)], zones, {"epex": 15, "hourly": 60}))
    assert fitting(found, USUAL) == suits
    assert [border.told for border in found] == ([says] if says else [])
