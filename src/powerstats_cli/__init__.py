"""Home Assistant's power sensors as a small, exact, self-healing history of a home."""

__version__ = "0.1.0"
