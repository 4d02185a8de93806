"""`tiers`: the files that hold the same days against each other."""

from zoneinfo import ZoneInfo

from powerstats_cli.checker.stored import Stored
from powerstats_cli.core.verification import ledgers
from powerstats_cli.core.verification.agreement import CHECK, agreement
from powerstats_cli.core.verification.results import Result


def check_tiers(stored: Stored, zone: ZoneInfo) -> Result:
    """Compare what is stored of hours and days with what the finer files give."""
    found = agreement(stored.documents, zone)
    ledger = stored.ledger.ledger if stored.ledger else None
    days = list(ledgers.disagreement(ledger, stored.documents, zone)) if ledger else []
    text = f"{found.compared + len(days):,} hours and days compared with the finer files"
    return Result(CHECK, text, (*found.differences, *filter(None, days)))
