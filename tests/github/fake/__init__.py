"""A GitHub that behaves, for tests: its API on loopback, over bare git repositories."""

from tests.github.fake.exchanges import Exchange, Fault, Request, Strike, Token, no_fault
from tests.github.fake.objects import Pages, Rule
from tests.github.fake.repository import GitRepository
from tests.github.fake.server import GitHub

__all__ = [
    "Exchange",
    "Fault",
    "GitHub",
    "GitRepository",
    "Pages",
    "Request",
    "Rule",
    "Strike",
    "Token",
    "no_fault",
]
