"""Slots: whole Wh whose sums never stray, which of two are kept, and do they agree with a day."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.energy.ledger import Slots, Steps
from powerstats_cli.core.energy.slots import agrees, fitted, kept, slots_of, whole
from tests.core.energy.homes import counted, drawn

kwh = st.none() | st.floats(-50, 50).map(lambda number: round(number, 6))


@given(slots=st.lists(kwh, max_size=100))
def test_no_sum_strays(slots: Sequence[float | None]) -> None:
    """The sum of any first slots is that of their energies, to half a Wh; unknown stays so."""
    wh = list(whole(slots))
    assert [each is None for each in wh] == [each is None for each in slots]
    for count in range(len(wh) + 1):
        energy = sum(each or 0 for each in slots[:count]) * 1000
        assert abs(sum(each or 0 for each in wh[:count]) - energy) <= 0.5 + 1e-6


@pytest.mark.parametrize(
    ("energies", "wh"),
    [
        ([0.3334, 0.3333, 0.3333], [333, 334, 333]),
        ([0.0004] * 5, [0, 1, 0, 1, 0]),
        ([0.0015, None, 0.0015], [2, None, 1]),
        ([-0.4, 0.1], [-400, 100]),
        ([], []),
    ],
)
def test_whole_wh(energies: list[float | None], wh: list[int | None]) -> None:
    """What rounding leaves is carried to the next slot."""
    assert list(whole(energies)) == wh


def level(mean: float) -> Value:
    """Return a value of a measurement that is no power."""
    return Value(mean=mean, min=mean, max=mean, coverage=1.0)


@pytest.mark.parametrize(
    ("values", "slots"),
    [
        ([drawn(0.5), drawn(0.25)], Slots(30, (500, 250))),
        ([drawn(0.5), None], Slots(30, (500, None), known=(1.0, 0.0))),
        ([drawn(0.5, coverage=0.25), drawn(0.1)], Slots(30, (500, 100), known=(0.25, 1.0))),
        ([drawn(-0.2, 0.3), drawn(0.1)], Slots(30, (-200, 100), (300, 0))),
        ([drawn(-0.2, 0.3, is_told=False), drawn(0.1)], Slots(30, (-200, 100), (None, 0))),
        ([drawn(0.5), drawn(-0.0002, 0.0003)], Slots(30, (500, 0))),
        ([counted(0.7), counted(-0.2)], Slots(30, (700, -200))),
        ([counted(0.7, 0.00001), None], Slots(30, (700, None), known=(0.0001, 0.0))),
        ([level(21.5), level(21.0)], None),
        ([None, None], None),
        ([drawn(1e15), drawn(0.1)], Slots(30, (None, 100), known=(0.0, 1.0))),
        (
            [Value(change=0.7, coverage=1.0, source="statistics"), None],
            Slots(30, (700, None), known=(1.0, 0.0), source="statistics"),
        ),
    ],
)
def test_slots_of_values(values: list[Value | None], slots: Slots | None) -> None:
    """A power has both ways, a counter its changes, another measurement nothing."""
    assert slots_of(values, 30) == slots


FULL = Slots(30, (500, 250))
HALF = Slots(30, (500, None), known=(1.0, 0.0))
OTHER = Slots(30, (600, 250))
HOUR = Slots(60, (750,))
IMPORTED = Slots(60, (751,), source="statistics")


@pytest.mark.parametrize(
    ("stored", "new", "taken", "result"),
    [
        (None, HALF, 0.0, HALF),
        (FULL, OTHER, 0.0, OTHER),
        (FULL, HALF, 0.0, FULL),
        (HALF, FULL, 0.0, FULL),
        (FULL, HALF, 0.5, HALF),
        (FULL, HALF, 0.4, FULL),
        (FULL, IMPORTED, 0.0, FULL),
        (HALF, IMPORTED, 0.0, HALF),
        (IMPORTED, FULL, 0.0, FULL),
        (IMPORTED, HALF, 0.0, IMPORTED),
        (HOUR, FULL, 0.0, FULL),
        (FULL, HOUR, 0.0, FULL),
        (OTHER, HOUR, 0.0, HOUR),
        (HALF, HOUR, 0.0, HOUR),
        (Slots(30, (5, 5), known=(0.9999, 1.0)), Slots(30, (5, 5), known=(0.9998, 1.0)), 0.0, ...),
    ],
)
def test_what_is_kept(stored: Slots | None, new: Slots, taken: float, result: object) -> None:
    """What is new is kept unless it knows less, or tells the same in longer slots."""
    assert kept(stored, new, taken) == (new if result is ... else result)


@pytest.mark.parametrize(
    ("stored", "new", "is_new"),
    [
        (Steps(15, (0.1, 0.2)), Steps(15, (0.1, 0.3)), True),
        (Steps(15, (0.1, 0.2)), Steps(15, (0.1, None)), False),
        (Steps(15, (0.1, None)), Steps(15, (None, 0.1)), True),
        (Steps(15, (0.1, 0.2)), Steps(30, (0.15,)), False),
        (Steps(15, (0.1, 0.2)), Steps(30, (0.25,)), True),
        (Steps(30, (0.15,)), Steps(15, (0.1, 0.2)), True),
        (Steps(15, (None, None)), Steps(60, (0.15,), "statistics"), False),
    ],
)
def test_which_prices_are_kept(stored: Steps, new: Steps, *, is_new: bool) -> None:
    """Prices follow the same rule as energies."""
    assert kept(stored, new) == (new if is_new else stored)


@pytest.mark.parametrize(
    ("slots", "value", "does"),
    [
        (FULL, drawn(0.75), True),
        (FULL, drawn(0.7514), True),
        (FULL, drawn(0.7516), False),
        (FULL, drawn(0.7484), False),
        (FULL, None, False),
        (FULL, level(3.0), False),
        (FULL, counted(0.75), True),
        (FULL, drawn(0.75, 0.001), True),
        (FULL, drawn(0.75, 0.2), False),
        (FULL, drawn(0.75, 0.2, is_told=False), True),
        (Slots(30, (-200, 0), (300, 0)), drawn(-0.2, 0.3), True),
        (Slots(30, (-200, 0), (300, 0)), drawn(-0.2, 0.4), False),
        (Slots(30, (-200, 0), (None, 0)), drawn(-0.2, 0.4), True),
        (Slots(30, (None, 200), (None, 0), (0.0, 1.0)), drawn(0.2, 0.4), False),
    ],
)
def test_agreement(slots: Slots, value: Value | None, *, does: bool) -> None:
    """Slots count while the day still has their energy, both ways of it."""
    assert agrees(slots, value) is does


@pytest.mark.parametrize(
    ("kwh", "day", "wh"),
    [
        ([0.5, 0.5], counted(1.0), (500, 500)),
        ([0.5, 0.5], counted(1.008), (504, 504)),
        ([0.5, None, 0.25], counted(0.756), (504, None, 252)),
        ([0.5, 0.5], counted(1.02), (500, 500)),
        ([50.0, 50.0], counted(100.09), (50045, 50045)),
        ([50.0, 50.0], counted(100.2), (50000, 50000)),
        ([0.5, 0.5], None, (500, 500)),
        ([0.5, 0.5], level(1.0), (500, 500)),
        ([3.0, -2.999], drawn(0.009), (3000, -2999)),
        ([0.0, 0.0], counted(0.005), (0, 0)),
    ],
)
def test_hours_that_nearly_add_up(
    kwh: list[float | None], day: Value | None, wh: tuple[int | None, ...]
) -> None:
    """Hours are made to add up to a day if they nearly do; else they stay, and do not agree."""
    hours = [None if each is None else counted(each) for each in kwh]
    slots = slots_of(fitted(hours, day), 60)
    assert slots is not None
    assert slots.wh == wh
