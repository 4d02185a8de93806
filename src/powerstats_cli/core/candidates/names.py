"""A name for the series of each sensor that has a role, such as grid_export, battery, heat_pump."""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from powerstats_cli.core.candidates.flows import Guess
from powerstats_cli.core.energy.roles import Role

_POWERS: Final[Mapping[Role, str]] = {
    "grid": "grid",
    "import": "grid_import_power",
    "export": "grid_export_power",
    "solar": "solar",
    "battery": "battery",
    "charge": "battery_charge_power",
    "discharge": "battery_discharge_power",
    "house": "power",
}
_COUNTERS: Final[Mapping[Role, str]] = {
    "import": "grid_import",
    "export": "grid_export",
    "solar": "solar_energy",
    "charge": "battery_charge",
    "discharge": "battery_discharge",
    "house": "energy",
}


def named(
    guesses: Iterable[Guess], labels: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Guess]:
    """Return a name for the series of each guess, such as grid_export, battery or heat_pump.

    `labels` are what a home calls its devices, by the key of the clue.
    """
    guesses = list(guesses)
    usual = [_usual_name(guess, labels) for guess in guesses]
    if "solar" not in usual:
        usual = ["solar" if name == "solar_energy" else name for name in usual]
    names: dict[str, Guess] = {}
    for name, guess in zip(usual, guesses, strict=True):
        part = guess.clue.part
        is_one_of_more = part and usual.count(name) > 1 and guess.clue.key not in labels
        names[unique(f"{name}_{part}" if is_one_of_more else name, names)] = guess
    return names


def unique(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: the name itself, or with a number from 2."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _usual_name(guess: Guess, labels: Mapping[str, str]) -> str:
    usual = (_COUNTERS if guess.clue.is_counter else _POWERS).get(guess.role)
    return usual or labels.get(guess.clue.key) or "_".join(guess.clue.thing) or "device"
