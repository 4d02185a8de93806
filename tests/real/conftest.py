"""Fixtures of all tests with a real Home Assistant."""

import pytest


@pytest.fixture(autouse=True)
def only_the_configured_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment's token out of the tests."""
    monkeypatch.delenv("POWERSTATS_HOMEASSISTANT_TOKEN", raising=False)
