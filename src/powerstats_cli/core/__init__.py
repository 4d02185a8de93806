"""The pure part: no file, no network, no clock, no environment, no screen."""
