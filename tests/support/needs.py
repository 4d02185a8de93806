"""Tests that need a program which not every machine has."""

import os
from typing import NoReturn

import pytest


def unable(message: str) -> NoReturn:
    """Skip a test that cannot run here; fail in CI, which must have the program."""
    if os.environ.get("CI"):
        pytest.fail(f"{message}, and CI needs it", pytrace=False)
    pytest.skip(message)
