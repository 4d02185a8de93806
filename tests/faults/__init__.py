"""Faults around powerstats: stored values are never lost, and the next good run repairs all."""
