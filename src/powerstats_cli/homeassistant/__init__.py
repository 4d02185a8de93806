"""Home Assistant's APIs."""
