"""The fields of a value in every format."""

from collections.abc import Mapping
from typing import Final

from powerstats_cli.core.buckets import Value

NUMBERS: Final = ("mean", "min", "max", "kwh", "change", "state", "coverage")
FIELDS: Final = (*NUMBERS, "source", "corrected")


def fields(value: Value) -> Mapping[str, str | float]:
    """Return the fields that a value has, in their order."""
    found = {name: getattr(value, name) for name in FIELDS}
    return {name: field for name, field in found.items() if field is not None}


def numbers(value: Value) -> Mapping[str, float]:
    """Return the numbers that a value has, in their order."""
    found = {name: getattr(value, name) for name in NUMBERS}
    return {name: float(number) for name, number in found.items() if number is not None}
