"""The demo: a simulated house behind a loopback server that speaks Home Assistant's API."""
