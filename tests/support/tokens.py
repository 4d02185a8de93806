"""Tokens as long as real ones, made up, and the pieces by which one is found in a text."""

from typing import Final

# Home Assistant's long-lived access tokens are JSON Web Tokens of 183 characters.
LONG_LIVED: Final = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJpc3MiOiI5ZjNkMmI3YzhlNGE0ZjFkOWM2YjVhMzI4NzE2MDVlNCIsImlhdCI6MTczMjE4NjQwMCwiZXhwIjoyMDQ3"
    "NTQ2NDAwfQ.Qw7ZkX2mVt9LrYp4sNc8HbJ1uGd6EaTf3oWi5RzKxP0"
)
# GitHub's classic tokens have 40 characters.
CLASSIC: Final = "ghp_R7mKq2ZtXw9LbVcY4sNdHpJ8uGfE1aTo3iW5"
PART: Final = 8


def parts(token: str) -> set[str]:
    """Return all pieces of a token that are long enough to give some of it away, in lower case."""
    lowered = token.lower()
    return {lowered[at : at + PART] for at in range(len(token) - PART + 1)}


def gives_away(raw: bytes, token: str) -> bool:
    """Tell whether a piece of a token is in some bytes."""
    text = raw.decode(errors="replace").lower()
    return any(part in text for part in parts(token))
