"""A name for the series of each sensor that has a role, such as grid_export, battery, heat_pump."""

from collections.abc import Iterable, Mapping
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


def named(guesses: Iterable[Guess]) -> dict[str, Guess]:
    """Return a name for the series of each guess, such as grid_export, battery or heat_pump."""
    guesses = list(guesses)
    usual = [_usual_name(guess) for guess in guesses]
    if "solar" not in usual:
        usual = ["solar" if name == "solar_energy" else name for name in usual]
    names: dict[str, Guess] = {}
    for name, guess in zip(usual, guesses, strict=True):
        part = guess.clue.part
        unique = f"{name}_{part}" if part and usual.count(name) > 1 else name
        number = 1
        while unique in names:
            number += 1
            unique = f"{name}_{number}"
        names[unique] = guess
    return names


def _usual_name(guess: Guess) -> str:
    usual = (_COUNTERS if guess.clue.is_counter else _POWERS).get(guess.role)
    return usual or "_".join(guess.clue.thing) or "device"
