"""The core: what powerstats states is checked against independent ways to find it."""
