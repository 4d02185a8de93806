"""What a test needs of the machine: without it the test is skipped, but CI has to have it."""

import os
from typing import NoReturn

import pytest


def unable(message: str) -> NoReturn:
    """Skip the test, or fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{message}, and CI needs it", pytrace=False)
    pytest.skip(message)
