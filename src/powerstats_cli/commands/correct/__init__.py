"""`correct`: an entry in the journal of corrections, by which every file is settled.

A correction is proposed first: the entry, and what it changes. Then it is made under the lock, if
the files still are as they were.
"""

from powerstats_cli.commands.correct.drafts import Draft, Place, Wish, again, undo, unknown, value
from powerstats_cli.commands.correct.listing import as_json
from powerstats_cli.commands.correct.making import Proposal, make, propose
from powerstats_cli.commands.correct.rereading import RUN_SECONDS, Source

__all__ = [
    "RUN_SECONDS",
    "Draft",
    "Place",
    "Proposal",
    "Source",
    "Wish",
    "again",
    "as_json",
    "make",
    "propose",
    "undo",
    "unknown",
    "value",
]
